"""The states of the gallery: which template, with what, and which errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from clavis_certificates.profile import Refusal
from clavis_gateway.certificates.texts import ADVICE
from clavis_gateway.login import texts
from clavis_gateway.login.disclosure import Datum, Disclosure
from clavis_gateway.login.password_setup import SetupState
from clavis_gateway.login.progress import SentCode
from clavis_gateway.login.render import Service
from clavis_gateway.login.selection import Line
from clavis_gateway.rules.levels import Choice, Reason, WayUp
from clavis_kit.loa import Loa

NOW = datetime(2026, 3, 2, 9, 32, tzinfo=UTC)
LATER = "2026-03-02T09:42:00+00:00"
NAMES = {
    "": "Sede electrónica de Villanueva del Río",
    "es": "Sede electrónica de Villanueva del Río",
    "en": "Villanueva del Río online office",
}
SERVICE = Service(NAMES["es"], "sede.villanueva.example")
FLOW = {"id": "x", "base": "/login/x", "csrf": "0" * 64, "others": True}
SENT = SentCode(
    code_id="1", phone_hint="123", sent_at=NOW.isoformat(), expires_at=LATER, resend_at=LATER
)
STATE = SetupState("s" * 43, "id", "123", LATER)


@dataclass(frozen=True)
class State:
    """One state of one page. `faults` are (code, field, values); `in_test` is of the service."""

    name: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    faults: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    status: int = 200
    flow: bool = True
    in_test: bool = False


def line(choice: Choice, reason: Reason | None = None, *ways: WayUp) -> Line:
    name, text = texts.CHOICES[choice]
    return Line(choice, name, text, reason, ways)


TOLD = Disclosure(
    (
        Datum("name", "Nombre y apellidos", None),
        Datum("person_identifier", "DNI o NIE", "Comprobar que está empadronado."),
    ),
    "Tramitar su solicitud de ayuda para el alquiler.",
    policy="https://agencia.example/privacidad",
    terms="https://agencia.example/condiciones",
)
LAST = {"at": NOW, "method": "con un PIN", "service": "Agencia de ejemplo"}


def select(name: str, required: Loa, *lines: Line) -> State:
    closed = [entry for entry in lines if entry.reason]
    context = {
        "required": required,
        "open": [entry for entry in lines if not entry.reason],
        "closed": closed,
        "down_only": all(entry.reason is Reason.SERVICE_DOWN for entry in closed),
        "can_end_short": any(entry.reason is Reason.LEVEL_TOO_LOW for entry in closed),
        "told": TOLD,
        "again": required is Loa.HIGH,
    }
    return State(name, "select.html", context)


LEFT = {"attempts_left": 1}
LOW = Reason.LEVEL_TOO_LOW
EMPTY = {"typed": {"identifier": "", "contrast": "", "prefix": "", "channel": "", "email": ""}}
FILLED = {
    "typed": {
        "identifier": '12345678A"><script>',
        "contrast": "31/02/2031",
        "prefix": "",
        "channel": "sms",
        "email": "ana@",
    }
}
HOLDER = {
    "full_name": "ANA GARCÍA MUÑOZ",
    "masked_national_id": "***4567**",
    "issuer_name": "AC de prueba, personas físicas",
    "not_after": datetime(2029, 5, 17, tzinfo=UTC),
}
CERTIFICATE = {
    "holder": HOLDER,
    "action": "/cert/x",
    "handoff": "h",
    "back_url": "/login/x/methods",
}


def blocked(code: str, title: str, **values: Any) -> State:
    context = {
        "title": title,
        "advice": None,
        "recover": code.startswith("password"),
        "ways": [line(Choice.APP), line(Choice.PERMANENT)],
    }
    return State(code, "blocked.html", context, ((code, "", values),), status=429)


STATES = [
    select(
        "select-low",
        Loa.LOW,
        line(Choice.PASSKEY),
        line(Choice.APP),
        line(Choice.PIN),
        line(Choice.PERMANENT),
        line(Choice.CERTIFICATE),
    ),
    select(
        "select-substantial",
        Loa.SUBSTANTIAL,
        line(Choice.PASSKEY),
        line(Choice.APP),
        line(
            Choice.PIN,
            LOW,
            WayUp.PASSKEY,
            WayUp.APP,
            WayUp.PASSWORD_AND_CODE,
            WayUp.CERTIFICATE,
        ),
        line(Choice.PERMANENT),
        line(Choice.CERTIFICATE),
    ),
    select(
        "select-high",
        Loa.HIGH,
        line(Choice.PASSKEY, LOW, WayUp.DNIE),
        line(Choice.APP, LOW, WayUp.DNIE),
        line(Choice.PIN, LOW, WayUp.DNIE),
        line(Choice.PERMANENT, LOW, WayUp.DNIE),
        line(Choice.CERTIFICATE),
    ),
    select(
        "select-down",
        Loa.LOW,
        line(Choice.PASSKEY),
        line(Choice.APP, Reason.SERVICE_DOWN),
        line(Choice.PIN, Reason.SERVICE_DOWN),
        line(Choice.PERMANENT),
        line(Choice.CERTIFICATE),
    ),
    select(
        "select-nothing",
        Loa.HIGH,
        line(Choice.PASSKEY, LOW),
        line(Choice.APP, Reason.NOT_ACCEPTED),
        line(Choice.PIN, LOW),
        line(Choice.PERMANENT, LOW),
        line(Choice.CERTIFICATE, Reason.NOT_ACCEPTED),
    ),
    State("pin", "pin.html", EMPTY),
    State(
        "pin-faults",
        "pin.html",
        FILLED,
        (("identifier-letter", "identifier", {}), ("contrast-date", "contrast", {})),
        422,
    ),
    State("pin-mismatch", "pin.html", FILLED, (("pin-mismatch", "identifier", {}),), 422),
    State("pin-code", "pin_code.html", {"sent": SENT}),
    State(
        "pin-wrong",
        "pin_code.html",
        {"sent": SENT},
        (("pin-wrong", "pin", {"attempts_left": 3}),),
        422,
    ),
    State("permanent", "permanent.html", {**EMPTY, "with_code": True, "passkeys": True}),
    State(
        "permanent-wrong",
        "permanent.html",
        {**FILLED, "with_code": False, "passkeys": False},
        (("login-wrong", "identifier", {}),),
        422,
    ),
    State("otp", "otp.html", {"sent": SENT, "several": True}),
    State(
        "otp-wrong",
        "otp.html",
        {"sent": SENT, "several": False},
        (("otp-wrong", "otp", LEFT),),
        422,
    ),
    State("step-up", "step_up.html", {"required": Loa.SUBSTANTIAL}),
    State(
        "certificate-start",
        "certificate_start.html",
        {"required": Loa.HIGH, "start_url": "https://localhost:8443/cert/x?handoff=h"},
    ),
    State("certificate", "certificate.html", CERTIFICATE, flow=False),
    State(
        "certificate-refused",
        "certificate_refused.html",
        {"back_url": "/login/x/methods", "advice": ADVICE[Refusal.EXPIRED]},
        ((Refusal.EXPIRED, "", {"day": NOW}),),
        403,
    ),
    State(
        "data",
        "data.html",
        {"told": TOLD, "last": LAST, "details": []},
    ),
    State("data-in-test", "data.html", {"told": TOLD, "last": None, "details": []}, in_test=True),
    State(
        "data-first",
        "data.html",
        {"told": Disclosure((), None), "last": None, "details": ["Firmar «solicitud.pdf»."]},
    ),
    State(
        "short",
        "short.html",
        {
            "required": Loa.SUBSTANTIAL,
            "reached": Loa.LOW,
            "reason": "basic_level",
            "ways_up": (WayUp.CERTIFICATE, WayUp.OFFICE),
        },
    ),
    blocked("pin-locked", "PIN bloqueado", until=LATER),
    blocked("pin-undeliverable", "No hemos podido enviar el SMS"),
    blocked("password-locked", "Contraseña bloqueada"),
    State("home", "home.html", flow=False),
    State("activate", "setup_start.html", {**EMPTY, "step": 1}, flow=False),
    State(
        "activate-faults",
        "setup_start.html",
        {**FILLED, "step": 1},
        (
            ("identifier-letter", "identifier", {}),
            ("email-format", "email", {}),
            ("activation-code-format", "activation_code", {}),
        ),
        422,
        flow=False,
    ),
    State("recover", "setup_start.html", {**EMPTY, "step": 1, "setup": "recover"}, flow=False),
    State(
        "recovery-mismatch",
        "setup_start.html",
        {**FILLED, "step": 1, "setup": "recover"},
        (("recovery-mismatch", "identifier", {}),),
        422,
        flow=False,
    ),
    State("activate-code", "setup_code.html", {"step": 2}, flow=False),
    State("activate-password", "setup_password.html", {"step": 3}, flow=False),
    State(
        "activate-password-rejected",
        "setup_password.html",
        {"step": 3},
        (("too_short", "password", {}), ("missing_digit", "password", {})),
        422,
        flow=False,
    ),
    State(
        "activate-done",
        "setup_done.html",
        {"expires_on": "2028-03-02", "flow_url": "/login/x/permanent"},
        flow=False,
    ),
]
