"""What of a refused request may be kept for its relying party. Pure.

A request holds secrets, codes, tokens, hints about persons, in any parameter and also where none
belongs. So nothing of it is copied: a parameter is named if its name is one of ours, and its value
is told in a fixed vocabulary. A text that is not in the vocabulary cannot be kept, whatever it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit

Describe = Callable[[str, tuple[str, ...]], str]

PRESENT, EMPTY, OTHER, REPEATED = "present", "empty", "other", "repeated"
UNKNOWN_NAMES = "(unknown names)"
_MANY = 12
WORDS = frozenset(
    {
        # response_type, response_mode, grant_type
        "code", "token", "id_token", "none", "query", "fragment", "form_post", "jwt", "query.jwt",
        "fragment.jwt", "form_post.jwt", "authorization_code", "refresh_token",
        "client_credentials", "password", "implicit",
        # prompt, display
        "login", "consent", "select_account", "create", "page", "popup", "touch", "wap",
        # scope
        "openid", "profile", "email", "phone", "address", "identity", "offline_access",
        # code_challenge_method, token_type_hint
        "S256", "plain", "access_token",
        # client_assertion_type
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
    }
)  # fmt: skip
DIFFERENCES = (
    "not_a_uri", "scheme", "user_information", "host", "port", "path", "query", "fragment",
    "spelling",
)  # fmt: skip


def _words(value: str, _: tuple[str, ...]) -> str:
    kept = [word if word in WORDS else OTHER for word in value.split(" ")[:_MANY]]
    return " ".join(dict.fromkeys(kept))


def _number(value: str, _: tuple[str, ...]) -> str:
    return "a number" if value.isascii() and value.isdigit() else "not a number"


def _size(value: str, _: tuple[str, ...]) -> str:
    return f"{min(len(value), 9999)} characters"


# RFC 9700 section 2.1: addresses are compared as strings; what differs is what helps to mend it.
def _address(value: str, registered: tuple[str, ...]) -> str:
    if value in registered:
        return "registered"
    try:
        asked = _parts(value)
        others = [_parts(one) for one in registered]
    except ValueError:
        return "differs in not_a_uri"
    differences = [
        [name for name, one, two in zip(DIFFERENCES[1:-1], asked, other, strict=True) if one != two]
        for other in others
    ]
    if not differences:
        return "none is registered"
    fewest = min(differences, key=len)
    return "differs in " + ", ".join(fewest or ["spelling"])


def _parts(uri: str) -> tuple[object, ...]:
    parts = urlsplit(uri)
    user = parts.netloc.rpartition("@")[0]
    return (
        parts.scheme, user, parts.hostname, parts.port, parts.path, parts.query, parts.fragment,
    )  # fmt: skip


def _present(_: str, __: tuple[str, ...]) -> str:
    return PRESENT


_DESCRIBED: dict[str, Describe] = {
    **dict.fromkeys(
        (
            "response_type", "response_mode", "grant_type", "prompt", "display", "scope",
            "code_challenge_method", "token_type_hint", "client_assertion_type",
        ),
        _words,
    ),
    "max_age": _number,
    **dict.fromkeys(("code_challenge", "code_verifier", "dpop_jkt"), _size),
    **dict.fromkeys(("redirect_uri", "post_logout_redirect_uri"), _address),
    **dict.fromkeys(
        (
            "client_id", "client_secret", "client_assertion", "state", "nonce", "code",
            "refresh_token", "token", "access_token", "id_token_hint", "login_hint", "logout_hint",
            "acr_values", "claims", "claims_locales", "ui_locales", "request", "request_uri",
            "registration", "resource", "authorization_details", "audience", "id_token_type",
        ),
        _present,
    ),
}  # fmt: skip
NAMES = frozenset(_DESCRIBED) | {UNKNOWN_NAMES}


def redact(
    parameters: Mapping[str, str],
    repeated: Iterable[str] = (),
    registered: Mapping[str, tuple[str, ...]] | None = None,
) -> dict[str, str]:
    """Tell a request's parameters in the vocabulary.

    `registered` holds the addresses the client registered, by the parameter compared with them.
    """
    told: dict[str, str] = {}
    again = frozenset(repeated)
    for name, value in parameters.items():
        describe = _DESCRIBED.get(name)
        if describe is None:
            told[UNKNOWN_NAMES] = PRESENT
            continue
        told[name] = describe(value, (registered or {}).get(name, ())) if value else EMPTY
        if name in again:
            told[name] = REPEATED
    return told
