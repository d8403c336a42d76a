"""One more certificate from the authorities of a PKI that is in use."""

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from clavis_testkit.pki import profiles
from clavis_testkit.pki.authority import Urls, certificate_pem, write_key
from clavis_testkit.pki.demo import load_authorities
from clavis_testkit.pki.holders import Holder


def issue_for(
    holder: Holder, authorities: Path, folder: Path, *, now: datetime, publisher: str
) -> tuple[Path, Path]:
    """Issue a certificate that is good now; return its file and that of its key.

    `authorities` is the directory of the PKI; `publisher` where its revocation lists are served,
    without a slash at the end. The OCSP responder answers for what its index lists, so the
    certificate points to the list alone.
    """
    profile = profiles.PROFILES[holder.kind]
    key = ec.generate_private_key(ec.SECP256R1())
    urls = Urls(crl=f"{publisher}/crl/{profile.issuer}.crl")
    certificate = load_authorities(authorities)[profile.issuer].issue(
        profiles.subject(holder),
        key.public_key(),
        not_before=now,
        not_after=now + profile.lifetime,
        extensions=[*profiles.extensions(holder), *urls.extensions()],
    )
    files = folder / f"{holder.stem}.cer.pem", folder / f"{holder.stem}.key.pem"
    files[0].write_bytes(certificate_pem(certificate))
    write_key(files[1], key)
    return files
