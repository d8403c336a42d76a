"""The states of the app, passkeys, second factors, changes of password, and stopped identities."""

from __future__ import annotations

from dataclasses import replace

from clavis_gateway.login import texts
from clavis_gateway.login.progress import AppRequest, FirstFactor, PasswordChange
from clavis_gateway.login.second_factor import PATHS
from clavis_gateway.rules.levels import Factor

from services.gateway.tests.login.gallery_states import (
    EMPTY,
    FILLED,
    LATER,
    LEFT,
    NOW,
    SENT,
    State,
    blocked,
)

UNTIL = {"until": LATER}


def over(state: str) -> State:
    code, title, advice = texts.APP_OUTCOMES[state]
    return State(code, "app_over.html", {"title": title, "advice": advice}, ((code, "", {}),), 403)


ALL_FACTORS = tuple(Factor)
PERSON = FirstFactor("s", "advanced", ALL_FACTORS)
SCANNED = {"waiting": AppRequest("r", "482", LATER), "digits": "123 456 7890", **EMPTY}
UNSCANNED = {"waiting": AppRequest("r", "482", LATER, scanned=False), "digits": None, **EMPTY}
EXPIRED = PasswordChange("c", PERSON, expired=True)
CONFIRMED = PasswordChange("c", PERSON, expired=True, code=SENT)
ENDING = PasswordChange("c", PERSON, expired=False, expires_on="2026-03-20")


METHOD_STATES = [
    State("pin-in-app", "pin_code.html", {"sent": replace(SENT, channel="app", phone_hint="")}),
    State("pin-limited-again", "pin_code.html", {"sent": SENT}, (("pin-limited", "", UNTIL),), 429),
    State("app", "app.html", {**SCANNED, "state": "pending"}),
    State("app-scanned", "app.html", {**SCANNED, "state": "scanned"}),
    State("app-unscanned", "app.html", {**UNSCANNED, "state": "pending"}),
    State(
        "app-pending", "app.html", {**SCANNED, "state": "pending"}, (("app-pending", "", {}),), 409
    ),
    State(
        "app-faults",
        "app.html",
        {**SCANNED, **FILLED, "state": "pending"},
        (("identifier-letter", "identifier", {}), ("contrast-date", "contrast", {})),
        422,
    ),
    over("rejected"),
    over("reported"),
    over("expired"),
    blocked("app-limited", "Espere antes de volver a intentarlo", until=LATER),
    State("passkey", "passkey.html"),
    State("passkey-wrong", "passkey.html", {}, (("passkey-wrong", "", {}),), 422),
    State("passkey-expired", "passkey.html", {}, (("passkey-expired", "", {}),), 422),
    State("second-factor", "second_factor.html", {"factors": ALL_FACTORS, "paths": PATHS}),
    State(
        "second-factor-undeliverable",
        "second_factor.html",
        {"factors": ALL_FACTORS, "paths": PATHS},
        (("otp-undeliverable", "", {}),),
        503,
    ),
    State("totp", "totp.html", {"several": True}),
    State("totp-wrong", "totp.html", {"several": False}, (("totp-wrong", "otp", LEFT),), 422),
    State("recovery-code", "recovery_code.html", {"several": True}),
    State(
        "recovery-code-wrong",
        "recovery_code.html",
        {"several": False},
        (("recovery-code-wrong", "recovery_code", LEFT),),
        422,
    ),
    blocked("totp-locked", "Espere antes de probar otro código", until=LATER),
    State("password-renewal", "password_renewal.html", {"expires_on": "2026-03-20"}),
    State("password-change-expired", "password_change.html", {"change": EXPIRED}),
    State("password-change-ending", "password_change.html", {"change": ENDING}),
    State("password-change-code", "password_change.html", {"change": CONFIRMED}),
    State(
        "password-change-rejected",
        "password_change.html",
        {"change": CONFIRMED},
        (("breached", "password", {}), ("missing_digit", "password", {})),
        422,
    ),
    State("barred-frozen", "barred.html", {"frozen": True, "since": NOW, "at_portal": False}),
    State("barred-at-portal", "barred.html", {"frozen": True, "since": NOW, "at_portal": True}),
    State("barred-ended", "barred.html", {"frozen": False, "since": None, "at_portal": False}),
    State("not-me", "not_me.html", flow=False),
    State("not-me-dead", "not_me.html", {}, (("report-invalid", "", {}),), 410, flow=False),
    State("not-me-confirm", "not_me_confirm.html", {"token": "t"}, flow=False),
    State("not-me-done", "not_me_done.html", flow=False),
]
