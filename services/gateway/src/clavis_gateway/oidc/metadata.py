"""What the provider supports: the one table behind discovery, checks and registration."""

from __future__ import annotations

from clavis_gateway.rules.client_certificates import TLS_METHODS

# What we sign with; ES256 unless the client registered another.
SIGNING_ALGS = ("ES256", "PS256", "EdDSA", "RS256")
ID_TOKEN_ALGS = SIGNING_ALGS
JWKS_CACHE_SECONDS = 300
# Answers that only the client can read. RFC 8725 section 3.2 leaves no place for RSA1_5.
ENCRYPTION_ALGS = ("RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A256KW")
ENCRYPTION_ENCS = ("A128CBC-HS256", "A256GCM")
# FAPI 2.0 Security Profile section 5.4.1 allows PS256, ES256 and EdDSA over Ed25519; RFC 9864
# renamed the last one. RS256 is what OpenID Connect Core 1.0 section 9 leads basic clients to.
FAPI_ALGS = ("PS256", "ES256", "EdDSA", "Ed25519")
ASSERTION_ALGS = (*FAPI_ALGS, "RS256")
DPOP_ALGS = FAPI_ALGS

SECRET_METHODS = ("client_secret_basic", "client_secret_post")
AUTH_METHODS = (*SECRET_METHODS, "private_key_jwt", *TLS_METHODS, "none")
# RFC 8705 section 5: the endpoints that have a twin on the certificate host.
MTLS_ENDPOINTS = {
    "token_endpoint": "/token",
    "pushed_authorization_request_endpoint": "/par",
    "introspection_endpoint": "/introspect",
    "revocation_endpoint": "/revoke",
    "userinfo_endpoint": "/userinfo",
}
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
RESPONSE_MODES = ("query", "form_post", "jwt", "query.jwt", "form_post.jwt")
# OpenID Connect Core 1.0 section 3.1.2.1: one design serves windows, pop-ups, touch and old phones.
DISPLAYS = ("page", "popup", "touch", "wap")
PROMPTS = ("none", "login", "consent", "select_account", "create")

SCOPES = ("openid", "profile", "email", "phone", "address", "identity", "offline_access")

# OpenID Connect Core 1.0 section 5.4; `identity` is ours and carries what an administration needs.
CLAIMS_OF_SCOPE: dict[str, tuple[str, ...]] = {
    "profile": ("name", "given_name", "family_name", "birthdate"),
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
    "address": ("address",),
    "identity": ("person_identifier", "first_surname", "second_surname", "registration_level"),
}

# Claims the gateway knows by itself; all others are asked of the registry and kept nowhere.
OWN_CLAIMS = ("acr", "amr", "auth_time", "registration_level", "selected_idp")
CLAIMS_SUPPORTED: tuple[str, ...] = (
    "sub", "iss", "aud", "exp", "iat", "nonce", "sid", *OWN_CLAIMS,
    *(
        claim
        for claims in CLAIMS_OF_SCOPE.values()
        for claim in claims
        if claim not in OWN_CLAIMS
    ),
)  # fmt: skip
REGISTRY_CLAIMS = frozenset(
    claim for claims in CLAIMS_OF_SCOPE.values() for claim in claims if claim not in OWN_CLAIMS
)

REQUEST_URI_PREFIX = "urn:ietf:params:oauth:request_uri:"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
