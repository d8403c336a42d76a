"""Which provider speaks: every message of theirs is signed by their own key."""

from clavis_kit.ids import encode_base64url
from fastapi import Request
from joserfc import jws
from joserfc.errors import JoseError

from clavis_registry.deps import Deps
from clavis_registry.errors import refuse

SIGNATURE_HEADER = "clavis-provider-signature"
ALGORITHMS = ["ES256", "PS256", "EdDSA"]
MAX_SIGNATURE = 4096


# RFC 7515 appendix F: a compact JWS whose payload is the body of the request, left out.
async def provider_of(request: Request, deps: Deps) -> str:
    """Return the name of the provider, which is the `kid` of the key that signed the body.

    Raises provider-not-known.
    """
    header, separator, signature = request.headers.get(SIGNATURE_HEADER, "").partition("..")
    if deps.video_providers is None or not separator or len(header) > MAX_SIGNATURE:
        raise refuse("provider-not-known")
    compact = f"{header}.{encode_base64url(await request.body())}.{signature}"
    try:
        signed = jws.deserialize_compact(compact, deps.video_providers, algorithms=ALGORITHMS)
    except (JoseError, ValueError) as error:
        raise refuse("provider-not-known") from error
    name = signed.headers().get("kid")
    if not isinstance(name, str):
        raise refuse("provider-not-known")
    return name
