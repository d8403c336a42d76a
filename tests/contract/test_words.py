"""What the registry names by a code, the pages say in words, in both languages of the pages."""

import ast
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

import pytest
from clavis_registry import actions, texts
from clavis_registry.actions.approvals import ApprovalKind
from clavis_registry.actions.deaths import DeathOutcome
from clavis_registry.rules.credentials import PhoneChangeRisks
from clavis_registry.rules.documents import PersonKind
from clavis_registry.rules.identity import DocumentKind
from clavis_registry.rules.letter import LetterState, RequestOutcome
from clavis_registry.rules.life import PersonAct
from clavis_registry.rules.permissions import Role
from clavis_registry.rules.person import Cause, Channel, Level, Status
from clavis_registry.rules.unusual import Oddity
from clavis_registry.rules.video import VideoState

LOCALES = Path(__file__).parents[2] / "web" / "locales"
LANGUAGES = ("es", "en")
RISKS = PhoneChangeRisks(signs=True, frozen=True, is_officer=True, restored=True).names()
# Names that are put together: of proposals, of devices with the app, of what was changed.
COMPOSED = {
    *(
        f"{kind.replace('_', '-')}-{end}"
        for kind in ApprovalKind
        for end in ("proposed", "approved", "rejected")
    ),
    *("device-added", "device-removed", "email-changed", "phone-changed"),
    *("enrolled", "level-raised", "officer-enabled", "officer-disabled"),
}
# An office's own history, and the operator's housekeeping.
_ABOUT_NOBODY = re.compile("office-|retention$")
_RECORDING = frozenset({"evidence.audit", "audit", "_record"})


def catalogue(language: str) -> set[str]:
    """Read the keys that have a text."""
    folder = LOCALES / language / "LC_MESSAGES"
    texts = "".join((folder / f"{name}.po").read_text() for name in ("portal", "console"))
    return set(re.findall(r'^msgid "(.+)"\nmsgstr "[^"]', texts, re.MULTILINE))


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        owner = call.func.value
        of = f"{owner.attr}." if isinstance(owner, ast.Attribute) else ""
        return of + call.func.attr
    return getattr(call.func, "id", "")


def named_in(calls: frozenset[str]) -> Iterator[str]:
    """Find the names that the registry gives to these calls."""
    for path in Path(actions.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _called(node) in calls:
                for given in node.args:
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        yield given.value


ACTS = {
    name for name in named_in(_RECORDING) if not re.match("office-|retention$", name)
} | COMPOSED
EVIDENCE = {*named_in(frozenset({"evidence.add"})), "phone-change", "email-change"}


@pytest.mark.parametrize(
    ("prefix", "codes"),
    [
        ("history.action", ACTS),
        ("history.actor", ("citizen", "officer", "operator", "person")),
        ("status", Status),
        ("level", Level),
        ("channel", Channel),
        ("document", DocumentKind),
        ("console.role", Role),
        ("console.approval", ApprovalKind),
        ("console.approval-state", ("open", "approved", "rejected", "withdrawn")),
        ("console.cause", Cause),
        ("console.effect", (PersonAct.REINSTATE, PersonAct.CLEAR_CAUSE)),
        ("console.risk", RISKS),
        ("console.death", DeathOutcome),
        ("console.invited", RequestOutcome),
        ("console.letter-state", LetterState),
        ("console.why", Oddity),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_its_words(
    language: str, prefix: str, codes: Iterable[str | StrEnum]
) -> None:
    missing = {f"{prefix}.{code}" for code in codes} - catalogue(language)
    assert not missing


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_of_the_data_says_in_words_what_happened_and_how_things_stand(
    language: str,
) -> None:
    """The document for the person; the file for machines keeps the codes."""
    named = (Status, Level, Channel, DocumentKind, Cause, LetterState, VideoState, RequestOutcome)
    codes = ACTS | EVIDENCE | {code for codes in named for code in codes} | set(PersonKind)
    assert not codes - set(texts.texts(language)["export"]["values"])


def test_the_acts_are_found() -> None:
    assert {"renounced", "deceased", "letter-printed", "officer-changed"} <= ACTS
