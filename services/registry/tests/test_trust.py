"""Offices and officers: what citizens find, and who administers whom."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from clavis_registry.actions.offices import add_office, add_officer
from clavis_registry.rules.offices import hours_refusal, open_at

from services.registry.tests.world import OFFICER_ID, World, application

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


async def supervisor(world: World) -> dict[str, str]:
    subject = await add_officer(world.deps, SUPERVISOR_ID, "MAD-1", "supervisor", "Sara Gil")
    return world.as_officer(subject)


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


def test_a_closure_is_a_day() -> None:
    assert not open_at(datetime(2026, 3, 9, 10, tzinfo=UTC), WEEK, [date(2026, 3, 9)])


async def test_an_application_of_the_officer_is_refused_before_anything(world: World) -> None:
    answer = await world.http.post(
        "/officer/v1/enrolments", json=application(national_id=OFFICER_ID),
        headers=world.as_officer(),
    )  # fmt: skip
    assert answer.json()["code"] == "own-enrolment"
