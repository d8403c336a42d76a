"""Settings from the environment: one frozen model per service, a wrong value stops the start."""

import sys
from pathlib import Path
from typing import Any, TypeVar

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

MINIMUM_KEY_BYTES = 32


class ServiceSettings(BaseSettings):
    """What all services share. Subclasses set env_prefix and service_name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    service_name: str = Field(description="short name: registry, pin, …")
    database_url: str = Field(description="DSN of the runtime role (no DDL)")
    migration_database_url: str | None = Field(
        default=None, description="DSN of the owner role; `migrate` and `projection` read it"
    )
    runtime_role: str | None = Field(
        default=None, description="role that migrations grant to; default clavis_<service>"
    )
    database_pool_size: int = Field(default=10, ge=1, le=100)
    kafka_bootstrap: str = Field(description="host:port[,host:port] of the brokers")
    kafka_idempotence: bool = Field(
        default=True, description="off only for brokers without InitProducerId"
    )
    kafka_session_timeout_ms: int = Field(
        default=10_000, ge=1000, description="a consumer silent this long loses its partitions"
    )
    kafka_create_topics: bool = Field(default=False, description="create topics at start")
    replay_on_start: bool = Field(
        default=False, description="re-emit the event log: for a broker that forgets"
    )
    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    public_url: str = Field(description="own base URL, no trailing slash")
    service_key_file: Path = Field(description="EC P-256 private key, PEM: signs service tokens")
    trusted_callers: dict[str, str] = Field(
        default_factory=dict, description="caller name -> JWKS URL"
    )
    log_level: str = "INFO"
    max_body_bytes: int = Field(default=1024 * 1024, description="larger requests get 413")
    shutdown_seconds: int = Field(default=10, description="grace for requests at SIGTERM")


Settings = TypeVar("Settings", bound=BaseSettings)


class KeyFileError(ValueError):
    """A key file is missing, unreadable or of the wrong kind."""


def load(model: type[Settings], **overrides: Any) -> Settings:
    """Read the settings or end the process with one sentence per wrong value."""
    try:
        return model(**overrides)
    except ValidationError as error:
        prefix = str(model.model_config.get("env_prefix", ""))
        for problem in error.errors():
            name = prefix + "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"{name}: {problem['msg'].lower()}\n")
        sys.exit(2)


def read_key_bytes(path: Path) -> bytes:
    """Read a symmetric key of at least 32 bytes. Raises KeyFileError with a sentence."""
    try:
        key = path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"cannot read the key file {path.name}: {error.strerror}") from error
    if len(key) < MINIMUM_KEY_BYTES:
        raise KeyFileError(f"the key file {path.name} holds fewer than {MINIMUM_KEY_BYTES} bytes")
    return key


def read_ec_private_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read an unencrypted EC private key in PEM. Raises KeyFileError with a sentence."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        raise KeyFileError(f"cannot read an EC private key from {path.name}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyFileError(f"{path.name} is not an EC private key")
    return key
