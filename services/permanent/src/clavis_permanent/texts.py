"""The messages that carry one-time codes: code, purpose, relying party, never a link."""

from collections.abc import Mapping
from datetime import timedelta

from clavis_kit.sms_text import compose, short

from clavis_permanent.rules import Action

DEFAULT_LANGUAGE = "es"
_MAX_DETAIL = 24
_ACTIVATE = "activate"
_RECOVER = "recover"
_SIGN_PLAIN = "sign_plain"
_PURPOSES: Mapping[str, Mapping[str, str]] = {
    "es": {
        Action.LOGIN: "{brand}: {otp} es su clave para entrar en {name}.",
        Action.SIGN: "{brand}: {otp} es su clave para firmar {detail} en {name}.",
        _SIGN_PLAIN: "{brand}: {otp} es su clave para firmar en {name}.",
        _ACTIVATE: "{brand}: {otp} es su clave para activar la contraseña.{name}",
        _RECOVER: "{brand}: {otp} es su clave para recuperar la contraseña.{name}",
        Action.PASSWORD_CHANGE: "{brand}: {otp} es su clave para cambiar la contraseña en {name}.",
        Action.PASSWORD_REMOVAL: "{brand}: {otp} es su clave para dar de baja la contraseña.{name}",
    },
    "ca": {
        Action.LOGIN: "{brand}: {otp} és la clau per entrar a {name}.",
        Action.SIGN: "{brand}: {otp} és la clau per signar {detail} a {name}.",
        _SIGN_PLAIN: "{brand}: {otp} és la clau per signar a {name}.",
        _ACTIVATE: "{brand}: {otp} és la clau per activar la contrasenya.{name}",
        _RECOVER: "{brand}: {otp} és la clau per recuperar la contrasenya.{name}",
        Action.PASSWORD_CHANGE: "{brand}: {otp} és la clau per canviar la contrasenya a {name}.",
        Action.PASSWORD_REMOVAL: "{brand}: {otp} és la clau per treure la contrasenya.{name}",
    },
    "gl": {
        Action.LOGIN: "{brand}: {otp} é a clave para entrar en {name}.",
        Action.SIGN: "{brand}: {otp} é a clave para asinar {detail} en {name}.",
        _SIGN_PLAIN: "{brand}: {otp} é a clave para asinar en {name}.",
        _ACTIVATE: "{brand}: {otp} é a clave para activar o contrasinal.{name}",
        _RECOVER: "{brand}: {otp} é a clave para recuperar o contrasinal.{name}",
        Action.PASSWORD_CHANGE: "{brand}: {otp} é a clave para cambiar o contrasinal en {name}.",
        Action.PASSWORD_REMOVAL: "{brand}: {otp} é a clave para dar de baixa o contrasinal.{name}",
    },
    "eu": {
        Action.LOGIN: "{brand}: {otp} da hemen sartzeko gakoa: {name}.",
        Action.SIGN: "{brand}: {otp} da {detail} sinatzeko gakoa hemen: {name}.",
        _SIGN_PLAIN: "{brand}: {otp} da hemen sinatzeko gakoa: {name}.",
        _ACTIVATE: "{brand}: {otp} da pasahitza aktibatzeko gakoa.{name}",
        _RECOVER: "{brand}: {otp} da pasahitza berreskuratzeko gakoa.{name}",
        Action.PASSWORD_CHANGE: "{brand}: {otp} da pasahitza hemen aldatzeko gakoa: {name}.",
        Action.PASSWORD_REMOVAL: "{brand}: {otp} da pasahitzari baja emateko gakoa.{name}",
    },
    "en": {
        Action.LOGIN: "{brand}: {otp} is your code to enter {name}.",
        Action.SIGN: "{brand}: {otp} is your code to sign {detail} at {name}.",
        _SIGN_PLAIN: "{brand}: {otp} is your code to sign at {name}.",
        _ACTIVATE: "{brand}: {otp} is your code to activate the password.{name}",
        _RECOVER: "{brand}: {otp} is your code to recover the password.{name}",
        Action.PASSWORD_CHANGE: "{brand}: {otp} is your code to change the password at {name}.",
        Action.PASSWORD_REMOVAL: "{brand}: {otp} is your code to remove the password.{name}",
    },
}
_ADVICE = {
    "es": " Vale {minutes} minutos. No la diga a nadie.",
    "ca": " Val {minutes} minuts. No la digueu a ningú.",
    "gl": " Vale {minutes} minutos. Non lla diga a ninguén.",
    "eu": " {minutes} minutuz balio du. Ez esan inori.",
    "en": " Valid for {minutes} minutes. Tell it to no one.",
}


def otp_sms(
    *,
    language: str | None,
    brand: str,
    otp: str,
    action: Action,
    relying_party: str,
    detail: str | None,
    lifetime: timedelta,
    domain: str | None,
) -> str:
    """Write the SMS of a code for an action, in the person's language or in Spanish."""
    purpose = _SIGN_PLAIN if action is Action.SIGN and not detail else action.value
    return compose(
        _template(language, purpose, domain),
        relying_party,
        brand=brand,
        otp=otp,
        detail=short(detail or "", _MAX_DETAIL),
        minutes=int(lifetime.total_seconds()) // 60,
        domain=domain,
    )


def activation_sms(
    *,
    language: str | None,
    brand: str,
    otp: str,
    lifetime: timedelta,
    domain: str | None,
    recovery: bool = False,
) -> str:
    """Write the SMS of the code that proves the phone at activation, or at recovery."""
    minutes = int(lifetime.total_seconds()) // 60
    template = _template(language, _RECOVER if recovery else _ACTIVATE, domain)
    return compose(template, "", brand=brand, otp=otp, minutes=minutes, domain=domain)


def _template(language: str | None, purpose: str, domain: str | None) -> str:
    code = (language or "").partition("-")[0].lower()
    spoken = code if code in _PURPOSES else DEFAULT_LANGUAGE
    # WICG "Origin-bound one-time codes delivered via SMS": the last line names the origin, so
    # that a browser offers the code to that site alone.
    bound = "\n@{domain} #{otp}" if domain else ""
    return _PURPOSES[spoken][purpose] + _ADVICE[spoken] + bound
