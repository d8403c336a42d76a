"""The host that asks for certificates: what is believed of the terminator, and from whom."""

from __future__ import annotations

import pytest
from prometheus_client import REGISTRY

from services.gateway.tests.oidc.gateway_world import World
from services.gateway.tests.oidc.mtls.party import CERTIFICATE_URL, Party, shown


async def test_rfc8705_5_discovery_names_the_certificate_host(world: World) -> None:
    metadata = (await world.http.get("/.well-known/openid-configuration")).json()
    assert metadata["mtls_endpoint_aliases"] == {
        "token_endpoint": f"{CERTIFICATE_URL}/token",
        "pushed_authorization_request_endpoint": f"{CERTIFICATE_URL}/par",
        "introspection_endpoint": f"{CERTIFICATE_URL}/introspect",
        "revocation_endpoint": f"{CERTIFICATE_URL}/revoke",
        "userinfo_endpoint": f"{CERTIFICATE_URL}/userinfo",
    }
    assert metadata["tls_client_certificate_bound_access_tokens"] is True
    methods = metadata["token_endpoint_auth_methods_supported"]
    assert {"tls_client_auth", "self_signed_tls_client_auth"} <= set(methods)


def dropped(reason: str) -> float:
    name = "clavis_gateway_client_certificate_headers_dropped_total"
    return REGISTRY.get_sample_value(name, {"reason": reason}) or 0


# RFC 9440 section 4: what did not come from the terminator, to this host, is not there.
@pytest.mark.parametrize(
    ("host", "changes", "reason"),
    [
        (CERTIFICATE_URL, {"Clavis-Terminator-Secret": None}, "not_the_terminator"),
        (CERTIFICATE_URL, {"Clavis-Terminator-Secret": "guessed"}, "not_the_terminator"),
        ("https://gateway.test", {}, "other_host"),
        ("https://cert.test.evil", {}, "other_host"),
    ],
)
async def test_a_smuggled_certificate_is_dropped_and_counted(
    party: Party, host: str, changes: dict[str, str | None], reason: str
) -> None:
    await party.register()
    party.host = host
    before = dropped(reason)
    answer = await party.credentials(headers=shown(party.certificate, **changes))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert dropped(reason) == before + 1


async def test_a_certificate_for_a_page_that_asks_for_none_is_dropped(party: Party) -> None:
    before = dropped("other_path")
    address = f"{CERTIFICATE_URL}/.well-known/openid-configuration"
    await party.world.http.get(address, headers=shown(party.certificate))
    assert dropped("other_path") == before + 1


async def test_an_unreadable_certificate_is_a_bad_request(party: Party) -> None:
    await party.register()
    headers = shown(None) | {"Client-Cert": ":bm90IGEgY2VydGlmaWNhdGU=:"}
    answer = await party.credentials(headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
