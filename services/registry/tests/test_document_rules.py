"""Documents, minors, ticks and renewals: the rules alone."""

from datetime import UTC, date, datetime

import pytest
from clavis_registry.rules import documents, presence, renewal
from clavis_registry.rules.documents import OriginDocument, OriginKind, PersonKind
from clavis_registry.rules.identity import Document, DocumentKind, document_refusal
from clavis_registry.rules.life import Life
from clavis_registry.rules.person import Channel, Level, Status
from clavis_registry.rules.presence import AcceptedBy, TickList

TODAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


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
