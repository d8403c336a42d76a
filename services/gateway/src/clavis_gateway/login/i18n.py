"""Languages: catalogues, the choice among them, and how times are written.

Spanish is the source language: a message is its own Spanish text. A language is offered when its
catalogue is there; what a catalogue lacks falls back to Spanish, and a test forbids that it lacks
anything.
"""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "es"
LANGUAGE_COOKIE = "__Host-lang"
DOMAIN = "clavis"
_MAX_RANGES = 20
_FORMATS = {"en": "en_GB"}  # in Europe the day comes first


@dataclass(frozen=True)
class Language:
    """One language in which every page can be shown."""

    tag: str
    native_name: str
    translations: gettext.NullTranslations

    def text(self, message: str, **values: object) -> str:
        """Translate a message and fill its %(name)s placeholders."""
        translated = self.translations.gettext(message)
        return translated % values if values else translated


@cache
def load_languages(locales_dir: Path) -> Mapping[str, Language]:
    """Compile each `<tag>/LC_MESSAGES/clavis.po` in memory, once; Spanish comes first."""
    found = {SOURCE_LANGUAGE: gettext.NullTranslations()}
    for path in sorted(locales_dir.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        tag = path.parent.parent.name
        if tag != SOURCE_LANGUAGE:
            found[tag] = _compile(path)
    return {tag: Language(tag, _native_name(tag), entry) for tag, entry in found.items()}


def _compile(path: Path) -> gettext.GNUTranslations:
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _native_name(tag: str) -> str:
    name = Locale.parse(tag).get_display_name(tag) or tag
    return name[0].upper() + name[1:]


# OpenID Connect Core 1.0 section 3.1.2.1: ui_locales is a list in order of preference.
def choose_language(
    available: Mapping[str, Language],
    *,
    chosen: str | None = None,
    ui_locales: Iterable[str] = (),
    cookie: str | None = None,
    accept_language: str | None = None,
) -> Language:
    """Pick: what the person chose here, then the request, then the cookie, then the browser."""
    wanted = [chosen, *ui_locales, cookie, *_accepted(accept_language or "")]
    for tag in wanted:
        primary = (tag or "").replace("_", "-").split("-")[0].lower()
        if primary in available:
            return available[primary]
    return available[SOURCE_LANGUAGE]


# RFC 9110 section 12.5.4.
def _accepted(header: str) -> list[str]:
    ranges: list[tuple[float, str]] = []
    for part in header.split(",")[:_MAX_RANGES]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if tag and quality > 0:
            ranges.append((quality, tag))
    return [tag for _, tag in sorted(ranges, key=lambda entry: -entry[0])]


def clock_time(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """Write a time of day as people read it: 10:42."""
    return format_time(moment.astimezone(zone), "HH:mm", locale=_FORMATS.get(language, language))


def calendar_date(moment: datetime, language: str, zone: ZoneInfo) -> str:
    """Write a date in words: 17 de mayo de 2031."""
    return format_date(moment.astimezone(zone), "long", locale=_FORMATS.get(language, language))
