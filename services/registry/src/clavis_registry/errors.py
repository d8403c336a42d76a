"""Refusals of the registry: one stable code each, with its status and a public sentence."""

from typing import Any

from clavis_kit.errors import ServiceError

# code -> (HTTP status, what the caller may read)
REFUSALS: dict[str, tuple[int, str]] = {
    "wrong-format": (422, "The number is not a DNI or NIE."),
    "wrong-check-letter": (422, "The letter does not match the number."),
    "invalid-name": (422, "A name has letters, spaces, apostrophes and hyphens only."),
    "invalid-birth-date": (422, "The birth date is not possible."),
    "invalid-email": (422, "The e-mail address is not valid."),
    "invalid-phone": (422, "The number is not a valid mobile phone."),
    "invalid-activation-code": (422, "The activation code does not have the right form."),
    "document-kind-mismatch": (422, "This kind of document does not go with this number."),
    "document-not-yet-issued": (422, "The document is dated in the future."),
    "document-dates-inconsistent": (422, "The document ends before it begins."),
    "document-expiry-required": (422, "This kind of document has a validity date."),
    "document-expired": (422, "The document is no longer in force."),
    "support-number-required": (422, "The support number of the document is needed."),
    "support-number-invalid": (422, "The support number is not of this kind of document."),
    "guardian-required": (
        422,
        "A minor is enrolled only with the guardian's identity and proof of authority.",
    ),
    "guardian-invalid": (422, "The guardian's identity is not valid."),
    "evidence-invalid": (422, "The evidence cannot be kept in this form."),
    "reason-required": (422, "State the reason."),
    "reason-invalid": (422, "The reason is too long or has characters that cannot be shown."),
    "presence-required": (422, "The person must be present and the document checked."),
    "terms-outdated": (422, "The terms accepted are not the ones in force."),
    "already-registered": (409, "The person is already registered."),
    "advanced-channel-required": (409, "A person who left comes back only by an advanced channel."),
    "person-deceased": (409, "The number belongs to a deceased person."),
    "person-revoked": (409, "The identity was revoked and the cause has not been lifted."),
    "death-in-the-future": (422, "The date of death is in the future."),
    "enrolment-in-the-future": (422, "The enrolment is dated in the future."),
    "phone-in-use": (409, "The phone is another person's, who has not been asked."),
    "phone-not-proved": (409, "The code sent to the phone has not been read out yet."),
    "phone-already-proved": (409, "The phone is already proved."),
    "phone-code-too-soon": (429, "A code was sent a moment ago."),
    "phone-code-limit": (429, "Too many codes were sent to this phone."),
    "enrolment-not-found": (404, "There is no such enrolment at this office."),
    "enrolment-expired": (410, "The draft is too old. Start again."),
    "enrolment-completed": (409, "The enrolment is already completed."),
    "enrolment-not-completed": (409, "The enrolment is not completed yet."),
    "acceptance-already-printed": (410, "The acceptance document was already printed."),
    "acceptance-not-printed": (409, "The acceptance document has not been printed yet."),
    "person-not-found": (404, "There is no such person."),
    "person-not-active": (409, "The person's identity has ended."),
    "office-not-found": (404, "There is no such office."),
    "officer-not-active": (403, "This account may not enrol people."),
    "own-enrolment": (403, "Officers do not enrol themselves."),
    "own-record": (403, "Officers do not act on their own record."),
    "not-permitted": (403, "This role may not do that."),
    "citizen-not-active": (401, "The identity behind this token has ended."),
    "not-registered": (409, "Only a registered person can renounce."),
    "insufficient-level": (403, "This needs a login at a higher level of assurance."),
    "confirmation-required": (422, "The renunciation must be confirmed."),
    "renunciation-not-found": (404, "There is no such proof."),
}


def refuse(code: str, **extra: Any) -> ServiceError:
    """Return the error of a refusal, to be raised; `extra` are public members of the problem."""
    status, sentence = REFUSALS[code]
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'} if status == 401 else None  # noqa: PLR2004  HTTP status
    return ServiceError(code, status, sentence, headers=headers, extra=extra)
