"""What the operator decides about the pages people see and about certificate login."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field, field_validator, model_validator

_REPOSITORY = Path(__file__).parents[5]


class LoginSettings(BaseModel):
    """A part of the gateway's settings; the environment names carry CLAVIS_GATEWAY_."""

    brand: str = Field(default="Clavis", min_length=1, max_length=40)
    web_dir: Path = Field(
        default=_REPOSITORY / "web", description="folder with styles/ and locales/"
    )
    time_zone: str = Field(default="Europe/Madrid", description="times shown to people")
    portal_url: str | None = Field(default=None, description="citizen portal, linked from pages")
    health_cache_seconds: float = Field(default=3.0, gt=0, le=60)
    credential_timeout_seconds: float = Field(
        default=8.0, gt=0, le=30, description="calls to pin, permanent and registry at login"
    )

    certificate_url: str | None = Field(
        default=None, description="base URL of the TLS front; none switches certificates off"
    )
    trust_anchors_dir: Path | None = Field(
        default=None, description="folder of PEM or DER certificates: anchors and intermediates"
    )
    trusted_list_file: Path | None = Field(
        default=None, description="EU trusted list (ETSI TS 119 612) that names the anchors instead"
    )
    trusted_list_operators_dir: Path | None = Field(
        default=None, description="certificates of the scheme operators that may sign that list"
    )
    trusted_list_overdue: Literal["warn", "refuse"] = Field(
        default="warn", description="what happens once the list should have been replaced"
    )
    client_trust_anchors_dir: Path | None = Field(
        default=None, description="authorities of relying parties' certificates, as PEM or DER"
    )
    client_revocation: Literal["off", "refuse", "accept"] = Field(
        default="off",
        description="whether their issuers are asked; what happens when none says it is revoked"
        " or not: refuse, or accept",
    )
    trust_reload_seconds: float = Field(default=300, gt=0, description="trust is read again after")
    terminator_networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        default=(), description="where the TLS terminator calls from, as CIDR"
    )
    terminator_secret_file: Path | None = Field(
        default=None, description="secret sent in Clavis-Terminator-Secret"
    )
    revocation_timeout_seconds: float = Field(default=4.0, gt=0, le=30)
    revocation_cache_seconds: int = Field(default=300, ge=0, le=3600)
    revocation_unchecked: Literal["refuse", "accept"] = Field(
        default="refuse", description="what happens when no issuer says whether it is revoked"
    )
    revocation_hosts: tuple[str, ...] = Field(
        default=(), description="the only hosts asked for OCSP and CRLs; none: any an issuer names"
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError) as error:
            raise ValueError("is not a known time zone") from error
        return value

    @field_validator("web_dir")
    @classmethod
    def _has_pages(cls, value: Path) -> Path:
        if not (value / "styles" / "index.css").is_file():
            raise ValueError("has no styles/index.css")
        return value

    @model_validator(mode="after")
    def _list_has_operators(self) -> Self:
        if (self.trusted_list_file is None) != (self.trusted_list_operators_dir is None):
            raise ValueError("trusted_list_file and trusted_list_operators_dir go together")
        return self
