"""All clients of all plans, and the bundle that registers them."""

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.conformance.harness.certificates import Authority, self_signed
from tests.conformance.harness.provider import Certificate
from tests.conformance.harness.registration import (
    SUITE,
    Registered,
    basic_client,
    fapi_client,
)
from tests.conformance.harness.variants import ALL, TLS_AUTH, Variant


@dataclass
class Suite:
    """The suite's clients. `address` is where it listens, `logout_uri` takes logout tokens."""

    folder: Path
    logout_uri: str
    address: str = SUITE
    clients: dict[str, Registered] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the clients."""
        logout: dict[str, Any] = {
            "backchannel_logout_uri": self.logout_uri,
            "backchannel_logout_session_required": True,
        }
        at = self.address
        self._add(basic_client("suite-basic", suite=at))
        self._add(basic_client("suite-basic-2", suite=at))
        self._add(basic_client("suite-post", "client_secret_post", suite=at))
        self._add(basic_client("suite-logout", suite=at))
        self._add(basic_client("suite-backchannel", suite=at, **logout))
        for variant in ALL:
            self._add_pair(variant)

    def pair(self, variant: Variant) -> tuple[Registered, Registered]:
        """Return the two clients of a variant."""
        first, second = (self.clients[f"suite-{variant.name}-{number}"] for number in (1, 2))
        return first, second

    def certify(self, authority: Authority) -> None:
        """Give certificates to the clients that need an authority."""
        for client in self.pair(TLS_AUTH):
            certificate = authority.issue(client.client_id, self.folder)
            self._add(replace(client, certificate=certificate))

    def write(self) -> Path:
        """Write the bundle that DEMO_CLIENTS names."""
        bundle = self.folder / "clients.json"
        documents = [client.document for client in self.clients.values()]
        bundle.write_text(json.dumps(documents, indent=2) + "\n")
        return bundle

    def _add(self, client: Registered) -> None:
        self.clients[client.client_id] = client

    def _add_pair(self, variant: Variant) -> None:
        # RSA for the first: some modules need a key with which RS256 can be signed, too.
        second = "ES256" if variant.dpop else "EdDSA"
        callback = self.address + "callback"
        callbacks = (callback, f"{callback}?dummy1=lorem&dummy2=ipsum")
        for number, (place, alg) in enumerate(zip(callbacks, ("PS256", second), strict=True), 1):
            name = f"suite-{variant.name}-{number}"
            certificate = self._certificate(variant, name)
            client = fapi_client(name, variant, place, alg, certificate)
            # Some proofs must hold the server's nonce, others need not (RFC 9449 section 8).
            client.document["dpop_nonce_required"] = variant.dpop and number == 2
            self._add(client)

    def _certificate(self, variant: Variant, name: str) -> Certificate | None:
        if variant.dpop or variant is TLS_AUTH:
            return None
        return self_signed(name, self.folder)
