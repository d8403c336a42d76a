"""What notices say, in the person's language. They hold no code and no personal data.

An e-mail has one link, which freezes and can do nothing else, so a forged one gains nothing. An SMS
has none.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from clavis_kit.sms_text import to_gsm7

from clavis_permanent.rules.notices import Reminder

DEFAULT_LANGUAGE = "es"
_FILE = Path(__file__).parent / "data" / "notices.json"
_ZONE = ZoneInfo("Europe/Madrid")


@dataclass(frozen=True, slots=True)
class _Texts:
    """One language: subject and sentence of each kind of notice, and what all of them say."""

    about: dict[str, tuple[str, str]]
    phrases: dict[str, str]


_TEXTS = {code: _Texts(**texts) for code, texts in json.loads(_FILE.read_text()).items()}


@dataclass(frozen=True, slots=True)
class Letter:
    """What a notice tells. `ends_at` is when the password ends; `token` answers the notice."""

    kind: str
    language: str | None
    brand: str
    pages_url: str
    at: datetime
    ends_at: datetime | None
    token: str

    @property
    def answer_url(self) -> str:
        """Return where the person says that it was not them."""
        return f"{self.pages_url}/not-me?token={self.token}"


def languages() -> list[str]:
    """Name the languages that notices are written in."""
    return list(_TEXTS)


def letter(told: Letter) -> tuple[str, str]:
    """Write the subject and the body of an e-mail."""
    texts = _texts(told.language)
    subject, sentence = texts.about[told.kind]
    paragraphs = [_filled(sentence, told)]
    if told.kind != Reminder.PASSWORD_ENDING:
        paragraphs.append(texts.phrases["yours"])
        steps = (texts.phrases["not_me"], told.answer_url, texts.phrases["not_me_note"])
        paragraphs.append("\n".join(steps))
    paragraphs.append(texts.phrases["closing"])
    return f"{told.brand}: {subject}", "\n\n".join(paragraphs) + "\n"


def one_line(told: Letter) -> str:
    """Write an SMS for somebody without an e-mail address: what happened, and where to answer.

    It names the page and has no link: forged messages have links, ours never do.
    """
    texts = _texts(told.language)
    text = f"{told.brand}: {texts.about[told.kind][0]}."
    if told.kind != Reminder.PASSWORD_ENDING:
        text += f" {texts.phrases['not_me_sms'].format(brand=told.brand)}"
    return to_gsm7(text)


def _texts(language: str | None) -> _Texts:
    code = (language or "").partition("-")[0].lower()
    return _TEXTS.get(code, _TEXTS[DEFAULT_LANGUAGE])


def _filled(sentence: str, told: Letter) -> str:
    ends = told.ends_at.astimezone(_ZONE) if told.ends_at else None
    return sentence.format(
        at=f"{told.at.astimezone(_ZONE):%d/%m/%Y %H:%M}", ends=f"{ends:%d/%m/%Y}" if ends else ""
    )
