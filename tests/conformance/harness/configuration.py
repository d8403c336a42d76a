"""What the real suite must be given: one configuration for each plan, beside the bundle."""

from typing import Any

from tests.conformance.harness.registration import Registered
from tests.conformance.harness.suite import Suite
from tests.conformance.harness.variants import (
    DPOP,
    MTLS,
    SELF_SIGNED,
    SIGNED_REQUESTS,
    SIGNING,
    Variant,
)

_WAIT_SECONDS = 10
_BASIC_PLANS = ("basic", "formpost-basic")
# Modules that end on a page of the provider, which the suite photographs.
_ERROR_PAGES = (
    "oidcc-ensure-registered-redirect-uri",
    "oidcc-ensure-request-object-with-redirect-uri",
    "oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-modified-id-token-hint",
    "oidcc-rp-initiated-logout-no-id-token-hint",
    "oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
    "oidcc-rp-initiated-logout-bad-id-token-hint",
    "fapi2-security-profile-final-par-attempt-reuse-request_uri",
    "fapi2-security-profile-final-par-attempt-to-use-expired-request_uri",
    "fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client",
)


def configurations(
    suite: Suite, issuer: str, person: dict[str, Any], alias: str
) -> dict[str, dict[str, Any]]:
    """Return the configuration of each plan by its short name."""
    common = {
        "alias": alias,
        "server": {
            "discoveryUrl": f"{issuer}/.well-known/openid-configuration",
            "login_hint": person["national_id"],
        },
        "browser": _browser(issuer, person),
        "override": _overrides(issuer),
    }
    clients = suite.clients
    basic = common | {
        "client": _with_secret(clients["suite-basic"]),
        "client2": _with_secret(clients["suite-basic-2"]),
        "client_secret_post": _with_secret(clients["suite-post"]),
    }
    return {
        "config": common,
        **dict.fromkeys(_BASIC_PLANS, basic),
        "rp-initiated-logout": common | {"client": _with_secret(clients["suite-logout"])},
        "backchannel": common | {"client": _with_secret(clients["suite-backchannel"])},
        "fapi2-security-profile-dpop": common | _pair(suite, DPOP, issuer),
        "fapi2-security-profile-mtls": common | _pair(suite, MTLS, issuer),
        "fapi2-security-profile-mtls-client": common | _pair(suite, SELF_SIGNED, issuer),
        "fapi2-message-signing": common | _pair(suite, SIGNING, issuer),
        "fapi2-message-signing-mtls": common | _pair(suite, SIGNED_REQUESTS, issuer),
    }


def _with_secret(client: Registered) -> dict[str, Any]:
    return {"client_id": client.client_id, "client_secret": client.secret}


def _pair(suite: Suite, variant: Variant, issuer: str) -> dict[str, Any]:
    first, second = suite.pair(variant)
    found: dict[str, Any] = {
        "client": _with_key(first),
        "client2": _with_key(second),
        "resource": {"resourceUrl": f"{issuer}/userinfo"},
    }
    for name, client in (("mtls", first), ("mtls2", second)):
        if client.certificate is not None:
            found[name] = {
                "cert": client.certificate.file.read_text(),
                "key": client.certificate.key_file.read_text(),
            }
    return found


def _with_key(client: Registered) -> dict[str, Any]:
    assert client.key is not None
    return {
        "client_id": client.client_id,
        "scope": "openid offline_access",
        "jwks": {"keys": [client.key.private_jwk]},
    }


def _task(name: str, match: str, *commands: list[Any]) -> dict[str, Any]:
    return {"task": name, "match": match, "optional": True, "commands": list(commands)}


def _browser(issuer: str, person: dict[str, Any]) -> list[dict[str, Any]]:
    """How the pages are driven: by element ids, which are part of what the pages promise."""
    press = ["click", "id", "continue"]
    login = [
        _task("Choose", f"{issuer}/login/*", ["click", "id", "method-permanent"]),
        _task(
            "Log in",
            f"{issuer}/login/*/permanent",
            ["text", "id", "identifier", person["national_id"]],
            ["text", "id", "password", person["password"]],
            press,
        ),
        _task("Agree", f"{issuer}/login/*/data", press),
        _task("Return", f"{issuer}/login/*", press),
    ]
    leave = [_task("Log out", f"{issuer}/logout*", ["click", "id", "confirm-logout"])]
    done = _task("Verify", "*/callback*", ["wait", "id", "submission_complete", _WAIT_SECONDS])
    return [
        {"match": f"{issuer}/authorize*", "tasks": [*login, done]},
        {"match": f"{issuer}/logout*", "tasks": leave},
    ]


def _overrides(issuer: str) -> dict[str, Any]:
    look = ["wait", "id", "error-summary", _WAIT_SECONDS, ".*", "update-image-placeholder"]
    page = [{"match": f"{issuer}/*", "tasks": [_task("Look", f"{issuer}/*", look)]}]
    cancel = [_task("Cancel", f"{issuer}/login/*", ["click", "id", "cancel"])]
    refuse = [{"match": f"{issuer}/authorize*", "tasks": cancel}]
    return {name: {"browser": page} for name in _ERROR_PAGES} | {
        "fapi2-security-profile-final-user-rejects-authentication": {"browser": refuse}
    }
