"""Who may do what: the whole table, and that the routes keep to it."""

import itertools

import pytest
from clavis_registry.actions.offices import add_officer
from clavis_registry.rules.permissions import Action, Role, may, own_act_refusal

from services.registry.tests.world import World, application

DESK = {
    "enrol", "look_up", "change_contact", "change_document", "issue_activation_code",
    "request_certificate_revocation", "record_renunciation", "rehabilitate", "lift_revocation",
    "correct_death", "freeze", "unfreeze", "print_letters",
}  # fmt: skip
SUPERVISION = {
    "revoke", "record_death", "decide_video", "review_video", "approve", "manage_offices",
    "manage_officers", "read_audit",
}  # fmt: skip
TABLE = {
    "officer": DESK,
    "video_agent": {"look_up", "decide_video", "freeze"},
    "supervisor": DESK | SUPERVISION,
    "auditor": {"read_audit"},
}


@pytest.mark.parametrize(("role", "action"), list(itertools.product(Role, Action)))
def test_a_role_may_do_what_the_table_says_and_nothing_else(role: Role, action: Action) -> None:
    assert may(role, action) is (action.value in TABLE[role.value])


def test_every_action_is_somebodys() -> None:
    assert set().union(*TABLE.values()) == {action.value for action in Action}


def test_nobody_acts_on_their_own_record() -> None:
    assert own_act_refusal("a", "a") == "own-record"
    assert own_act_refusal("a", "b") is None


@pytest.mark.parametrize("role", ["video_agent", "auditor"])
async def test_enrolling_is_for_the_desk(world: World, role: str) -> None:
    other = await add_officer(world.deps, "00000001R", "MAD-1", role, "Vera Gil")
    headers = world.as_officer(other)
    for method, path, body in (
        ("POST", "/officer/v1/enrolments", application()),
        ("GET", "/officer/v1/enrolments", None),
    ):
        answer = await world.http.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted"), path


async def test_an_auditor_does_not_look_people_up(world: World) -> None:
    auditor = await add_officer(world.deps, "00000001R", "MAD-1", "auditor", "Vera Gil")
    answer = await world.http.post(
        "/officer/v1/lookups",
        json={"national_id": "12345678Z", "reason": "por curiosidad"},
        headers=world.as_officer(auditor),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "not-permitted")
    assert await world.deps.pool.fetchval("SELECT count(*) FROM lookup") == 0
