"""From a bundle and what is registered to what would be done. Pure: nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError
from clavis_gateway.records import RelyingParty
from clavis_gateway.registration.actions import DYNAMIC, OPERATOR, Registrar, planned
from clavis_gateway.registration.bundle import Bundle, BundleError, Described
from clavis_gateway.registration.differences import detail
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store.relying_parties import Registration


class Kind(StrEnum):
    """What a step does; the sign is how it is printed."""

    ADD = "+"
    CHANGE = "~"
    SUSPEND = "-"
    KEEP = "="
    HELD = "!"


@dataclass(frozen=True, slots=True)
class Step:
    """What a bundle means for one relying party."""

    kind: Kind
    before: Registration | None
    party: RelyingParty
    detail: dict[str, list[Any]]
    remark: str = ""

    @property
    def writes(self) -> bool:
        """Whether anything is to be saved."""
        return bool(self.detail)


def manager(bundle: Bundle) -> str:
    """Name who keeps the registrations of a bundle."""
    return f"bundle:{bundle.name}"


def plan(registrar: Registrar, bundle: Bundle, stored: Mapping[str, Registration]) -> list[Step]:
    """Say what to do. `stored` holds every registration the bundle names or keeps.

    What the bundle kept and does not name any more is suspended. Raises BundleError.
    """
    faults: list[str] = []
    steps: list[Step] = []
    for described in bundle.parties:
        try:
            steps.append(_step(registrar, bundle, described, stored.get(described.client_id)))
        except MetadataError as error:
            faults.append(f"{described.path}.{error}")
    if faults:
        raise BundleError(faults)
    named = {described.client_id for described in bundle.parties}
    left = [found for name, found in stored.items() if name not in named]
    return steps + _suspensions([found for found in left if found.managed_by == manager(bundle)])


def _step(
    registrar: Registrar, bundle: Bundle, described: Described, before: Registration | None
) -> Step:
    if before is None:
        party = planned(registrar, described.description, None)
        return Step(Kind.ADD, None, party, detail(None, party))
    _check_keeper(bundle, before)
    description, remark = described.description, ""
    if _held(bundle, before, description):
        description = description | {"state": State.SUSPENDED.value}
        remark = f"stays suspended: {before.state_set_by} did that; `client state` lets it back"
    party = planned(registrar, description, before.party, described.overlap)
    changed = detail(before.party, party)
    if before.managed_by != manager(bundle):
        changed["managed_by"] = [before.managed_by, manager(bundle)]
    kind = Kind.HELD if remark else Kind.CHANGE if changed else Kind.KEEP
    return Step(kind, before, party, changed, remark)


def _check_keeper(bundle: Bundle, before: Registration) -> None:
    if before.deregistered_at is not None:
        raise MetadataError("client_id belongs to a registration that was deleted by its owner")
    if before.managed_by == DYNAMIC:
        raise MetadataError("client_id belongs to a relying party that registered itself")
    if before.managed_by not in {OPERATOR, manager(bundle)}:
        raise MetadataError(f"client_id is kept by {before.managed_by}")


def _held(bundle: Bundle, before: Registration, description: Mapping[str, Any]) -> bool:
    """Say whether somebody suspended it by hand: a file that is older does not undo that."""
    return (
        before.party.state is State.SUSPENDED
        and description["state"] != State.SUSPENDED
        and not before.state_set_by.startswith(f"{manager(bundle)} ")
    )


def _suspensions(left: Sequence[Registration]) -> list[Step]:
    steps = []
    for before in left:
        party = replace(before.party, status=State.SUSPENDED.value)
        changed = detail(before.party, party)
        if changed:
            steps.append(Step(Kind.SUSPEND, before, party, changed, "no longer in the bundle"))
    return steps


def told(step: Step) -> list[str]:
    """Tell a step in lines: what happens, then each member. A secret is never among them."""
    words = {
        Kind.ADD: "is added",
        Kind.CHANGE: "changes",
        Kind.SUSPEND: "is suspended",
        Kind.KEEP: "unchanged",
        Kind.HELD: "is held",
    }
    remark = f" ({step.remark})" if step.remark else ""
    lines = [f"{step.kind} {step.party.client_id} {words[step.kind]}{remark}"]
    if step.kind is Kind.ADD:
        return [*lines, f"    state: {step.party.state}", f"    profile: {step.party.profile}"]
    for member, (before, after) in step.detail.items():
        if member == "secrets":
            lines.append("    client_secret: replaced")
        else:
            lines.append(f"    {member}: {_value(before)} -> {_value(after)}")
    return lines


def _value(value: object) -> str:
    return "nothing" if value is None else str(value)
