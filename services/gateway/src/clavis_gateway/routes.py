"""All routes of the gateway in one list."""

from __future__ import annotations

from fastapi import FastAPI

from clavis_gateway import citizen_services, citizen_sessions
from clavis_gateway.admin import (
    logout_health,
    people,
    reading_token,
    relying_parties,
    rotation,
)
from clavis_gateway.admin import refusals as refused
from clavis_gateway.certificates import routes as certificates
from clavis_gateway.citizen import public
from clavis_gateway.errors import OAuthError, PageFaultError
from clavis_gateway.login import assets
from clavis_gateway.login.routes import (
    app as app_pages,
)
from clavis_gateway.login.routes import (
    data,
    home,
    not_me,
    passkey,
    password_change,
    password_setup,
    permanent,
    pin,
    second_factor,
    select,
)
from clavis_gateway.oidc.endpoints import (
    authorize,
    discovery,
    introspect,
    logout,
    par,
    refusals,
    register,
    revoke,
    token,
    userinfo,
)
from clavis_gateway.oidc.http import on_oauth_error, on_page_fault
from clavis_gateway.short_ways import include_short_ways


def include_routes(app: FastAPI) -> None:
    """Add every route and the handlers of their errors."""
    protocol = (discovery, authorize, par, token, userinfo, introspect, revoke, logout, refusals)
    for module in protocol:
        app.include_router(module.router, tags=["openid"])
    for module in (relying_parties, rotation, reading_token, people, refused, logout_health):
        app.include_router(module.router, tags=["operator"])
    app.include_router(citizen_sessions.router)
    app.include_router(citizen_services.router)
    methods = (pin, app_pages, permanent, second_factor, password_change, passkey, certificates)
    login = (select, data, *methods)
    for pages in (assets, home, not_me, *login, password_setup, *public.PAGES):
        app.include_router(pages.router)
    # After the pages: /register/{client_id} would answer in place of /register/letter.
    app.include_router(register.router, tags=["openid"])
    include_short_ways(app, (pages.router for pages in login))
    app.add_exception_handler(OAuthError, on_oauth_error)
    app.add_exception_handler(PageFaultError, on_page_fault)
