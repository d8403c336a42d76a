"""What is told of recordings of identifications by video."""

from datetime import datetime

from pydantic import AwareDatetime, BaseModel

from clavis_registry.routes.inputs import Identifier, ShortText
from clavis_registry.rules.video import RecordingReference


class RecordingIn(BaseModel):
    """Where the evidence lies, its SHA-256 in lower-case hexadecimal, and when it was made."""

    provider: ShortText
    recording_id: ShortText
    sha256: ShortText
    started_at: AwareDatetime
    ended_at: AwareDatetime

    def reference(self) -> RecordingReference:
        """Return the reference as the rules take it."""
        return RecordingReference(**self.model_dump())


class NamedRecordingIn(BaseModel):
    """A recording that its provider has announced."""

    provider: ShortText
    recording_id: ShortText


class AnnouncementIn(BaseModel):
    """The recording of a call, as whoever carried it tells; the provider is the one who signs."""

    case_id: Identifier
    recording_id: ShortText
    sha256: ShortText
    started_at: AwareDatetime
    ended_at: AwareDatetime

    def reference(self, provider: str) -> RecordingReference:
        """Return the reference as the rules take it."""
        return RecordingReference(provider=provider, **self.model_dump(exclude={"case_id"}))


class AnnouncedOut(BaseModel):
    """The recording is known."""

    outcome: str = "announced"


class RecordingOut(BaseModel):
    """A recording of a call."""

    provider: str
    recording_id: str
    started_at: datetime
    ended_at: datetime

    @classmethod
    def of(cls, recording: RecordingReference) -> "RecordingOut":
        """Show a recording."""
        return cls(**{name: getattr(recording, name) for name in cls.model_fields})


class RecordingsOut(BaseModel):
    """What was announced of a call, oldest first."""

    recordings: list[RecordingOut]
