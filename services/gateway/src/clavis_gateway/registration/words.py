"""Words of a relying party that people read, as they are: its name, and why it asks."""

from __future__ import annotations

import re
import unicodedata

from clavis_gateway.oidc.authlib_adapter.metadata import MetadataError

MAXIMUM = {"client_name": 120, "purpose": 500}
# RFC 5646 section 2.1, as far as languages of people need it; empty for all languages.
_TAG = re.compile(r"|[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


# Unicode Technical Report 36 section 2.5: turned or hidden text makes one name look like another.
def check_words(member: str, text: object, maximum: int) -> str:
    """Return a text that can be shown. Raises MetadataError naming the member."""
    if not isinstance(text, str) or not 0 < len(text) <= maximum or not text.strip():
        raise MetadataError(f"{member} must be a text of 1 to {maximum} characters")
    if any(unicodedata.category(letter).startswith("C") for letter in text):
        raise MetadataError(f"{member} must hold no control or invisible characters")
    return text


def check_tag(member: str, tag: object) -> str:
    """Return a language tag. Raises MetadataError naming the member."""
    if not isinstance(tag, str) or not _TAG.fullmatch(tag):
        raise MetadataError(f"{member} has a wrong language tag")
    return tag
