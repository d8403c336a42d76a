"""The routers of the ways in."""

from clavis_registry.routes import (
    certificate_enrolments,
    email_proofs,
    letter_renunciations,
    letters,
    videos,
)

ROUTERS = (
    letters.internal,
    letters.office,
    letter_renunciations.internal,
    email_proofs.internal,
    certificate_enrolments.router,
    videos.internal,
    videos.office,
    videos.provider,
)
