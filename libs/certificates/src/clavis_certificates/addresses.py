"""Where a certificate says that its revocation can be asked."""

from __future__ import annotations

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID


# RFC 5280 section 4.2.2.1.
def ocsp_addresses(certificate: x509.Certificate) -> list[str]:
    """List the OCSP responders a certificate names."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return []
    return [
        str(entry.access_location.value)
        for entry in access.value
        if entry.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    ]


# RFC 5280 section 4.2.1.13.
def crl_addresses(certificate: x509.Certificate) -> list[str]:
    """List where a certificate says its revocation list is."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints)
    except x509.ExtensionNotFound:
        return []
    return [
        str(name.value)
        for point in points.value
        for name in point.full_name or ()
        if isinstance(name, x509.UniformResourceIdentifier)
    ]
