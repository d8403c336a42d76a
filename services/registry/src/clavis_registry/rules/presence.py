"""What an officer ticks with the person at the desk, and who accepts the terms. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clavis_registry.rules.person import age_on, is_minor

CONSENT_YEARS = 14  # Ley Orgánica 3/2018 article 7.1


class AcceptedBy(StrEnum):
    """Who accepts the terms of use."""

    PERSON = "person"
    GUARDIAN = "guardian"


@dataclass(frozen=True)
class TickList:
    """What was seen at the desk; the last three only matter for a minor."""

    present: bool
    document_checked: bool
    photo_matches: bool = True
    data_read_out: bool = True
    guardian_present: bool = False
    guardian_document_checked: bool = False
    authority_checked: bool = False


# BOE-A-2015-14215 1.3: the person appears in person; nobody represents them. A minor comes with
# whoever holds parental authority (Código Civil articles 154 and 162).
def presence_refusal(ticks: TickList, birth_date: date, today: date) -> str | None:
    """Return the code of what is still to be checked, or None."""
    if not (ticks.present and ticks.document_checked):
        return "presence-required"
    if not (ticks.photo_matches and ticks.data_read_out):
        return "presence-incomplete"
    guarded = ticks.guardian_present and ticks.guardian_document_checked and ticks.authority_checked
    if is_minor(birth_date, today) and not guarded:
        return "guardian-not-checked"
    return None


# Ley Orgánica 3/2018 article 7: from fourteen a minor consents, before that the guardian does.
def acceptance_refusal(accepted_by: AcceptedBy, birth_date: date, today: date) -> str | None:
    """Return why these terms were accepted by the wrong person, or None."""
    own = age_on(birth_date, today) >= CONSENT_YEARS
    if own:
        return None if accepted_by is AcceptedBy.PERSON else "acceptance-by-person"
    return None if accepted_by is AcceptedBy.GUARDIAN else "acceptance-by-guardian"
