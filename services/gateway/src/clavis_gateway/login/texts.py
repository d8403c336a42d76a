"""Stable codes and what people read for them, in Spanish, the source language.

`N_` marks a message for the catalogues and returns it as it is; the page translates it.
"""

from __future__ import annotations

from collections.abc import Mapping

from clavis_kit.loa import Loa

from clavis_gateway.rules.levels import Choice, Factor, Method, Reason, WayUp


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools look for
    """Mark a message for extraction."""
    return message


ERRORS: Mapping[str, str] = {
    # What a person typed
    "identifier-missing": N_("Escriba su DNI o NIE."),
    "identifier-format": N_("Revise el DNI o NIE. Ejemplos: 12345678Z o X1234567L."),
    "identifier-letter": N_("Revise el DNI o NIE: la letra no corresponde a los números."),
    "contrast-missing": N_("Escriba la fecha de su DNI o el número de soporte de su documento."),
    "contrast-date": N_("Escriba la fecha con día, mes y año. Ejemplo: 17/05/2031."),
    "contrast-support": N_(
        "Con un NIE, escriba el número de soporte: una letra y ocho números. Ejemplo: E01234567."
    ),
    "prefix-format": N_("Su código propio puede tener hasta 4 letras o números."),
    "pin-missing": N_("Escriba el PIN que le hemos enviado."),
    "pin-format": N_(
        "El PIN tiene 3 letras o números, precedidos de su código propio si lo eligió."
    ),
    "password-missing": N_("Escriba su contraseña."),
    "password-too-long": N_("Esa contraseña es demasiado larga."),
    "new-password-missing": N_("Escriba la contraseña que quiere usar."),
    "totp-missing": N_("Escriba el código que muestra su app de códigos."),
    "recovery-code-missing": N_("Escriba uno de sus códigos de recuperación."),
    "recovery-code-format": N_(
        "Un código de recuperación tiene 10 letras y números. Ejemplo: 7K2M9-QXR4T."
    ),
    "otp-missing": N_("Escriba el código que le hemos enviado."),
    "otp-format": N_("El código tiene 6 números."),
    "email-missing": N_("Escriba el correo electrónico que dio al registrarse."),
    "email-format": N_("Falta la @ o el dominio. Ejemplo: nombre@ejemplo.es."),
    "activation-code-missing": N_("Escriba el código de activación de su justificante."),
    "activation-code-format": N_(
        "El código de activación tiene 12 letras y números. Ejemplo: 7K2M-9QXR-4TWB."
    ),
    # What a service answered
    "pin-mismatch": N_(
        "No podemos enviar un PIN con estos datos. Compruebe el número y el dato de su documento,"
        " y que está registrado."
    ),
    "pin-wrong": N_("El PIN no coincide. Intentos que le quedan: %(attempts_left)s."),
    "pin-expired": N_("El PIN ha caducado. Pida otro."),
    "pin-used": N_("El PIN ya se ha usado. Pida otro."),
    "pin-locked": N_("El acceso con PIN está bloqueado hasta las %(until)s."),
    "pin-limited": N_("Ha pedido demasiados PIN. Podrá pedir otro a partir de las %(until)s."),
    "pin-undeliverable": N_(
        "No hemos podido enviar el PIN por SMS. No ha cambiado nada: si tenía un PIN, aún vale."
    ),
    "login-wrong": N_("DNI o NIE y contraseña no coinciden."),
    "password-locked": N_("El acceso con contraseña está bloqueado."),
    "password-locked-until": N_("El acceso con contraseña está bloqueado hasta las %(until)s."),
    "change-expired": N_("Ha pasado el tiempo para cambiar la contraseña. Entre de nuevo."),
    "no-phone": N_("No consta un móvil al que enviarle el código."),
    "totp-wrong": N_("El código no coincide. Intentos que le quedan: %(attempts_left)s."),
    "totp-locked": N_(
        "Demasiados códigos fallidos. Podrá usar su app de códigos a partir de las %(until)s."
    ),
    "totp-unavailable": N_("Su app de códigos no puede usarse ahora."),
    "recovery-code-wrong": N_(
        "Ese código de recuperación no coincide o ya se usó. Intentos que le quedan:"
        " %(attempts_left)s."
    ),
    "recovery-code-locked": N_(
        "Demasiados códigos fallidos. Podrá usar un código de recuperación a partir de las"
        " %(until)s."
    ),
    "recovery-code-unavailable": N_("No le quedan códigos de recuperación que puedan usarse."),
    "app-pending": N_("Aún no ha confirmado en la app. Hágalo y vuelva a pulsar."),
    "app-rejected": N_("Ha rechazado el acceso en la app."),
    "app-reported": N_("Desde la app se ha avisado de que este acceso no lo pidió su titular."),
    "app-expired": N_("Ha pasado el tiempo para confirmar en la app."),
    "app-limited": N_("Demasiadas peticiones. Podrá hacer otra a partir de las %(until)s."),
    "passkey-none": N_("El navegador no ha enviado ninguna clave de acceso."),
    "passkey-wrong": N_("Esa clave de acceso no sirve para entrar."),
    "passkey-expired": N_("Ha pasado el tiempo para usar la clave de acceso. Inténtelo de nuevo."),
    "report-invalid": N_("Este enlace ya se usó o ha caducado."),
    "otp-wrong": N_("El código no coincide. Intentos que le quedan: %(attempts_left)s."),
    "otp-expired": N_("El código ha caducado. Pida otro."),
    "otp-used": N_("El código ya se ha usado. Pida otro."),
    "otp-locked": N_("Demasiados intentos con ese código. Pida otro."),
    "otp-limited": N_(
        "Acabamos de enviarle un código. Podrá pedir otro a partir de las %(until)s."
    ),
    "otp-undeliverable": N_("No hemos podido enviar el SMS. Inténtelo de nuevo en unos minutos."),
    "activation-mismatch": N_(
        "Estos datos no permiten activar una contraseña. Compruebe el número, el correo y el"
        " código de activación."
    ),
    "recovery-mismatch": N_(
        "Estos datos no permiten crear otra contraseña. Compruebe el número y el código de"
        " activación."
    ),
    "activation-limited": N_(
        "Demasiados intentos. Podrá volver a probar a partir de las %(until)s."
    ),
    "activation-expired": N_("Ha pasado el tiempo. Empiece de nuevo."),
    "activation-locked": N_("Demasiados intentos con ese código. Empiece de nuevo."),
    "password-rejected": N_("Esa contraseña no cumple las condiciones."),
    "too_short": N_("Es demasiado corta: use al menos 8 caracteres."),
    "too_long": N_("Es demasiado larga."),
    "breached": N_("Aparece en listas de contraseñas robadas: elija otra."),
    "unsupported_character": N_("Tiene un carácter que no puede usarse."),
    "missing_lower": N_("Añada una letra minúscula, o use 16 caracteres o más."),
    "missing_upper": N_("Añada una letra mayúscula, o use 16 caracteres o más."),
    "missing_digit": N_("Añada un número, o use 16 caracteres o más."),
    "missing_symbol": N_("Añada un signo, como un punto o un guion, o use 16 caracteres o más."),
    "contains_personal": N_("No use su nombre, sus apellidos ni su número de documento."),
    "same_as_previous": N_("No repita la contraseña anterior."),
}

# The rules of a password that only say what is missing, one line each in the summary.
PASSWORD_FAULTS = frozenset(
    {
        "too_short",
        "too_long",
        "missing_lower",
        "missing_upper",
        "missing_digit",
        "missing_symbol",
        "contains_personal",
        "same_as_previous",
        "breached",
        "unsupported_character",
    }
)

# How a request to the app ended: code, title and advice, by the state the service tells.
APP_OUTCOMES: Mapping[str, tuple[str, str, str]] = {
    "rejected": (
        "app-rejected",
        N_("Acceso rechazado"),
        N_("Si no fue usted quien lo pidió, bloquee su identidad."),
    ),
    "reported": (
        "app-reported",
        N_("Acceso detenido"),
        N_("Se detiene todo acceso con esa identidad hasta que su titular la desbloquee."),
    ),
    "expired": (
        "app-expired",
        N_("La petición ha caducado"),
        N_("No se ha enviado nada. Puede pedirlo otra vez."),
    ),
}

CHOICES: Mapping[Choice, tuple[str, str]] = {
    Choice.PASSKEY: (
        N_("Con clave de acceso"),
        N_("La huella, la cara o el PIN de su dispositivo."),
    ),
    Choice.APP: (N_("Con la app"), N_("Escanee un código y confirme en su móvil.")),
    Choice.PIN: (N_("Con PIN"), N_("Le enviamos un PIN al móvil. Sirve una vez.")),
    Choice.PERMANENT: (N_("Con contraseña"), N_("Su DNI o NIE y su contraseña permanente.")),
    Choice.CERTIFICATE: (
        N_("Con certificado o DNI electrónico"),
        N_("El certificado de su navegador, o su DNI en un lector."),
    ),
}
# How somebody logged in, as a history tells it.
METHOD_NAMES: Mapping[Method, str] = {
    Method.PIN: N_("con un PIN"),
    Method.APP: N_("con la app del móvil"),
    Method.PERMANENT: N_("con contraseña"),
    Method.PERMANENT_OTP: N_("con contraseña y un código"),
    Method.PASSKEY: N_("con una clave de acceso"),
    Method.CERTIFICATE_SOFTWARE: N_("con un certificado"),
    Method.CERTIFICATE_QSCD: N_("con el DNI electrónico"),
    Method.EIDAS: N_("con la identidad de otro país"),
}

CHOICE_WITH_CODE = N_("Su contraseña permanente y un código.")
CHOICE_QUALIFIED_DEVICE = N_("Su DNI electrónico en un lector.")

REASONS: Mapping[Reason, str] = {
    Reason.LEVEL_TOO_LOW: N_("Este servicio pide un nivel de seguridad más alto."),
    Reason.NOT_ACCEPTED: N_("Este servicio no admite esta forma de identificarse."),
    Reason.SERVICE_DOWN: N_("No funciona en este momento. Pruebe más tarde o elija otra forma."),
}

WAYS_UP: Mapping[WayUp, str] = {
    WayUp.PASSKEY: N_("Puede entrar con una clave de acceso."),
    WayUp.APP: N_("Puede entrar confirmando en la app."),
    WayUp.PASSWORD_AND_CODE: N_("Puede entrar con su contraseña y un código."),
    WayUp.CERTIFICATE: N_("Puede entrar con un certificado electrónico o con su DNI electrónico."),
    WayUp.DNIE: N_("Puede entrar con su DNI electrónico en un lector."),
    WayUp.OFFICE: N_(
        "Puede subir al nivel avanzado en una oficina de registro (unos 10 minutos); después"
        " alcanzará este nivel con la app, con una clave de acceso o con contraseña y código."
    ),
}
# The same in a word, where several stand in one line.
WAY_UP_NAMES: Mapping[WayUp, str] = {
    WayUp.PASSKEY: N_("clave de acceso"),
    WayUp.APP: N_("app"),
    WayUp.PASSWORD_AND_CODE: N_("contraseña y código"),
    WayUp.CERTIFICATE: N_("certificado o DNI electrónico"),
    WayUp.DNIE: N_("DNI electrónico en un lector"),
    WayUp.OFFICE: N_("subir al nivel avanzado en una oficina"),
}
WAY_UP_PATHS: Mapping[WayUp, str] = {
    WayUp.PASSKEY: "passkey",
    WayUp.APP: "app",
    WayUp.PASSWORD_AND_CODE: "permanent",
    WayUp.CERTIFICATE: "certificate",
    WayUp.DNIE: "certificate",
}

SECOND_FACTORS: Mapping[Factor, tuple[str, str]] = {
    Factor.TOTP: (N_("App de códigos"), N_("Los 6 números que muestra ahora su app de códigos.")),
    Factor.SMS: (N_("Código por SMS"), N_("Se lo enviamos al móvil con el que se registró.")),
    Factor.RECOVERY_CODE: (
        N_("Código de recuperación"),
        N_("Uno de la lista que imprimió. Cada uno sirve una vez."),
    ),
}

LEVELS: Mapping[Loa, str] = {
    Loa.LOW: N_("bajo"),
    Loa.SUBSTANTIAL: N_("sustancial"),
    Loa.HIGH: N_("alto"),
}

# Claims a relying party may ask for, as people would name them; several may share one name.
CLAIMS: Mapping[str, str] = {
    "name": N_("Nombre y apellidos"),
    "given_name": N_("Nombre"),
    "family_name": N_("Apellidos"),
    "first_surname": N_("Primer apellido"),
    "second_surname": N_("Segundo apellido"),
    "birthdate": N_("Fecha de nacimiento"),
    "email": N_("Correo electrónico"),
    "email_verified": N_("Correo electrónico"),
    "phone_number": N_("Teléfono móvil"),
    "phone_number_verified": N_("Teléfono móvil"),
    "address": N_("Dirección postal"),
    "person_identifier": N_("DNI o NIE"),
    "registration_level": N_("Nivel y vía de su registro"),
    "registration_channel": N_("Nivel y vía de su registro"),
    "selected_idp": N_("Forma en que se ha identificado"),
}

# A claim that says nothing more where another is sent.
PART_OF: Mapping[str, str] = {
    "given_name": "name",
    "family_name": "name",
    "first_surname": "name",
    "second_surname": "name",
}

APP_BASIC = "app_basic"
SHORT_REASONS: Mapping[str, str] = {
    "no_phone": N_("No consta un móvil al que enviarle el código."),
    "no_second_factor": N_("No consta un móvil ni una app con que completar la contraseña."),
    "basic_level": N_("Su registro es de nivel básico."),
    APP_BASIC: N_(
        "La app de este móvil solo llega al nivel bajo, porque se activó con un código por SMS o"
        " con un registro de nivel básico. Si entra de otra forma, puede activarla de nuevo en su"
        " área."
    ),
    "not_accepted": N_("Este servicio no admite la forma en que se ha identificado."),
}
