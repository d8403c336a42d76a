"""The request that a device signed, and the device behind it."""

from typing import Annotated

from fastapi import Depends, Header, Request

from clavis_pin.actions import devices
from clavis_pin.errors import device_unknown
from clavis_pin.routes.access import DepsDep
from clavis_pin.rules.device_proofs import SignedRequest
from clavis_pin.store.devices import Device

PREFIX = "/device/v1"
ProofHeader = Annotated[
    str, Header(alias="Clavis-Device-Proof", max_length=4096, description="compact JWS, ES256")
]


async def signed_request(request: Request, deps: DepsDep) -> SignedRequest:
    """Return what a proof must be of: the address is the one that the device called."""
    path = request.url.path.removeprefix(PREFIX)
    return SignedRequest(request.method, f"{deps.app.url}api{path}", await request.body())


SignedDep = Annotated[SignedRequest, Depends(signed_request)]


async def known_device(deps: DepsDep, signed: SignedDep, proof: ProofHeader = "") -> Device:
    """Return the device that signed, in whatever state it is. Raises ServiceError 401."""
    if not proof:
        raise device_unknown()
    return await devices.authenticate(deps, proof, signed)


async def active_device(device: Annotated[Device, Depends(known_device)]) -> Device:
    """Return the active device that signed. Raises ServiceError 401 or 403."""
    devices.require_active(device)
    return device


KnownDevice = Annotated[Device, Depends(known_device)]
ActiveDevice = Annotated[Device, Depends(active_device)]
