"""The routers of the ways in."""

from clavis_registry.routes import certificate_enrolments, letters

ROUTERS = (letters.internal, letters.office, certificate_enrolments.router)
