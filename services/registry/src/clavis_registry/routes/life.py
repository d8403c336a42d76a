"""The routers of changes, endings and returns."""

from clavis_registry.routes import citizen_life, officer_changes, officer_endings

ROUTERS = (
    citizen_life.router,
    officer_changes.router,
    officer_endings.router,
    officer_endings.feed,
)
