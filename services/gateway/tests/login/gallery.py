"""Every page in every state, rendered without a backend: for tests, for eyes, for translators.

`python -m services.gateway.tests.login.gallery FOLDER` writes them as files to look at.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from clavis_gateway.certificates import texts as certificates
from clavis_gateway.citizen import texts as public
from clavis_gateway.interactions import ClientView, ResponseTarget
from clavis_gateway.login.i18n import Language
from clavis_gateway.login.pages import Again, TemplatePages
from clavis_gateway.login.render import Renderer
from clavis_gateway.login.settings import LoginSettings
from clavis_gateway.pages import LoggedOut, LogoutQuestion, PageError
from clavis_gateway.rules.levels import Method
from clavis_kit.clock import FrozenClock
from clavis_kit.loa import Loa
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.tests.login.gallery_methods import METHOD_STATES
from services.gateway.tests.login.gallery_public import PUBLIC_STATES
from services.gateway.tests.login.gallery_states import (
    FLOW,
    NAMES,
    NOW,
    SERVICE,
    STATE,
    STATES,
    State,
)

MESSAGES = {**public.FAULTS, **certificates.ERRORS}


def make_renderer(public_url: str = "http://localhost:8400") -> Renderer:
    return Renderer(LoginSettings(portal_url="http://localhost:8405"), public_url)


def make_request(query: str = "", headers: dict[str, str] | None = None) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "query_string": query.encode(),
        "headers": raw,
    }
    return Request(scope)


def render(renderer: Renderer, state: State, language: Language) -> Response:
    flow = FLOW | {"others": state.template not in {"select.html", "blocked.html", "barred.html"}}
    context: dict[str, Any] = {"required": Loa.LOW, "flow": flow, "csrf": "0" * 64, "state": STATE}
    context |= {"setup": "activate", "public": public}
    faults = [
        renderer.fault(language, code, name, messages=MESSAGES, **values)
        for code, name, values in state.faults
    ]
    return renderer.page(
        make_request(),
        state.template,
        language,
        status=state.status,
        language_url="/login/x",
        faults=faults,
        service=replace(SERVICE, in_test=state.in_test) if state.flow else None,
        context=context | _translated(state.context, language),
    )


def _translated(context: dict[str, Any], language: Language) -> dict[str, Any]:
    return {
        key: language.text(value) if key in {"title", "advice"} and value else value
        for key, value in context.items()
    }


def client() -> ClientView:
    return ClientView(
        client_id="demo", name=NAMES, domain="sede.villanueva.example", logo_uri=None,
        minimum_loa=Loa.LOW, allowed_methods=frozenset(Method), sso_allowed=True,
        first_party=False, home="https://sede.villanueva.example/entrar",
    )  # fmt: skip


def protocol_pages(renderer: Renderer, tag: str) -> Iterator[tuple[str, Response]]:
    pages = TemplatePages(renderer, FrozenClock(NOW))
    request = make_request(headers={"accept-language": tag})
    yield "problem", pages.error(request, PageError("bad_redirect_uri", 400, "Not registered."))
    yield "server-error", pages.failed(request)
    yield "expired", pages.expired(request)
    again = Again("/login/x/restart", "0" * 64)
    yield "expired-again", pages.expired(request, client=client(), again=again)
    yield "expired-back", pages.expired(request, client=client())
    yield "too-large", pages.too_large(request)
    yield "ended", pages.ended(request, renderer.languages[tag])
    query = ResponseTarget("https://rp.example/cb?code=1&state=2", "query", {"code": "1"}, NAMES)
    yield "returning", pages.returning(request, query)
    post = ResponseTarget("https://rp.example/cb", "form_post", {"code": "1", "state": "2"}, NAMES)
    yield "form-post", pages.returning(request, post)
    yield "logout", pages.confirm_logout(request, LogoutQuestion("/logout", "t", NAMES))
    question = LogoutQuestion("/logout", "t", None, others=2)
    yield "logout-everywhere", pages.confirm_logout(request, question)
    nothing = LoggedOut(
        ended=False, return_to="https://rp.test/", client_name=NAMES, by_itself=False
    )
    yield "nothing-to-log-out", pages.logged_out(request, nothing)
    yield (
        "logged-out",
        pages.logged_out(request, LoggedOut(ended=True, return_to=None, client_name=None)),
    )


def all_pages(renderer: Renderer, tag: str) -> Iterator[tuple[str, Response]]:
    language = renderer.languages[tag]
    for state in STATES + METHOD_STATES + PUBLIC_STATES:
        yield state.name, render(renderer, state, language)
    yield from protocol_pages(renderer, tag)


def styles(renderer: Renderer) -> bytes:
    asset = renderer.assets.find(renderer.assets.url("clavis.css").rpartition("/")[2])
    assert asset is not None
    return asset.content


def standing_alone(renderer: Renderer, response: Response) -> str:
    """A page with its styles inside that stays where it is: for a browser without a server."""
    html = bytes(response.body).decode().replace('http-equiv="refresh"', "")
    return html.replace("</head>", f"<style>{styles(renderer).decode()}</style></head>")


def write(folder: Path) -> None:
    renderer = make_renderer()
    for tag in renderer.languages:
        for name, response in all_pages(renderer, tag):
            page = bytes(response.body).replace(b"/static/", b"static/")
            page = page.replace(b'http-equiv="refresh"', b'name="refresh"')
            (folder / f"{name}.{tag}.html").write_bytes(page)
    static = folder / "static"
    static.mkdir(exist_ok=True)
    name = renderer.assets.url("clavis.css").rpartition("/")[2]
    (static / name).write_bytes(styles(renderer))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    write(target)
