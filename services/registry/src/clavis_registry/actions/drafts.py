"""An applicant as the JSON of a draft, and back."""

from datetime import date
from typing import Any

from clavis_registry.actions.entering import Applicant
from clavis_registry.rules.identity import Document, DocumentKind, Guardian, GuardianProof
from clavis_registry.rules.person import PersonName


def draft_of(applicant: Applicant) -> dict[str, Any]:
    """Write an applicant as JSON values."""
    document, guardian = applicant.document, applicant.guardian
    return {
        "national_id": applicant.national_id,
        "given_name": applicant.name.given_name,
        "first_surname": applicant.name.first_surname,
        "second_surname": applicant.name.second_surname,
        "birth_date": applicant.birth_date.isoformat(),
        "document": {
            "kind": document.kind,
            "support_number": document.support_number,
            "issued_on": document.issued_on.isoformat(),
            "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        },
        "guardian": (
            {"national_id": guardian.national_id, "proof": guardian.proof} if guardian else None
        ),
        "email": applicant.email,
        "mobile": applicant.mobile,
        "language": applicant.language,
    }


def applicant_from_draft(draft: dict[str, Any]) -> Applicant:
    """Read an applicant back from JSON values that draft_of wrote."""
    document, guardian = draft["document"], draft["guardian"]
    expires_on = document["expires_on"]
    return Applicant(
        national_id=draft["national_id"],
        name=PersonName(draft["given_name"], draft["first_surname"], draft["second_surname"]),
        birth_date=date.fromisoformat(draft["birth_date"]),
        document=Document(
            DocumentKind(document["kind"]),
            document["support_number"],
            date.fromisoformat(document["issued_on"]),
            date.fromisoformat(expires_on) if expires_on else None,
        ),
        guardian=(
            Guardian(guardian["national_id"], GuardianProof(guardian["proof"]))
            if guardian
            else None
        ),
        email=draft["email"],
        mobile=draft["mobile"],
        language=draft["language"],
    )
