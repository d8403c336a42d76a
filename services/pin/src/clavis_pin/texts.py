"""The message that carries a PIN: purpose and relying party first, never a link."""

from datetime import timedelta

from clavis_kit.sms_text import compose

_BY_LANGUAGE = {
    "es": (
        "{brand}: su PIN para entrar en {name} es {pin}."
        " Vale {minutes} minutos y una sola vez. No lo comparta con nadie."
    ),
    "en": (
        "{brand}: your PIN to enter {name} is {pin}."
        " Valid for {minutes} minutes, one use. Do not share it with anyone."
    ),
    "ca": (
        "{brand}: el vostre PIN per entrar a {name} és {pin}."
        " Val {minutes} minuts i un sol cop. No el compartiu amb ningú."
    ),
    "gl": (
        "{brand}: o seu PIN para entrar en {name} é {pin}."
        " Vale {minutes} minutos e unha soa vez. Non o comparta con ninguén."
    ),
    "eu": (
        "{brand}: zure PINa {name} zerbitzuan sartzeko: {pin}."
        " {minutes} minutuz balio du, behin bakarrik. Ez eman inori."
    ),
}
DEFAULT_LANGUAGE = "es"


def pin_sms(
    *, language: str | None, brand: str, relying_party: str, pin: str, lifetime: timedelta
) -> str:
    """Write the SMS in the person's language, or in Spanish where we do not speak it.

    The relying party's name is shortened, never the rest, so that one message suffices.
    """
    code = (language or "").partition("-")[0].lower()
    template = _BY_LANGUAGE.get(code, _BY_LANGUAGE[DEFAULT_LANGUAGE])
    minutes = int(lifetime.total_seconds()) // 60
    return compose(template, relying_party, brand=brand, pin=pin, minutes=minutes)


_ENROLMENT = {
    "es": (
        "{brand}: {code} es su clave para activar la app en un telefono.{name}"
        " Vale {minutes} minutos. No la diga a nadie.\n@{domain} #{code}"
    ),
    "en": (
        "{brand}: {code} is your code to activate the app on a phone.{name}"
        " Valid for {minutes} minutes. Tell it to no one.\n@{domain} #{code}"
    ),
    "ca": (
        "{brand}: {code} és la vostra clau per activar l'app en un telèfon.{name}"
        " Val {minutes} minuts. No la digueu a ningú.\n@{domain} #{code}"
    ),
    "gl": (
        "{brand}: {code} é a súa clave para activar a app nun teléfono.{name}"
        " Vale {minutes} minutos. Non lla diga a ninguén.\n@{domain} #{code}"
    ),
    "eu": (
        "{brand}: {code} da zure gakoa aplikazioa telefono batean aktibatzeko.{name}"
        " {minutes} minutuz balio du. Ez esan inori.\n@{domain} #{code}"
    ),
}


def enrolment_sms(*, language: str, brand: str, code: str, lifetime: timedelta, domain: str) -> str:
    """Write the SMS of the code that proves a device.

    WICG "Origin-bound one-time codes delivered via SMS": the last line names the origin, so that a
    browser offers the code to that site alone.
    """
    spoken = language.partition("-")[0].lower()
    template = _ENROLMENT.get(spoken, _ENROLMENT[DEFAULT_LANGUAGE])
    minutes = int(lifetime.total_seconds()) // 60
    return compose(template, "", brand=brand, code=code, minutes=minutes, domain=domain)
