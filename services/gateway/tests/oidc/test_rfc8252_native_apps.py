"""RFC 8252: apps on the person's device, their addresses, and whose they are."""

from __future__ import annotations

from typing import Any

import pytest
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import RelyingParty
from clavis_gateway.registration import relying_party
from clavis_kit.ids import new_id

from services.gateway.tests.oidc.gateway_world import ISSUER, World, page_code, pkce, registration

OWN = "org.example.app:/callback"
APP: dict[str, Any] = {
    "application_type": "native", "token_endpoint_auth_method": "none", "client_secret": None,
}  # fmt: skip


def app(client_id: str, *uris: str, **changes: Any) -> RelyingParty:
    description = registration(client_id, **APP | {"redirect_uris": list(uris)} | changes)
    return relying_party(description, ISSUER)


async def test_7_1_the_answer_goes_to_the_apps_own_scheme_and_no_other(world: World) -> None:
    await world.register("app", **APP, redirect_uris=[OWN], post_logout_redirect_uris=[OWN])
    opened = await world.authorize(
        "app", redirect_uri=OWN, code_challenge=pkce()[1], code_challenge_method="S256"
    )
    target = await world.complete(opened, new_id())
    assert target.error is None
    assert target.url.startswith(OWN + "?code="), target.url
    refused = await world.authorize("app", redirect_uri=OWN, max_age="soon")
    assert refused.headers["location"].startswith(OWN + "?error=")
    for other in ("org.example.app:/other", "org.example.other:/callback", OWN + "/"):
        assert page_code(await world.authorize("app", redirect_uri=other)) == "bad_redirect_uri"


@pytest.mark.parametrize(
    "uri", ["example:/callback", "javascript:alert(1)", "org.example.app:/callback#x", "data:,x"]
)
def test_7_1_a_scheme_of_ones_own_is_a_domain_backwards(uri: str) -> None:
    with pytest.raises(MetadataError, match="redirect_uris"):
        app("app", uri)


def test_7_1_only_an_app_has_a_scheme_of_its_own() -> None:
    with pytest.raises(MetadataError, match="use https"):
        app("app", OWN, application_type="web")


def test_what_a_person_checks_and_who_shares_subjects_is_what_nobody_else_can_write() -> None:
    spelled = app("app", "org.example.app://bank.example/callback")
    assert (spelled.domain, spelled.sector) == ("org.example.app", "org.example.app")
    assert app("app", OWN, "http://127.0.0.1/callback").sector == "org.example.app"
    assert app("app", "https://app.example.org/callback").sector == "app.example.org"


def test_apps_that_listen_on_the_device_alone_do_not_share_subjects() -> None:
    one, other = (app(name, "http://127.0.0.1/callback") for name in ("one", "other"))
    assert (one.sector, other.sector) == ("one", "other")
