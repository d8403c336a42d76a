"""Who holds which certificate."""

from dataclasses import dataclass
from enum import StrEnum


class CertificateKind(StrEnum):
    """What a client certificate is, and so what a login with it must answer."""

    FNMT = "fnmt"
    """A natural person's qualified certificate in software."""
    DNIE = "dnie"
    """The authentication certificate of an electronic identity card."""
    DNIE_SIGNING = "dnie_signing"
    """The signing certificate of the same card: not for logins."""
    REPRESENTATIVE = "representative"
    """A person acting for an entity: not a citizen's login."""
    EXPIRED = "expired"
    """Like FNMT, past its end."""
    REVOKED = "revoked"
    """Like FNMT, on its issuer's revocation list."""
    UNKNOWN_ISSUER = "unknown_issuer"
    """Like FNMT, from an authority that is not among the anchors."""


@dataclass(frozen=True)
class Holder:
    """The person in a certificate, as an identity document names them.

    The entity is for representatives only: its name and its tax number (NIF).
    """

    kind: CertificateKind
    national_id: str
    given_name: str
    first_surname: str
    second_surname: str = ""
    entity_name: str = ""
    entity_nif: str = ""

    @property
    def surnames(self) -> str:
        """Both surnames, or the only one."""
        return f"{self.first_surname} {self.second_surname}".strip()

    @property
    def name(self) -> str:
        """The whole name, given name first."""
        return f"{self.given_name} {self.surnames}"

    @property
    def stem(self) -> str:
        """The beginning of this certificate's file names."""
        return f"{self.kind.value.replace('_', '-')}-{self.national_id.lower()}"


def _ana(kind: CertificateKind, *, entity: bool = False) -> Holder:
    return Holder(
        kind,
        *("12345678Z", "ANA", "GARCÍA", "LÓPEZ"),
        *(("EJEMPLO SOCIEDAD LIMITADA", "B00000000") if entity else ()),
    )


DEMO_HOLDERS = tuple(
    _ana(kind, entity=kind is CertificateKind.REPRESENTATIVE) for kind in CertificateKind
)
"""One person with a certificate of every kind."""
