"""The requests this service cannot answer, each with its stable code."""

from collections.abc import Iterable

from clavis_kit.errors import ServiceError

from clavis_signing.pdf.faults import Fault
from clavis_signing.rules import Obstacle


class DocumentRefused(ServiceError):  # noqa: N818  says what happened, like its siblings
    """The document cannot be signed here; the code is the fault."""

    def __init__(self, fault: Fault) -> None:
        """Answer 422 with the fault."""
        super().__init__(fault.value, 422, "This document cannot be signed here.")


class DocumentTooLarge(ServiceError):  # noqa: N818  says what happened
    """The document exceeds the limit."""

    def __init__(self, max_bytes: int) -> None:
        """Answer 413 and state the limit."""
        super().__init__(
            "document-too-large",
            413,
            "The document is too large.",
            extra={"max_bytes": max_bytes},
        )


class NotEligible(ServiceError):  # noqa: N818  says what happened
    """Something keeps this person from signing."""

    def __init__(self, obstacles: Iterable[Obstacle]) -> None:
        """Answer 409 and name the obstacles."""
        super().__init__(
            "not-eligible",
            409,
            "Signing is not possible now.",
            extra={"obstacles": [obstacle.value for obstacle in obstacles]},
        )


def identity_ended() -> ServiceError:
    """Refuse a token that outlived its person's identity."""
    return ServiceError("identity-ended", 403, "This digital identity is no longer in force.")


def transaction_not_found() -> ServiceError:
    """Refuse a transaction that is not there, or is somebody else's."""
    return ServiceError("transaction-not-found", 404)


def transaction_gone() -> ServiceError:
    """Refuse a document that was delivered, signed or left alone too long."""
    return ServiceError("document-gone", 410, "The document is no longer kept.")


def transaction_conflict() -> ServiceError:
    """Refuse an act that this transaction does not admit (any more)."""
    return ServiceError("transaction-conflict", 409, "This document cannot be signed any more.")


def too_many_documents() -> ServiceError:
    """Refuse a document while so many of the same citizen are kept."""
    return ServiceError(
        "too-many-documents", 429, "Too many documents are open. Sign them or wait a day."
    )


def page_not_found() -> ServiceError:
    """Refuse a page the document does not have."""
    return ServiceError("page-not-found", 404)


def policies_not_accepted() -> ServiceError:
    """Refuse to issue a certificate to somebody who did not accept its policies."""
    return ServiceError(
        "policies-not-accepted", 422, "A certificate is issued only on the policies' acceptance."
    )


def not_reviewed() -> ServiceError:
    """Refuse a signature on a document that its signer did not look at."""
    return ServiceError("not-reviewed", 422, "The document must be reviewed first.")


def sibling_unavailable(name: str, reason: str) -> ServiceError:
    """Say that another service did not answer."""
    return ServiceError(
        "temporarily-unavailable",
        503,
        "Part of the system does not answer. Try again shortly.",
        private=f"{name}: {reason}",
        headers={"Retry-After": "2"},
    )
