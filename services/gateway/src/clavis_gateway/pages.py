"""The pages `oidc/` needs: what it hands over and what it expects back.

The login area implements `Pages` with its templates (`clavis_gateway.login.pages.TemplatePages`)
so that every page a person sees has one look, one set of texts and one content security policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from clavis_gateway.interaction_values import ResponseTarget


@dataclass(frozen=True, slots=True)
class PageError:
    """An error shown to the person because redirecting would be unsafe or impossible.

    `code` is stable and becomes `data-code`: unknown_client, bad_redirect_uri, invalid_request,
    request_expired, bad_logout_request, server_error ...; `detail` is one English sentence for
    the developer of the relying party, without anything the request carried.
    """

    code: str
    status: int
    detail: str
    ui_locales: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LogoutQuestion:
    """The page that asks before ending a session (button id `confirm-logout`).

    The form posts `token` to `action`; `cancel` as the pressed button's name keeps the session,
    `everywhere` ends those in other browsers too, of which there are `others`. `client_name` is
    by language, None when the request named no client.
    """

    action: str
    token: str
    client_name: Mapping[str, str] | None
    ui_locales: tuple[str, ...] = ()
    others: int = 0


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """The page after logout.

    `return_to` leads back to the relying party when it asked for that and may; the page moves
    there `by_itself` only where that is safe. `ended` is False when the person chose to stay logged
    in (`stays`) or there was no session.
    """

    ended: bool
    return_to: str | None
    client_name: Mapping[str, str] | None
    ui_locales: tuple[str, ...] = ()
    stays: bool = False
    by_itself: bool = True


class Pages(Protocol):
    """Renders the pages of the protocol endpoints; each sets its own security headers."""

    def error(self, request: Request, error: PageError) -> Response:
        """Render an error page with status `error.status`."""
        ...

    def returning(self, request: Request, target: ResponseTarget) -> Response:
        """Render the 200 page that takes the browser to the relying party.

        Sets the session cookie when the target carries one.
        """
        ...

    def confirm_logout(self, request: Request, question: LogoutQuestion) -> Response:
        """Render the question whether to end the session."""
        ...

    def logged_out(self, request: Request, outcome: LoggedOut) -> Response:
        """Render what happened to the session."""
        ...
