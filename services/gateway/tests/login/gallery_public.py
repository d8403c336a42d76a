"""The gallery's public pages: ways into the registry, offices, letters and video calls."""

from __future__ import annotations

from typing import Any

from clavis_gateway.citizen.page import Begun
from clavis_gateway.citizen.texts import AUTOMATIC_STATES, CALL_STATES, LETTER_STATES

from services.gateway.tests.login.gallery_states import LATER, State

TYPED = {
    "typed": {
        "identifier": '12345678A"><script>',
        "contrast": "31/02/2031",
        "csv": "ABCD",
        "mobile": "6001",
        "email": "ana@",
        "starts_at": LATER,
    }
}
EMPTY = {"typed": dict.fromkeys(TYPED["typed"], "")}
OFFICE = {
    "name": "Oficina de Registro de Villanueva del Río",
    "street": "Plaza Mayor, 1",
    "postcode": "28700",
    "municipality": "Villanueva del Río",
    "province": "Madrid",
    "phone": "+34 910 000 000",
    "hours": {"1": [["09:00", "14:00"], ["16:00", "18:00"]], "5": [["09:00", "13:30"]]},
    "services": ["enrolment", "sign_language"],
    "open_now": True,
}
SEARCH = {"q": "villa", "province": "", "after": ""}
CODE: dict[str, Any] = {
    "begun": Begun("s" * 43, "letter", "id", "123", LATER),
    "start": "/register/letter",
    "terms": {
        "version": "2026-11",
        "language": "es",
        "text": [{"title": "Qué acepta", "text": "Usar su identidad usted y nadie más."}],
    },
}
EMAIL = {"begun": Begun("s" * 43, expires_at=LATER, email_hint="a***@ejemplo.es")}
DAYS = [("2 de marzo de 2026", [(LATER, "10:42")])]
WRONG: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("identifier-letter", "identifier", {}),
    ("contrast-date", "contrast", {}),
    ("letter-code-invalid", "csv", {}),
    ("invalid-phone", "mobile", {}),
    ("invalid-email", "email", {}),
)


def page(
    name: str,
    template: str,
    context: dict[str, Any] | None = None,
    faults: tuple[tuple[str, str, dict[str, Any]], ...] = (),
) -> State:
    return State(name, template, context or {}, faults, 422 if faults else 200, flow=False)


def case(state: str, *, entered: bool) -> dict[str, Any]:
    reference = "018f2b7c-0000-7000-8000-000000000001"
    text = AUTOMATIC_STATES[state]
    return {"state": state, "text": text, "reference": reference, "entered": entered}


PUBLIC_STATES = [
    page("register", "register.html"),
    page("register-for-a-service", "register.html", {"login": "/login/x"}),
    page(
        "offices", "offices.html", {"search": SEARCH, "offices": [OFFICE], "more": "/offices?q=v"}
    ),
    page("offices-none", "offices.html", {"search": SEARCH, "offices": [], "more": None}),
    page("letter-request", "letter_request.html", EMPTY),
    page("letter-request-faults", "letter_request.html", TYPED, WRONG[:2]),
    page("letter-asked", "letter_asked.html"),
    page("letter-status", "letter_status.html", EMPTY),
    page(
        "letter-state",
        "letter_state.html",
        {
            "state": "sent",
            "text": LETTER_STATES["sent"],
            "letter": {"address_hint": "C***, 28701", "expires_at": LATER},
        },
    ),
    page("letter", "letter.html", EMPTY),
    page("letter-faults", "letter.html", TYPED, WRONG),
    page("renounce-letter", "renounce_letter.html", EMPTY),
    page("renounce-letter-faults", "renounce_letter.html", TYPED, WRONG[:3]),
    page("renounce-code", "renounce_code.html", EMAIL),
    page(
        "renounce-code-faults",
        "renounce_code.html",
        EMAIL,
        (
            ("otp-wrong", "otp", {"attempts_left": 2}),
            ("renunciation-unconfirmed", "confirmed", {}),
        ),
    ),
    page("renounce-done", "renounce_done.html"),
    page("renounce-done-gone", "renounce_done.html", {}, (("receipt-gone", "", {}),)),
    page("register-code", "register_code.html", CODE),
    page(
        "register-code-faults",
        "register_code.html",
        CODE,
        (("otp-wrong", "otp", {"attempts_left": 2}), ("terms-unread", "terms_accepted", {})),
    ),
    page(
        "register-done",
        "register_done.html",
        {
            "activation_code": "7K2M-9QXR-4TWB",
            "receipt": "JVBERg==",
            "advanced": False,
            "email": True,
        },
    ),
    page("register-email", "register_email.html", EMAIL),
    page(
        "register-email-faults",
        "register_email.html",
        EMAIL,
        (("otp-wrong", "otp", {"attempts_left": 2}),),
    ),
    page("register-email-done", "register_email_done.html"),
    page("register-email-over", "register_email_over.html", {}, (("email-over", "", {}),)),
    page(
        "register-over", "register_over.html", {"start": "/register"}, (("enrolment-over", "", {}),)
    ),
    page("video", "video.html", EMPTY | {"days": DAYS}),
    page(
        "video-faults",
        "video.html",
        TYPED | {"days": DAYS},
        (*WRONG[:1], ("slot-not-free", "starts_at", {})),
    ),
    page("video-full", "video.html", EMPTY | {"days": []}),
    page("video-booked", "video_booked.html", {"booked": {"starts_at": LATER, "token": "t" * 43}}),
    page("video-call", "video_call.html", {"known": True}),
    page(
        "video-call-unknown",
        "video_call.html",
        {"known": False},
        (("booking-unknown", "booking", {}),),
    ),
    page(
        "video-waiting",
        "video_waiting.html",
        {"state": "queued", "text": CALL_STATES["queued"], "place": 2},
    ),
    page("video-contact", "video_contact.html", EMPTY),
    page("video-automatic", "video_automatic.html", EMPTY),
    page(
        "video-automatic-faults",
        "video_automatic.html",
        TYPED,
        (("dni-only", "identifier", {}), *WRONG[3:]),
    ),
    page("video-automatic-waits", "video_automatic_case.html", case("phone_proved", entered=False)),
    page(
        "video-automatic-entered",
        "video_automatic_case.html",
        case("auto_passed", entered=True),
        (("receipt-gone", "", {}),),
    ),
    page("video-automatic-failed", "video_automatic_case.html", case("auto_failed", entered=False)),
    page("video-cancelled", "video_cancelled.html"),
]
