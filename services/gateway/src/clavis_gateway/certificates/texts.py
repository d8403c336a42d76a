"""What people read when their certificate does not log in, in Spanish, the source language."""

from __future__ import annotations

from collections.abc import Mapping

from clavis_certificates.profile import Refusal

from clavis_gateway.login.texts import N_

ERRORS: Mapping[str, str] = {
    Refusal.MISSING: N_("No hemos recibido ningún certificado."),
    Refusal.UNREADABLE: N_("No podemos leer ese certificado."),
    Refusal.UNKNOWN_ISSUER: N_("Ese certificado no es de un emisor que reconozcamos."),
    Refusal.EXPIRED: N_("Ese certificado caducó el %(day)s."),
    Refusal.NOT_YET_VALID: N_("Ese certificado no vale hasta el %(day)s."),
    Refusal.REVOKED: N_("Ese certificado está revocado: su emisor lo ha anulado."),
    Refusal.UNCHECKED: N_(
        "Ahora no podemos comprobar con su emisor si ese certificado sigue valiendo."
    ),
    Refusal.REPRESENTATIVE: N_("Ese certificado es de representante de una entidad."),
    Refusal.SEAL: N_("Ese certificado es de una empresa u organismo."),
    Refusal.EMPLOYEE: N_("Ese certificado es de empleado público."),
    Refusal.PSEUDONYM: N_("Ese certificado lleva un seudónimo, no un nombre."),
    Refusal.SIGNING: N_("Ese certificado es para firmar, no para identificarse."),
    Refusal.WEBSITE: N_("Ese certificado es de un sitio web, no de una persona."),
    Refusal.DEVICE: N_("Ese certificado es de un equipo o de un programa, no de una persona."),
    Refusal.UNQUALIFIED: N_(
        "El emisor de ese certificado no figura como cualificado en la lista de confianza."
    ),
    Refusal.UNSUPPORTED: N_("Ese tipo de certificado no sirve para identificarse aquí."),
    Refusal.IDENTITY: N_(
        "Los datos de identidad de ese certificado están incompletos o no coinciden."
    ),
}

_OWN_CERTIFICATE = N_("Aquí solo entran personas, con su propio certificado o DNI electrónico.")
_ANOTHER_ISSUER = N_(
    "Admitimos los certificados cualificados de las listas de confianza y el DNI electrónico."
)
_RENEW = N_("Renuévelo con su emisor, elija otro certificado o identifíquese de otra forma.")

ADVICE: Mapping[Refusal, str] = {
    Refusal.MISSING: N_(
        "Compruebe que el certificado está instalado en este navegador o que el DNI está en el"
        " lector, y vuelva a intentarlo."
    ),
    Refusal.UNREADABLE: _RENEW,
    Refusal.UNKNOWN_ISSUER: _ANOTHER_ISSUER,
    Refusal.EXPIRED: _RENEW,
    Refusal.NOT_YET_VALID: _RENEW,
    Refusal.REVOKED: _RENEW,
    Refusal.UNCHECKED: N_(
        "Por seguridad no dejamos pasar sin comprobarlo. Inténtelo en unos minutos o identifíquese"
        " de otra forma."
    ),
    Refusal.REPRESENTATIVE: _OWN_CERTIFICATE,
    Refusal.SEAL: _OWN_CERTIFICATE,
    Refusal.EMPLOYEE: _OWN_CERTIFICATE,
    Refusal.PSEUDONYM: _OWN_CERTIFICATE,
    Refusal.SIGNING: N_("Si usa el DNI electrónico, elija el certificado de autenticación."),
    Refusal.WEBSITE: _OWN_CERTIFICATE,
    Refusal.DEVICE: _OWN_CERTIFICATE,
    Refusal.UNQUALIFIED: _ANOTHER_ISSUER,
    Refusal.UNSUPPORTED: _OWN_CERTIFICATE,
    Refusal.IDENTITY: _RENEW,
}
