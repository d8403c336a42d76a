"""The qcStatements extension (RFC 3739 section 3.2.6, ETSI EN 319 412-5), encoded in DER.

`cryptography` has no type for it, so it is built here and added as an unrecognised extension.
"""

from asn1crypto import core
from cryptography import x509

QC_STATEMENTS_OID = x509.ObjectIdentifier("1.3.6.1.5.5.7.1.3")
PKIX_QC_SYNTAX_V2 = "1.3.6.1.5.5.7.11.2"
SEMANTICS_NATURAL_PERSON = "0.4.0.194121.1.1"
QC_COMPLIANCE = "0.4.0.1862.1.1"
QC_RETENTION_PERIOD = "0.4.0.1862.1.3"
QC_PDS = "0.4.0.1862.1.5"
QC_TYPE = "0.4.0.1862.1.6"
QC_TYPE_ESIGN = "0.4.0.1862.1.6.1"
# Law 6/2020 article 9.3 a): the provider keeps its records fifteen years.
RETENTION_YEARS = 15


class QcStatement(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    """One statement: what is claimed and, for some, the particulars."""

    _fields = [  # noqa: RUF012  the shape asn1crypto reads
        ("statement_id", core.ObjectIdentifier),
        ("statement_info", core.Any, {"optional": True}),
    ]


class QcStatements(core.SequenceOf):  # type: ignore[misc]  # asn1crypto is untyped
    """All statements of a certificate."""

    _child_spec = QcStatement


class _Oids(core.SequenceOf):  # type: ignore[misc]  # asn1crypto is untyped
    _child_spec = core.ObjectIdentifier


class _PdsLocation(core.Sequence):  # type: ignore[misc]  # asn1crypto is untyped
    _fields = [  # noqa: RUF012  the shape asn1crypto reads
        ("url", core.IA5String),
        ("language", core.PrintableString),
    ]


class _PdsLocations(core.SequenceOf):  # type: ignore[misc]  # asn1crypto is untyped
    _child_spec = _PdsLocation


def _statement(oid: str, info: core.Asn1Value | None = None) -> QcStatement:
    fields = {"statement_id": oid}
    if info is not None:
        fields["statement_info"] = info
    return QcStatement(fields)


def build(*, qualified: bool, disclosure_urls: dict[str, str]) -> x509.UnrecognizedExtension:
    """Encode the statements of a natural person's certificate.

    `qualified` adds the claims that only a provider under supervision may make (QcCompliance,
    QcType, retention). QcSSCD is never stated: the keys are not in a qualified device.
    `disclosure_urls` maps a two-letter language to an https address.
    """
    # RFC 3739 section 3.2.6.1 with the semantics of ETSI EN 319 412-1 section 5.1.3.
    statements = [_statement(PKIX_QC_SYNTAX_V2, _Oids([SEMANTICS_NATURAL_PERSON]))]
    if qualified:
        # ETSI EN 319 412-5 sections 4.2.1, 4.2.3 and 4.3.3.
        statements += [
            _statement(QC_COMPLIANCE),
            _statement(QC_TYPE, _Oids([QC_TYPE_ESIGN])),
            _statement(QC_RETENTION_PERIOD, core.Integer(RETENTION_YEARS)),
        ]
    if disclosure_urls:
        # ETSI EN 319 412-5 section 4.3.4.
        locations = [
            _PdsLocation({"url": url, "language": language})
            for language, url in sorted(disclosure_urls.items())
        ]
        statements.append(_statement(QC_PDS, _PdsLocations(locations)))
    return x509.UnrecognizedExtension(QC_STATEMENTS_OID, QcStatements(statements).dump())


def read(extension: x509.UnrecognizedExtension) -> list[str]:
    """List the object identifiers of the statements in an extension."""
    parsed = QcStatements.load(extension.value)
    return [statement["statement_id"].dotted for statement in parsed]
