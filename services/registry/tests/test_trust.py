"""Offices, officers and audit: what citizens find, who administers whom, what stands out."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from clavis_registry.actions.offices import add_office, add_officer
from clavis_registry.actions.trail import seal_batch
from clavis_registry.rules import trail
from clavis_registry.rules.checkpoint import public_keys, read
from clavis_registry.rules.offices import hours_refusal, open_at
from clavis_registry.rules.unusual import Limits, Oddity, SeenLookup, oddities

from services.registry.tests.world import ANA, NOW, OFFICER_ID, Enrol, World, application

WEEK = {"1": [["09:00", "14:00"], ["16:00", "18:00"]], "2": [["09:00", "14:00"]]}
MONDAY = datetime(2026, 3, 9, 9, 0)  # noqa: DTZ001  local time
JANUARY = "?since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z"
SUPERVISOR_ID, EVA = "00000001R", "00000002W"


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (MONDAY, True), (MONDAY.replace(hour=8, minute=59), False),
        (MONDAY.replace(hour=13, minute=59), True), (MONDAY.replace(hour=14), False),
        (MONDAY.replace(hour=17), True), (MONDAY + timedelta(days=1, hours=8), False),
        (MONDAY + timedelta(days=6), False),
    ],
)  # fmt: skip
def test_an_office_is_open_in_its_hours(moment: datetime, is_open: bool) -> None:
    assert open_at(moment, WEEK, []) is is_open
    assert open_at(moment, WEEK, [moment.date()]) is False


@pytest.mark.parametrize(
    "hours",
    [{"0": []}, {"8": []}, {"1": [["09:00"]]}, {"1": [["9:00", "10:00"]]},
     {"1": [["10:00", "09:00"]]}, {"1": [["09:00", "12:00"], ["11:00", "13:00"]]},
     {"1": [["25:00", "26:00"]]}],
)  # fmt: skip
def test_hours_that_make_no_sense_are_refused(hours: dict[str, list[list[str]]]) -> None:
    assert hours_refusal(hours) == "hours-invalid"
    assert hours_refusal(WEEK) is None


def seen(number: int, **changes: Any) -> SeenLookup:
    values: dict[str, Any] = {
        "lookup_id": number, "officer_id": "o", "officer_surnames": frozenset({"ruiz"}),
        "at": NOW + timedelta(minutes=number), "office_open": True, "subject_id": f"s{number}",
        "subject_surnames": frozenset({"garcía"}), **changes,
    }  # fmt: skip
    return SeenLookup(**values)


LIMITS = Limits(per_hour=3, same_person_per_day=2)


def test_ordinary_lookups_do_not_stand_out() -> None:
    assert oddities([seen(n) for n in range(3)], LIMITS) == {}
    assert oddities([seen(n, at=NOW + timedelta(hours=n)) for n in range(20)], LIMITS) == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"office_open": False}, Oddity.OUT_OF_HOURS),
        ({"subject_id": "o"}, Oddity.SELF),
        ({"subject_surnames": frozenset({"lara", "ruiz"})}, Oddity.SAME_SURNAME),
    ],
)
def test_one_lookup_may_stand_out(changes: dict[str, Any], why: Oddity) -> None:
    assert oddities([seen(1, **changes)], LIMITS) == {1: {why}}


def test_too_many_in_an_hour_stand_out_from_there_on() -> None:
    assert oddities([seen(n) for n in range(5)], LIMITS) == {3: {Oddity.MANY}, 4: {Oddity.MANY}}


def test_the_same_person_again_stands_out() -> None:
    again = [seen(n, subject_id="s", at=NOW + timedelta(hours=n)) for n in range(3)]
    assert oddities(again, LIMITS) == {2: {Oddity.REPEATED}}


async def supervisor(world: World) -> dict[str, str]:
    subject = await add_officer(world.deps, SUPERVISOR_ID, "MAD-1", "supervisor", "Sara Gil")
    return world.as_officer(subject)


async def auditor(world: World) -> dict[str, str]:
    await add_office(world.deps, ("E009", "Intervención"), "AUD-1", "Intervención")
    return world.as_officer(await add_officer(world.deps, EVA, "AUD-1", "auditor", "Eva Mas"))


async def office_id(world: World) -> str:
    found: str = await world.deps.pool.fetchval(
        "SELECT office_id::text FROM office WHERE code = 'MAD-1'"
    )
    return found


async def test_citizens_find_offices_by_place_and_see_whether_they_are_open(world: World) -> None:
    await add_office(world.deps, ("E001", "Agencia"), "SEV-1", "Oficina Sur")
    path = f"/officer/v1/offices/{await office_id(world)}"
    entry = {"name": "Oficina Centro", "street": "Calle Mayor 1", "postcode": "28013",
             "municipality": "Madrid", "province": "Madrid", "hours": WEEK,
             "closures": ["2026-12-25"], "languages": ["es", "en"],
             "services": ["enrolment", "accessible"]}  # fmt: skip
    answer = await world.http.put(path, json=entry, headers=await supervisor(world))
    assert answer.status_code == 200, answer.text
    gateway = world.as_service("gateway")
    for query, codes in (("", ["MAD-1", "SEV-1"]), ("?q=28013", ["MAD-1"]), ("?q=sur", ["SEV-1"]),
                         ("?province=madrid", ["MAD-1"]), ("?q=%25", [])):  # fmt: skip
        found = await world.http.get(f"/internal/v1/offices{query}", headers=gateway)
        assert [one["code"] for one in found.json()["offices"]] == codes, query
    one = await world.http.get(f"/internal/v1/offices/{await office_id(world)}", headers=gateway)
    body = one.json()
    assert one.status_code == 200, one.text
    assert (body["open_now"], body["closures"]) == (True, ["2026-12-25"])  # Tuesday, 13:00 local
    world.clock.advance(timedelta(hours=1))
    later = world.as_service("gateway")
    one = await world.http.get(f"/internal/v1/offices/{await office_id(world)}", headers=later)
    assert one.json()["open_now"] is False


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"hours": {"9": []}}, "hours-invalid"), ({"services": ["magic"]}, "service-unknown")],
)
async def test_a_wrong_entry_is_refused(world: World, changes: dict[str, Any], code: str) -> None:
    path = f"/officer/v1/offices/{await office_id(world)}"
    answer = await world.http.put(
        path, json={"name": "X", **changes}, headers=await supervisor(world)
    )
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_supervisors_administer(world: World) -> None:
    for method, path in (("GET", "/officer/v1/officers"), ("POST", "/officer/v1/officers"),
                         ("GET", f"/officer/v1/audit{JANUARY}")):  # fmt: skip
        answer = await world.http.request(
            method, path, headers=world.as_officer(),
            json={"national_id": EVA, "office_id": await office_id(world), "role": "officer",
                  "name": "Eva Mas"},
        )  # fmt: skip
        assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted"), path


async def test_a_supervisor_appoints_moves_and_suspends(world: World) -> None:
    headers = await supervisor(world)
    body = {"national_id": EVA, "office_id": await office_id(world), "role": "officer",
            "name": "Eva Mas"}  # fmt: skip
    made = await world.http.post("/officer/v1/officers", json=body, headers=headers)
    assert made.status_code == 201, made.text
    subject = made.json()["subject_id"]
    again = await world.http.post("/officer/v1/officers", json=body, headers=headers)
    assert again.json()["code"] == "already-officer"
    path = f"/officer/v1/officers/{subject}"
    moved = await world.http.patch(path, json={"role": "video_agent"}, headers=headers)
    assert moved.json()["role"] == "video_agent"
    out = await world.http.post(f"{path}/suspension", json={"reason": "Baja"}, headers=headers)
    assert out.json()["code"] == "reason-required"
    reason = {"reason": "Baja por traslado"}
    out = await world.http.post(f"{path}/suspension", json=reason, headers=headers)
    assert out.json()["active"] is False
    me = await world.http.get("/officer/v1/me", headers=world.as_officer(subject))
    assert me.status_code == 403
    await world.http.post(f"{path}/reinstatement", json=reason, headers=headers)
    me = await world.http.get("/officer/v1/me", headers=world.as_officer(subject))
    assert me.status_code == 200


async def test_nobody_changes_their_own_role_nor_makes_supervisors(world: World) -> None:
    headers = await supervisor(world)
    own = await world.deps.pool.fetchval(
        "SELECT subject_id::text FROM officer WHERE role = 'supervisor'"
    )
    answers = [
        await world.http.patch(f"/officer/v1/officers/{own}", json={"role": "auditor"},
                               headers=headers),
        await world.http.patch(f"/officer/v1/officers/{world.officer}",
                               json={"role": "supervisor"}, headers=headers),
        await world.http.post("/officer/v1/officers", headers=headers,
                              json={"national_id": EVA, "office_id": await office_id(world),
                                    "role": "auditor", "name": "Eva Mas"}),
    ]  # fmt: skip
    assert [answer.json()["code"] for answer in answers] == [
        "own-record", "role-by-operator", "role-by-operator",
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {403}


async def test_officers_of_another_organisation_do_not_exist(world: World) -> None:
    headers = await supervisor(world)
    await add_office(world.deps, ("E002", "Otra"), "BCN-1", "Oficina Mar")
    other = await add_officer(world.deps, EVA, "BCN-1", "officer", "Eva Mas")
    answer = await world.http.patch(f"/officer/v1/officers/{other}", json={}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "officer-not-found")
    listed = (await world.http.get("/officer/v1/officers", headers=headers)).json()["officers"]
    assert {one["name"] for one in listed} == {"Olga Ruiz", "Sara Gil"}


async def look_up(world: World, number: str) -> Any:
    return await world.http.post(
        "/officer/v1/lookups", json={"national_id": number, "reason": "Consulta en ventanilla"},
        headers=world.as_officer(),
    )  # fmt: skip


async def test_nobody_looks_themselves_up_and_the_attempt_is_on_record(world: World) -> None:
    answer = await look_up(world, OFFICER_ID)
    assert (answer.status_code, answer.json()["code"]) == (403, "own-record")
    assert await world.deps.pool.fetchval("SELECT count(*) FROM lookup") == 1


async def test_the_auditor_reads_everything_a_page_at_a_time(world: World, enrol: Enrol) -> None:
    await enrol()
    headers, until = await auditor(world), (NOW + timedelta(days=1)).isoformat()
    query = {"since": "2026-03-01T00:00:00Z", "until": until}
    everything = (await world.http.get("/officer/v1/audit", params=query, headers=headers)).json()
    actions = [entry["action"] for entry in everything["entries"]]
    assert "enrolled" in actions
    assert everything["next"] is None
    paged: list[str] = []
    after: dict[str, Any] = {}
    while after is not None:
        page = await world.http.get(
            "/officer/v1/audit", params={**query, **after, "limit": 1}, headers=headers
        )
        paged += [entry["action"] for entry in page.json()["entries"]]
        if page.json()["next"] is None:
            break
        after = {"before_id": page.json()["next"]}
    assert paged == actions
    only = await world.http.get(
        "/officer/v1/audit", params={**query, "action": "enrolled"}, headers=headers
    )
    assert [entry["action"] for entry in only.json()["entries"]] == ["enrolled"]
    long = {"since": "2020-01-01T00:00:00Z", "until": until}
    refused = await world.http.get("/officer/v1/audit", params=long, headers=headers)
    assert refused.json()["code"] == "period-too-long"


async def test_unusual_lookups_are_reported_with_the_reason(world: World, enrol: Enrol) -> None:
    await enrol(second_surname="Ruiz")
    await enrol(national_id="00000003A", mobile="600111333", first_surname="Gil", second_surname="")
    await world.deps.pool.execute(
        "UPDATE person SET first_surname = 'Ruiz' WHERE given_name IS NULL"
    )
    await look_up(world, ANA)
    await look_up(world, "00000003A")
    query = {"since": "2026-03-01T00:00:00Z", "until": (NOW + timedelta(days=1)).isoformat()}
    report = await world.http.get(
        "/officer/v1/audit/unusual-lookups", params=query, headers=await auditor(world)
    )
    (found,) = report.json()["lookups"]
    assert (found["officer_name"], found["why"]) == ("Olga Ruiz", ["same_surname"])


async def test_an_auditor_gets_a_proof_that_anybody_can_check(world: World) -> None:
    await look_up(world, ANA)
    headers = await auditor(world)
    early = await world.http.get("/officer/v1/audit/proofs/lookup/1", headers=headers)
    assert (early.status_code, early.json()["code"]) == (404, "trail-entry-not-found")
    await seal_batch(world.deps)
    proof = (await world.http.get("/officer/v1/audit/proofs/lookup/1", headers=headers)).json()
    published = (await world.http.get("/trail/checkpoints")).json()
    assert proof["checkpoint"] in published["checkpoints"]
    keys = (await world.http.get("/trail/jwks.json")).json()
    assert "d" not in keys["keys"][0]
    statement = read(proof["checkpoint"], public_keys(world.deps.keys.checkpoint))
    root = trail.root_from_path(
        proof["leaf_index"], proof["tree_size"], bytes.fromhex(proof["digest"]),
        [bytes.fromhex(node) for node in proof["path"]],
    )  # fmt: skip
    assert root is not None
    assert root.hex() == statement.root


async def test_the_citizen_sees_the_office_and_never_the_officer(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    await look_up(world, ANA)
    answer = await world.http.get(
        "/citizen/v1/history", headers=world.as_citizen(entered.subject_id)
    )
    assert answer.json()["entries"][0]["office"] == "Oficina Centro"
    assert "Olga" not in answer.text
    assert world.officer not in answer.text


async def test_the_history_comes_a_page_at_a_time_without_gaps(world: World, enrol: Enrol) -> None:
    entered = await enrol()
    for _ in range(5):  # all at one moment
        await look_up(world, ANA)
    headers = world.as_citizen(entered.subject_id)
    whole = (await world.http.get("/citizen/v1/history", headers=headers)).json()
    paged: list[Any] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await world.http.get("/citizen/v1/history", params=params, headers=headers)).json()
        paged += page["entries"]
        if page["next"] is None:
            break
        params["after"] = page["next"]
    assert paged == whole["entries"]
    assert len(paged) > 5
    for wrong in ("x", "1.change", "99999999999999999.lookup.1", "1.lookup.1'"):
        answer = await world.http.get(
            "/citizen/v1/history", params={"after": wrong}, headers=headers
        )
        assert answer.status_code in {200, 422}


def test_a_closure_is_a_day() -> None:
    assert not open_at(datetime(2026, 3, 9, 10, tzinfo=UTC), WEEK, [date(2026, 3, 9)])


async def test_an_application_of_the_officer_is_refused_before_anything(world: World) -> None:
    answer = await world.http.post(
        "/officer/v1/enrolments", json=application(national_id=OFFICER_ID),
        headers=world.as_officer(),
    )  # fmt: skip
    assert answer.json()["code"] == "own-enrolment"
