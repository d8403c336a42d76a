"""A citizen at the login pages: a browser that knows forms, and the services behind them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
from clavis_kit.clock import FrozenClock
from clavis_kit.ids import new_id
from clavis_testkit.served import listen, served
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, World

ANA = "12345678Z"
CONTRAST = "2031-05-17"
PIN, OTP, PASSWORD = "7KQ", "246810", "cuatro palabras bien elegidas"
TOTP, RECOVERY_CODE, REPORT = "135791", "7K2M9QXR4T", "report-token"
APP_URL = "https://portal.test/app/#r=" + "A" * 49


@dataclass
class Siblings:
    """The contracts of pin, permanent and registry, for one person, over real HTTP."""

    url: str
    clock: FrozenClock
    subject_id: str = field(default_factory=new_id)
    level: str = "advanced"
    status: str = "registered"
    factors: list[str] = field(default_factory=lambda: ["sms"])
    app_state: str = "pending"
    down: set[str] = field(default_factory=set)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Answers that replace the usual one, by path ending."""
    requests: list[tuple[str, dict[str, Any], str]] = field(default_factory=list)

    @classmethod
    @contextlib.asynccontextmanager
    async def started(cls, clock: FrozenClock) -> AsyncIterator[Siblings]:
        listener, url = listen()
        siblings = cls(url, clock)
        async with served(siblings._app(), listener):
            yield siblings

    def _app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/{service}/health/ready")
        async def ready(service: str) -> Response:
            return Response(status_code=503 if service in self.down else 200)

        @app.api_route("/{service}/{path:path}", methods=["GET", "POST"])
        async def call(service: str, path: str, request: Request) -> Response:
            body = await request.json() if request.method == "POST" else {}
            self.requests.append((path, body, request.headers.get("authorization", "")))
            if service in self.down:
                return Response(status_code=503)
            for ending, answer in self.answers.items():
                if path.endswith(ending):
                    return JSONResponse(answer, status_code=answer.get("status", 200))
            return JSONResponse(self._answer(path, body))

        return app

    def _at(self, **delta: int) -> str:
        return (self.clock.now() + timedelta(**delta)).isoformat()

    def _answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        table: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "v1/pins": self._pin,
            "v1/pins/p1/attempts": lambda body: self._verdict(body["pin"] == PIN),
            "v1/app-requests": self._app_request,
            "v1/app-requests/r1": lambda _: {"state": self.app_state},
            "v1/app-requests/r1/qr": self._code,
            "v1/app-requests/r1/completion": self._completion,
            "v1/app-requests/r1/cancellation": lambda _: {},
            "v1/logins": self._login,
            "v1/second-factors": lambda _: {"second_factors": self.factors},
            "v1/totp-attempts": lambda body: self._verdict(body["code"] == TOTP),
            "v1/recovery-code-attempts": lambda body: self._verdict(body["code"] == RECOVERY_CODE),
            "v1/passkey-logins": lambda _: {
                "passkey_login_id": "k1",
                "options": {"challenge": "AA"},
            },
            "v1/passkey-logins/k1/assertion": lambda body: self._verdict(
                body["credential"]["id"] == "AQ"
            ),
            "v1/password-changes/c1/otp": lambda _: self._sent("sent", "otp_id"),
            "v1/password-changes/c1": self._change,
            "v1/recoveries": self._recovery,
            "v1/recoveries/a1/otp-attempts": self._otp,
            "v1/recoveries/a1/password": self._password,
            "v1/fraud-reports/check": lambda body: {"valid": body["token"] == REPORT},
            "v1/fraud-reports": lambda body: {
                "outcome": "frozen" if body["token"] == REPORT else "invalid"
            },
            "v1/otps": lambda _: self._sent("sent", "otp_id") | {"resend_at": self._at(seconds=30)},
            "v1/otps/o1/attempts": self._otp,
            "v1/activations": self._activation,
            "v1/activations/a1/otp-attempts": self._otp,
            "v1/activations/a1/password": self._password,
            "internal/v1/subjects": self._subject,
        }
        return table[path](body)

    def _sent(self, outcome: str, name: str) -> dict[str, Any]:
        ids = {"pin_request_id": "p1", "otp_id": "o1", "activation_id": "a1"}
        code_id = ids[name]
        until = self._at(minutes=10)
        return {"outcome": outcome, name: code_id, "phone_hint": "123", "expires_at": until}

    def sent_to_app(self) -> dict[str, Any]:
        """What the service of PINs answers where an app shows the PIN."""
        sent = self._sent("sent", "pin_request_id") | {"sent_at": self._at(), "channel": "app"}
        return {name: value for name, value in sent.items() if name != "phone_hint"}

    def _pin(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["national_id"] != ANA or body["contrast"] != CONTRAST:
            return {"outcome": "mismatch"}
        return self._sent("sent", "pin_request_id") | {"sent_at": self._at()}

    def _login(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._verdict(body["national_id"] == ANA and body["password"] == PASSWORD)

    def _otp(self, body: dict[str, Any]) -> dict[str, Any]:
        return self._verdict(body["otp"] == OTP)

    def _app_request(self, _: dict[str, Any]) -> dict[str, Any]:
        made = {"outcome": "created", "app_request_id": "r1", "number": "482"}
        return made | {"expires_at": self._at(minutes=5)}

    def _code(self, _: dict[str, Any]) -> dict[str, Any]:
        until = self._at(seconds=10)
        return {"content": APP_URL, "typed_code": "1234567890", "valid_until": until}

    def _completion(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.app_state == "confirmed":
            return self._verdict(right=True)
        pending = self.app_state in {"pending", "scanned"}
        return {"verdict": "pending" if pending else "rejected"}

    def _change(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["otp"] != OTP:
            return {"outcome": "wrong", "attempts_left": 2}
        if len(body["new_password"]) < 8:
            return {"outcome": "rejected", "reasons": ["too_short"]}
        person = {"subject_id": self.subject_id, "enrolment_level": self.level}
        return {"outcome": "changed", "expires_on": "2028-03-10", **person}

    def _recovery(self, body: dict[str, Any]) -> dict[str, Any]:
        known = body["national_id"] == ANA
        return self._sent("code_sent", "activation_id") if known else {"outcome": "mismatch"}

    def _activation(self, body: dict[str, Any]) -> dict[str, Any]:
        known = body["national_id"] == ANA
        return self._sent("code_sent", "activation_id") if known else {"outcome": "mismatch"}

    def _password(self, body: dict[str, Any]) -> dict[str, Any]:
        if len(body["password"]) < 8:
            return {"outcome": "rejected", "reasons": ["too_short", "missing_digit"]}
        return {"outcome": "activated", "expires_on": "2028-03-10"}

    def _subject(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"subject_id": self.subject_id, "status": self.status, "level": self.level}

    def _verdict(self, right: bool) -> dict[str, Any]:
        if not right:
            return {"verdict": "wrong", "attempts_left": 4}
        person = {"subject_id": self.subject_id, "enrolment_level": self.level}
        return {"verdict": "accepted", "second_factors": self.factors, **person}

    def called(self, ending: str) -> list[dict[str, Any]]:
        return [body for path, body, _ in self.requests if path.endswith(ending)]


class _Page(HTMLParser):
    """Forms with their fields and buttons, links, and what carries a stable mark."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.ids: dict[str, dict[str, str]] = {}
        self.form_of: dict[str, dict[str, Any]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({"action": found["action"], "fields": {}, "boxes": {}})
        if tag == "input" and self.forms:
            box = found.get("type") == "checkbox" and "checked" not in found
            self.forms[-1]["boxes" if box else "fields"][found["name"]] = found.get("value", "")
        if "id" in found:
            self.ids[found["id"]] = found | {"tag": tag}
            if self.forms:
                self.form_of[found["id"]] = self.forms[-1]


@dataclass
class Browser:
    """A browser without script at one gateway. Follows redirects inside our origin only."""

    world: World
    http: httpx.AsyncClient
    response: httpx.Response = field(default_factory=lambda: httpx.Response(200))

    @property
    def page(self) -> _Page:
        return _Page(self.response.text)

    @property
    def path(self) -> str:
        return str(self.response.url.path)

    @property
    def flow(self) -> str:
        return "/".join(self.path.split("/")[:3])

    @property
    def code(self) -> str | None:
        summary = self.page.ids.get("error-summary")
        return summary["data-code"] if summary else None

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.response.text)
        assert found, self.response.text
        return found[1]

    async def open(self, path: str, **headers: str) -> Browser:
        self.response = await self.http.get(path, headers=headers, follow_redirects=True)
        return self

    async def authorize(self, **params: Any) -> Browser:
        query = {
            "client_id": "demo-web", "response_type": "code", "scope": "openid",
            "redirect_uri": REDIRECT, "state": "st4te",
        } | params  # fmt: skip
        return await self.open("/authorize?" + urlencode(query))

    async def press(
        self, element_id: str, headers: dict[str, str] | None = None, **typed: str
    ) -> Browser:
        """Press a link or the button of a form, having typed into its fields."""
        page = self.page
        element = page.ids[element_id]
        if element["tag"] == "a":
            return await self.open(element["href"])
        form = page.form_of[element_id]
        assert typed.keys() <= form["fields"].keys() | form["boxes"].keys(), form
        pressed = {element["name"]: element["value"]} if element.get("name") else {}
        self.response = await self.http.post(
            form["action"],
            data=form["fields"] | typed | pressed,
            headers={"Origin": ISSUER, "Sec-Fetch-Site": "same-origin"} | (headers or {}),
            follow_redirects=True,
        )
        return self

    @property
    def landing(self) -> dict[str, str]:
        """What the relying party receives when the returning page moves on."""
        assert self.response.status_code == 200, (self.response.status_code, self.code)
        url = self.page.ids["continue"]["href"]
        assert url.startswith(REDIRECT), url
        return dict(parse_qsl(urlsplit(url).query))
