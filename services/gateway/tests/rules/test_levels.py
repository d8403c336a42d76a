"""Every cell of the table of levels, and what the selector says about each button."""

import pytest
from clavis_gateway.rules.levels import (
    AMR_OF,
    METHODS_OF,
    Choice,
    EnrolmentLevel,
    Factor,
    LevelPolicy,
    Method,
    Offer,
    Reason,
    WayUp,
    amr_of,
    best_loa,
    first_factor_asked,
    loa_of,
    offers,
    step_up,
    ways_up,
)
from clavis_kit.loa import Loa
from hypothesis import given
from hypothesis import strategies as st

LOW, SUBSTANTIAL, HIGH = Loa.LOW, Loa.SUBSTANTIAL, Loa.HIGH
DEFAULT = LevelPolicy()
GENEROUS = LevelPolicy(pin_advanced=SUBSTANTIAL, password_advanced=SUBSTANTIAL)
ALL = frozenset(Method)

TABLE = [
    # method, never enrolled, basic, advanced, advanced with the generous policy
    (Method.PIN, None, LOW, LOW, SUBSTANTIAL),
    (Method.APP, None, LOW, SUBSTANTIAL, SUBSTANTIAL),
    (Method.PERMANENT, None, LOW, LOW, SUBSTANTIAL),
    (Method.PERMANENT_OTP, None, None, SUBSTANTIAL, SUBSTANTIAL),
    (Method.PASSKEY, None, LOW, SUBSTANTIAL, SUBSTANTIAL),
    (Method.CERTIFICATE_SOFTWARE, SUBSTANTIAL, SUBSTANTIAL, SUBSTANTIAL, SUBSTANTIAL),
    (Method.CERTIFICATE_QSCD, HIGH, HIGH, HIGH, HIGH),
]


@pytest.mark.parametrize(("method", "none", "basic", "advanced", "generous"), TABLE)
def test_the_level_follows_from_method_and_enrolment(
    method: Method, none: Loa | None, basic: Loa | None, advanced: Loa | None, generous: Loa | None
) -> None:
    assert loa_of(method, None, DEFAULT) == none
    assert loa_of(method, "basic", DEFAULT) == basic
    assert loa_of(method, "basic", GENEROUS) == basic
    assert loa_of(method, "advanced", DEFAULT) == advanced
    assert loa_of(method, "advanced", GENEROUS) == generous


def test_the_table_covers_every_method_but_the_foreign_one() -> None:
    assert {row[0] for row in TABLE} == set(Method) - {Method.EIDAS}


@pytest.mark.parametrize("asserted", [None, LOW, SUBSTANTIAL, HIGH])
@pytest.mark.parametrize("enrolment", [None, "basic", "advanced"])
def test_a_foreign_identity_has_the_level_its_node_asserts(
    asserted: Loa | None, enrolment: EnrolmentLevel | None
) -> None:
    assert loa_of(Method.EIDAS, enrolment, DEFAULT, asserted=asserted) == asserted


@pytest.mark.parametrize("method", set(Method) - {Method.EIDAS})
def test_an_asserted_level_lifts_no_other_method(method: Method) -> None:
    for enrolment in (None, "basic", "advanced"):
        assert loa_of(method, enrolment, DEFAULT, asserted=HIGH) == loa_of(
            method, enrolment, DEFAULT
        )


@given(
    method=st.sampled_from(Method),
    enrolment=st.sampled_from([None, "basic", "advanced"]),
    policy=st.sampled_from([DEFAULT, GENEROUS]),
    asserted=st.sampled_from([None, LOW, SUBSTANTIAL, HIGH]),
)
def test_nobody_exceeds_the_best_level_of_a_method(
    method: Method, enrolment: EnrolmentLevel | None, policy: LevelPolicy, asserted: Loa | None
) -> None:
    reached = loa_of(method, enrolment, policy, asserted=asserted)
    assert reached is None or reached <= best_loa(method, policy)


def test_every_method_has_rfc8176_values_and_pin_is_never_called_pin() -> None:
    assert set(AMR_OF) == set(Method)
    assert "pin" not in AMR_OF[Method.PIN]


def lines(
    required: Loa,
    allowed: frozenset[Method] = ALL,
    available: frozenset[Method] = ALL,
    policy: LevelPolicy = DEFAULT,
) -> dict[Choice, Offer]:
    return {offer.choice: offer for offer in offers(required, allowed, available, policy)}


def test_low_opens_every_button_with_its_weakest_method() -> None:
    assert list(lines(LOW).values()) == [
        Offer(Choice.PASSKEY, Method.PASSKEY, enabled=True),
        Offer(Choice.APP, Method.APP, enabled=True),
        Offer(Choice.PIN, Method.PIN, enabled=True),
        Offer(Choice.PERMANENT, Method.PERMANENT, enabled=True),
        Offer(Choice.CERTIFICATE, Method.CERTIFICATE_SOFTWARE, enabled=True),
    ]


def test_substantial_greys_the_pin_and_asks_two_factors_of_the_rest() -> None:
    found = lines(SUBSTANTIAL)
    assert found[Choice.PIN] == Offer(
        Choice.PIN,
        Method.PIN,
        enabled=False,
        reason=Reason.LEVEL_TOO_LOW,
        ways_up=(WayUp.PASSKEY, WayUp.APP, WayUp.PASSWORD_AND_CODE, WayUp.CERTIFICATE),
    )
    assert found[Choice.PASSKEY].enabled
    assert found[Choice.APP].enabled
    assert found[Choice.PERMANENT] == Offer(Choice.PERMANENT, Method.PERMANENT_OTP, enabled=True)
    assert found[Choice.CERTIFICATE].enabled


def test_the_operator_may_let_pin_and_password_alone_be_substantial() -> None:
    found = lines(SUBSTANTIAL, policy=GENEROUS)
    assert found[Choice.PIN].enabled
    assert found[Choice.PERMANENT].method is Method.PERMANENT


def test_high_leaves_only_the_certificate_on_a_qualified_device() -> None:
    found = lines(HIGH)
    for choice in set(Choice) - {Choice.CERTIFICATE}:
        assert found[choice].reason is Reason.LEVEL_TOO_LOW
        assert found[choice].ways_up == (WayUp.DNIE,)
    assert found[Choice.CERTIFICATE] == Offer(
        Choice.CERTIFICATE, Method.CERTIFICATE_QSCD, enabled=True
    )


def test_a_method_the_service_does_not_accept_says_so() -> None:
    found = lines(LOW, allowed=ALL - {Method.PIN})
    assert found[Choice.PIN].reason is Reason.NOT_ACCEPTED


def test_a_method_whose_service_is_down_greys_alone() -> None:
    found = lines(LOW, available=ALL - {Method.PERMANENT, Method.PERMANENT_OTP})
    assert found[Choice.PERMANENT].reason is Reason.SERVICE_DOWN
    assert found[Choice.PIN].enabled
    assert found[Choice.CERTIFICATE].enabled


def test_a_way_up_that_is_down_is_not_proposed() -> None:
    down = {Method.PERMANENT, Method.PERMANENT_OTP, Method.PASSKEY}
    found = lines(SUBSTANTIAL, available=ALL - down)
    assert found[Choice.PIN].ways_up == (WayUp.APP, WayUp.CERTIFICATE)


@given(
    required=st.sampled_from(Loa),
    allowed=st.frozensets(st.sampled_from(Method)),
    available=st.frozensets(st.sampled_from(Method)),
    policy=st.sampled_from([DEFAULT, GENEROUS]),
)
def test_an_enabled_button_always_ends_in_a_method_that_suffices(
    required: Loa, allowed: frozenset[Method], available: frozenset[Method], policy: LevelPolicy
) -> None:
    for offer in offers(required, allowed, available, policy):
        assert offer.method in METHODS_OF[offer.choice]
        assert offer.enabled == (offer.reason is None)
        if offer.enabled:
            assert offer.method in allowed & available
            assert best_loa(offer.method, policy) >= required


@pytest.mark.parametrize(
    ("required", "enrolment", "allowed", "expected"),
    [
        (
            SUBSTANTIAL,
            "advanced",
            ALL,
            (WayUp.PASSKEY, WayUp.APP, WayUp.PASSWORD_AND_CODE, WayUp.CERTIFICATE),
        ),
        (SUBSTANTIAL, "advanced", frozenset({Method.APP}), (WayUp.APP,)),
        (SUBSTANTIAL, "basic", frozenset({Method.PASSKEY}), (WayUp.OFFICE,)),
        (SUBSTANTIAL, "basic", ALL, (WayUp.CERTIFICATE, WayUp.OFFICE)),
        (SUBSTANTIAL, None, ALL, (WayUp.CERTIFICATE, WayUp.OFFICE)),
        (SUBSTANTIAL, "basic", frozenset({Method.PIN}), ()),
        (HIGH, "advanced", ALL, (WayUp.DNIE,)),
        (HIGH, "advanced", ALL - {Method.CERTIFICATE_QSCD}, ()),
    ],
)
def test_the_ways_up_fit_the_person(
    required: Loa,
    enrolment: EnrolmentLevel | None,
    allowed: frozenset[Method],
    expected: tuple[WayUp, ...],
) -> None:
    assert ways_up(required, allowed, enrolment_level=enrolment) == expected


@pytest.mark.parametrize(
    ("method", "enrolment", "required", "expected"),
    [
        (Method.PERMANENT, "advanced", SUBSTANTIAL, Method.PERMANENT_OTP),
        (Method.PERMANENT, "basic", SUBSTANTIAL, None),
        (Method.PERMANENT, "advanced", HIGH, None),
        (Method.PIN, "advanced", SUBSTANTIAL, None),
        (Method.CERTIFICATE_SOFTWARE, "advanced", HIGH, None),
    ],
)
def test_step_up_asks_only_for_what_is_missing(
    method: Method, enrolment: EnrolmentLevel | None, required: Loa, expected: Method | None
) -> None:
    assert step_up(method, enrolment, required, ALL, DEFAULT) == expected


def test_step_up_respects_what_the_service_accepts() -> None:
    allowed = ALL - {Method.PERMANENT_OTP}
    assert step_up(Method.PERMANENT, "advanced", SUBSTANTIAL, allowed, DEFAULT) is None


@pytest.mark.parametrize(
    ("factor", "amr"),
    [
        (Factor.SMS, ("pwd", "otp", "sms", "mfa")),
        (Factor.TOTP, ("pwd", "otp", "mfa")),
        (Factor.RECOVERY_CODE, ("pwd", "otp", "mfa")),
    ],
)
def test_the_token_tells_what_completed_the_password(factor: Factor, amr: tuple[str, ...]) -> None:
    assert amr_of(Method.PERMANENT_OTP, factor) == amr


@pytest.mark.parametrize("method", Method)
def test_no_other_method_is_told_by_a_second_factor(method: Method) -> None:
    assert amr_of(method) == AMR_OF[method]
    if method is not Method.PERMANENT_OTP:
        assert amr_of(method, Factor.TOTP) == AMR_OF[method]


@pytest.mark.parametrize(
    ("usable", "asked"),
    [
        ((), None),
        ((Factor.SMS,), Factor.SMS),
        ((Factor.TOTP,), Factor.TOTP),
        ((Factor.RECOVERY_CODE,), Factor.RECOVERY_CODE),
        ((Factor.SMS, Factor.RECOVERY_CODE), Factor.SMS),
        ((Factor.TOTP, Factor.SMS), None),
        ((Factor.TOTP, Factor.SMS, Factor.RECOVERY_CODE), None),
    ],
)
def test_a_person_is_asked_to_choose_only_where_there_is_a_choice(
    usable: tuple[Factor, ...], asked: Factor | None
) -> None:
    assert first_factor_asked(usable) is asked
