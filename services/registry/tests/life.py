"""What tests of a life share: supervisors, desk acts, events as a consumer applies them."""

from datetime import datetime
from typing import Any

import httpx
from clavis_kit.bus import EventRecord
from clavis_kit.ids import new_id
from clavis_registry.actions.offices import add_officer
from clavis_registry.consumers import handlers

from services.registry.tests.world import ANA, World

SUPERVISOR_ID, SECOND_SUPERVISOR_ID = "00000023T", "00000024R"
TERMS = {"terms_version": "2026-11", "terms_language": "es"}
CERTIFICATE = {"amr": ["swk"]}
DNIE = {"amr": ["hwk", "sc"]}


def desk(**more: Any) -> dict[str, Any]:
    """Return what an officer states of Ana, who is present."""
    return {
        "national_id": ANA, "reason": "Lo pide en la oficina", "present": True,
        "document_checked": True, **more,
    }  # fmt: skip


def bearer(world: World, subject_id: str, **more: Any) -> dict[str, str]:
    """Return the headers of a citizen's session with these claims."""
    return {"Authorization": f"Bearer {world.token(subject_id, 'portal', **more)}"}


async def supervisor(world: World, national_id: str = SUPERVISOR_ID) -> str:
    """Add a supervisor to the office; return the subject id."""
    return await add_officer(world.deps, national_id, "MAD-1", "supervisor", "Susana Gil")


async def as_officer(
    world: World, path: str, body: dict[str, Any], officer: str | None = None
) -> httpx.Response:
    """Post as an officer."""
    headers = world.as_officer(officer)
    return await world.http.post(f"/officer/v1/{path}", json=body, headers=headers)


async def decide(
    world: World, approval_id: str, officer: str, decision: str = "approve"
) -> httpx.Response:
    """Decide a proposal."""
    body = {"decision": decision, "reason": "Revisado el expediente"}
    return await as_officer(world, f"approvals/{approval_id}/decision", body, officer)


async def apply(world: World, message: Any, at: datetime | None = None) -> None:
    """Apply an event as the consumer does: its effect in one transaction."""
    record = EventRecord.of(
        message, topic="t", event_id=new_id(), key=message.subject_id,
        occurred_at=at or world.clock.now(),
    )  # fmt: skip
    async with world.deps.pool.acquire() as db, db.transaction():
        await handlers(world.deps)[type(message)](db, message, record)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a refusal."""
    return answer.status_code, answer.json().get("code", "")
