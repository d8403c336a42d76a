"""The life of a browser session: begin a sign-in, finish it, renew tokens, end it."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from clavis_kit.bff.deps import BffDeps
from clavis_kit.bff.errors import ProviderUnavailableError, SignInError, TokenRefusedError
from clavis_kit.bff.provider import ProviderMetadata, TokenSet
from clavis_kit.bff.rules import acr_suffices, is_local_path, loa_named, refresh_is_due
from clavis_kit.bff.store import SessionRow
from clavis_kit.bff.tokens import IdToken, verify_id_token, verify_logout_token
from clavis_kit.ids import encode_base64url, new_secret
from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.loa import Loa
from clavis_kit.service_tokens import unverified_part

LOGIN_LIMIT = timedelta(minutes=30)
REFRESH_CLAIM = timedelta(seconds=10)
WAIT_STEP_SECONDS = 0.1
WAIT_STEPS = 50
JTI_MEMORY = timedelta(minutes=1)  # past the token's end, longer than the clock leeway


@dataclass(frozen=True, slots=True)
class SignInRequest:
    """What the application asks for when it sends a person to sign in."""

    return_path: str
    required: Loa | None = None
    max_age: int | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A finished sign-in: the new cookie and where to go."""

    session_secret: str
    return_path: str


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session with its tokens opened."""

    row: SessionRow
    tokens: TokenSet


def required_loa(deps: BffDeps, asked: Loa | None) -> Loa | None:
    """Return the higher of what the page asked for and what the application always needs."""
    levels = [level for level in (asked, loa_named(deps.settings.minimum_acr)) if level]
    return max(levels, default=None)


async def begin_sign_in(deps: BffDeps, asked: SignInRequest, browser_secret: str) -> str:
    """Remember a sign-in and return the provider's address for it."""
    metadata = await deps.provider.metadata()
    state, nonce, verifier = new_secret(), new_secret(), new_secret(48)
    required = required_loa(deps, asked.required)
    parameters = {
        "response_type": "code",
        "redirect_uri": deps.redirect_uri,
        "scope": deps.settings.scope,
        "state": state,
        "nonce": nonce,
        # RFC 7636 section 4.2
        "code_challenge": encode_base64url(sha256(verifier.encode("ascii")).digest()),
        "code_challenge_method": "S256",
    }
    if required is not None:
        parameters["acr_values"] = required.acr
    if asked.max_age is not None:
        parameters["max_age"] = str(asked.max_age)
    if asked.language:
        parameters["ui_locales"] = asked.language
    state_hash = sha256_hex(state)
    pending = {
        "nonce": nonce,
        "verifier": verifier,
        "return_path": asked.return_path,
        "required": required.name if required else None,
    }
    await deps.store.add_login(
        state_hash,
        sha256_hex(browser_secret),
        deps.vault.seal(pending, state_hash),
        deps.clock.now() + LOGIN_LIMIT,
    )
    query = await deps.provider.push(parameters)
    return f"{metadata.authorization_endpoint}?{urlencode(query)}"


async def finish_sign_in(
    deps: BffDeps, answer: dict[str, str], browser_secret: str, replaced: str | None
) -> SignedIn:
    """Turn the provider's answer into a session. Raises SignInError with a stable code."""
    state_hash = sha256_hex(answer.get("state", ""))
    now = deps.clock.now()
    sealed = await deps.store.take_login(state_hash, sha256_hex(browser_secret), now)
    pending = deps.vault.open(sealed, state_hash) if sealed else None
    if pending is None:
        raise SignInError("sign-in-expired")
    metadata = await deps.provider.metadata()
    _check_answer(answer, metadata)
    tokens = await deps.provider.redeem(answer["code"], pending["verifier"], deps.redirect_uri)
    if tokens is None or tokens.id_token is None:
        raise SignInError("sign-in-refused")
    id_token = await _verify(deps, metadata, tokens.id_token, pending["nonce"])
    if not acr_suffices(loa_named(pending["required"]), id_token.acr):
        raise SignInError("level-too-low")
    secret = await _open_session(deps, id_token, tokens, replaced)
    path = pending["return_path"]
    return SignedIn(secret, path if is_local_path(path) else "/")


def _check_answer(answer: dict[str, str], metadata: ProviderMetadata) -> None:
    # RFC 9207 section 2.4: an answer of another issuer is a mix-up attack.
    if (metadata.sends_issuer or "iss" in answer) and answer.get("iss") != metadata.issuer:
        raise SignInError("sign-in-refused", private="wrong issuer in the answer")
    if "error" in answer:
        codes = {
            "access_denied": "sign-in-cancelled",
            "unmet_authentication_requirements": "level-too-low",
            "temporarily_unavailable": "identity-provider-unavailable",
        }
        raise SignInError(codes.get(answer["error"], "sign-in-refused"))
    if not answer.get("code"):
        raise SignInError("sign-in-refused", private="no code in the answer")


async def _verify(deps: BffDeps, metadata: ProviderMetadata, token: str, nonce: str) -> IdToken:
    keys = await deps.keys.get(metadata.jwks_uri, unverified_part(token, 0).get("kid"))
    try:
        return verify_id_token(
            token,
            keys,
            issuer=metadata.issuer,
            client_id=deps.settings.client_id,
            nonce=nonce,
            now=deps.clock.now(),
        )
    except TokenRefusedError as error:
        raise SignInError("sign-in-refused", private=error.private) from error


async def _open_session(
    deps: BffDeps, id_token: IdToken, tokens: TokenSet, replaced: str | None
) -> str:
    secret = new_secret()
    session_hash = sha256_hex(secret)
    now = deps.clock.now()
    row = SessionRow(
        session_hash=session_hash,
        subject=id_token.subject,
        provider_sid=id_token.session_id,
        acr=id_token.acr,
        authenticated_at=id_token.authenticated_at,
        sealed_tokens=_seal(deps, tokens, session_hash),
        access_expires_at=tokens.access_expires_at,
        version=1,
        expires_at=now + deps.settings.session_limit,
    )
    await deps.store.add_session(row, sha256_hex(replaced) if replaced else None, now)
    return secret


def _seal(deps: BffDeps, tokens: TokenSet, session_hash: str) -> bytes:
    content = asdict(tokens)
    content["access_expires_at"] = tokens.access_expires_at.isoformat()
    return deps.vault.seal(content, session_hash)


def _opened(deps: BffDeps, row: SessionRow | None) -> LiveSession | None:
    content = deps.vault.open(row.sealed_tokens, row.session_hash) if row else None
    if row is None or content is None:
        return None
    expires_at = datetime.fromisoformat(content.pop("access_expires_at"))
    return LiveSession(row, TokenSet(**content, access_expires_at=expires_at))


async def current_session(deps: BffDeps, secret: str) -> SessionRow | None:
    """Return a living session without prolonging it."""
    return await deps.store.peek_session(
        sha256_hex(secret), deps.clock.now(), deps.settings.idle_limit
    )


async def usable_session(deps: BffDeps, secret: str) -> LiveSession | None:
    """Return a session whose access token works, renewing it when due; None when it ended."""
    now = deps.clock.now()
    row = await deps.store.touch_session(sha256_hex(secret), now, deps.settings.idle_limit)
    live = _opened(deps, row)
    if live is None or not refresh_is_due(live.row.access_expires_at, now):
        return live
    return await _renewed(deps, live, now)


async def _renewed(deps: BffDeps, live: LiveSession, now: datetime) -> LiveSession | None:
    still_valid = now < live.row.access_expires_at
    if live.tokens.refresh_token is None:
        return live if still_valid else None
    row = live.row
    # One renewal at a time: a refresh token used twice looks stolen (RFC 9700 section 4.14.2).
    if await deps.store.claim_refresh(row.session_hash, row.version, now, now + REFRESH_CLAIM):
        return await _refresh(deps, live, live.tokens.refresh_token, still_valid=still_valid)
    return live if still_valid else await _await_renewal(deps, live)


async def _refresh(
    deps: BffDeps, live: LiveSession, refresh_token: str, *, still_valid: bool
) -> LiveSession | None:
    row = live.row
    try:
        tokens = await deps.provider.refresh(refresh_token)
    except ProviderUnavailableError:
        await deps.store.release_refresh(row.session_hash, row.version)
        if still_valid:
            return live
        raise
    if tokens is None:
        await deps.store.take_session(row.session_hash)
        return None
    kept = TokenSet(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token or refresh_token,
        id_token=live.tokens.id_token,
        access_expires_at=tokens.access_expires_at,
    )
    sealed = _seal(deps, kept, row.session_hash)
    saved = await deps.store.save_refreshed(
        row.session_hash, row.version, sealed, kept.access_expires_at
    )
    return _opened(deps, saved)


async def _await_renewal(deps: BffDeps, live: LiveSession) -> LiveSession | None:
    for _ in range(WAIT_STEPS):
        await deps.sleep(WAIT_STEP_SECONDS)
        row = await deps.store.peek_session(
            live.row.session_hash, deps.clock.now(), deps.settings.idle_limit
        )
        if row is None or row.version > live.row.version:
            return _opened(deps, row)
    raise ProviderUnavailableError("another request could not renew the tokens")


async def end_session(deps: BffDeps, secret: str) -> str:
    """End a session here, revoke its grant, and return the address that ends it everywhere."""
    live = _opened(deps, await deps.store.take_session(sha256_hex(secret)))
    if live is None:
        return "/"
    if live.tokens.refresh_token:
        await deps.provider.revoke(live.tokens.refresh_token)
    try:
        endpoint = (await deps.provider.metadata()).end_session_endpoint
    except ProviderUnavailableError:
        return "/"
    if endpoint is None:
        return "/"
    # OpenID Connect RP-Initiated Logout 1.0 section 2. The ID token holds a subject, no name.
    query = {
        "client_id": deps.settings.client_id,
        "post_logout_redirect_uri": f"{deps.settings.public_url}/",
    }
    if live.tokens.id_token:
        query["id_token_hint"] = live.tokens.id_token
    return f"{endpoint}?{urlencode(query)}"


async def obey_logout_token(deps: BffDeps, token: str) -> None:
    """End the sessions that a logout token names. Raises TokenRefusedError."""
    metadata = await deps.provider.metadata()
    keys = await deps.keys.get(metadata.jwks_uri, unverified_part(token, 0).get("kid"))
    fact = verify_logout_token(
        token,
        keys,
        issuer=metadata.issuer,
        client_id=deps.settings.client_id,
        now=deps.clock.now(),
    )
    jti_hash = sha256_hex(f"{metadata.issuer} {fact.jti}")
    remembered_until = fact.expires_at + JTI_MEMORY
    if not await deps.store.end_sessions(jti_hash, remembered_until, fact.subject, fact.session_id):
        raise TokenRefusedError("used before")
