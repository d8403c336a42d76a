"""Root and issuing authority of the signing service, for the demo and the tests.

Both on P-384; the issuing authority signs certificates of end entities only. The demo keeps the
root's key beside the rest; a real one is offline.
"""

from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from clavis_testkit.pki.authority import Authority, Urls, lasts


def ensure_signing_ca(directory: Path, *, now: datetime, base_url: str | None = None) -> None:
    """Make {root,issuing}.{cer,key}.pem where they are missing or end in a week; sign root.crl.

    `base_url` is the signing service: the issuing certificate then says where the root's
    certificate and revocation list are. The list is signed anew at each call.
    """
    if not lasts(directory / "issuing.cer.pem", now=now):
        _make(directory, now, base_url)
    root = Authority.load(directory / "root.cer.pem", directory / "root.key.pem")
    crl = root.revocation_list([], number=int(now.timestamp()), now=now)
    (directory / "root.crl").write_bytes(crl.public_bytes(serialization.Encoding.DER))


def _make(directory: Path, now: datetime, base_url: str | None) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    root = Authority.root("AC RAIZ Firma Clavis TEST", now=now)
    urls = Urls(crl=f"{base_url}/pki/crl/root.crl", issuer=f"{base_url}/pki/ca/root.cer")
    issuing = root.subordinate(
        "AC Firma Centralizada Clavis TEST",
        now=now,
        curve=ec.SECP384R1(),
        urls=urls if base_url else Urls(),
    )
    root.save(directory / "root.cer.pem", directory / "root.key.pem")
    issuing.save(directory / "issuing.cer.pem", directory / "issuing.key.pem")
