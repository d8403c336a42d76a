"""The errors of the permanent service that a caller may branch on."""

from clavis_kit.errors import ServiceError


def invalid_national_id() -> ServiceError:
    """Refuse what is not an identity number, saying nothing about who is enrolled."""
    return ServiceError("invalid-national-id", 422, "The identity number is not valid.")


def identity_not_usable() -> ServiceError:
    """Refuse to touch the methods of an identity that ended or is frozen."""
    return ServiceError("identity-not-usable", 409, "The identity has ended or is frozen.")


def advanced_enrolment_required() -> ServiceError:
    """Refuse a further factor to somebody proven at basic level only."""
    return ServiceError(
        "advanced-enrolment-required", 409, "This needs an enrolment at advanced level."
    )


def no_such_method() -> ServiceError:
    """Say that the person has no method of this identifier."""
    return ServiceError("method-not-found", 404, "There is no such method.")


def last_strong_method() -> ServiceError:
    """Warn before the person is left without a way to the substantial level here."""
    return ServiceError(
        "last-strong-method", 409, "This is the only advanced method. Confirm to remove it."
    )


def passkey_limit(limit: int) -> ServiceError:
    """Refuse one passkey more than a person may have."""
    return ServiceError(
        "passkey-limit", 409, "There are too many passkeys. Remove one.", extra={"limit": limit}
    )


def passkey_challenge_expired() -> ServiceError:
    """Refuse an answer to a challenge that was used, replaced or is too old."""
    return ServiceError("passkey-challenge-expired", 409, "It took too long. Start again.")


def passkey_not_accepted() -> ServiceError:
    """Refuse what an authenticator sent: not for here, not verified, or not vouched for."""
    return ServiceError("passkey-not-accepted", 422, "This passkey cannot be used here.")


def passkey_already_bound() -> ServiceError:
    """Refuse a credential that is bound already."""
    return ServiceError("passkey-already-bound", 409, "This passkey is already in use.")


def invalid_passkey_name() -> ServiceError:
    """Refuse a name of which nothing would be seen, or too much."""
    return ServiceError("invalid-passkey-name", 422, "A name has 1 to 60 visible characters.")


def proof_required() -> ServiceError:
    """Ask for the one-time code, or for a fresh login with a certificate in its place."""
    return ServiceError(
        "proof-required", 403, "This needs a one-time code or a recent login with a certificate."
    )


def recovery_not_offered() -> ServiceError:
    """Say that this installation does not recover passwords by activation code."""
    return ServiceError(
        "recovery-not-offered", 409, "A forgotten password is not recovered this way here."
    )
