"""No page mixes languages: every message has its text in every language."""

from __future__ import annotations

import re
from pathlib import Path

import clavis_gateway
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(clavis_gateway.__file__).parent
LOCALES = ROOT.parents[3] / "web" / "locales"
CATALOGUES = sorted(LOCALES.glob("*/LC_MESSAGES/clavis.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)s|</?\w+[^>]*>")


def messages() -> Catalog:
    catalogue = Catalog()
    found = extract_from_dir(
        ROOT,
        method_map=[("**/templates/**.html", "jinja2"), ("**.py", "python")],
        options_map={"**/templates/**.html": {"silent": "false", "newstyle_gettext": "true"}},
        keywords={"_": None, "N_": None, "gettext": None},
    )
    for file, line, message, _, _ in found:
        catalogue.add(message, locations=[(file, line)])
    return catalogue


MESSAGES = messages()


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_a_catalogue_is_complete(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    missing = []
    for message in MESSAGES:
        translated = catalogue.get(message.id) if message.id else None
        if message.id and (translated is None or not translated.string or translated.fuzzy):
            missing.append(message.id)
    assert not missing
    unused = [entry.id for entry in catalogue if entry.id and entry.id not in MESSAGES]
    assert not unused


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.parent.parent.name)
def test_placeholders_and_marks_agree(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file)
    for entry in catalogue:
        if entry.id:
            source = sorted(PLACEHOLDER.findall(str(entry.id)))
            assert sorted(PLACEHOLDER.findall(str(entry.string))) == source, entry.id


def test_english_is_there() -> None:
    assert [path.parent.parent.name for path in CATALOGUES] >= ["en"]


def test_the_extraction_finds_the_messages() -> None:
    assert "¿Cómo quiere identificarse?" in MESSAGES
    assert "Escriba su DNI o NIE." in MESSAGES
