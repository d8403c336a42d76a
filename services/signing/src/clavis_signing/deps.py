"""What an action may use, made once by the application."""

from collections.abc import Callable
from dataclasses import dataclass

from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.documents import DocumentRenderer
from clavis_kit.pools import BoundedPool

from clavis_signing.clients import PermanentClient, RegistryClient
from clavis_signing.custody import Stretching
from clavis_signing.pki.authority import Authority
from clavis_signing.pki.ocsp import ResponderKeeper
from clavis_signing.settings import SigningSettings


@dataclass(frozen=True)
class Custody:
    """What sealing a key needs beside the password."""

    pepper: bytes
    stretching: Stretching


@dataclass(frozen=True)
class Pools:
    """Where slow work runs; each sheds load with 503 when full."""

    keys: BoundedPool
    pdf: BoundedPool


@dataclass(frozen=True)
class Deps:
    """Everything that is not a value."""

    pool: Pool
    clock: Clock
    new_id: Callable[[], str]
    new_serial: Callable[[], int]
    authority: Authority
    responder: ResponderKeeper
    custody: Custody
    pools: Pools
    permanent: PermanentClient
    registry: RegistryClient
    documents: DocumentRenderer
    settings: SigningSettings
