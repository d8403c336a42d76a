"""What actions work with. Built once, in app.py."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from clavis_certificates.judge import CertificateJudge
from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.documents import DocumentRenderer
from clavis_kit.ids import new_secret
from clavis_kit.keyed_hash import KeyedHash
from clavis_kit.messages import MessageSender
from joserfc.jwk import ECKey, KeySet

from clavis_registry.rules.contact import PhoneCodePolicy
from clavis_registry.sealing import Seal
from clavis_registry.settings import RegistrySettings
from clavis_registry.store import Unit, reads, unit_of_work


@dataclass(frozen=True)
class Keys:
    """The keys under which what we know leaves us, each parsed once."""

    national_id: KeyedHash
    contrast: KeyedHash
    activation: KeyedHash
    names: KeyedHash
    contact_readers: KeySet
    checkpoint: ECKey


@dataclass(frozen=True)
class Deps:
    """The world of an action: everything it may touch comes from here."""

    settings: RegistrySettings
    pool: Pool
    clock: Clock
    new_id: Callable[[], str]
    random_below: Callable[[int], int]
    keys: Keys
    messages: MessageSender
    documents: DocumentRenderer
    seal: Seal
    new_secret: Callable[[], str] = new_secret
    certificates: CertificateJudge | None = None
    """None where nobody enrols with a certificate."""
    video_providers: KeySet | None = None
    """Keys of the providers of automatic video; None where there are none."""

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Unit]:
        """Open a unit of work."""
        async with unit_of_work(self.pool) as unit:
            yield unit

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Unit]:
        """Open stores for questions only, without a transaction."""
        async with reads(self.pool) as unit:
            yield unit

    @property
    def phone_code_policy(self) -> PhoneCodePolicy:
        """The numbers of the phone code."""
        return self.settings.phone_code_policy

    @property
    def zone(self) -> ZoneInfo:
        """The time zone whose calendar days count."""
        return ZoneInfo(self.settings.time_zone)

    def day_of(self, moment: datetime) -> date:
        """Return the calendar day on which documents are in force and people are of age."""
        return moment.astimezone(self.zone).date()
