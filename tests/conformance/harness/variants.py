"""The variants in which the FAPI 2.0 plans are run."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Variant:
    """How the client authenticates, what binds its tokens, and which messages are signed."""

    name: str
    client_auth: str = "private_key_jwt"
    dpop: bool = True
    signing: bool = False
    jarm: bool = False


DPOP = Variant("dpop")
MTLS = Variant("mtls", dpop=False)
TLS_AUTH = Variant("tls_client_auth", client_auth="tls_client_auth", dpop=False)
SELF_SIGNED = Variant(
    "self_signed_tls_client_auth", client_auth="self_signed_tls_client_auth", dpop=False
)
SIGNING = Variant("message-signing", signing=True, jarm=True)
SIGNED_REQUESTS = Variant("message-signing-mtls", dpop=False, signing=True)

ALL = (DPOP, MTLS, TLS_AUTH, SELF_SIGNED, SIGNING, SIGNED_REQUESTS)
WITH_DPOP = tuple(variant for variant in ALL if variant.dpop)
WITH_ASSERTION = tuple(variant for variant in ALL if variant.client_auth == "private_key_jwt")
SIGNED = tuple(variant for variant in ALL if variant.signing)
