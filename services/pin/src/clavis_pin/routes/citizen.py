"""What a citizen does with devices in the portal."""

import io
from datetime import datetime
from typing import Annotated
from uuid import UUID

import segno
from clavis_kit.access_tokens import AccessToken, bearer
from clavis_kit.errors import ServiceError
from clavis_kit.ids import is_id
from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from clavis_pin.actions import device_enrolments, devices
from clavis_pin.errors import device_not_found, last_strong_method
from clavis_pin.routes.access import DepsDep

router = APIRouter(prefix="/citizen/v1")


class DeviceOut(BaseModel):
    """One active device."""

    device_id: str
    name: str
    activated_at: datetime | None
    last_used_at: datetime | None
    has_push: bool


class TicketOut(BaseModel):
    """What the device needs: the ticket, or the address that brings it there."""

    ticket: str
    url: str = Field(description="address of the app with the ticket in its fragment")
    qr_svg: str = Field(description="the address as a QR, for the device's camera")
    expires_at: datetime


async def citizen(token: Annotated[AccessToken, Depends(bearer("portal"))]) -> AccessToken:
    """Return the portal's token of a person. Raises ServiceError 401."""
    if not is_id(token.subject_id):
        # Only first-party clients carry the subject itself; a pairwise one means nothing here.
        raise ServiceError("invalid-token", 401, private="the subject is not ours")
    return token


Citizen = Annotated[AccessToken, Depends(citizen)]


@router.get("/devices")
async def list_devices(token: Citizen, deps: DepsDep) -> list[DeviceOut]:
    """Return the active devices."""
    views = await devices.list_devices(deps, token.subject_id)
    return [
        DeviceOut(
            device_id=view.device_id,
            name=view.name,
            activated_at=view.activated_at,
            last_used_at=view.last_used_at,
            has_push=view.has_push,
        )
        for view in views
    ]


@router.delete("/devices/{device_id}", status_code=204)
async def remove(device_id: UUID, token: Citizen, deps: DepsDep, confirmed: bool = False) -> None:
    """End a device at once: first the warning if it is the last strong one, then the step-up.

    Who is frozen keeps what they had until they are back.
    """
    level = await devices.require_usable(deps, token.subject_id)
    if not confirmed and await devices.is_last_strong(
        deps, token.subject_id, str(device_id), level
    ):
        raise last_strong_method()
    device_enrolments.require_fresh(deps, token, level)
    if not await devices.remove(deps, token.subject_id, str(device_id), "removed_in_portal"):
        raise device_not_found()


@router.post("/device-tickets", status_code=201)
async def issue_ticket(token: Citizen, deps: DepsDep) -> TicketOut:
    """Vouch for a device with this session, of just now.

    A person of the advanced level needs substantial.
    """
    issued = await device_enrolments.issue_ticket(deps, token)
    drawn = io.BytesIO()
    segno.make(issued.url, micro=False).save(
        drawn, kind="svg", scale=4, border=4, xmldecl=False, svgns=True, nl=False
    )
    return TicketOut(
        ticket=issued.ticket,
        url=issued.url,
        qr_svg=drawn.getvalue().decode(),
        expires_at=issued.expires_at,
    )
