"""The gateway's two cookies.

`__Host-Http-flow` ties interactions to the browser that opened them; `__Host-Http-sso` is the
session. Both carry random secrets of which the database keeps only digests.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

FLOW_COOKIE = "__Host-Http-flow"
SESSION_COOKIE = "__Host-Http-sso"
FLOW_SECONDS = 24 * 3600


def flow_cookie(request: Request) -> str | None:
    """Return the browser's flow secret, if it sent one."""
    return request.cookies.get(FLOW_COOKIE)


def session_cookie(request: Request) -> str | None:
    """Return the browser's session secret, if it sent one."""
    return request.cookies.get(SESSION_COOKIE)


# RFC 6265bis section 4.1.3: the __Host-Http- prefix demands Secure, HttpOnly, Path=/, no Domain.
def _set(response: Response, name: str, value: str, max_age: int | None) -> None:
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax"
    )


def set_flow_cookie(response: Response, value: str) -> None:
    """Bind the browser to its interactions for a day: who comes back late may start one again."""
    _set(response, FLOW_COOKIE, value, FLOW_SECONDS)


def set_session_cookie(response: Response, value: str) -> None:
    """Give the browser its session; it lasts until the browser closes or the server ends it."""
    _set(response, SESSION_COOKIE, value, None)


def clear_session_cookie(response: Response) -> None:
    """Take the session away from the browser."""
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="lax")
