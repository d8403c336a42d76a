"""The errors of the permanent service that a caller may branch on."""

from clavis_kit.errors import ServiceError


def invalid_national_id() -> ServiceError:
    """Refuse what is not an identity number, saying nothing about who is enrolled."""
    return ServiceError("invalid-national-id", 422, "The identity number is not valid.")
