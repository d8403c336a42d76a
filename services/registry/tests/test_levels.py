"""From basic to advanced, at an office."""

from clavis_events.registry.v1 import contact_pb2, person_pb2
from clavis_registry.actions.imports import import_person
from clavis_registry.commands.files import PersonIn

from services.registry.tests.test_commands import person
from services.registry.tests.world import Enrol, World


async def test_a_basic_person_who_comes_to_an_office_rises_and_keeps_the_code(
    world: World, enrol: Enrol
) -> None:
    letter = person(channel="letter", activation_code="ABCD-EFGH-JKMN")
    await import_person(world.deps, PersonIn.model_validate(letter).imported())
    before = await world.deps.pool.fetchval("SELECT code_hash FROM activation_code")
    entered = await enrol()
    raised, contact = (await world.events())[-2:]
    assert isinstance(raised, person_pb2.LevelRaised)
    assert raised.level == person_pb2.ENROLMENT_LEVEL_ADVANCED
    assert (raised.subject_id, raised.version) == (entered.subject_id, 2)
    assert raised.HasField("last_strong_identification_at")
    assert isinstance(contact, contact_pb2.ContactChanged)
    details = contact_pb2.ContactDetails.FromString(world.open_contact(contact))
    assert details.activation_code_hash == before
    me = await world.http.get("/citizen/v1/me", headers=world.as_citizen(entered.subject_id))
    assert (me.json()["level"], me.json()["channel"]) == ("advanced", "office")


async def test_the_terms_named_at_completion_can_be_read_in_both_languages(world: World) -> None:
    answer = await world.http.get("/officer/v1/terms", headers=world.as_officer())
    terms = answer.json()
    assert terms["version"] == "2026-11"
    assert set(terms["languages"]) == {"es", "en"}
    assert len(terms["languages"]["es"]) == len(terms["languages"]["en"]) > 3
