"""The whole PKI of the demo in one directory.

trust/*.cer.pem          anchors and intermediates for logins with a certificate
crl/*.crl                their revocation lists, signed afresh at every call
<kind>-<id>.cer.pem      a citizen's certificate; .key.pem its key, .p12 both for a browser
authorities/             keys of the test authorities
localhost.cer.pem        the TLS front's certificate; tls-ca.cer.pem and trust.pem its issuer
signing/                 root and issuing authority of the signing service
registry/                the registry's electronic seal and the authority behind it
index.json               what the citizens' certificates are
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)

from clavis_testkit.pki import profiles
from clavis_testkit.pki.authority import Authority, Urls, certificate_pem, lasts, write_key
from clavis_testkit.pki.holders import DEMO_HOLDERS, CertificateKind, Holder
from clavis_testkit.pki.seal import ensure_seal
from clavis_testkit.pki.signing_ca import ensure_signing_ca
from clavis_testkit.pki.tls import ensure_tls

P12_PASSWORD = "clavis"  # noqa: S105 (printed by the demo: systems refuse to import without one)
_VERSION = 1
"""Raised when the profiles change, so that older directories are made anew."""

_ROOTS = {"ac-raiz": "AC RAIZ Clavis TEST", "ac-raiz-dnie": "AC RAIZ DNIE Clavis TEST"}
_SUBORDINATES = {
    "ac-usuarios": ("ac-raiz", "AC Usuarios Clavis TEST"),
    "ac-representacion": ("ac-raiz", "AC Representación Clavis TEST"),
    "ac-dnie": ("ac-raiz-dnie", "AC DNIE 001 Clavis TEST"),
}
_UNTRUSTED = {"ac-desconocida": "AC Desconocida Clavis TEST"}


@dataclass(frozen=True)
class Entry:
    """A certificate of the demo; files are relative to the directory, the serial is hexadecimal."""

    file: str
    key_file: str
    p12_file: str
    p12_password: str
    kind: str
    national_id: str
    name: str
    issuer: str
    serial: str


def create_demo_pki(
    directory: Path,
    *,
    now: datetime,
    crl_base_url: str | None = None,
    ocsp_url: str | None = None,
    signing_base_url: str | None = None,
    holders: Sequence[Holder] = DEMO_HOLDERS,
) -> list[Entry]:
    """Make what is missing or ends within a week; return the citizens' certificates.

    `crl_base_url` is where the files of `crl/` are served, without a slash at the end;
    `signing_base_url` where the signing service is. Without them certificates carry no pointer.
    """
    directory.mkdir(parents=True, exist_ok=True)
    ensure_tls(directory, now=now)
    ensure_signing_ca(directory / "signing", now=now, base_url=signing_base_url)
    ensure_seal(directory / "registry", now=now)
    wish = _fingerprint(crl_base_url, ocsp_url, holders)
    entries = _existing(directory, wish, now)
    if entries is None:
        entries = _Maker(directory, now, crl_base_url, ocsp_url).make(holders)
        index = {"wish": wish, "entries": [asdict(entry) for entry in entries]}
        (directory / "index.json").write_text(json.dumps(index, indent=2, ensure_ascii=False))
    publish_revocation_lists(directory, now=now)
    return entries


def publish_revocation_lists(directory: Path, *, now: datetime) -> None:
    """Sign a fresh revocation list of every authority in the directory."""
    revoked = [
        x509.load_pem_x509_certificate((directory / entry.file).read_bytes())
        for entry in read_index(directory)
        if entry.kind == CertificateKind.REVOKED
    ]
    for name, authority in load_authorities(directory).items():
        own = [item for item in revoked if item.issuer == authority.certificate.subject]
        crl = authority.revocation_list(own, number=int(now.timestamp()), now=now)
        _replace(directory / "crl" / f"{name}.crl", crl.public_bytes(Encoding.DER))


def load_authorities(directory: Path) -> dict[str, Authority]:
    """Read the authorities of logins with a certificate, by name."""
    folder = directory / "authorities"
    return {
        path.name.removesuffix(".key.pem"): Authority.load(
            path.with_name(path.name.replace(".key.pem", ".cer.pem")), path
        )
        for path in sorted(folder.glob("*.key.pem"))
    }


def read_index(directory: Path) -> list[Entry]:
    """Read which certificates the directory holds."""
    index = json.loads((directory / "index.json").read_text())
    return [Entry(**entry) for entry in index["entries"]]


class _Maker:
    """One making of the authorities and the citizens' certificates."""

    def __init__(
        self, directory: Path, now: datetime, crl_base_url: str | None, ocsp_url: str | None
    ) -> None:
        self._directory = directory
        self._now = now
        self._crl_base_url = crl_base_url
        self._ocsp_url = ocsp_url
        self._authorities: dict[str, Authority] = {}

    def make(self, holders: Sequence[Holder]) -> list[Entry]:
        for name in ("trust", "crl", "authorities"):
            folder = self._directory / name
            folder.mkdir(exist_ok=True)
            for stale in folder.iterdir():
                stale.unlink()
        self._make_authorities()
        return [self._make_certificate(holder) for holder in holders]

    def _make_authorities(self) -> None:
        for name, common_name in (_ROOTS | _UNTRUSTED).items():
            self._authorities[name] = Authority.root(common_name, now=self._started)
        for name, (parent, common_name) in _SUBORDINATES.items():
            self._authorities[name] = self._authorities[parent].subordinate(
                common_name, now=self._started, urls=self._urls(parent)
            )
        for name, authority in self._authorities.items():
            folder = self._directory / "authorities"
            authority.save(folder / f"{name}.cer.pem", folder / f"{name}.key.pem")
            if name not in _UNTRUSTED:
                anchor = self._directory / "trust" / f"{name}.cer.pem"
                anchor.write_bytes(certificate_pem(authority.certificate))

    @property
    def _started(self) -> datetime:
        """When the authorities began: before the certificate that has expired."""
        return self._now - timedelta(days=5 * 365)

    def _make_certificate(self, holder: Holder) -> Entry:
        profile = profiles.PROFILES[holder.kind]
        issuer = self._authorities[profile.issuer]
        key = ec.generate_private_key(ec.SECP256R1())
        expired = holder.kind is CertificateKind.EXPIRED
        begin = self._now - profile.lifetime - timedelta(days=1) if expired else self._now
        certificate = issuer.issue(
            profiles.subject(holder),
            key.public_key(),
            not_before=begin,
            not_after=begin + profile.lifetime,
            extensions=[*profiles.extensions(holder), *self._urls(profile.issuer).extensions()],
        )
        return self._save(holder, certificate, key, issuer)

    def _save(
        self,
        holder: Holder,
        certificate: x509.Certificate,
        key: ec.EllipticCurvePrivateKey,
        issuer: Authority,
    ) -> Entry:
        stem = self._directory / holder.stem
        entry = Entry(
            file=f"{stem.name}.cer.pem",
            key_file=f"{stem.name}.key.pem",
            p12_file=f"{stem.name}.p12",
            p12_password=P12_PASSWORD,
            kind=holder.kind.value,
            national_id=holder.national_id,
            name=holder.name,
            issuer=profiles.PROFILES[holder.kind].issuer,
            serial=f"{certificate.serial_number:x}",
        )
        (self._directory / entry.file).write_bytes(certificate_pem(certificate))
        write_key(self._directory / entry.key_file, key)
        bundle = pkcs12.serialize_key_and_certificates(
            f"{holder.name} ({holder.kind.value})".encode(),
            key,
            certificate,
            [issuer.certificate],
            BestAvailableEncryption(P12_PASSWORD.encode()),
        )
        (self._directory / entry.p12_file).write_bytes(bundle)
        return entry

    def _urls(self, issuer: str) -> Urls:
        crl = f"{self._crl_base_url}/{issuer}.crl" if self._crl_base_url else None
        return Urls(crl=crl, ocsp=self._ocsp_url)


def _fingerprint(crl_base_url: str | None, ocsp_url: str | None, holders: Sequence[Holder]) -> str:
    wish = [_VERSION, crl_base_url, ocsp_url, [asdict(holder) for holder in holders]]
    return hashlib.sha256(json.dumps(wish).encode()).hexdigest()


def _existing(directory: Path, wish: str, now: datetime) -> list[Entry] | None:
    """Return the entries of a directory that suits the wish and still lasts, else None."""
    try:
        if json.loads((directory / "index.json").read_text())["wish"] != wish:
            return None
        entries = read_index(directory)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    enduring = (entry.file for entry in entries if entry.kind != CertificateKind.EXPIRED)
    return entries if all(lasts(directory / file, now=now) for file in enduring) else None


def _replace(path: Path, content: bytes) -> None:
    """Write a file that readers never see half written."""
    building = path.with_name(f".{path.name}")
    building.write_bytes(content)
    building.replace(path)
