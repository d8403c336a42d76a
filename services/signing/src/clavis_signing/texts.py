"""The words of the receipt, in Spanish and English."""

LANGUAGES = ("es", "en")

RECEIPT: dict[str, dict[str, str]] = {
    "es": {
        "title": "Justificante de firma",
        "intro": "Este documento deja constancia de una firma electrónica. No la sustituye: "
        "la firma está dentro del documento firmado.",
        "signature_heading": "La firma",
        "document_heading": "El documento",
        "certificate_heading": "El certificado",
        "fingerprint_heading": "Huella SHA-256 del documento antes de firmarlo",
        "fingerprint_help": "La huella identifica el contenido exacto que se firmó. Los ocho "
        "primeros caracteres son el código corto que mostraron la pantalla y el SMS.",
        "check_help": "Quien reciba el documento firmado puede comprobarlo sin conexión: lleva "
        "dentro el certificado y su estado en el momento de la firma.",
        "signer": "Firmante",
        "national_id": "DNI o NIE",
        "signed_at": "Fecha y hora (UTC)",
        "short_code": "Código corto",
        "reference": "Referencia",
        "name": "Nombre",
        "pages": "Páginas",
        "size": "Tamaño en bytes",
        "serial": "Número de serie",
        "issuer": "Emisor",
        "not_after": "Válido hasta",
    },
    "en": {
        "title": "Signature receipt",
        "intro": "This document records an electronic signature. It does not replace it: the "
        "signature is inside the signed document.",
        "signature_heading": "The signature",
        "document_heading": "The document",
        "certificate_heading": "The certificate",
        "fingerprint_heading": "SHA-256 fingerprint of the document before it was signed",
        "fingerprint_help": "The fingerprint identifies the exact content that was signed. Its "
        "first eight characters are the short code that the screen and the SMS showed.",
        "check_help": "Whoever receives the signed document can check it offline: it carries the "
        "certificate and its status at the time of signing.",
        "signer": "Signer",
        "national_id": "DNI or NIE",
        "signed_at": "Date and time (UTC)",
        "short_code": "Short code",
        "reference": "Reference",
        "name": "Name",
        "pages": "Pages",
        "size": "Size in bytes",
        "serial": "Serial number",
        "issuer": "Issuer",
        "not_after": "Valid until",
    },
}
