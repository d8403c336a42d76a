"""What people read when an enrolment does not go on, by stable code, in Spanish."""

from __future__ import annotations

from collections.abc import Mapping

from clavis_gateway.login.texts import ERRORS, N_

FAULTS: Mapping[str, str] = {
    **ERRORS,
    "csv-missing": N_("Escriba el código de su carta."),
    "letter-code-invalid": N_(
        "Revise el código de la carta: 16 letras y números, sin ceros ni unos."
    ),
    "mobile-missing": N_("Escriba su móvil."),
    "invalid-phone": N_("Ese número no es un móvil. Ejemplo: 600 123 456."),
    "email-missing": N_("Escriba su correo electrónico."),
    "invalid-email": N_("Falta la @ o el dominio. Ejemplo: nombre@ejemplo.es."),
    "contrast-invalid": N_("Ese no es el dato que tiene el documento de ese número."),
    "letter-mismatch": N_(
        "Número, dato del documento y código de la carta no van juntos. Compruebe los tres."
    ),
    "status-mismatch": N_("El número y el dato del documento no van juntos."),
    "enrolment-limited": N_(
        "Demasiados intentos. Podrá volver a probar a partir de las %(until)s."
    ),
    "too-many-requests": N_("Demasiadas peticiones desde esta conexión. Pruebe más tarde."),
    "phone-in-use": N_("Ese móvil es de otra persona registrada. Use otro o acuda a una oficina."),
    "phone-code-too-soon": N_("Acabamos de enviarle un código. Espere un momento."),
    "phone-code-limit": N_("Hemos enviado demasiados códigos a ese móvil. Pruebe mañana."),
    "terms-unread": N_("Para registrarse tiene que aceptar las condiciones."),
    "terms-outdated": N_("Las condiciones han cambiado mientras tanto. Léalas de nuevo."),
    "enrolment-over": N_("Ha pasado el tiempo. Empiece de nuevo."),
    "enrolment-refused": N_("No podemos registrarle por esta vía. Acuda a una oficina."),
    "slot-missing": N_("Elija cuándo quiere la videollamada."),
    "slot-not-free": N_("Esa hora ya no está libre. Elija otra."),
    "booking-missing": N_("Escriba el código de su cita."),
    "booking-unknown": N_("No hay ninguna cita con ese código."),
    "dni-only": N_("Esta forma es solo para quien tiene DNI. Elija otra con su NIE."),
    "email-code-limit": N_("Hemos enviado demasiados códigos a esa dirección. Pruebe más tarde."),
    "email-over": N_("Ha pasado el tiempo para comprobar el correo aquí."),
    "video-automatic-off": N_("Aquí no se puede registrar con una grabación. Elija otra forma."),
    "receipt-gone": N_("El justificante ya se descargó, o ya no se puede descargar."),
    "renunciation-unconfirmed": N_("Para renunciar tiene que confirmarlo."),
    "renunciation-refused": N_(
        "No podemos tramitar la renuncia por esta vía. Acuda a una oficina."
    ),
    "appointment-not-now": N_("Es pronto o tarde para su videollamada."),
}

PROOF_NAME = N_("justificante-de-renuncia.pdf")

LETTER_STATES: Mapping[str, str] = {
    "none": N_("No consta ninguna carta. Puede pedirla ahora."),
    "requested": N_("Hemos recibido su petición y la estamos preparando."),
    "queued": N_("La carta espera a imprimirse."),
    "printed": N_("La carta está impresa y sale en el próximo envío."),
    "sent": N_("La carta está en camino."),
    "returned": N_("Correos devolvió la carta. Compruebe su dirección y acuda a una oficina."),
    "expired": N_("La carta caducó. Puede pedir otra."),
    "used": N_("El código de la carta ya se usó."),
    "blocked": N_("El código de la carta está bloqueado por demasiados errores. Pida otra carta."),
    "replaced": N_("Hay una carta más reciente: use su código."),
    "no_address": N_("No consta una dirección a la que enviarla. Acuda a una oficina."),
    "not_invitable": N_("No podemos invitarle por carta. Acuda a una oficina."),
}

CALL_STATES: Mapping[str, str] = {
    "queued": N_("Espere: le llamaremos enseguida. Recargue la página para ver su puesto."),
    "claimed": N_("Le está atendiendo un agente. Siga sus indicaciones."),
    "second_look": N_("Su llamada terminó bien. Otra persona la comprueba antes de seguir."),
    "refused": N_("No hemos podido identificarle por vídeo. Acuda a una oficina de registro."),
    "abandoned": N_("La llamada se cerró sin terminar. Puede pedir otra cita."),
    "completed": N_("Ya está registrado con esta llamada."),
}

AUTOMATIC_STATES: Mapping[str, str] = {
    "phone_proved": N_("Falta la grabación. Hágala en la aplicación y vuelva a esta página."),
    "submitted": N_("Hemos recibido su grabación y la estamos comprobando."),
    "auto_passed": N_("Ya está registrado. Una persona revisará después su grabación."),
    "in_review": N_("Ya está registrado. Una persona revisa ahora su grabación."),
    "approved": N_("Ya está registrado y su grabación está aprobada."),
    "superseded": N_("Ya está registrado."),
    "auto_failed": N_("No hemos podido identificarle por vídeo. Acuda a una oficina de registro."),
    "rejected": N_("Al revisar su grabación la hemos rechazado. Acuda a una oficina de registro."),
}
# The person is entered, and the receipt can be made.
AUTOMATIC_ENTERED = frozenset({"auto_passed", "in_review", "approved", "superseded"})

SERVICES: Mapping[str, str] = {
    "enrolment": N_("Registro"),
    "phone_change": N_("Cambio de móvil"),
    "activation_code": N_("Código de activación"),
    "renewal": N_("Renovación"),
    "renunciation": N_("Renuncia"),
    "rehabilitation": N_("Volver tras una renuncia"),
    "certificate_revocation": N_("Revocación de certificados de firma"),
    "unfreezing": N_("Desbloqueo"),
    "accessible": N_("Acceso sin barreras"),
    "sign_language": N_("Lengua de signos"),
}

WEEKDAYS: Mapping[str, str] = {
    "1": N_("Lunes"),
    "2": N_("Martes"),
    "3": N_("Miércoles"),
    "4": N_("Jueves"),
    "5": N_("Viernes"),
    "6": N_("Sábado"),
    "7": N_("Domingo"),
}
