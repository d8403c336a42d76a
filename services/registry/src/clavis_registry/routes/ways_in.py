"""The routers of the ways in."""

from clavis_registry.routes import certificate_enrolments, letters, videos

ROUTERS = (
    letters.internal,
    letters.office,
    certificate_enrolments.router,
    videos.internal,
    videos.office,
    videos.provider,
)
