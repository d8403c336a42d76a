"""What proves where a device keeps its key.

A native app sends a statement of its platform (Android Key Attestation, App Attest) with its keys;
an adapter verifies it against the platform's roots and says what it found. A web app has none: no
browser attests a WebCrypto key. The adapter in force is a setting; a new one implements `verify`
and is named in `attestation_named`.
"""

from typing import Protocol


class AttestationRefusedError(Exception):
    """The statement does not hold; the device is not enrolled."""


class AttestationVerifier(Protocol):
    """Verifies the statement that comes with a device's keys."""

    async def verify(self, statement: str | None, signing_key: dict[str, str]) -> str:
        """Return the kind that was proved, kept with the device. Raises AttestationRefusedError."""
        ...


class NoAttestation:
    """Asks for nothing and believes nothing: a statement that comes is not looked at."""

    async def verify(self, statement: str | None, signing_key: dict[str, str]) -> str:
        """Return `none`."""
        del statement, signing_key
        return "none"


def attestation_named(name: str) -> AttestationVerifier:
    """Return the adapter of a setting. Raises KeyError for a name that is none."""
    return {"none": NoAttestation()}[name]
