"""The routers of the ways in."""

from clavis_registry.routes import letters

ROUTERS = (letters.internal, letters.office)
