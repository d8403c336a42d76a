"""Registering relying parties: what an operator may describe, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from clavis_gateway.client_commands.files import read_descriptions
from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.registration import relying_party
from clavis_gateway.registration.actions import apply
from clavis_gateway.registration.keys import public_keys
from clavis_kit.loa import Loa
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import ISSUER, SECRET, World, registration

PRIVATE = ECKey.generate_key("P-256").as_dict(private=True)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"redirect_uris": ["http://rp.test/cb"]}, "https"),
        ({"redirect_uris": ["https://rp.test/cb#x"]}, "redirect_uris"),
        ({"redirect_uris": ["https://user@rp.test/cb"]}, "redirect_uris"),
        ({"redirect_uris": []}, "redirect_uris"),
        ({"redirect_uris": "https://rp.test/cb"}, "redirect_uris"),
        ({"redirect_uris": ["https://a.test/cb", "https://b.test/cb"]}, "sector_identifier"),
        ({"client_secret": "short"}, "client_secret"),
        ({"client_secret": None}, "client_secret"),
        ({"grant_types": ["password"]}, "grant_types"),
        ({"response_types": ["token"]}, "response_types"),
        ({"token_endpoint_auth_method": "telepathy"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        ({"id_token_signed_response_alg": "none"}, "id_token_signed_response_alg"),
        ({"profile": "fapi2"}, "private_key_jwt"),
        ({"profile": "loose"}, "profile"),
        ({"minimum_loa": "extreme"}, "minimum_loa"),
        ({"allowed_methods": ["telepathy"]}, "allowed_methods"),
        ({"status": "asleep"}, "status"),
        ({"client_id": "a b\n"}, "client_id"),
        ({"client_id": None}, "client_id"),
        ({"sso_allowed": "yes"}, "sso_allowed"),
        ({"backchannel_logout_uri": "http://rp.test/logout"}, "https"),
        ({"purpose#es": 7}, "purpose"),
    ],
)
def test_a_wrong_description_is_refused_with_a_sentence(
    changes: dict[str, Any], names: str
) -> None:
    with pytest.raises(MetadataError, match=names):
        relying_party(registration(**changes), ISSUER)


def test_rfc7591_2_2_texts_by_language_and_defaults() -> None:
    party = relying_party(registration(**{"purpose#eu": "Zergak"}), ISSUER)
    assert party.names == {"": "Demo", "es": "Servicio de prueba"}
    assert party.purpose == {"eu": "Zergak"}
    assert party.minimum_loa is Loa.LOW
    assert party.sector == "rp.test"
    assert "client_secret" not in party.metadata
    assert SECRET not in repr(party)


def test_the_strict_profile_is_the_default() -> None:
    with pytest.raises(MetadataError, match="fapi2"):
        relying_party(registration(profile=None), ISSUER)


async def test_apply_says_what_changed_and_keeps_the_secret(world: World) -> None:
    description = registration()
    registrar, pool = world.registrar(), world.deps.pool
    assert await apply(registrar, pool, dict(description)) == ["new"]
    assert await apply(registrar, pool, dict(description)) == []
    changed = registration(client_secret=None, minimum_loa="high", logo_uri="https://rp.test/l.svg")
    assert await apply(registrar, pool, changed) == ["minimum_loa", "logo_uri"]
    assert (await world.exchange("x")).json()["error"] == "invalid_grant", "the secret still holds"


@pytest.mark.parametrize("member", ["redirect_urls", "sso_alowed", "scope#es", "jwksfile"])
def test_a_misspelt_member_of_a_file_is_refused_not_ignored(tmp_path: Path, member: str) -> None:
    (tmp_path / "client.json").write_text(json.dumps([{"client_name#ca": "X", member: "x"}]))
    with pytest.raises(MetadataError, match=f"{member} is not a known member"):
        read_descriptions(tmp_path / "client.json")


def test_a_key_file_is_read_beside_and_loses_its_private_half(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [PRIVATE]}))
    (tmp_path / "client.json").write_text(json.dumps({"client_id": "x", "jwks_file": "keys.json"}))
    read = read_descriptions(tmp_path / "client.json")
    assert "d" not in read[0]["jwks"]["keys"][0]
    assert public_keys({"keys": [PRIVATE]})["keys"][0]["x"] == PRIVATE["x"]
