"""A person is told of every device with the app that comes or goes, and finds it in the history."""

import pytest
from clavis_events.pin.v1 import device_pb2

from services.registry.tests.life import apply, bearer
from services.registry.tests.world import Enrol, World, deliver_due

CHANGES = [
    (device_pb2.DeviceActivated, "device-added", "hay un móvil nuevo con la app"),
    (device_pb2.DeviceDeactivated, "device-removed", "un móvil ya no tiene la app"),
]


async def actions_of(world: World, subject_id: str) -> list[str]:
    response = await world.http.get("/citizen/v1/history", headers=bearer(world, subject_id))
    return [entry["action"] for entry in response.json()["entries"]]


@pytest.mark.parametrize(("event", "action", "subject"), CHANGES)
async def test_a_device_that_comes_or_goes_is_told(
    world: World, enrol: Enrol, event: type, action: str, subject: str
) -> None:
    entered = await enrol()
    await deliver_due(world.deps)
    before = len(world.outside.sent)
    await apply(world, event(subject_id=entered.subject_id, version=1))
    await deliver_due(world.deps)
    [notice] = world.outside.sent[before:]
    assert subject in notice["subject"]
    assert f"{world.deps.settings.oidc_issuer}/not-me" in notice["body"]
    assert action in await actions_of(world, entered.subject_id)


async def test_who_gave_their_identity_up_gets_no_second_message(
    world: World, enrol: Enrol
) -> None:
    entered = await enrol()
    headers = bearer(world, entered.subject_id, amr=["swk"])
    body = {"confirmed": True}
    await world.http.post("/citizen/v1/renunciation", json=body, headers=headers)
    await deliver_due(world.deps)
    before = len(world.outside.sent)
    await apply(world, device_pb2.DeviceDeactivated(subject_id=entered.subject_id, version=2))
    await deliver_due(world.deps)
    assert world.outside.sent[before:] == []


async def test_a_device_of_a_stranger_is_nothing_to_us(world: World) -> None:
    stranger = "00000000-0000-4000-8000-000000000000"
    await apply(world, device_pb2.DeviceActivated(subject_id=stranger, version=1))
    assert world.outside.sent == []
