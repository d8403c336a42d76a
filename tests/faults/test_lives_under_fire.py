"""Lives go on while services, PostgreSQL and Apache Kafka are killed; then the books balance."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from clavis_events.codec import (
    CERTIFICATE_TOPIC,
    CONTACT_TOPIC,
    CREDENTIAL_TOPIC,
    DEVICE_TOPIC,
    PERSON_TOPIC,
    TOPIC_MESSAGES,
)
from clavis_testkit.require import need

from tests.conftest import free_base
from tests.faults.aftermath import Aftermath, under_fire
from tests.faults.ledger import READS, heeds
from tests.faults.system import VICTIMS, System

pytestmark = [pytest.mark.kafka, pytest.mark.slow]
_ENDED = {"renounced", "deceased"}


@pytest.fixture(scope="module")
def aftermath() -> Iterator[Aftermath]:
    need("kafka", "kills a real Apache Kafka")
    with tempfile.TemporaryDirectory(prefix="clavis-faults-") as name:
        home = Path(name)
        home.chmod(0o755)
        with System(free_base(), home / "system") as system:
            yield under_fire(system)


def test_every_part_was_killed_and_lives_went_on(aftermath: Aftermath) -> None:
    assert set(aftermath.deaths) == set(VICTIMS)
    gave_up = [life.gave_up for life in aftermath.lives if life.gave_up]
    assert gave_up == []
    assert {"sign", "renounce", "die"} <= {s for life in aftermath.lives for s in life.reached}


def test_no_service_ends_because_another_part_did(aftermath: Aftermath) -> None:
    assert aftermath.unexplained == []


def test_nothing_waits_to_be_sent_and_nothing_was_parked(aftermath: Aftermath) -> None:
    left = {
        (service, table): len(books[table])
        for service, books in aftermath.ledger.books.items()
        for table in ("outbox", "parked_event")
        if books[table]
    }
    assert left == {}


# Nobody in these lives activates an app: its topic is empty.
@pytest.mark.parametrize("topic", [topic for topic in TOPIC_MESSAGES if topic != DEVICE_TOPIC])
def test_what_was_logged_is_on_the_broker_under_the_same_ids_and_nothing_else(
    aftermath: Aftermath, topic: str
) -> None:
    logged = {event.event_id: event for event in aftermath.ledger.logged(topic)}
    assert logged, "nothing happened"
    sent = [event for event in aftermath.ledger.broker if event.topic == topic]
    assert {event.event_id for event in sent} == set(logged)
    # A second sending is the same event, to the byte.
    assert [event for event in sent if event != logged[event.event_id]] == []


@pytest.mark.parametrize("topic", list(TOPIC_MESSAGES))
def test_the_events_of_a_person_arrive_in_their_order_without_a_gap(
    aftermath: Aftermath, topic: str
) -> None:
    versions: dict[str, list[int]] = defaultdict(list)
    for event in aftermath.ledger.first_seen(topic):
        versions[event.key].append(event.sequence)
    assert {
        key: found for key, found in versions.items() if found != list(range(1, len(found) + 1))
    } == {}


def test_every_fact_of_the_registry_has_its_event(aftermath: Aftermath) -> None:
    registry = aftermath.ledger.books["registry"]
    persons = registry.by_subject("person")
    for topic, version in ((PERSON_TOPIC, "version"), (CONTACT_TOPIC, "contact_version")):
        told = Counter(event.key for event in aftermath.ledger.logged(topic))
        assert told == {subject: row[version] for subject, row in persons.items()}
    told_kinds = Counter((e.key, e.name) for e in aftermath.ledger.logged(PERSON_TOPIC))
    for kind, facts in (
        ("Registered", registry.count_by_subject("evidence", kind="enrolment")),
        ("Deceased", registry.count_by_subject("evidence", kind="death")),
        ("Renounced", registry.count_by_subject("renunciation")),
    ):
        assert facts == {key: n for (key, name), n in told_kinds.items() if name == kind}


def test_nobody_was_enrolled_or_ended_twice(aftermath: Aftermath) -> None:
    registry = aftermath.ledger.books["registry"]
    assert len(registry["person"]) == len(aftermath.lives) + aftermath.crowd
    assert set(registry.count_by_subject("evidence", kind="enrolment").values()) == {1}
    assert set(registry.count_by_subject("evidence", kind="death").values()) == {1}
    assert set(registry.count_by_subject("renunciation").values()) == {1}


def test_every_reader_took_in_every_event_it_reads(aftermath: Aftermath) -> None:
    for reader, topics in READS.items():
        taken = {str(row["event_id"]) for row in aftermath.ledger.books[reader]["inbox"]}
        published = {
            event.event_id
            for event in aftermath.ledger.logged(*topics)
            if heeds(reader, event.topic, event.type)
        }
        assert taken == published, reader


@pytest.mark.parametrize("reader", ["pin", "permanent", "gateway"])
def test_a_reader_of_persons_knows_what_the_registry_says(
    aftermath: Aftermath, reader: str
) -> None:
    version = "version" if reader == "gateway" else "person_version"
    known = {
        subject: (row["status"], row["level"], row["national_id_hash"], row[version])
        for subject, row in aftermath.ledger.books[reader].by_subject("person").items()
    }
    said = {
        subject: (
            row["status"] if row["status"] in _ENDED else "active",
            row["level"],
            row["national_id_hash"],
            row["version"],
        )
        for subject, row in aftermath.ledger.books["registry"].by_subject("person").items()
    }
    assert known == said


def test_signing_knows_what_registry_and_permanent_say(aftermath: Aftermath) -> None:
    books = aftermath.ledger.books
    known = {
        subject: (row["status"], row["advanced"], row["version"])
        for subject, row in books["signing"].by_subject("person").items()
    }
    assert known == {
        subject: (row["status"], row["level"] == "advanced", row["version"])
        for subject, row in books["registry"].by_subject("person").items()
    }
    # The stream says more than signing asks: its version is that of the last fact it takes in.
    last = {
        event.key: event.sequence
        for event in aftermath.ledger.logged(CREDENTIAL_TOPIC)
        if heeds("signing", CREDENTIAL_TOPIC, event.type)
    }
    assert {
        subject: (row["active"], row["version"])
        for subject, row in books["signing"].by_subject("password").items()
    } == {
        subject: (row["password_hash"] is not None, last[subject])
        for subject, row in books["permanent"].by_subject("credential").items()
        if subject in last
    }


@pytest.mark.parametrize("reader", ["pin", "permanent"])
def test_the_credential_services_know_the_phone(aftermath: Aftermath, reader: str) -> None:
    registry = aftermath.ledger.books["registry"]
    persons, contacts = registry.by_subject("person"), registry.by_subject("contact")
    known = aftermath.ledger.books[reader].by_subject("person")
    for subject, row in persons.items():
        assert known[subject]["contact_version"] == row["contact_version"]
        assert known[subject]["phone"] == contacts[subject]["mobile"]


def test_the_password_of_a_person_changed_as_often_as_was_said(aftermath: Aftermath) -> None:
    books = aftermath.ledger.books
    told = Counter(event.key for event in aftermath.ledger.logged(CREDENTIAL_TOPIC))
    credentials = books["permanent"].by_subject("credential")
    assert told == {subject: row["version"] for subject, row in credentials.items()}
    removed = {
        e.key for e in aftermath.ledger.logged(CREDENTIAL_TOPIC) if e.name == "PasswordRemoved"
    }
    persons = books["registry"].by_subject("person")
    assert removed == {s for s in credentials if persons[s]["status"] == "renounced"}


def test_every_certificate_was_issued_once_and_revoked_once_when_its_holder_left(
    aftermath: Aftermath,
) -> None:
    books = aftermath.ledger.books
    certificates = books["signing"]["certificate"]
    told = Counter(event.name for event in aftermath.ledger.logged(CERTIFICATE_TOPIC))
    revoked = [row for row in certificates if row["state"] == "revoked"]
    assert told == {"CertificateIssued": len(certificates), "CertificateRevoked": len(revoked)}
    events_of = Counter(event.key for event in aftermath.ledger.logged(CERTIFICATE_TOPIC))
    signers = books["signing"].by_subject("signer")
    assert events_of == {subject: row["version"] for subject, row in signers.items()}
    persons = books["registry"].by_subject("person")
    active = Counter(str(r["subject_id"]) for r in certificates if r["state"] == "active")
    assert set(active.values()) <= {1}
    assert {s for s in active if persons[s]["status"] in _ENDED} == set()


def test_the_revocation_list_names_every_revoked_certificate_once(aftermath: Aftermath) -> None:
    listed = Counter(entry.serial_number for entry in aftermath.crl)
    certificates = aftermath.ledger.books["signing"]["certificate"]
    revoked = {int(row["serial_number"], 16) for row in certificates if row["state"] == "revoked"}
    assert listed == dict.fromkeys(revoked, 1)


def test_who_left_has_no_session_and_each_service_is_told_once(aftermath: Aftermath) -> None:
    gateway = aftermath.ledger.books["gateway"]
    persons = aftermath.ledger.books["registry"].by_subject("person")
    left = {subject for subject, row in persons.items() if row["status"] in _ENDED}
    sessions = {row["session_id"]: row for row in gateway["sso_session"]}
    open_still = [r for r in sessions.values() if r["subject_id"] in left and not r["ended_at"]]
    assert open_still == []
    live = [g for g in gateway["authorization_grant"] if not g["revoked_at"]]
    assert {grant["subject_id"] for grant in live} & left == set()
    told = Counter((row["client_id"], row["sid"]) for row in gateway["logout_delivery"])
    assert set(told.values()) <= {1}
    ended = [s for s in gateway["connected_service"] if sessions[s["session_id"]]["ended_at"]]
    assert sum(told.values()) == len(ended)
