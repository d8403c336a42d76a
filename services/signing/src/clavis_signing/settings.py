"""What the signing service reads from its environment (prefix CLAVIS_SIGNING_)."""

from pathlib import Path

from clavis_kit.settings import ServiceSettings
from pydantic import Field
from pydantic_settings import SettingsConfigDict

_PACKAGE = Path(__file__).parent
_BUNDLED_MIGRATIONS = _PACKAGE / "migrations"
MIGRATIONS = (
    _BUNDLED_MIGRATIONS
    if _BUNDLED_MIGRATIONS.is_dir()
    else _PACKAGE.parent.parent / "migrations"  # in a checkout they stand beside src
)
MEBIBYTE = 1024 * 1024


class SigningSettings(ServiceSettings):
    """Settings of the signing service. Secrets come as files and have no default."""

    model_config = SettingsConfigDict(env_prefix="CLAVIS_SIGNING_", frozen=True, extra="ignore")

    service_name: str = "signing"
    port: int = Field(default=8404, ge=1, le=65535)
    # One document of 10 MiB in a multipart envelope.
    max_body_bytes: int = 10 * MEBIBYTE + 64 * 1024

    oidc_issuer: str = Field(description="issuer of the access tokens accepted here")
    oidc_jwks_url: str | None = Field(default=None, description="internal address of its keys")
    permanent_url: str = Field(description="base URL of the permanent service")
    registry_url: str = Field(description="base URL of the registry")
    brand: str = Field(default="Clavis", description="name that people see in messages")

    issuing_ca_cert_file: Path = Field(description="certificate of the issuing CA, PEM")
    issuing_ca_key_file: Path = Field(description="its EC private key, PEM")
    root_ca_cert_file: Path = Field(description="certificate of the root CA, PEM")
    root_crl_file: Path | None = Field(
        default=None, description="the root's revocation list, DER; read at each use"
    )
    pki_base_url: str = Field(description="public base of /pki/… named in certificates")
    pepper_key_file: Path = Field(description="32 random bytes or more, kept off the database")

    # ITU-T X.667: an arc below 2.25 needs no registration. A provider states its own.
    certificate_policy_oid: str = "2.25.141857203961820134718502647309167241093"
    certificate_qualified: bool = Field(
        default=False, description="states QcCompliance: only for a supervised provider"
    )
    certificate_years: int = Field(default=5, ge=1, le=5, description="law 6/2020 article 4.2")
    renewal_revokes_previous: bool = True
    minors_may_sign: bool = False

    argon2_memory_kib: int = Field(default=64 * 1024, ge=1024)
    argon2_time_cost: int = Field(default=3, ge=1)
    argon2_parallelism: int = Field(default=1, ge=1)
    key_workers: int = Field(default=2, ge=1, description="parallel key openings and signatures")
    key_queue: int = Field(default=16, ge=0, description="waiting ones before 503")
    pdf_workers: int = Field(default=2, ge=1, description="parallel PDF worker processes")
    pdf_queue: int = Field(default=32, ge=0, description="waiting pages before 503")

    document_max_bytes: int = Field(default=10 * MEBIBYTE, ge=1)
    document_max_pages: int = Field(default=200, ge=1)
    documents_per_citizen: int = Field(default=20, ge=1, description="kept at the same time")
    document_kept_hours: int = Field(default=24, ge=1, description="undelivered documents")
    delivered_kept_minutes: int = Field(default=15, ge=0, description="after the download")
    purge_seconds: float = Field(default=60.0, gt=0)

    crl_hours: int = Field(default=12, ge=1, description="a new list at least this often")
    crl_life_hours: int = Field(default=24, ge=2, description="nextUpdate")
    crl_poll_seconds: float = Field(default=0.25, gt=0, description="look for unlisted revocations")
