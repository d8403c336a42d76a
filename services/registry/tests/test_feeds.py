"""The operator's feeds: telling a line twice changes nothing, and no line names a person."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clavis_registry.__main__ import parser
from clavis_registry.commands import feeds
from clavis_registry.settings import RegistrySettings
from clavis_testkit.service_databases import Database
from cryptography.hazmat.primitives.serialization import Encoding

from services.registry.tests.citizens import on_record
from services.registry.tests.life import as_officer, desk
from services.registry.tests.world import ANA, Enrol, World

ADDRESS = {
    "national_id": ANA, "lines": ["Calle Mayor 1, 2.º B"], "postcode": "28013",
    "municipality": "Madrid", "province": "Madrid",
}  # fmt: skip
DOCUMENT = {"kind": "dni", "issued_on": "2026-03-01", "expires_on": "2036-03-01"}


@pytest.fixture
def fed(world: World, tmp_path: Path, capsys: Any) -> Callable[..., Any]:
    """Feed lines as a verb does; return what it said and where it complained."""

    async def run(what: str, lines: list[Any], **more: str) -> tuple[str, str]:
        file = tmp_path / "feed.jsonl"
        file.write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
        options = [f"--{name}={value}" for name, value in more.items()]
        arguments = parser().parse_args([*what.split(), str(file), *options])
        monkey = pytest.MonkeyPatch()
        works: list[Any] = []
        monkey.setattr(feeds, "run", lambda work: works.append(work) or 0)
        arguments.run(arguments)
        monkey.undo()
        await works[0](world.deps)
        said = capsys.readouterr()
        return said.out, said.err

    return run


async def test_addresses_are_kept_by_keyed_hash_also_of_people_who_never_enrolled(
    world: World, fed: Any
) -> None:
    bad = {**ADDRESS, "postcode": "1"}
    out, err = await fed(
        "addresses import", [ADDRESS, ADDRESS, bad, "{", {"national_id": "12345678A"}], source="INE"
    )
    assert "1 changed, 1 unchanged, 0 forgotten, 3 refused" in out
    assert "line 3: invalid: postcode" in err
    assert "line 5: wrong-check-letter" in err
    assert ANA not in out + err
    key = world.deps.keys.national_id.of(ANA)
    async with world.deps.reading() as unit:
        kept = await unit.postal_addresses.get(key)
    assert kept is not None
    assert (kept.lines, kept.postcode) == (("Calle Mayor 1, 2.º B",), "28013")
    out, _ = await fed("addresses import", [{"national_id": ANA}], source="INE")
    assert "1 forgotten" in out


async def test_who_is_on_record_sees_that_the_address_changed(
    world: World, enrol: Enrol, fed: Any
) -> None:
    entered = await enrol()
    await fed("addresses import", [ADDRESS, ADDRESS], source="INE")
    await on_record(world)
    await on_record(world)
    await fed("addresses import", [{"national_id": ANA}], source="INE")
    headers = world.as_citizen(entered.subject_id)
    history = (await world.http.get("/citizen/v1/history", headers=headers)).json()["entries"]
    told = [one["actor"] for one in history if one["action"] == "address-changed"]
    assert told == ["operator", "operator"], "kept by the first feed, the same to the census, gone"
    kept = "SELECT facts FROM evidence WHERE kind = 'address-change'"
    assert [row["facts"] for row in await world.deps.pool.fetch(kept)] == [{"source": "INE"}] * 2


async def test_the_civil_register_refreshes_the_contrast_datum(
    world: World, fed: Any, enrol: Enrol
) -> None:
    await enrol()
    line = {"national_id": ANA, "document": DOCUMENT, "source_reference": "DGP-7"}
    stranger = {**line, "national_id": "00000001R"}
    wrong = {**line, "document": {**DOCUMENT, "kind": "tie"}}
    out, err = await fed("documents refresh", [line, line, stranger, wrong])
    assert "1 changed, 1 unchanged, 1 unknown_person, 1 refused" in out
    assert "line 3: unknown_person" in err
    assert "line 4: document-kind-mismatch" in err
    assert (await world.event_names()).count("DocumentChanged") == 1


async def test_a_proof_is_verified_from_the_command_line(
    world: World, enrol: Enrol, tmp_path: Path, capsys: Any
) -> None:
    await enrol()
    left = await as_officer(world, "renunciations", desk(signed=True))
    pdf = await world.http.get(left.json()["proof"], headers=world.as_officer())
    anchors = b"".join(c.public_bytes(Encoding.PEM) for c in world.deps.seal.chain[1:])
    (tmp_path / "roots.pem").write_bytes(anchors)
    file = tmp_path / "proof.pdf"
    for content, codes in ((pdf.content, {0}), (_altered(pdf.content), {1, 2}), (b"no", {2})):
        file.write_bytes(content)
        arguments = parser().parse_args(
            ["proof", "verify", str(file), "--trust", str(tmp_path / "roots.pem")]
        )
        assert await asyncio.to_thread(arguments.run, arguments) in codes
    assert '"valid": true' in capsys.readouterr().out


def _altered(pdf: bytes) -> bytes:
    """Change one byte in the middle of what is sealed."""
    middle = len(pdf) // 3
    return pdf[:middle] + bytes([pdf[middle] ^ 1]) + pdf[middle + 1 :]


def test_a_seal_without_its_key_stops_the_start(
    settings_for: Callable[[Database], RegistrySettings], tmp_path: Path
) -> None:
    from clavis_kit.clock import SystemClock
    from clavis_kit.settings import KeyFileError
    from clavis_registry.sealing import Seal

    settings = settings_for(Database("none", "postgresql://none", "postgresql://none", "none"))
    with pytest.raises(KeyFileError, match="does not begin with the certificate"):
        Seal.from_files(tmp_path / "service.pem", settings.seal_cert_file, SystemClock())
    with pytest.raises(KeyFileError, match="not a readable private key"):
        Seal.from_files(settings.seal_cert_file, settings.seal_cert_file, SystemClock())
