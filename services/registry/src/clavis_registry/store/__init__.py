"""The SQL of the registry: one class per kind of row, all on one transaction."""

import contextlib
from collections.abc import AsyncIterator

import asyncpg
from clavis_kit.db import Connection, Pool
from clavis_kit.errors import Overloaded

from clavis_registry.store.appointments import AppointmentStore
from clavis_registry.store.approvals import ApprovalStore
from clavis_registry.store.auditing import AuditStore
from clavis_registry.store.census import CensusStore
from clavis_registry.store.changes import ContactChangeStore
from clavis_registry.store.contacts import ActivationCodeStore, ContactStore, DeathNoticeStore
from clavis_registry.store.convalidations import ConvalidationStore
from clavis_registry.store.directory import DirectoryStore
from clavis_registry.store.enrolments import EnrolmentStore
from clavis_registry.store.evidence import EvidenceStore
from clavis_registry.store.exports import ExportStore
from clavis_registry.store.letter_renunciations import LetterRenunciationStore
from clavis_registry.store.letter_requests import LetterRequestStore
from clavis_registry.store.letters import LetterStore
from clavis_registry.store.lives import DeathCorrectionStore, LifeStore
from clavis_registry.store.messages import MessageStore
from clavis_registry.store.offices import OfficeStore
from clavis_registry.store.online_enrolments import OnlineEnrolmentStore
from clavis_registry.store.persons import DocumentStore, PersonStore
from clavis_registry.store.phone_codes import PhoneCodeStore
from clavis_registry.store.postal import PostalAddressStore
from clavis_registry.store.recordings import RecordingStore
from clavis_registry.store.renewals import RenewalStore
from clavis_registry.store.retention import RetentionStore
from clavis_registry.store.sealed import HeldCertificateStore, SealedDocumentStore
from clavis_registry.store.trail import TrailStore
from clavis_registry.store.tries import TryStore
from clavis_registry.store.videos import VideoStore


class Unit:
    """One unit of work: every store on the same connection."""

    def __init__(self, connection: Connection) -> None:
        """Bind the stores."""
        self.connection = connection
        self.persons = PersonStore(connection)
        self.lives = LifeStore(connection)
        self.death_corrections = DeathCorrectionStore(connection)
        self.approvals = ApprovalStore(connection)
        self.contact_changes = ContactChangeStore(connection)
        self.postal_addresses = PostalAddressStore(connection)
        self.sealed = SealedDocumentStore(connection)
        self.held_certificates = HeldCertificateStore(connection)
        self.documents = DocumentStore(connection)
        self.contacts = ContactStore(connection)
        self.activation_codes = ActivationCodeStore(connection)
        self.death_notices = DeathNoticeStore(connection)
        self.enrolments = EnrolmentStore(connection)
        self.phone_codes = PhoneCodeStore(connection)
        self.evidence = EvidenceStore(connection)
        self.offices = OfficeStore(connection)
        self.messages = MessageStore(connection)
        self.census = CensusStore(connection)
        self.letters = LetterStore(connection)
        self.letter_renunciations = LetterRenunciationStore(connection)
        self.letter_requests = LetterRequestStore(connection)
        self.tries = TryStore(connection)
        self.online_enrolments = OnlineEnrolmentStore(connection)
        self.renewals = RenewalStore(connection)
        self.videos = VideoStore(connection)
        self.recordings = RecordingStore(connection)
        self.appointments = AppointmentStore(connection)
        self.trail = TrailStore(connection)
        self.exports = ExportStore(connection)
        self.directory = DirectoryStore(connection)
        self.auditing = AuditStore(connection)
        self.convalidations = ConvalidationStore(connection)
        self.retention = RetentionStore(connection)


@contextlib.asynccontextmanager
async def unit_of_work(pool: Pool) -> AsyncIterator[Unit]:
    """Open a transaction: it commits when the block ends and undoes all when it raises.

    Two people taking each other's numbers at once may deadlock: the loser tries again.
    """
    try:
        async with pool.acquire() as connection, connection.transaction():
            yield Unit(connection)
    except asyncpg.DeadlockDetectedError as error:
        raise Overloaded from error


@contextlib.asynccontextmanager
async def reads(pool: Pool) -> AsyncIterator[Unit]:
    """Lend a connection without a transaction: no round trip beyond the questions themselves."""
    async with pool.acquire() as connection:
        yield Unit(connection)
