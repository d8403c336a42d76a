"""Client metadata validated by Authlib: RFC 7591, OpenID Connect Registration and Logout."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2 import rfc7591
from authlib.oidc import registration, rpinitiated
from joserfc.errors import JoseError


class MetadataError(ValueError):
    """A member of the metadata is not acceptable; the text names it."""


def validate(metadata: dict[str, Any], server: dict[str, Any]) -> None:
    """Check metadata against its specifications and what the server supports.

    Raises MetadataError naming the first bad member.
    """
    metadata = {name: _with_hosts(name, value) for name, value in metadata.items()}
    # Scopes of other APIs are the operator's to name; scopes_supported lists only ours.
    server = {name: value for name, value in server.items() if name != "scopes_supported"}
    for claims_class in (
        rfc7591.ClientMetadataClaims,
        registration.ClientMetadataClaims,
        rpinitiated.ClientMetadataClaims,
    ):
        options = {}
        if hasattr(claims_class, "get_claims_options"):
            options = claims_class.get_claims_options(server)
        try:
            claims_class(metadata, {}, options, server).validate()
        except JoseError as error:
            name = getattr(error, "claim", None) or str(error)
            raise MetadataError(f"{name} is not acceptable") from error


# RFC 8252 section 7.1: `org.example.app:/callback` has no host, which Authlib takes for no address.
# Which of these may be registered, our own rules have judged.
def _with_hosts(name: str, value: Any) -> Any:
    if name not in {"redirect_uris", "post_logout_redirect_uris"}:
        return value
    return [uri for uri in value if urlsplit(uri).netloc]
