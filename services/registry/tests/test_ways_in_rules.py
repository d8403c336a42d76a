"""Letters, videos, documents, minors and renewals: the rules alone."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from clavis_registry.rules import documents, letter, presence, renewal, video
from clavis_registry.rules.documents import OriginDocument, OriginKind, PersonKind
from clavis_registry.rules.identity import Document, DocumentKind, document_refusal
from clavis_registry.rules.letter import LetterEvent, LetterState, RequestOutcome, Standing
from clavis_registry.rules.life import Life
from clavis_registry.rules.person import Channel, Level, Status
from clavis_registry.rules.presence import AcceptedBy, TickList
from clavis_registry.rules.video import VideoEvent, VideoState
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
SYMBOLS = st.text(letter.ALPHABET, min_size=15, max_size=15)

LETTER_LIFE = {
    ("queued", "print"): "printed", ("queued", "replace"): "replaced",
    ("printed", "send"): "sent", ("printed", "return"): "returned",
    ("printed", "expire"): "expired", ("printed", "use"): "used",
    ("printed", "block"): "blocked", ("printed", "replace"): "replaced",
    ("sent", "return"): "returned", ("sent", "expire"): "expired", ("sent", "use"): "used",
    ("sent", "block"): "blocked", ("sent", "replace"): "replaced",
}  # fmt: skip


@pytest.mark.parametrize("state", LetterState)
@pytest.mark.parametrize("event", LetterEvent)
def test_every_transition_of_a_letter(state: LetterState, event: LetterEvent) -> None:
    assert letter.after(state, event) == LETTER_LIFE.get((state.value, event.value))
    assert (state in letter.before(event)) == ((state.value, event.value) in LETTER_LIFE)


VIDEO_LIFE = {
    ("queued", "claim"): "claimed", ("queued", "abandon"): "abandoned",
    ("claimed", "release"): "queued", ("claimed", "abandon"): "abandoned",
    ("claimed", "accept"): "accepted", ("claimed", "sample"): "second_look",
    ("claimed", "refuse"): "refused", ("second_look", "confirm"): "accepted",
    ("second_look", "overturn"): "refused", ("accepted", "complete"): "completed",
    ("submitted", "pass"): "auto_passed", ("submitted", "fail"): "auto_failed",
    ("auto_passed", "take_review"): "in_review", ("auto_passed", "supersede"): "superseded",
    ("in_review", "release"): "auto_passed", ("in_review", "approve"): "approved",
    ("in_review", "reject"): "rejected", ("in_review", "supersede"): "superseded",
}  # fmt: skip


@pytest.mark.parametrize("state", VideoState)
@pytest.mark.parametrize("event", VideoEvent)
def test_every_transition_of_a_video_case(state: VideoState, event: VideoEvent) -> None:
    assert video.after(state, event) == VIDEO_LIFE.get((state.value, event.value))


@given(SYMBOLS)
def test_a_code_survives_its_own_print(drawn: str) -> None:
    csv = drawn + letter.check_character(drawn)
    assert letter.canonical_csv(f" {letter.shown(csv).lower()} ") == csv


@given(SYMBOLS, st.integers(0, 15), st.sampled_from(letter.ALPHABET))
def test_one_misread_symbol_is_noticed(drawn: str, place: int, other: str) -> None:
    csv = drawn + letter.check_character(drawn)
    misread = csv[:place] + other + csv[place + 1 :]
    assert (letter.canonical_csv(misread) is None) == (misread != csv)


@given(SYMBOLS, st.integers(0, 15), st.integers(0, 15))
def test_two_symbols_that_changed_places_are_noticed(drawn: str, one: int, two: int) -> None:
    csv = drawn + letter.check_character(drawn)
    mixed = list(csv)
    mixed[one], mixed[two] = mixed[two], mixed[one]
    assert (letter.canonical_csv("".join(mixed)) is None) == ("".join(mixed) != csv)


@given(st.text(max_size=40))
def test_any_other_text_is_no_code(typed: str) -> None:
    csv = letter.canonical_csv(typed)
    assert csv is None or letter.canonical_csv(csv) == csv


def test_a_code_is_drawn_from_the_unmistakable_symbols() -> None:
    csv = letter.new_csv(random.Random(7).randrange)  # noqa: S311  repeatable
    assert letter.canonical_csv(csv) == csv
    assert not set("01OI") & set(letter.ALPHABET)
    assert len(letter.ALPHABET) == 32


def standing(**changes: object) -> Standing:
    whole = {"identified": True, "invitable": True, "has_address": True, "open_state": None,
             "open_since": None}  # fmt: skip
    return Standing(**{**whole, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "official", "outcome"),
    [
        (standing(), False, RequestOutcome.QUEUED),
        (standing(identified=False), False, RequestOutcome.MISMATCH),
        (standing(invitable=False), False, RequestOutcome.NOT_INVITABLE),
        (standing(has_address=False), False, RequestOutcome.NO_ADDRESS),
        (standing(open_state=LetterState.QUEUED), False, RequestOutcome.ALREADY_QUEUED),
        (standing(open_state=LetterState.SENT, open_since=NOW - timedelta(days=9)), False,
         RequestOutcome.TOO_SOON),
        (standing(open_state=LetterState.SENT, open_since=NOW - timedelta(days=9)), True,
         RequestOutcome.QUEUED),
        (standing(open_state=LetterState.SENT, open_since=NOW - timedelta(days=10)), False,
         RequestOutcome.QUEUED),
    ],
)  # fmt: skip
def test_a_letter_goes_out_when_it_can_arrive(
    known: Standing, official: bool, outcome: RequestOutcome
) -> None:
    assert letter.request_outcome(known, letter.LetterPolicy(), NOW, official=official) is outcome


def shown(kind: str, issued: date = date(2022, 1, 1)) -> Document:
    support = {"eu_certificate": "C00000001", "dni": None, "passport": "AAA000001"}
    return Document(DocumentKind(kind), support.get(kind, "E00000001"), issued, date(2031, 1, 1))


def origin(kind: str, country: str | None, until: date | None = date(2030, 1, 1)) -> OriginDocument:
    return OriginDocument(OriginKind(kind), "AB123456", country, until)


FRENCH = origin("national_identity_card", "FRA")
CUBAN = origin("passport", "CUB")
BRITON = origin("passport", "GBR")
NOBODYS = origin("stateless_document", None)
COMBINATIONS = [
    ("spaniard", shown("dni"), None, None),
    ("spaniard", shown("tie"), CUBAN, "person-kind-mismatch"),
    ("eu_citizen", shown("eu_certificate"), FRENCH, None),
    ("eu_citizen", shown("eu_certificate"), origin("passport", "FRA"), None),
    ("eu_citizen", shown("eu_certificate"), None, "identity-document-required"),
    ("eu_citizen", shown("eu_certificate"), BRITON, "identity-document-mismatch"),
    ("eu_citizen", shown("tie"), FRENCH, "person-kind-mismatch"),
    ("other_foreigner", shown("tie"), None, "identity-document-required"),
    ("other_foreigner", shown("tie"), CUBAN, None),
    ("other_foreigner", shown("residence_permit"), CUBAN, None),
    ("other_foreigner", shown("tie"), FRENCH, "identity-document-mismatch"),
    ("other_foreigner", shown("tie"), NOBODYS, "identity-document-mismatch"),
    ("other_foreigner", shown("tie"), origin("passport", None), "identity-document-mismatch"),
    ("other_foreigner", shown("tie"), origin("passport", "CUB", date(2026, 3, 9)),
     "identity-document-expired"),
    ("other_foreigner", shown("tie"), OriginDocument(OriginKind.PASSPORT, "-", "CUB", None),
     "identity-document-invalid"),
    ("british", shown("withdrawal_agreement_card"), BRITON, None),
    ("british", shown("eu_certificate", date(2020, 12, 31)), BRITON, None),
    ("british", shown("eu_certificate", date(2021, 1, 1)), BRITON, "british-certificate-too-late"),
    ("british", shown("tie"), BRITON, "person-kind-mismatch"),
    ("british", shown("withdrawal_agreement_card"), FRENCH, "identity-document-mismatch"),
    ("stateless", shown("tie"), NOBODYS, None),
    ("stateless", shown("residence_permit"), NOBODYS, None),
    ("stateless", shown("tie"), CUBAN, "identity-document-mismatch"),
    ("stateless", shown("tie"), None, "identity-document-required"),
    ("spaniard", shown("passport"), None, None),
    ("other_foreigner", shown("passport"), None, None),
    ("british", shown("passport"), None, "person-kind-mismatch"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "document", "home", "code"), COMBINATIONS)
def test_what_each_kind_of_person_shows(
    kind: str, document: Document, home: OriginDocument | None, code: str | None
) -> None:
    assert documents.combination_refusal(PersonKind(kind), document, home, TODAY) == code


def test_the_document_suggests_the_kind_of_person() -> None:
    suggested = {kind: documents.kind_by_document(shown(kind)) for kind in DocumentKind}
    assert suggested[DocumentKind.DNI] is PersonKind.SPANIARD
    assert suggested[DocumentKind.TIE] is PersonKind.OTHER_FOREIGNER
    assert suggested[DocumentKind.EU_CERTIFICATE] is PersonKind.EU_CITIZEN
    assert suggested[DocumentKind.WITHDRAWAL_AGREEMENT_CARD] is PersonKind.BRITISH


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        ("L1234567L", "passport", None),
        ("M1234567L", "passport", None),
        ("K1234567L", "passport", "dni-required"),
        ("M1234567L", "tie", "document-kind-mismatch"),
        ("X1234567L", "passport", "document-kind-mismatch"),
        ("X1234567L", "withdrawal_agreement_card", None),
    ],
)
def test_which_document_goes_with_which_number(number: str, kind: str, code: str | None) -> None:
    assert document_refusal(number, shown(kind), TODAY) == code


ADULT, FIFTEEN, TEN = date(1985, 6, 1), date(2010, 6, 1), date(2015, 6, 1)
SEEN = TickList(present=True, document_checked=True)
GUARDED = TickList(
    present=True, document_checked=True, guardian_present=True, guardian_document_checked=True,
    authority_checked=True,
)  # fmt: skip


@pytest.mark.parametrize(
    ("ticks", "born", "code"),
    [
        (SEEN, ADULT, None),
        (TickList(present=False, document_checked=True), ADULT, "presence-required"),
        (TickList(present=True, document_checked=False), ADULT, "presence-required"),
        (TickList(present=True, document_checked=True, photo_matches=False), ADULT,
         "presence-incomplete"),
        (TickList(present=True, document_checked=True, data_read_out=False), ADULT,
         "presence-incomplete"),
        (SEEN, FIFTEEN, "guardian-not-checked"),
        (GUARDED, FIFTEEN, None),
        (GUARDED, TEN, None),
    ],
)  # fmt: skip
def test_what_the_officer_must_have_seen(ticks: TickList, born: date, code: str | None) -> None:
    assert presence.presence_refusal(ticks, born, TODAY) == code


@pytest.mark.parametrize(
    ("by", "born", "code"),
    [
        (AcceptedBy.PERSON, ADULT, None),
        (AcceptedBy.GUARDIAN, ADULT, "acceptance-by-person"),
        (AcceptedBy.PERSON, FIFTEEN, None),
        (AcceptedBy.PERSON, date(2012, 3, 10), None),
        (AcceptedBy.PERSON, date(2012, 3, 11), "acceptance-by-guardian"),
        (AcceptedBy.GUARDIAN, TEN, None),
    ],
)
def test_who_accepts_the_terms(by: AcceptedBy, born: date, code: str | None) -> None:
    assert presence.acceptance_refusal(by, born, TODAY) == code


ADVANCED = Life(status=Status.REGISTERED, level=Level.ADVANCED)


@pytest.mark.parametrize(
    ("life", "channel", "code"),
    [
        (ADVANCED, Channel.OFFICE, None),
        (ADVANCED, Channel.CERTIFICATE_DNIE, None),
        (ADVANCED, Channel.CERTIFICATE_SOFTWARE, "renewal-needs-dnie"),
        (ADVANCED, Channel.VIDEO_REVIEWED, "renewal-needs-dnie"),
        (Life(Status.REGISTERED, Level.BASIC), Channel.OFFICE, "advanced-level-required"),
        (Life(Status.NONE), Channel.OFFICE, "not-registered"),
        (Life(Status.DECEASED), Channel.OFFICE, "person-deceased"),
    ],
)
def test_who_may_renew_and_how(life: Life, channel: Channel, code: str | None) -> None:
    assert renewal.renewal_refusal(life, channel) == code


@pytest.mark.parametrize(
    ("last", "passed"),
    [
        (None, True),
        (datetime(2021, 3, 10, 12, tzinfo=UTC), True),
        (datetime(2021, 3, 10, 12, 0, 1, tzinfo=UTC), False),
        (datetime(2026, 1, 1, tzinfo=UTC), False),
    ],
)
def test_five_years_count_to_the_second(last: datetime | None, passed: bool) -> None:
    assert renewal.limit_passed(last, NOW) is passed


def test_a_leap_day_has_its_limit_on_the_first_of_march() -> None:
    leap = datetime(2024, 2, 29, tzinfo=UTC)
    assert not renewal.limit_passed(leap, datetime(2029, 2, 28, 23, tzinfo=UTC))
    assert renewal.limit_passed(leap, datetime(2029, 3, 1, tzinfo=UTC))


MADRID = ZoneInfo("Europe/Madrid")
HOURS = video.OpeningHours(
    weekdays=frozenset(range(5)), opens=time(9), closes=time(11), slot=timedelta(minutes=20),
    desks=2, days_ahead=5,
)  # fmt: skip


def test_calls_begin_within_the_opening_hours_of_the_office() -> None:
    tuesday = video.slots_on(TODAY, HOURS, MADRID)
    assert [slot.astimezone(MADRID).strftime("%H:%M") for slot in tuesday] == [
        "09:00", "09:20", "09:40", "10:00", "10:20", "10:40",
    ]  # fmt: skip
    assert video.slots_on(date(2026, 3, 14), HOURS, MADRID) == []


def test_only_calls_to_come_can_be_booked_also_over_the_change_of_clocks() -> None:
    friday = datetime(2026, 3, 27, 9, 30, tzinfo=MADRID)
    slots = video.slots_from(friday, HOURS, MADRID)
    assert slots[0].astimezone(MADRID).hour == 9
    assert all(slot > friday for slot in slots)
    assert {slot.astimezone(MADRID).date().weekday() for slot in slots} <= set(range(5))
    assert sum(slot.astimezone(MADRID).time() == time(9) for slot in slots) == 3


def test_a_sample_is_the_fraction_asked_for() -> None:
    assert not any(video.is_sampled(draw, 1000, 0.0) for draw in range(1000))
    assert sum(video.is_sampled(draw, 1000, 0.1) for draw in range(1000)) == 100
    assert all(video.is_sampled(draw, 1000, 1.0) for draw in range(1000))


def test_the_second_look_is_somebody_elses() -> None:
    assert video.second_look_refusal("one", "one") == "own-decision"
    assert video.second_look_refusal("one", "two") is None


@pytest.mark.parametrize(
    ("digest", "minutes", "code"),
    [("a" * 64, 5, None), ("A" * 64, 5, "recording-invalid"), ("a" * 63, 5, "recording-invalid"),
     ("a" * 64, 0, "recording-invalid"), ("a" * 64, -5, "recording-invalid")],
)  # fmt: skip
def test_a_recording_is_named_with_its_digest_and_its_time(
    digest: str, minutes: int, code: str | None
) -> None:
    begun = NOW - timedelta(minutes=30)
    recording = video.RecordingReference(
        "provider", "r1", digest, begun, begun + timedelta(minutes=minutes)
    )
    assert video.recording_refusal(recording, NOW) == code


def test_everything_must_be_seen_to_accept() -> None:
    seen = dict.fromkeys(video.Checklist.__dataclass_fields__, True)
    assert video.Checklist(**seen).complete
    for name in seen:
        assert not video.Checklist(**{**seen, name: False}).complete
