"""What travels by SMS is written in every official language, with the same values."""

import json
import re

import pytest
from clavis_registry import texts

DIRECTORY = texts.TEMPLATES.parent / "texts"
VALUES = {"brand": "Clavis", "code": "482913", "minutes": 5}


def sms_texts(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in DIRECTORY.glob(f"*{language}.json"):
        found |= {k: v for k, v in json.loads(path.read_text()).items() if k.endswith("_sms")}
    return found


@pytest.mark.parametrize("language", ["ca", "gl", "eu", "en"])
def test_each_language_says_each_thing_with_the_same_values(language: str) -> None:
    own, spanish = sms_texts(language), sms_texts("es")
    assert own.keys() == spanish.keys()
    for name, text in own.items():
        values = [sorted(re.findall(r"{\w+}", one)) for one in (text, spanish[name])]
        assert values[0] == values[1]
        assert texts.message(language, name, **VALUES) == text.format(**VALUES)
        assert text != spanish[name]


def test_a_mail_in_a_language_without_its_text_comes_in_spanish() -> None:
    subject = texts.message("eu", "device_added_subject", brand="Clavis")
    assert subject == "Clavis: hay un móvil nuevo con la app"
