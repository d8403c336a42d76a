"""What the routes of offices, officers and audit take and answer."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from clavis_registry.actions.auditing import Unusual
from clavis_registry.actions.directory import Listed
from clavis_registry.actions.trail import Inclusion
from clavis_registry.routes.inputs import Identifier, Language, Reason, ShortText, Text
from clavis_registry.rules.permissions import Role
from clavis_registry.store.auditing import AuditRow
from clavis_registry.store.directory import Colleague

Periods = Annotated[list[list[Annotated[str, Field(max_length=5)]]], Field(max_length=4)]


class OfficeEntryIn(BaseModel):
    """A directory entry; `hours` has ISO weekdays 1 to 7 with pairs of local times HH:MM."""

    name: Text = Field(min_length=1)
    street: Text | None = None
    postcode: ShortText | None = None
    municipality: ShortText | None = None
    province: ShortText | None = None
    phone: ShortText | None = None
    hours: Annotated[dict[str, Periods], Field(max_length=7)] = {}
    closures: Annotated[list[date], Field(max_length=100)] = []
    languages: Annotated[list[Language], Field(max_length=5)] = ["es"]
    services: Annotated[list[ShortText], Field(max_length=20)] = []
    listed: bool = True


class NewOfficeIn(OfficeEntryIn):
    """An office of the own organisation that opens; the code is its handle for good."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,19}$")]


class DirectoryOfficeOut(BaseModel):
    """An office as citizens find it."""

    id: str
    code: str
    name: str
    organisation: str
    street: str | None
    postcode: str | None
    municipality: str | None
    province: str | None
    phone: str | None
    hours: dict[str, list[list[str]]]
    closures: list[date]
    languages: list[str]
    services: list[str]
    open_now: bool

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """Show an office."""
        members = {**vars(listed.office), "id": listed.office.office_id}
        return cls(**{n: members[n] for n in cls.model_fields if n in members},
                   open_now=listed.open_now)  # fmt: skip


class OwnOfficeOut(DirectoryOfficeOut):
    """An office as its supervisor sees it, in the directory or not."""

    listed: bool
    closed_at: datetime | None


class OwnOfficesOut(BaseModel):
    """The offices of an organisation, in order of code."""

    offices: list[OwnOfficeOut]


class DirectoryOut(BaseModel):
    """Offices in order of code; ask again with `after` of `next` while it is there."""

    offices: list[DirectoryOfficeOut]
    next: str | None


class AppointmentIn(BaseModel):
    """Somebody to make an officer; the name defaults to the enrolled one."""

    national_id: ShortText
    office_id: Identifier
    role: Role
    name: Annotated[str, Field(max_length=120)] | None = None


class ColleagueChangeIn(BaseModel):
    """Another office, another role, or both."""

    office_id: Identifier | None = None
    role: Role | None = None


class SuspensionIn(BaseModel):
    """Why powers are withdrawn or given back."""

    reason: Reason


class ColleagueOut(BaseModel):
    """An officer as a supervisor sees one."""

    subject_id: str
    name: str
    role: Role
    office_id: str
    office: str
    active: bool
    added_at: datetime
    suspended_at: datetime | None

    @classmethod
    def of(cls, held: Colleague) -> Self:
        """Show an officer."""
        return cls(**{name: getattr(held, name) for name in cls.model_fields})


class ColleaguesOut(BaseModel):
    """The officers of an organisation."""

    officers: list[ColleagueOut]


class AuditEntryOut(BaseModel):
    """One act; the facts are empty once they were erased."""

    id: int
    at: datetime
    action: str
    actor_kind: str
    actor_id: str | None
    office: str | None
    subject_id: str | None
    facts: dict[str, Any]

    @classmethod
    def of(cls, row: AuditRow) -> Self:
        """Show an act."""
        members = {**vars(row), "id": row.audit_event_id, "facts": row.facts or {}}
        return cls(**{name: members[name] for name in cls.model_fields})


class AuditOut(BaseModel):
    """Newest first; ask again with `before_id` of `next` while it is there."""

    entries: list[AuditEntryOut]
    next: int | None


class UnusualOut(BaseModel):
    """A look-up that stands out, and why."""

    lookup_id: int
    at: datetime
    officer_id: str
    officer_name: str
    office: str
    subject_id: str | None
    reason: str
    why: list[str]

    @classmethod
    def of(cls, found: Unusual) -> Self:
        """Show a look-up."""
        members = {**vars(found.lookup), "why": [why.value for why in found.why]}
        return cls(**{name: members[name] for name in cls.model_fields})


class UnusualReportOut(BaseModel):
    """Newest first."""

    lookups: list[UnusualOut]


class InclusionOut(BaseModel):
    """Proof (RFC 9162 section 2.1.3) that a row is in the trail; hashes in hexadecimal."""

    position: int
    digest: str
    leaf_index: int
    tree_size: int
    path: list[str]
    checkpoint: str

    @classmethod
    def of(cls, proof: Inclusion) -> Self:
        """Show a proof."""
        return cls(
            position=proof.entry.position,
            digest=proof.entry.digest.hex(),
            leaf_index=proof.index,
            tree_size=proof.size,
            path=[node.hex() for node in proof.path],
            checkpoint=proof.statement,
        )


class CheckpointsOut(BaseModel):
    """Signed checkpoints in order, each a compact JWS; ask again with `after` of `next`."""

    checkpoints: list[str]
    next: int | None
