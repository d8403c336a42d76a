"""Registrations are tested on the gateway that the protocol tests run."""

from services.gateway.tests.oidc.conftest import (
    gateway_database,
    gateway_keys,
    peer,
    world,
)

__all__ = ["gateway_database", "gateway_keys", "peer", "world"]
