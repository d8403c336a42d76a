"""Sending what was recorded: after the commit, again after a failure, never twice knowingly."""

import asyncio

from clavis_kit.logging import get_logger
from clavis_kit.messages import UndeliverableError

from clavis_registry.deps import Deps
from clavis_registry.store.messages import QueuedMessage

POLL_SECONDS = 1.0
_log = get_logger(__name__)


async def deliver_due(deps: Deps) -> int:
    """Send what is due and forget what is too old; return how many were taken."""
    async with deps.transaction() as unit:
        dropped = await unit.messages.drop_expired(deps.clock.now())
        due = await unit.messages.claim_due(deps.clock.now())
    if dropped:
        _log.warning("messages_expired", count=dropped)
    return sum([await _deliver(deps, message) for message in due])


async def _deliver(deps: Deps, message: QueuedMessage) -> bool:
    try:
        await _send(deps, message)
    except UndeliverableError:
        return False  # still queued: it comes up again after a pause
    async with deps.transaction() as unit:
        await unit.messages.remove(message.message_id)
    return True


async def _send(deps: Deps, message: QueuedMessage) -> None:
    if message.channel == "sms":
        await deps.messages.send_sms(message.recipient, message.body, reference=message.message_id)
    else:
        await deps.messages.send_mail(
            message.recipient, message.subject or "", message.body, reference=message.message_id
        )


async def deliver_forever(deps: Deps) -> None:
    """Send as messages come; a lost database is awaited."""
    while True:
        try:
            await deliver_due(deps)
        except Exception as error:  # noqa: BLE001  whatever it was, the next turn tries again
            _log.warning("delivery_interrupted", error_type=type(error).__name__)
        await asyncio.sleep(POLL_SECONDS)
