"""What the operator's API is sent, as far as it has a fixed form."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from clavis_gateway.registration.reading_token import DEFAULT_LIFE, MAXIMUM_LIFE
from clavis_gateway.rules.client_secrets import MAXIMUM_OVERLAP
from clavis_gateway.rules.registration_states import State

_LONGEST = int(MAXIMUM_OVERLAP.total_seconds())


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StateChange(_Body):
    """Where a relying party goes."""

    state: State


class _Rotation(_Body):
    overlap_seconds: int = Field(default=0, ge=0, le=_LONGEST)

    @property
    def overlap(self) -> timedelta:
        """How long what is replaced still holds."""
        return timedelta(seconds=self.overlap_seconds)


class SecretRotation(_Rotation):
    """How long the secrets before hold beside the new one."""


class KeyRotation(_Rotation):
    """The new key set, and how long the replaced keys still verify."""

    jwks: dict[str, Any]


class TesterName(_Body):
    """A person: by subject id, or by national identity number, which is kept as a keyed hash."""

    subject_id: str | None = Field(default=None, max_length=64)
    national_id: str | None = Field(default=None, max_length=20)


class ReadingTokenWish(_Body):
    """How long a reading token holds."""

    life_seconds: int = Field(
        default=int(DEFAULT_LIFE.total_seconds()), ge=60, le=int(MAXIMUM_LIFE.total_seconds())
    )

    @property
    def life(self) -> timedelta:
        """How long it holds."""
        return timedelta(seconds=self.life_seconds)


class TokenWish(_Body):
    """For whom an initial access token is, and what it allows."""

    label: str = Field(min_length=1, max_length=100)
    uses: int = Field(default=1, ge=1, le=1000)
    life_seconds: int = Field(default=7 * 86400, ge=60, le=365 * 86400)
    profile: Literal["fapi2", "basic"] = "fapi2"
