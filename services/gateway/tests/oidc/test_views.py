"""What the login pages know of a relying party is made once for each record of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from clavis_gateway.oidc import views
from clavis_gateway.oidc.views import client_view
from clavis_gateway.records import RelyingParty
from clavis_kit.loa import Loa

ISSUER = "https://id.example"
CLIENT = RelyingParty(
    client_id="demo-web", metadata={"initiate_login_uri": "https://rp.test/begin"},
    profile="basic", minimum_loa=Loa.LOW, allowed_methods=frozenset({"pin"}), sso_allowed=True,
    first_party=False, sector="rp.test", names={"": "Town hall"}, purpose={}, audiences=(),
    status="production",
)  # fmt: skip


def test_the_same_record_gives_the_same_view() -> None:
    assert client_view(CLIENT, ISSUER) is client_view(CLIENT, ISSUER)


def test_a_record_that_was_changed_gives_another_view() -> None:
    assert client_view(CLIENT, ISSUER).display_name("es") == "Town hall"
    renamed = replace(CLIENT, names={"": "City hall"})
    assert client_view(renamed, ISSUER).display_name("es") == "City hall"
    assert client_view(CLIENT, ISSUER).display_name("es") == "Town hall"


def test_a_view_belongs_to_one_issuer() -> None:
    homes = [client_view(CLIENT, issuer).home for issuer in (ISSUER, "https://other.example")]
    assert homes == [
        "https://rp.test/begin?iss=https%3A%2F%2Fid.example",
        "https://rp.test/begin?iss=https%3A%2F%2Fother.example",
    ]


def test_only_so_many_views_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "REMEMBERED_CLIENTS", 2)
    for number in range(5):
        client_view(replace(CLIENT, client_id=f"client-{number}"), ISSUER)
        assert len(views._views) <= 2
