"""The errors of the PIN service that a caller may branch on."""

from datetime import datetime

from clavis_kit.errors import ServiceError


def invalid_national_id() -> ServiceError:
    """Refuse what is not an identity number, saying nothing about who is enrolled."""
    return ServiceError("invalid-national-id", 422, "The identity number is not valid.")


def device_unknown() -> ServiceError:
    """Refuse a device that confirms nothing, saying not why."""
    return ServiceError("device-unknown", 401, "This device is not active.")


def identity_frozen() -> ServiceError:
    """Tell an active device that its person is frozen or has left."""
    return ServiceError("identity-frozen", 403, "The digital identity does not stand.")


def proof_refused(code: str, now: datetime) -> ServiceError:
    """Refuse a signed request; the time lets a device with a wrong clock correct itself."""
    return ServiceError(
        code, 401, "The request is not signed as it must be.", extra={"now": now.isoformat()}
    )


def signature_refused() -> ServiceError:
    """Refuse an answer whose signature is not of it."""
    return ServiceError("signature-refused", 422, "The signature is not of this answer.")


def attestation_refused() -> ServiceError:
    """Refuse a device that could not prove where it keeps its key."""
    return ServiceError("attestation-refused", 422, "The device could not be attested.")


def app_request_closed() -> ServiceError:
    """Say that nothing waits for a scan any more."""
    return ServiceError("app-request-closed", 410, "The request no longer waits for a scan.")


def ticket_unavailable() -> ServiceError:
    """Refuse a ticket for somebody who cannot use a device."""
    return ServiceError("device-ticket-unavailable", 409, "No device can be enrolled now.")


def device_not_found() -> ServiceError:
    """Say that the person has no such device."""
    return ServiceError("device-not-found", 404, "There is no such device.")


def last_strong_method() -> ServiceError:
    """Warn before the last device that reaches substantial is removed."""
    return ServiceError(
        "last-strong-method", 409, "This is the only advanced device. Confirm to remove it."
    )


def invalid_device_key() -> ServiceError:
    """Refuse a key that is no public P-256 key."""
    return ServiceError("invalid-device-key", 422, "The device's key is not valid.")
