"""A browser without scripts: it follows redirects, keeps cookies and sends forms.

It stops at the suite's callback, whether the answer comes in the query or in a form to be posted.
"""

import html
import re
import ssl
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx

_MAX_REDIRECTS = 12
_REFRESH = re.compile(r'<meta http-equiv="refresh" content="0;url=([^"]+)"')


@dataclass(frozen=True, slots=True)
class Form:
    """A form: where it goes, what it holds, and the buttons that send it."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str] | None] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.ids: dict[str, dict[str, str]] = {}
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if "id" in values:
            self.ids[values["id"]] = values | {"tag": tag}
        if tag == "form":
            self._open = True
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").upper()))
        elif self._open:
            self._control(tag, values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = False

    def _control(self, tag: str, values: dict[str, str]) -> None:
        form, name = self.forms[-1], values.get("name", "")
        if tag == "input" and name:
            form.fields[name] = values.get("value", "")
        elif tag == "button" and values.get("type", "submit") == "submit":
            form.buttons[values.get("id", "")] = (name, values.get("value", "")) if name else None


@dataclass(frozen=True)
class Page:
    """What the browser shows."""

    url: str
    status: int
    text: str
    headers: httpx.Headers

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.text)
        return reader

    @property
    def forms(self) -> list[Form]:
        """Its forms, in order."""
        return self._read().forms

    @property
    def ids(self) -> dict[str, dict[str, str]]:
        """Its elements by id, as attributes."""
        return self._read().ids

    @property
    def error(self) -> str | None:
        """The stable code of the error it shows, if it shows one."""
        summary = self.ids.get("error-summary")
        return summary.get("data-code") if summary else None

    @property
    def refresh(self) -> str | None:
        """Where the page goes by itself."""
        found = _REFRESH.search(self.text)
        return html.unescape(found[1]) if found else None


@dataclass(frozen=True)
class Callback:
    """An answer that reached the suite, and how it came."""

    url: str
    mode: str
    params: dict[str, str]


def _callback(url: str, mode: str, pairs: list[tuple[str, str]]) -> Callback:
    params = dict(pairs)
    assert len(params) == len(pairs), "a parameter of the answer is repeated"
    return Callback(url, mode, params)


class Browser:
    """One browser with its own cookies, of which all are SameSite=Lax."""

    def __init__(self, trust: ssl.SSLContext, callbacks: str) -> None:
        """`callbacks` is the prefix of the addresses at which the suite listens."""
        self._callbacks = callbacks
        self._http = httpx.Client(verify=trust, timeout=60, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def forget(self) -> None:
        """Throw the cookies away."""
        self._http.cookies.clear()

    def open(self, url: str) -> Page | Callback:
        """Go to an address, as after a click on a link."""
        return self._go("GET", url, None, "https://suite.example")

    def post_from_elsewhere(self, url: str, form: dict[str, Any]) -> Page | Callback:
        """Send a form that stands on the suite's own page: no Lax cookie goes with it."""
        return self._go("POST", url, form, "https://suite.example")

    def follow(self, page: Page, element: str) -> Page | Callback:
        """Follow the link with this id."""
        return self.open(urljoin(page.url, html.unescape(page.ids[element]["href"])))

    def send(self, page: Page, form: Form, button: str = "", **typed: str) -> Page | Callback:
        """Fill a form and press one of its buttons."""
        assert set(typed) <= set(form.fields), f"the form does not ask for {sorted(typed)}"
        pressed = form.buttons.get(button)
        values = form.fields | typed | (dict([pressed]) if pressed else {})
        url = urljoin(page.url, form.action)
        if url.startswith(self._callbacks):
            assert form.method == "POST"
            return _callback(url, "form_post", list(values.items()))
        return self._go(form.method, url, values, _origin(page.url))

    def _go(
        self, method: str, url: str, form: dict[str, Any] | None, origin: str
    ) -> Page | Callback:
        for _ in range(_MAX_REDIRECTS):
            if url.startswith(self._callbacks):
                parts = urlsplit(url)
                assert not parts.fragment, "an answer in the fragment"
                pairs = parse_qsl(
                    parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)
                )
                return _callback(url, "query", pairs)
            answer = self._request(method, url, form, origin)
            location = answer.headers.get("location")
            if not (answer.is_redirect and location):
                return self._sent(Page(url, answer.status_code, answer.text, answer.headers))
            method, url, form = "GET", urljoin(url, location), None
        raise AssertionError("too many redirects")

    def _sent(self, page: Page) -> Page | Callback:
        # Form Post Response Mode 1.0 section 2: the form sends itself; a person can, too.
        for form in page.forms:
            if form.action.startswith(self._callbacks):
                assert page.status == 200
                assert "continue" in form.buttons, "nothing to press without scripts"
                return self.send(page, form, "continue")
        return page

    def _request(
        self, method: str, url: str, form: dict[str, Any] | None, origin: str
    ) -> httpx.Response:
        same = origin == _origin(url)
        headers = {
            "Accept-Language": "en",
            "Sec-Fetch-Site": "same-origin" if same else "cross-site",
        }
        request = self._http.build_request(method, url, data=form, headers=headers)
        if method == "POST":
            request.headers["Origin"] = origin
            if not same:
                request.headers.pop("Cookie", None)
        return self._http.send(request)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
