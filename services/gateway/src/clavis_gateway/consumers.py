"""What facts about persons and passwords do here: the projection, and the end of what ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from clavis_events.codec import CREDENTIAL_TOPIC, PERSON_TOPIC
from clavis_events.permanent.v1 import credential_pb2
from clavis_events.registry.v1 import person_pb2
from clavis_kit.bus import EventRecord
from clavis_kit.consumer import AfterCommit, Handler
from clavis_kit.db import Connection
from clavis_kit.runtime import Subscription
from google.protobuf.message import Message

from clavis_gateway import endings
from clavis_gateway.deps import Deps
from clavis_gateway.store import persons
from clavis_gateway.store.persons import PersonFact

_LEVELS = {
    person_pb2.ENROLMENT_LEVEL_BASIC: "basic",
    person_pb2.ENROLMENT_LEVEL_ADVANCED: "advanced",
}
# What each fact makes of the person; None leaves the status as it is.
_STATUS_AFTER: Mapping[type[Message], str | None] = {
    person_pb2.Registered: "active",
    person_pb2.LevelRaised: None,
    person_pb2.PhoneChanged: None,
    person_pb2.Renounced: "renounced",
    person_pb2.Deceased: "deceased",
    person_pb2.Revoked: "revoked",
    person_pb2.Reinstated: "active",
    person_pb2.IdentificationRenewed: None,
    person_pb2.Frozen: None,
    person_pb2.Unfrozen: None,
}
# A freeze stands beside the status: the person has not left.
_FREEZES: Mapping[type[Message], bool] = {person_pb2.Frozen: True, person_pb2.Unfrozen: False}
# A recovery is a change too. A blocked password is not here: anybody can block one.
_REPLACING: tuple[type[Message], ...] = (
    credential_pb2.PasswordChanged,
    credential_pb2.PasswordRemoved,
)
_ENDINGS = frozenset({"renounced", "deceased", "revoked"})


def fact_of(message: Any) -> PersonFact:
    """Read what an event says about a person."""
    fields = {field.name for field in message.DESCRIPTOR.fields}
    strong: datetime | None = None
    if "last_strong_identification_at" in fields and message.HasField(
        "last_strong_identification_at"
    ):
        strong = message.last_strong_identification_at.ToDatetime(tzinfo=UTC)
    return PersonFact(
        subject_id=message.subject_id,
        version=message.version,
        at=message.occurred_at.ToDatetime(tzinfo=UTC),
        status=_STATUS_AFTER[type(message)],
        level=_LEVELS.get(message.level) if "level" in fields else None,
        national_id_hash=(message.national_id_hash or None)
        if "national_id_hash" in fields
        else None,
        last_strong_identification_at=strong,
        frozen=_FREEZES.get(type(message)),
    )


def handlers(deps: Deps) -> dict[type[Message], Handler]:
    """Bind the table to what the handler needs."""

    async def apply(connection: Connection, message: Any, _: EventRecord) -> AfterCommit | None:
        fact, now = fact_of(message), deps.clock.now()
        applied = await persons.apply(connection, fact, now)
        reason = _ending(message, fact)
        if not applied or reason is None:
            return None
        await endings.end_person(
            connection, fact.subject_id, reason,
            now=now, pairwise=deps.pairwise, new_id=deps.new_id,
        )  # fmt: skip
        return deps.logouts.wake

    async def replace_password(
        connection: Connection, message: Any, record: EventRecord
    ) -> AfterCommit | None:
        await endings.end_password_sessions(
            connection, message.subject_id, record.occurred_at,
            kept_sid=getattr(message, "session_id", ""), now=deps.clock.now(),
            pairwise=deps.pairwise, new_id=deps.new_id,
        )  # fmt: skip
        return deps.logouts.wake

    return dict.fromkeys(_STATUS_AFTER, apply) | dict.fromkeys(_REPLACING, replace_password)


# CIR (EU) 2015/1502 annex, section 2.2.3: what was opened with a means ends when it is suspended.
def _ending(message: Any, fact: PersonFact) -> str | None:
    """Say why what the person holds must end now, or None when it stays."""
    if fact.status in _ENDINGS:
        return fact.status
    if fact.frozen:
        return "frozen"
    if isinstance(message, person_pb2.PhoneChanged) and not message.phone_verified:
        return "phone_lost"
    return None


def subscription(deps: Deps) -> Subscription:
    """Return the topics read here and what their events do."""
    return Subscription([PERSON_TOPIC, CREDENTIAL_TOPIC], handlers(deps))
