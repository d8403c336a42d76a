"""Relying parties as a bundle: what may stand in it, and what applying it does."""

from __future__ import annotations

import asyncio
import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from clavis_gateway.registration import bundle_actions
from clavis_gateway.registration.actions import Registrar, set_state
from clavis_gateway.registration.bundle import Bundle, BundleError, parse
from clavis_gateway.registration.plan import Kind, Step, plan, told
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store import relying_parties
from clavis_kit.clock import SystemClock
from clavis_kit.ids import new_id, new_secret
from clavis_kit.keyed_hash import KeyedHash
from joserfc.jwk import ECKey

from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, SECRET, World

ENVIRONMENT = {"PADRON_SECRET": SECRET, "OTHER_SECRET": "other-" + "y" * 40}
KEY = ECKey.generate_key("P-256", {"kid": "one"})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "two"})


def party(client_id: str = "padron", **changes: Any) -> dict[str, Any]:
    base = {
        "client_id": client_id,
        "state": "production",
        "profile": "basic",
        "client_name": "Padrón",
        "redirect_uris": [REDIRECT],
        "client_secret_env": "PADRON_SECRET",
        "contacts": ["tecnica@padron.example"],
    } | changes
    return {name: value for name, value in base.items() if value is not None}


def written(*parties: dict[str, Any], name: str = "villaclara") -> bytes:
    return yaml.safe_dump(
        {"version": 1, "name": name, "relying_parties": list(parties)}, allow_unicode=True
    ).encode()


def read(*parties: dict[str, Any], name: str = "villaclara") -> Bundle:
    return parse(written(*parties, name=name), Path(), ENVIRONMENT)


async def apply(world: World, *parties: dict[str, Any], name: str = "villaclara") -> list[Step]:
    return await bundle_actions.apply(world.registrar(), world.deps.pool, read(*parties, name=name))


def kinds(steps: list[Step]) -> dict[str, Kind]:
    return {step.party.client_id: step.kind for step in steps}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("relying_parties: [", "line 1"),
        ("- one", "mapping"),
        ("{version: 2, name: a, relying_parties: []}", "version must be 1"),
        ("{version: 1, name: A b, relying_parties: []}", "name must be"),
        ("{version: 1, name: a, relying_parties: {}}", "relying_parties must be a list"),
        ("{version: 1, name: a, relying_parties: [], extra: 1}", "extra is not a member"),
        ("{version: 1, version: 1, name: a, relying_parties: []}", "version must come once"),
        ("{version: 1, name: &a a, relying_parties: [*a]}", "aliases"),
        ("!!python/object/apply:os.getcwd []", "constructor"),
        ("{version: 1, name: a, relying_parties: [7]}", "relying_parties[0] must be a mapping"),
    ],
)
def test_a_file_that_is_no_bundle_is_told_where_and_why(text: str, said: str) -> None:
    with pytest.raises(BundleError) as refused:
        parse(text.encode(), Path(), {})
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"redirect_urls": []}, "relying_parties[0].redirect_urls is not a known member"),
        ({"scope#es": "openid"}, "relying_parties[0].scope#es is not a known member"),
        ({"client_secret": SECRET}, "client_secret does not stand in a bundle"),
        ({"status": "active"}, "status does not stand in a bundle"),
        ({"state": None}, "relying_parties[0].state is missing"),
        ({"client_id": None}, "relying_parties[0].client_id is missing"),
        ({"client_secret_env": "ABSENT"}, "client_secret_env names no variable"),
        ({"client_secret_file": "absent"}, "must not both be present"),
        ({"jwks_file": "absent.json"}, "relying_parties[0]: jwks_file names no file"),
        ({"rotation_overlap": "a week"}, "a span of time"),
    ],
)
def test_a_wrong_member_is_refused_with_its_path(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(BundleError) as refused:
        read(party(**changes))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"redirect_uris": "https://rp.test"}, "redirect_uris must be a list of strings"),
        ({"redirect_uris": ["https://rp.test/#a"]}, "redirect_uris"),
        ({"redirect_uris": ["https://*.rp.test/cb"]}, "redirect_uris must name a host"),
        ({"redirect_uris": ["https://rp.test:0x50/cb"]}, "redirect_uris is not an address"),
        ({"redirect_uris": ["https:///cb"]}, "redirect_uris must name a host"),
        ({"redirect_uris": ["https://rp.t\u0435st/cb"]}, "redirect_uris must be an address in"),
        ({"scope": "openid  profile"}, "scope must be"),
        ({"client_name": "Padr\u202eón"}, "client_name must hold no control"),
        ({"client_name#es": " "}, "client_name#es must be a text"),
        ({"client_name": "x" * 121}, "client_name must be a text of 1 to 120"),
        ({"client_name#e_s": "x"}, "client_name has a wrong language tag"),
        ({"purpose": "x\ny"}, "purpose must hold no control"),
        ({"subject_type": "odd"}, "subject_type is not acceptable"),
        ({"contacts": ["nobody"]}, "contacts[0] must be an e-mail address"),
        ({"state": "asleep"}, "state must be draft, test, production or suspended"),
        ({"claim_purposes": {"shoe_size": {"es": "x"}}}, "claim_purposes.shoe_size"),
        ({"claim_purposes": {"email": {"es": 7}}}, "claim_purposes.email.es"),
        ({"claim_purposes": {"email": "x"}}, "claim_purposes.email"),
        ({"default_max_age": True}, "default_max_age must be a whole number"),
        ({"jwks": {"keys": [KEY.as_dict(private=True)]}}, "jwks.keys[0] must be a public key"),
        ({"jwks": {"keys": []}}, "jwks must have"),
        ({"jwks": {"keys": [{"kty": "EC", "crv": "P-256"}]}}, "jwks.keys[0] cannot be read"),
        (
            {"jwks": {"keys": [KEY.as_dict(private=False)]}, "jwks_uri": "https://rp.test/jwks"},
            "jwks and jwks_uri must not both be present",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_path(changes: dict[str, Any], said: str) -> None:
    registrar = Registrar(ISSUER, KeyedHash(b"k" * 32), SystemClock(), new_id, new_secret, "tests")
    with pytest.raises(BundleError) as refused:
        plan(registrar, read(party("good"), party(**changes)), {})
    assert f"relying_parties[1].{said}" in str(refused.value)


async def test_a_fault_anywhere_writes_nothing(world: World) -> None:
    with pytest.raises(BundleError):
        await apply(world, party("good"), party(contacts=["nobody"]))
    assert await relying_parties.find(world.deps.pool, "good") is None


def test_all_faults_are_told_at_once_and_an_identifier_comes_once() -> None:
    with pytest.raises(BundleError) as refused:
        read(party(one=1), party(two=2))
    assert [fault.split(" ")[0] for fault in refused.value.faults] == [
        "relying_parties[0].one", "relying_parties[1].two",
    ]  # fmt: skip
    with pytest.raises(BundleError, match="padron comes more than once"):
        read(party(), party())


def test_a_secret_and_keys_are_read_from_where_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(SECRET + "\n")
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [KEY.as_dict(private=True)]}))
    entry = party(
        client_secret_env=None, client_secret_file="secret", jwks_file="keys.json"
    )  # fmt: skip
    description = parse(written(entry), tmp_path, {}).parties[0].description
    assert description["client_secret"] == SECRET
    assert "d" not in description["jwks"]["keys"][0]


def test_words_stay_the_text_that_was_written() -> None:
    text = textwrap.dedent("""
        version: 1
        name: a
        relying_parties:
          - {client_id: one, state: draft, software_version: 2027-01-01}
    """)
    read = parse(text.encode(), Path(), {})
    assert read.parties[0].description["software_version"] == "2027-01-01"


async def test_diff_tells_and_apply_does_and_a_second_time_changes_nothing(world: World) -> None:
    bundle = read(party(), party("biblioteca"))
    registrar, pool = world.registrar(), world.deps.pool
    assert kinds(await bundle_actions.diff(registrar, pool, bundle)) == {
        "padron": Kind.ADD, "biblioteca": Kind.ADD,
    }  # fmt: skip
    assert await relying_parties.find(pool, "padron") is None
    assert set(kinds(await bundle_actions.apply(registrar, pool, bundle)).values()) == {Kind.ADD}
    again = await bundle_actions.apply(registrar, pool, bundle)
    assert set(kinds(again).values()) == {Kind.KEEP}
    found = await relying_parties.find(pool, "padron")
    assert found is not None
    assert (found.version, found.managed_by) == (1, "bundle:villaclara")


async def test_what_is_told_holds_no_secret_and_names_each_change(world: World) -> None:
    await apply(world, party())
    steps = await apply(world, party(client_secret_env="OTHER_SECRET", minimum_loa="high"))
    lines = "\n".join(line for step in steps for line in told(step))
    assert "client_secret: replaced" in lines
    assert "minimum_loa: low -> high" in lines
    kept = json.dumps([c.detail for c in await relying_parties.changes(world.deps.pool, "padron")])
    for secret in ENVIRONMENT.values():
        assert secret not in lines + kept


async def test_what_is_gone_from_the_bundle_is_suspended_and_comes_back_with_it(
    world: World,
) -> None:
    await world.register("elsewhere")
    await apply(world, party(), party("biblioteca"))
    assert kinds(await apply(world, party()))["biblioteca"] is Kind.SUSPEND
    assert kinds(await apply(world, party())) == {"padron": Kind.KEEP}
    left = await relying_parties.find(world.deps.pool, "elsewhere")
    assert left is not None
    assert left.party.state is State.PRODUCTION, "what no bundle keeps is nobody's to suspend"
    await apply(world, party(), party("biblioteca"))
    back = await relying_parties.find(world.deps.pool, "biblioteca")
    assert back is not None
    assert back.party.state is State.PRODUCTION


async def test_a_suspension_by_hand_is_not_undone_by_an_older_file(world: World) -> None:
    await apply(world, party())
    found = await relying_parties.find(world.deps.pool, "padron")
    assert found is not None
    await set_state(world.registrar("cli:ana"), world.deps.pool, found, State.SUSPENDED)
    steps = await apply(world, party())
    assert kinds(steps) == {"padron": Kind.HELD}
    assert "cli:ana" in told(steps[0])[0]
    still = await relying_parties.find(world.deps.pool, "padron")
    assert still is not None
    assert still.party.state is State.SUSPENDED


async def test_a_step_the_table_does_not_know_is_refused(world: World) -> None:
    await apply(world, party(state="draft"))
    with pytest.raises(BundleError, match=r"relying_parties\[0\].state cannot go from draft"):
        await apply(world, party(state="production"))


async def test_one_keeper_at_a_time(world: World) -> None:
    await world.register("padron")
    adopted = await apply(world, party())
    assert adopted[0].detail["managed_by"] == ["operator", "bundle:villaclara"]
    with pytest.raises(BundleError, match="is kept by bundle:villaclara"):
        await apply(world, party(), name="otherplace")


async def test_replaced_secrets_and_keys_hold_for_the_overlap(world: World) -> None:
    first = party(
        client_secret_env=None, profile="fapi2", token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [KEY.as_dict(private=False)]},
    )  # fmt: skip
    await apply(world, first)
    second = first | {
        "jwks": {"keys": [OTHER_KEY.as_dict(private=False)]}, "rotation_overlap": "7d",
    }  # fmt: skip
    await apply(world, second)
    found = await relying_parties.find(world.deps.pool, "padron")
    assert found is not None
    now = world.clock.now()
    keys = {key["kid"] for key in found.party.verification_keys(now)["keys"]}
    assert keys == {"one", "two"}
    at_the_end = found.party.retiring_keys[0].until
    assert [key["kid"] for key in found.party.verification_keys(at_the_end)["keys"]] == ["two"]


async def test_two_appliers_at_once_do_it_once(world: World) -> None:
    await asyncio.gather(*(apply(world, party(), party("biblioteca")) for _ in range(4)))
    assert len(await relying_parties.changes(world.deps.pool, "padron")) == 1
