"""What the operator decides about the ways in without an officer, and about renewals."""

from datetime import time, timedelta
from pathlib import Path

from pydantic import BaseModel, Field

from clavis_registry.rules.letter import LetterPolicy
from clavis_registry.rules.video import OpeningHours


class WaysInSettings(BaseModel):
    """A part of the registry's settings; the environment names carry CLAVIS_REGISTRY_."""

    letter_days: int = Field(default=60, ge=1, description="life of the code in a letter")
    letter_tries: int = Field(default=5, ge=1, description="wrong codes that end a letter")
    letter_again_days: int = Field(default=10, ge=0, description="until another letter is sent")
    letters_organisation: str | None = Field(
        default=None,
        description="code of the organisation whose offices print the letters that no office asked"
        " for; none: only the operator's command prints them",
    )
    requests_per_hour: int = Field(
        default=20, ge=1, description="letters or bookings asked for from one source"
    )
    way_in_tries_per_hour: int = Field(
        default=10, ge=1, description="tries without a session at one identity number"
    )
    strangers_beat_ms: int = Field(
        default=25,
        ge=0,
        le=1000,
        description="answers to people without a session leave at multiples of this; 0: at once",
    )
    video_weekdays: frozenset[int] = Field(
        default=frozenset(range(5)), description="days of video calls, Monday is 0"
    )
    video_opens: time = time(9)
    video_closes: time = time(18)
    video_slot_minutes: int = Field(default=20, ge=5, le=120)
    video_desks: int = Field(default=4, ge=1, le=500, description="calls at the same time")
    video_days_ahead: int = Field(default=14, ge=1, le=90, description="how far calls are booked")
    video_early_minutes: int = Field(default=15, ge=0, description="before its time a call begins")
    video_late_minutes: int = Field(default=30, ge=1, description="after it the booking is lost")
    video_claim_minutes: int = Field(default=30, ge=5, description="until a claimed case is free")
    video_sample_fraction: float = Field(
        default=0.1, ge=0, le=1, description="accepted calls that a second agent looks at"
    )
    video_unknown_second_look: bool = Field(
        default=True,
        description="whether a second agent looks at every accepted call of who is in no register",
    )
    video_provider_keys_file: Path | None = Field(
        default=None, description="JWKS of providers of automatic video; none switches it off"
    )
    renewal_years: int = Field(default=5, ge=1, le=10, description="life of an identification")
    trust_anchors_dir: Path | None = Field(
        default=None,
        description="folder of PEM or DER certificates; none switches enrolment by one off",
    )
    trust_reload_seconds: float = Field(default=300, gt=0, description="trust is read again after")
    revocation_timeout_seconds: float = Field(default=4.0, gt=0, le=30)
    revocation_cache_seconds: int = Field(default=300, ge=0, le=3600)
    revocation_hosts: tuple[str, ...] = Field(
        default=(), description="the only hosts asked for OCSP and CRLs; none: any an issuer names"
    )

    @property
    def letter_policy(self) -> LetterPolicy:
        """The numbers of the letter, as the rules take them."""
        return LetterPolicy(
            lifetime=timedelta(days=self.letter_days),
            tries=self.letter_tries,
            again_after=timedelta(days=self.letter_again_days),
        )

    @property
    def video_hours(self) -> OpeningHours:
        """When agents take calls, as the rules take it."""
        return OpeningHours(
            weekdays=self.video_weekdays,
            opens=self.video_opens,
            closes=self.video_closes,
            slot=timedelta(minutes=self.video_slot_minutes),
            desks=self.video_desks,
            days_ahead=self.video_days_ahead,
        )
