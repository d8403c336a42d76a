"""What somebody who is frozen, and entered the portal with a certificate, may do with devices."""

from clavis_events.registry.v1 import person_pb2

from services.pin.tests.phone import Phone
from services.pin.tests.test_devices import Portal
from services.pin.tests.world import World


async def test_a_frozen_person_sees_the_devices_and_changes_none(world: World) -> None:
    ana = await world.enrol()
    phone = await Phone(world).enrol()
    portal, at = Portal(world), world.clock.now()
    await world.tell(person_pb2.Frozen(subject_id=ana, version=2, occurred_at=at))
    assert len((await portal.call("GET", "/devices", ana)).json()) == 1
    removal = await portal.call("DELETE", f"/devices/{phone.device_id}", ana)
    assert (removal.status_code, removal.json()["code"]) == (403, "identity-frozen")
    assert (await portal.call("POST", "/device-tickets", ana)).status_code == 409
    await world.tell(person_pb2.Unfrozen(subject_id=ana, version=3, occurred_at=at))
    assert (await phone.call("GET", "/requests")).status_code == 200
