"""What passkeys, authenticator apps and recovery codes need beside the rest, made once."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from clavis_kit.keyed_hash import sha256_hex
from clavis_kit.pepper import Pepper
from clavis_kit.settings import KeyFileError

from clavis_permanent.authenticator_settings import AuthenticatorSettings
from clavis_permanent.ceremonies import Ceremonies
from clavis_permanent.rules.passkeys import PasskeyPolicy
from clavis_permanent.rules.second_factors import SecondFactorPolicy
from clavis_permanent.sealing import Seal

_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True)
class Authenticators:
    """Ceremonies, keys, chance and the numbers an operator may set."""

    ceremonies: Ceremonies
    seal: Seal
    keys: Pepper
    random_bytes: Callable[[int], bytes]
    passkeys: PasskeyPolicy
    second_factors: SecondFactorPolicy
    fresh_session: timedelta


def create_authenticators(
    settings: AuthenticatorSettings, brand: str, random_bytes: Callable[[int], bytes]
) -> Authenticators:
    """Read the key file and the trust anchors. Raises KeyFileError with a sentence."""
    keys = Pepper.from_file(settings.authenticator_key_file)
    policy = settings.passkey_policy
    return Authenticators(
        ceremonies=Ceremonies(
            rp_id=settings.passkey_rp_id,
            rp_name=brand,
            origins=settings.passkey_origins,
            lifetime=policy.challenge_lifetime,
            attestation_roots=read_roots(settings.passkey_attestation_roots_file),
        ),
        seal=Seal(keys),
        keys=keys,
        random_bytes=random_bytes,
        passkeys=policy,
        second_factors=settings.second_factor_policy,
        fresh_session=timedelta(seconds=settings.fresh_session_seconds),
    )


def read_roots(path: Path | None) -> list[bytes]:
    """Read makers' root certificates in PEM; none without a file. Raises KeyFileError."""
    if path is None:
        return []
    try:
        roots = _CERTIFICATE.findall(path.read_bytes())
    except OSError as error:
        raise KeyFileError(f"cannot read {path.name}: {error.strerror}") from error
    if not roots:
        raise KeyFileError(f"{path.name} holds no certificate")
    return roots


def used_for(bound_to: str) -> str:
    """Return what is kept of the transaction a code confirmed: enough to recognise it."""
    return sha256_hex(bound_to)
