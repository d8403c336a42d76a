"""What people read: messages, document texts and the terms of use, per language."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date

_PACKAGE = Path(__file__).parent
TEMPLATES = _PACKAGE / "templates"
TEXT_LANGUAGES = ("es", "en")
# What travels by SMS is also written in these; documents and letters are not.
SMS_LANGUAGES = ("ca", "gl", "eu")
FALLBACK = "es"
# Dates are written as in Europe: the bare `en` of CLDR is American.
LOCALES = {"es": "es_ES", "en": "en_GB"}


def terms_versions() -> list[str]:
    """List the versions of the terms of use; the last one is in force."""
    return sorted(path.name for path in (_PACKAGE / "terms").iterdir() if path.is_dir())


TERMS_VERSION = terms_versions()[-1]


@dataclass(frozen=True)
class TermsSection:
    """One headed paragraph of the terms."""

    title: str
    text: str


def text_language(language: str | None) -> str:
    """Return the language to write in: the person's, or the first official one."""
    return language if language in TEXT_LANGUAGES else FALLBACK


@cache
def texts(language: str) -> dict[str, Any]:
    """Read the texts of a language that has them."""
    catalogue: dict[str, Any] = {}
    for path in sorted((_PACKAGE / "texts").glob(f"*{language}.json")):
        catalogue |= json.loads(path.read_text())
    return catalogue


def message(language: str | None, name: str, **values: object) -> str:
    """Return a message in the person's language with its values filled in."""
    own = texts(language) if language in SMS_LANGUAGES else {}
    template: str = own[name] if name in own else texts(text_language(language))[name]
    return template.format(**values)


def long_date(language: str | None, day: date) -> str:
    """Write a day in words, as the language does."""
    written: str = format_date(day, "long", locale=LOCALES[text_language(language)])
    return written


@cache
def terms(language: str, version: str = TERMS_VERSION) -> tuple[TermsSection, ...]:
    """Read the terms of a version; former ones stay in the package."""
    source = (_PACKAGE / "terms" / version / f"{language}.txt").read_text()
    sections = []
    for block in source.strip().split("\n\n"):
        title, _, text = block.partition("\n")
        sections.append(TermsSection(title.removeprefix("# "), text))
    return tuple(sections)
