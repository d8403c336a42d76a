"""Every allowed and every forbidden transition, and what no sequence of them may reach."""

import itertools

import pytest
from clavis_kit.loa import Loa
from clavis_registry.errors import REFUSALS
from clavis_registry.rules import credentials, identification, life
from clavis_registry.rules.credentials import CodeAct, CodeState, FreezeAct, PhoneAct, PhoneState
from clavis_registry.rules.identification import IdentifiedBy
from clavis_registry.rules.life import Life, PersonAct, Return, Standing
from clavis_registry.rules.person import Cause, Channel, EnrolmentEffect, Level, Status
from hypothesis import given
from hypothesis import strategies as st

A, S = PersonAct, Standing
# The acts allowed in each state, and where they lead; whatever is not here is refused.
ALLOWED: dict[Standing, dict[PersonAct, Standing | Return]] = {
    S.NONE: {
        A.ENROL_BASIC: S.BASIC, A.ENROL_ADVANCED: S.ADVANCED, A.RENOUNCE: S.RENOUNCED,
        A.DIE: S.DECEASED,
    },
    S.BASIC: {
        A.ENROL_ADVANCED: S.ADVANCED, A.CHANGE: S.BASIC, A.RENOUNCE: S.RENOUNCED,
        A.REVOKE: S.REVOKED, A.DIE: S.DECEASED,
    },
    S.ADVANCED: {
        A.RENEW: S.ADVANCED, A.CHANGE: S.ADVANCED, A.RENOUNCE: S.RENOUNCED,
        A.REVOKE: S.REVOKED, A.DIE: S.DECEASED,
    },
    S.RENOUNCED: {A.ENROL_ADVANCED: S.ADVANCED, A.REHABILITATE: S.ADVANCED, A.DIE: S.DECEASED},
    S.REVOKED: {A.CLEAR_CAUSE: S.RETURNABLE, A.REINSTATE: Return.FORMER, A.DIE: S.DECEASED},
    S.RETURNABLE: {A.ENROL_ADVANCED: S.ADVANCED, A.RENOUNCE: S.RENOUNCED, A.DIE: S.DECEASED},
    S.DECEASED: {A.CORRECT_DEATH: Return.FORMER},
}  # fmt: skip
LIVES = {
    S.NONE: Life(),
    S.BASIC: Life(Status.REGISTERED, Level.BASIC),
    S.ADVANCED: Life(Status.REGISTERED, Level.ADVANCED),
    S.RENOUNCED: Life(Status.RENOUNCED, Level.BASIC),
    S.REVOKED: Life(Status.REVOKED, Level.ADVANCED, Cause.SECURITY),
    S.RETURNABLE: Life(Status.REVOKED, Level.BASIC, Cause.VIDEO_REJECTED),
    S.DECEASED: Life(Status.DECEASED, Level.ADVANCED, former_status=Status.REGISTERED),
}


@pytest.mark.parametrize(("standing", "act"), list(itertools.product(Standing, PersonAct)))
def test_every_transition_of_a_person(standing: Standing, act: PersonAct) -> None:
    expected = ALLOWED[standing].get(act)
    before = LIVES[standing]
    assert before.standing is standing
    if expected is None:
        code = life.refusal(before, act)
        assert code in REFUSALS
        with pytest.raises(ValueError, match=code):
            life.after(before, act)
        return
    assert life.refusal(before, act) is None
    reached = life.after(before, act, Cause.SECURITY).standing
    assert reached is (S.ADVANCED if expected is Return.FORMER else expected)


PHONE_ALLOWED = {
    (PhoneState.UNVERIFIED, PhoneAct.PROVE): PhoneState.VERIFIED,
    (PhoneState.UNVERIFIED, PhoneAct.RELEASE): PhoneState.UNVERIFIED,
    (PhoneState.UNVERIFIED, PhoneAct.RESTORE): PhoneState.VERIFIED,
    (PhoneState.VERIFIED, PhoneAct.PROVE): PhoneState.VERIFIED,
    (PhoneState.VERIFIED, PhoneAct.LOSE): PhoneState.REVOKED_BY_TAKEOVER,
    (PhoneState.VERIFIED, PhoneAct.RELEASE): PhoneState.UNVERIFIED,
    (PhoneState.REVOKED_BY_TAKEOVER, PhoneAct.PROVE): PhoneState.VERIFIED,
    (PhoneState.REVOKED_BY_TAKEOVER, PhoneAct.RELEASE): PhoneState.REVOKED_BY_TAKEOVER,
}
CODE_ALLOWED = {
    (CodeState.ACTIVE, CodeAct.USE): CodeState.USED,
    (CodeState.ACTIVE, CodeAct.BLOCK): CodeState.BLOCKED,
    (CodeState.ACTIVE, CodeAct.REPLACE): CodeState.REPLACED,
    (CodeState.USED, CodeAct.USE): CodeState.USED,
    (CodeState.USED, CodeAct.BLOCK): CodeState.BLOCKED,
    (CodeState.USED, CodeAct.REPLACE): CodeState.REPLACED,
    (CodeState.BLOCKED, CodeAct.REPLACE): CodeState.REPLACED,
}


@pytest.mark.parametrize(("state", "act"), list(itertools.product(PhoneState, PhoneAct)))
def test_every_transition_of_a_phone(state: PhoneState, act: PhoneAct) -> None:
    assert credentials.PHONE[state, act] is PHONE_ALLOWED.get((state, act))


@pytest.mark.parametrize(("state", "act"), list(itertools.product(CodeState, CodeAct)))
def test_every_transition_of_an_activation_code(state: CodeState, act: CodeAct) -> None:
    assert credentials.ACTIVATION_CODE[state, act] is CODE_ALLOWED.get((state, act))


@pytest.mark.parametrize(
    ("standing", "frozen", "act"), list(itertools.product(Standing, (False, True), FreezeAct))
)
def test_every_freeze_and_thaw(standing: Standing, frozen: bool, act: FreezeAct) -> None:
    code = credentials.freeze_refusal(standing, act, frozen=frozen)
    if standing not in {S.BASIC, S.ADVANCED}:
        assert code == "not-registered"
    elif act is FreezeAct.FREEZE:
        assert code == ("already-frozen" if frozen else None)
    else:
        assert code == (None if frozen else "not-frozen")


@given(
    st.lists(st.tuples(st.sampled_from(PersonAct), st.sampled_from([None, *Cause])), max_size=40)
)
def test_no_sequence_of_acts_breaks_what_must_hold(
    acts: list[tuple[PersonAct, Cause | None]],
) -> None:
    now, before_death = Life(), Life()
    for act, cause in acts:
        if life.refusal(now, act):
            continue
        was, now = now, life.after(now, act, cause or Cause.SECURITY)
        if was.status is Status.DECEASED:
            assert act is A.CORRECT_DEATH  # death is final except for the corrected entry
            assert now.standing is before_death.standing
        if act is A.DIE:
            before_death = was
        if was.standing in {S.RENOUNCED, S.REVOKED, S.RETURNABLE}:
            assert act is not A.ENROL_BASIC  # no way back by a basic channel
        if was.standing is S.REVOKED and now.status is Status.REGISTERED:
            assert act is A.REINSTATE  # only two officers undo a revocation
        assert (now.status is Status.REGISTERED) == (now.standing in {S.BASIC, S.ADVANCED})
        assert (now.former_status is not None) == (now.status is Status.DECEASED)


@pytest.mark.parametrize(
    ("now", "channel", "effect"),
    [
        (LIVES[S.NONE], Channel.OFFICE, EnrolmentEffect.REGISTER),
        (LIVES[S.NONE], Channel.LETTER, EnrolmentEffect.REGISTER),
        (LIVES[S.BASIC], Channel.OFFICE, EnrolmentEffect.RAISE),
        (LIVES[S.BASIC], Channel.CERTIFICATE_DNIE, EnrolmentEffect.RAISE),
        (LIVES[S.BASIC], Channel.LETTER, "already-registered"),
        (LIVES[S.ADVANCED], Channel.OFFICE, "already-registered"),
        (LIVES[S.RENOUNCED], Channel.CERTIFICATE_SOFTWARE, EnrolmentEffect.REGISTER),
        (LIVES[S.RENOUNCED], Channel.LETTER, "advanced-channel-required"),
        (LIVES[S.RENOUNCED], Channel.VIDEO_AUTOMATIC, "advanced-channel-required"),
        (LIVES[S.REVOKED], Channel.OFFICE, "person-revoked"),
        (LIVES[S.RETURNABLE], Channel.OFFICE, EnrolmentEffect.REGISTER),
        (LIVES[S.RETURNABLE], Channel.LETTER, "advanced-channel-required"),
        (LIVES[S.DECEASED], Channel.OFFICE, "person-deceased"),
    ],
)
def test_what_an_enrolment_does(now: Life, channel: Channel, effect: str) -> None:
    assert life.enrolment_effect(now, channel) == effect


@pytest.mark.parametrize(
    ("standing", "loa", "confirmed", "code"),
    [
        (S.ADVANCED, Loa.SUBSTANTIAL, True, None),
        (S.BASIC, Loa.LOW, True, None),
        (S.NONE, Loa.SUBSTANTIAL, True, None),
        (S.ADVANCED, Loa.LOW, True, "insufficient-level"),
        (S.ADVANCED, Loa.HIGH, False, "confirmation-required"),
        (S.RENOUNCED, Loa.HIGH, True, "already-renounced"),
        (S.REVOKED, Loa.HIGH, True, "person-revoked"),
        (S.DECEASED, Loa.HIGH, True, "person-deceased"),
    ],
)
def test_who_may_renounce(standing: Standing, loa: Loa, confirmed: bool, code: str | None) -> None:
    assert life.renunciation_refusal(LIVES[standing], loa, confirmed=confirmed) == code


@pytest.mark.parametrize(
    ("amr", "identified", "may_ask"),
    [
        (("swk",), IdentifiedBy.CERTIFICATE, True),
        (("hwk", "sc"), IdentifiedBy.DNIE, True),
        (("hwk", "user"), IdentifiedBy.LOGIN, True),
        (("otp", "sms"), IdentifiedBy.LOGIN, True),
        (("pwd", "otp", "sms", "mfa"), IdentifiedBy.LOGIN, False),
        (("pwd",), IdentifiedBy.LOGIN, False),
        ((), IdentifiedBy.LOGIN, False),
    ],
)
def test_how_a_login_identifies(
    amr: tuple[str, ...], identified: IdentifiedBy, may_ask: bool
) -> None:
    assert identification.identified_by(amr) is identified
    assert identification.may_ask_activation_code(amr) is may_ask
