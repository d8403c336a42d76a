"""Access tokens as presented to the gateway itself (userinfo and the citizen's API)."""

from __future__ import annotations

from dataclasses import dataclass

from clavis_kit.keyed_hash import sha256_hex
from starlette.requests import Request

from clavis_gateway.deps import Deps
from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.checks import dpop
from clavis_gateway.oidc.forms import FORM, read_unique_form
from clavis_gateway.records import AccessToken, Grant
from clavis_gateway.store import tokens


@dataclass(frozen=True, slots=True)
class Presented:
    """A live token of a person, and whose grant it belongs to."""

    access_token: AccessToken
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
    if held is None or held.access_token is None or not held.alive(now):
        raise _invalid(scheme)
    await _check_binding(request, deps, scheme, token, held.access_token, path)
    if held.grant is None:
        raise _invalid(scheme)
    return Presented(held.access_token, held.grant, held.enrolment_level)


# RFC 6750 section 2: header or form body, not both, never the query. RFC 9449 section 7.1.
async def _read(request: Request) -> tuple[str, str]:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    in_header = value.strip() if scheme.lower() in {"bearer", "dpop"} else None
    in_body = None
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "POST" and content_type == FORM:
        in_body = (await read_unique_form(request)).get("access_token")
    if in_header and in_body:
        raise _challenge("invalid_request", "The token came in two ways.", 400, "Bearer")
    token = in_header or in_body
    if not token:
        # Section 3.1: no error code when no authentication was given.
        raise OAuthError(
            "invalid_token", "An access token is required.", status=401,
            headers={"WWW-Authenticate": 'Bearer realm="clavis", DPoP realm="clavis"'},
        )  # fmt: skip
    return ("DPoP" if scheme.lower() == "dpop" and in_header else "Bearer"), token


# RFC 9449 sections 7.1 and 7.2: a bound token needs a proof by its key, made for this token, and
# cannot be presented as Bearer.
async def _check_binding(
    request: Request, deps: Deps, scheme: str, token: str, record: AccessToken, path: str
) -> None:
    if (record.jkt is None) != (scheme == "Bearer"):
        raise _invalid("DPoP" if record.jkt else "Bearer")
    if record.jkt is None:
        return
    proof = dpop.check_proof(
        request.headers.getlist("dpop"),
        method=request.method,
        url=deps.settings.issuer + path,
        now=deps.clock.now(),
        access_token=token,
    )
    if proof is None or proof.jkt != record.jkt:
        raise _invalid("DPoP")
    if not await tokens.use_jtis(deps.pool, [(proof.jti.jti_hash, proof.jti.expires_at)]):
        raise _challenge("invalid_dpop_proof", "The DPoP proof was used before.", 401, "DPoP")


def _invalid(scheme: str) -> OAuthError:
    return _challenge("invalid_token", "The access token is not valid.", 401, scheme)


def insufficient_scope(needed: str) -> OAuthError:
    """Make the error of RFC 6750 section 3.1 for a token that opens something else."""
    return _challenge("insufficient_scope", f"The scope {needed} is needed.", 403, "Bearer")


def _challenge(code: str, description: str, status: int, scheme: str) -> OAuthError:
    value = f'{scheme} error="{code}", error_description="{description}"'
    return OAuthError(code, description, status=status, headers={"WWW-Authenticate": value})
