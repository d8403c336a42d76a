"""A very small browser: it follows forms and keeps cookies, as a person without scripts would.

Browsers treat localhost as a secure place and send it Secure cookies over http; Python's cookie
jar does not, hence the dictionary.
"""

import ssl
from dataclasses import dataclass
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

_MAX_REDIRECTS = 10
_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: where it goes and what it already holds."""

    action: str
    fields: dict[str, str]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "form":
            self.forms.append(Form(values.get("action") or "", {}))
        elif tag == "input" and self.forms and values.get("name"):
            self.forms[-1].fields[str(values["name"])] = values.get("value") or ""


@dataclass(frozen=True, slots=True)
class Page:
    """What the browser shows now."""

    url: str
    status: int
    text: str

    def form_with(self, field: str) -> Form | None:
        """Find the form that asks for a field."""
        parser = _Forms()
        parser.feed(self.text)
        return next((form for form in parser.forms if field in form.fields), None)


class Browser:
    """One person's browser; use it as a context manager."""

    def __init__(self, trust: Path) -> None:
        """Trust the authorities in a PEM file, and none else."""
        self._cookies: dict[str, str] = {}
        context = ssl.create_default_context(cafile=trust)
        self._http = httpx.Client(timeout=_TIMEOUT_SECONDS, verify=context, trust_env=False)
        self.page = Page("", 0, "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._http.close()

    def open(self, url: str) -> Page:
        """Go to an address. Raises httpx.HTTPError when nobody answers."""
        return self._go("GET", url, None)

    def stays_away_from(self, url: str) -> bool:  # noqa: ARG002  others may
        """Say whether a redirect to this address is noted and not followed."""
        return False

    def submit(self, **values: str) -> Page:
        """Fill the form that has the first of these fields, and send it. LookupError if none."""
        form = self.page.form_with(next(iter(values)))
        if form is None:
            raise LookupError(f"no form asks for {', '.join(values)}")
        return self._go("POST", urljoin(self.page.url, form.action), form.fields | values)

    def _go(self, method: str, url: str, data: dict[str, str] | None) -> Page:
        for _ in range(_MAX_REDIRECTS):
            answer = self._http.request(method, url, data=data, headers=self._headers(url))
            self._keep_cookies(answer)
            location = answer.headers.get("location")
            if not (answer.is_redirect and location):
                self.page = Page(url, answer.status_code, answer.text)
                return self.page
            method, url, data = "GET", urljoin(url, location), None
            if self.stays_away_from(url):
                self.page = Page(url, 0, "")
                return self.page
        raise LookupError("too many redirects")

    def _headers(self, url: str) -> dict[str, str]:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        address = httpx.URL(url)
        origin = f"{address.scheme}://{address.netloc.decode('ascii')}"
        headers = {"Origin": origin, "Sec-Fetch-Site": "same-origin", "Accept-Language": "es"}
        return headers | ({"Cookie": cookie} if cookie else {})

    def _keep_cookies(self, answer: httpx.Response) -> None:
        for line in answer.headers.get_list("set-cookie"):
            for name, morsel in SimpleCookie(line).items():
                self._cookies[name] = morsel.value
                if morsel["max-age"] == "0":
                    del self._cookies[name]
