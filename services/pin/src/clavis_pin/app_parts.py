"""What the app's actions use beyond what every action has."""

from dataclasses import dataclass

from clavis_kit.keyed_hash import KeyedHash

from clavis_pin.attestation import AttestationVerifier
from clavis_pin.errands import Errands
from clavis_pin.push.port import Push
from clavis_pin.rules.app_requests import AppPolicy
from clavis_pin.waiting import Watch


@dataclass(frozen=True)
class AppParts:
    """Made once by the application.

    `url` is the app's public address, with a slash at its end; `server_key` is what browsers
    subscribe with.
    """

    url: str
    key: bytes
    hash: KeyedHash
    server_key: str
    policy: AppPolicy
    attestation: AttestationVerifier
    push: Push
    watch: Watch
    errands: Errands

    @property
    def domain(self) -> str:
        """The host to which codes by SMS are bound."""
        return self.url.split("/")[2].split(":")[0]
