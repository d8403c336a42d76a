"""Access tokens as presented to the gateway itself (userinfo and the citizen's API)."""

from __future__ import annotations

from dataclasses import dataclass

from clavis_kit.keyed_hash import sha256_hex
from starlette.requests import Request

from clavis_gateway.deps import Deps
from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.asking import asking
from clavis_gateway.oidc.checks.dpop import Proof
from clavis_gateway.oidc.forms import FORM, read_unique_form
from clavis_gateway.oidc.metadata import DPOP_ALGS
from clavis_gateway.oidc.mtls import x5t_of
from clavis_gateway.oidc.possession import proof_of
from clavis_gateway.records import AccessToken, Grant, RelyingParty
from clavis_gateway.store import tokens

_ALGS = f'algs="{" ".join(DPOP_ALGS)}"'
# RFC 9110 section 11.6.1: one challenge for each way in.
_BOTH = f'Bearer realm="clavis", DPoP realm="clavis", {_ALGS}'


@dataclass(frozen=True, slots=True)
class Presented:
    """A live token of a person, how it came, whose client it is, and whose grant it belongs to."""

    scheme: str
    access_token: AccessToken
    client: RelyingParty
    grant: Grant
    enrolment_level: str | None


async def handle_hash(deps: Deps, token: str) -> str:
    """Return the digest under which a token is on record: of itself, or of a JWT's jti."""
    if token.count(".") == 2:  # noqa: PLR2004 -- RFC 7515 section 7.1: three parts
        await deps.keys.learn(token)
        verified = deps.keys.verify(token)
        if verified is not None and verified[0].get("typ") == "at+jwt":
            return sha256_hex(str(verified[1].get("jti")))
    return sha256_hex(token)


async def present(request: Request, deps: Deps, path: str) -> Presented:
    """Read and verify the token of a request. Raises OAuthError with the challenge."""
    scheme, token = await _read(request)
    held = await tokens.find(deps.pool, await handle_hash(deps, token))
    now = deps.clock.now()
    asking(request).client = held.client if held else None
    if held is None or held.access_token is None or not held.alive(now):
        raise _invalid(scheme)
    await _check_binding(request, deps, scheme, token, held.client, held.access_token, path)
    _check_audience(deps, scheme, held.access_token)
    if held.grant is None:
        raise _invalid(scheme, rule="token_without_person")
    return Presented(scheme, held.access_token, held.client, held.grant, held.enrolment_level)


# RFC 6750 section 2: header or form body, not both, never the query. RFC 9449 section 7.1. The
# scheme is compared without case (RFC 9110 section 11.1).
async def _read(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    in_header = value.strip() if scheme.lower() in {"bearer", "dpop"} else None
    in_body = None
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and content_type == FORM:
        in_body = (await read_unique_form(request)).get("access_token")
    if in_header and in_body:
        raise _challenge(
            "invalid_request", "The token came in two ways.", 400, "Bearer",
            rule="token_in_two_ways",
        )  # fmt: skip
    token = in_header or in_body
    if not token:
        # RFC 6750 section 3.1: no error code when no authentication was given.
        raise OAuthError(
            "invalid_token", "An access token is required.", status=401,
            headers={"WWW-Authenticate": _BOTH}, rule="token_required",
        )  # fmt: skip
    return ("DPoP" if scheme.lower() == "dpop" and in_header else "Bearer"), token


# RFC 9449 sections 7.1 and 7.2: a bound token needs a proof by its key, made for this token, and
# cannot be presented as Bearer.
async def _check_binding(
    request: Request,
    deps: Deps,
    scheme: str,
    token: str,
    client: RelyingParty,
    record: AccessToken,
    path: str,
) -> None:
    # RFC 8705 section 3: only over a connection with the certificate it was given to.
    if record.x5t is not None and x5t_of(deps.mtls.shown(request)) != record.x5t:
        raise _invalid(scheme)
    if (record.jkt is None) != (scheme == "Bearer"):
        raise _invalid("DPoP" if record.jkt else "Bearer", rule="token_scheme")
    if record.jkt is None:
        return
    proof = _proof(request, deps, client, token, path)
    if proof is None or proof.jkt != record.jkt:
        raise _invalid("DPoP", rule="dpop_key_other" if proof else "dpop_proof_missing")
    if not await tokens.use_jtis(deps.pool, [(proof.jti.jti_hash, proof.jti.expires_at)]):
        raise _challenge(
            "invalid_dpop_proof", "The DPoP proof was used before.", 401, "DPoP",
            rule="dpop_replayed",
        )  # fmt: skip


# RFC 9449 section 7.1, and section 9 for the nonce: at a resource, a bad proof is a challenge.
def _proof(
    request: Request, deps: Deps, client: RelyingParty, token: str, path: str
) -> Proof | None:
    try:
        return proof_of(request, deps, client, path, token)
    except OAuthError as error:
        told = _challenge(error.code, error.description, 401, "DPoP", rule=error.rule)
        told.headers |= error.headers
        told.private = error.private
        raise told from error


# RFC 8707 section 2.2: a token for other resources opens nothing here, so that none of them can
# use it to ask us about the person.
def _check_audience(deps: Deps, scheme: str, record: AccessToken) -> None:
    if record.audience and deps.settings.issuer not in record.audience:
        raise _invalid(scheme, rule="token_audience")


def _invalid(scheme: str, rule: str = "token_worthless") -> OAuthError:
    return _challenge("invalid_token", "The access token is not valid.", 401, scheme, rule=rule)


def insufficient_scope(needed: str, scheme: str) -> OAuthError:
    """Make the error of RFC 6750 section 3.1 for a token that opens something else."""
    return _challenge(
        "insufficient_scope", f"The scope {needed} is needed.", 403, scheme,
        rule="token_scope", scope=needed,
    )  # fmt: skip


# RFC 6750 section 3 and RFC 9449 section 7.1.
def _challenge(
    code: str, description: str, status: int, scheme: str, *, rule: str, scope: str | None = None
) -> OAuthError:
    value = f'{scheme} realm="clavis", error="{code}", error_description="{description}"'
    if scope is not None:
        value += f', scope="{scope}"'
    if scheme == "DPoP":
        value += f", {_ALGS}"
    headers = {"WWW-Authenticate": value}
    return OAuthError(code, description, status=status, headers=headers, rule=rule)
