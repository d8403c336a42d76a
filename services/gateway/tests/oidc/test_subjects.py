"""How a person is called: pairwise by sector, or the same everywhere (OpenID Connect Core 8)."""

from __future__ import annotations

from typing import Any

from clavis_gateway.oidc.subjects import sub_for
from clavis_gateway.registration import relying_party
from clavis_kit.ids import new_id
from clavis_kit.keyed_hash import KeyedHash
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.tests.oidc.gateway_world import ISSUER, World, registration
from services.gateway.tests.oidc.independent import parts

KEY = KeyedHash(b"k" * 32)


def sub(client_id: str, host: str, subject_id: str, **changes: Any) -> str:
    uri = f"https://{host}/callback"
    party = relying_party(registration(client_id, redirect_uris=[uri], **changes), ISSUER)
    return sub_for(party, subject_id, KEY)


@given(person=st.uuids().map(str), other=st.uuids().map(str))
def test_core_8_1_the_same_person_in_one_sector_only(person: str, other: str) -> None:
    here = sub("one", "a.test", person)
    assert here == sub("two", "a.test", person), "two clients of one sector may join what they know"
    assert here != sub("one", "b.test", person), "of two sectors never"
    assert (here == sub("one", "a.test", other)) == (person == other)
    assert person not in here
    assert len(here) <= 255


def test_core_8_public_subjects_are_the_same_everywhere() -> None:
    person = new_id()
    first = sub("one", "a.test", person, subject_type="public")
    assert first == sub("two", "b.test", person, subject_type="public")
    assert first != sub("one", "a.test", person), "and not those of the pairwise kind"
    assert person not in first


def test_core_8_1_a_named_sector_joins_several_hosts() -> None:
    person = new_id()
    uris = ["https://a.test/x", "https://b.test/x"]
    party = relying_party(registration(redirect_uris=uris, sector_identifier="a.test"), ISSUER)
    assert sub_for(party, person, KEY) == sub("other", "a.test", person)


async def test_core_5_3_2_userinfo_and_id_token_name_the_same_subject(world: World) -> None:
    person = new_id()
    for name, kind in (("one", "public"), ("two", "pairwise")):
        await world.register(name, subject_type=kind)
        tokens = await world.tokens(name, subject_id=person, prompt="login")
        claims = parts(tokens["id_token"])[1]
        assert (await world.userinfo(tokens["access_token"])).json()["sub"] == claims["sub"]


async def test_core_2_the_id_token_holds_what_it_must_and_nothing_more(world: World) -> None:
    await world.register()
    tokens = await world.tokens(scope="openid profile email phone identity", nonce="n")
    claims = parts(tokens["id_token"])[1]
    assert claims.keys() == {
        "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash",
    }, "no name: scopes are answered by userinfo (section 5.4)"  # fmt: skip
    assert claims["aud"] == "demo-web", "one audience as a string: no azp"
    assert claims["exp"] - claims["iat"] == 300
    assert "name" in (await world.userinfo(tokens["access_token"])).json()
