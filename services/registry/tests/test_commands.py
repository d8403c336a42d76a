"""The operator's command line, as separate processes on a real database."""

import json
from pathlib import Path
from typing import Any

from clavis_events.registry.v1 import contact_pb2, person_pb2

from services.registry.tests.world import ANA, Enrol, Run, World, application

EVA = "00000001R"


def person(**changes: Any) -> dict[str, Any]:
    entry = {**application(), "channel": "office", "consent_reference": "censo-2026/1", **changes}
    del entry["reason"]
    return entry


def people_file(tmp_path: Path, *entries: dict[str, Any]) -> str:
    path = tmp_path / "people.json"
    path.write_text(json.dumps({"people": entries}))
    return str(path)


async def test_people_are_imported_once_with_code_and_date(
    world: World, run: Run, tmp_path: Path
) -> None:
    file = people_file(
        tmp_path,
        person(enrolled_at="2020-01-15T10:00:00Z", activation_code="ABCD-EFGH-JKMN"),
        person(national_id="X1234567L", mobile="600333444", channel="letter",
               document={"kind": "eu_certificate", "support_number": "C01234567",
                         "issued_on": "2019-01-01", "expires_on": None}),
        person(national_id=EVA, mobile="600555666", renounced=True),
        person(national_id="00000002W", mobile="600777888", birth_date="2012-05-05",
               guardian={"national_id": EVA, "proof": "family_book"}),
    )  # fmt: skip
    assert await run("people", "import", file) == (
        0, "people: 4 imported, 0 unchanged, 0 refused\n", "",
    )  # fmt: skip
    assert (await run("people", "import", file))[1] == (
        "people: 0 imported, 4 unchanged, 0 refused\n"
    )
    events = await world.events()
    ana, letter, *_ = [event for event in events if isinstance(event, person_pb2.Registered)]
    assert ana.last_strong_identification_at.ToDatetime().year == 2020
    assert letter.level == person_pb2.ENROLMENT_LEVEL_BASIC
    assert not letter.HasField("last_strong_identification_at")
    details = [
        contact_pb2.ContactDetails.FromString(world.open_contact(event))
        for event in events
        if isinstance(event, contact_pb2.ContactChanged) and event.subject_id == ana.subject_id
    ]
    assert details[-1].activation_code_hash == world.deps.keys.activation.of(
        f"{ana.subject_id}:ABCDEFGHJKMN"
    )
    assert any(isinstance(event, person_pb2.Renounced) for event in events)
    reference = await world.deps.pool.fetchval(
        "SELECT facts ->> 'consent_reference' FROM evidence WHERE subject_id = $1", ana.subject_id
    )
    assert reference == "censo-2026/1"


async def test_an_import_refuses_entry_by_entry_without_naming_people(
    run: Run, tmp_path: Path
) -> None:
    file = people_file(
        tmp_path,
        person(),
        person(national_id="12345678A"),
        person(national_id=EVA),
        person(national_id=EVA, mobile="600333444", activation_code="no"),
        person(national_id=EVA, mobile="600333444", channel="pigeon"),
    )
    code, out, err = await run("people", "import", file)
    assert (code, out) == (1, "people: 1 imported, 0 unchanged, 4 refused\n")
    assert err.splitlines() == [
        "entry 2: wrong-check-letter",
        "entry 3: phone-in-use",
        "entry 4: invalid-activation-code",
        "entry 5: invalid fields: channel",
    ]


async def test_deaths_end_identities_once(
    world: World, run: Run, enrol: Enrol, tmp_path: Path
) -> None:
    entered = await enrol()
    feed = tmp_path / "deaths.csv"
    feed.write_text(
        "national_id,date,source_reference\n"
        f"{ANA},2026-03-01,MNP/1\n{EVA},2026-03-02,MNP/2\n"
        "12345678A,2026-03-01,MNP/3\nx,not-a-date,MNP/4\n00000002W,2999-01-01,MNP/5\n"
    )
    code, out, err = await run("deaths", str(feed))
    assert (code, out) == (
        1, "deaths: 1 recorded, 1 unknown_person, 0 already_known, 3 refused\n",
    )  # fmt: skip
    assert ANA not in err + out
    assert (await run("deaths", str(feed)))[1] == (
        "deaths: 0 recorded, 0 unknown_person, 2 already_known, 3 refused\n"
    )
    died = [event for event in await world.events() if isinstance(event, person_pb2.Deceased)]
    assert [event.subject_id for event in died] == [entered.subject_id]
    answer = await world.http.get("/citizen/v1/me", headers=world.as_citizen(entered.subject_id))
    assert answer.status_code == 401


async def test_nobody_is_enrolled_under_the_number_of_a_deceased_stranger(
    world: World, run: Run, tmp_path: Path
) -> None:
    feed = tmp_path / "deaths.csv"
    feed.write_text(f"national_id,date,source_reference\n{EVA},2026-03-02,MNP/2\n")
    await run("deaths", str(feed))
    answer = await world.http.post(
        "/officer/v1/enrolments",
        json=application(national_id=EVA),
        headers=world.as_officer(),
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "person-deceased")


async def test_offices_and_officers_are_added_and_removed(world: World, run: Run) -> None:
    code, _, _ = await run(
        "office", "add", "--code", "BCN-1", "--name", "Oficina Mar", "--organisation", "E002",
        "--organisation-name", "Ajuntament",
    )  # fmt: skip
    assert code == 0
    arguments = ("officer", "add", "--national-id", "-", "--office", "BCN-1", "--role")
    code, out, _ = await run(*arguments, "supervisor", "--name", "Pau Vila", stdin=f"{EVA}\n")
    assert code == 0
    headers = world.as_officer(out.split()[1])
    me = (await world.http.get("/officer/v1/me", headers=headers)).json()
    assert (me["name"], me["role"], me["office"]["name"]) == (
        "Pau Vila", "supervisor", "Oficina Mar",
    )  # fmt: skip
    assert (await run("officer", "remove", "--national-id", "-", stdin=EVA))[0] == 0
    assert (await world.http.get("/officer/v1/me", headers=headers)).status_code == 403


async def test_what_goes_wrong_is_one_sentence(world: World, run: Run, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_text("nothing of the kind")
    wrong = [
        ("deaths", str(tmp_path / "none.csv")),
        ("deaths", str(broken)),
        ("people", "import", str(broken)),
        ("officer", "add", "--national-id", EVA, "--office", "NONE", "--name", "X"),
    ]
    for arguments in wrong:
        code, _, err = await run(*arguments)
        assert code == 1, arguments
        assert len(err.splitlines()) == 1, err
