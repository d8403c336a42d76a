"""What is shown at an office beside the document, and what an office act is for."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from clavis_registry.errors import refuse
from clavis_registry.rules.documents import (
    OriginDocument,
    PersonKind,
    combination_refusal,
    kind_by_document,
)
from clavis_registry.rules.identity import Document

ENROL, RENEW = "enrol", "renew"


@dataclass(frozen=True)
class Papers:
    """Kind of person, document of origin, purpose; by default a Spaniard's enrolment."""

    person_kind: PersonKind | None = None
    origin: OriginDocument | None = None
    purpose: str = ENROL

    def refuse_insufficient(self, document: Document, today: date) -> None:
        """Raise when document and document of origin do not prove who the person is."""
        kind = self.person_kind or kind_by_document(document)
        if code := combination_refusal(kind, document, self.origin, today):
            raise refuse(code)

    def facts(self, document: Document) -> dict[str, Any]:
        """Return what is kept of them, as JSON values."""
        origin = self.origin
        shown = origin and {
            "kind": origin.kind,
            "number": origin.number,
            "country": origin.country,
            "expires_on": origin.expires_on.isoformat() if origin.expires_on else None,
        }
        kind = self.person_kind or kind_by_document(document)
        return {"person_kind": kind, "identity_document": shown}
