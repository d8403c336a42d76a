"""What actions of the gateway may use; `app.py` alone builds it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import httpx
from clavis_kit.calls import Calls
from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.service_tokens import JwksCache, ServiceTokenSigner
from fastapi import Depends, Request

from clavis_gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from clavis_gateway.oidc.authlib_adapter.grants import Server
    from clavis_gateway.oidc.backchannel import LogoutCourier
    from clavis_gateway.oidc.cors import OriginBook
    from clavis_gateway.oidc.dpop_nonces import DpopNonces
    from clavis_gateway.oidc.keys import KeyRing
    from clavis_gateway.oidc.mtls import MutualTls
    from clavis_gateway.oidc.refusals import RefusalLog
    from clavis_gateway.pages import Pages


@dataclass(frozen=True, slots=True)
class Deps:
    """Everything an action needs, injected."""

    settings: GatewaySettings
    pool: Pool
    clock: Clock
    new_id: Callable[[], str]
    new_secret: Callable[[], str]
    calls: Calls
    """Calls to the other services."""
    outbound: httpx.AsyncClient
    """For addresses that relying parties name: checked, pinned, without redirects or proxies."""
    service_tokens: ServiceTokenSigner
    national_ids: KeyedHash
    pairwise: KeyedHash
    client_secrets: KeyedHash
    """Makes what is kept of the secrets of relying parties."""
    dpop_nonces: DpopNonces
    """Makes and accepts the nonces of DPoP proofs."""
    seal_key: bytes
    """Seals what travels through the browser; 32 bytes."""
    keys: KeyRing
    """The keys that sign our tokens."""
    mtls: MutualTls
    """Reads and judges the certificates of relying parties."""
    client_keys: JwksCache
    """The public keys of relying parties that publish them at an address."""
    grants: Server
    """Authlib, which decides token requests."""
    logouts: LogoutCourier
    """Carries logout tokens to relying parties."""
    refusals: RefusalLog
    """Tells relying parties what was refused to them."""
    origins: OriginBook
    """Where relying parties live: who may read answers by script."""
    pages: Pages
    """The pages of the protocol endpoints."""


def get_deps(request: Request) -> Deps:
    """Return the dependencies of the application that serves this request."""
    deps: Deps = request.app.state.deps
    return deps


async def _injected(request: Request) -> Deps:
    # A plain function here would be run in a thread for every request.
    return get_deps(request)


DepsDep = Annotated[Deps, Depends(_injected)]
