"""Text that fits one SMS: the GSM 7-bit alphabet, 160 characters, no surprise in a name."""

import re
import unicodedata

MAX_CHARACTERS = 160
# 3GPP TS 23.038 section 6.2.1: the default alphabet, without the escape to the extension table,
# whose characters count twice.
GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_LOOKALIKES = str.maketrans(
    "\u2018\u2019\u201c\u201d«»\u2013\u2014·•[]{}",
    '\'\'""""--..()()',
)
_SCHEME = re.compile(r"\b[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_ELLIPSIS = "..."


def to_gsm7(text: str) -> str:
    """Write a text in the GSM alphabet: accents it lacks are dropped, other symbols too."""
    return "".join(
        letter for character in text.translate(_LOOKALIKES) for letter in _letters(character)
    )


def _letters(character: str) -> str:
    if character in GSM7:
        return character
    return "".join(c for c in unicodedata.normalize("NFKD", character) if c in GSM7)


def compose(template: str, name: str, **values: object) -> str:
    """Fill a template; `{name}` is shortened so that the whole fits one message.

    The name is somebody else's text: its line breaks and link schemes do not get through.
    """
    fixed = to_gsm7(template.format(name="", **values))
    shortened = short(name, MAX_CHARACTERS - len(fixed))
    return to_gsm7(template.format(name=shortened, **values))


def short(text: str, room: int) -> str:
    """Write somebody else's text on one line, without link schemes, in `room` characters."""
    line = to_gsm7(" ".join(_SCHEME.sub("", text).split()))
    if len(line) <= room:
        return line
    return line[: max(0, room - len(_ELLIPSIS))].rstrip() + _ELLIPSIS[: max(0, room)]
