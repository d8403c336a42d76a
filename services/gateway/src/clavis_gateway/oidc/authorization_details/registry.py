"""The types of authorization details, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from clavis_kit import strict_json

from clavis_gateway.oidc.authorization_details import credential
from clavis_gateway.oidc.authorization_details.fields import DetailsError

__all__ = ["TYPES", "Detail", "DetailsError", "DetailsType", "narrowed", "read", "refreshed"]

Detail = dict[str, Any]
MAX_ELEMENTS = 10


@dataclass(frozen=True, slots=True)
class DetailsType:
    """What is known of a type."""

    validate: Callable[[object], Detail]
    """Judges one element. Raises DetailsError."""
    pushed_only: bool
    """What it names must not pass through a browser."""
    needs_person: bool
    """Nobody but a person can approve it."""
    refreshable: bool
    """Whether tokens of a refresh still hold it."""


_CREDENTIAL = DetailsType(
    credential.validate, pushed_only=True, needs_person=True, refreshable=False
)
TYPES: dict[str, DetailsType] = dict.fromkeys(credential.NAMES, _CREDENTIAL)


# RFC 9396 section 5: an unknown type, and anything that does not fit its type, is refused.
def read(text: str | None, allowed: Iterable[str]) -> tuple[Detail, ...]:
    """Read the parameter of a client that may use these types. Raises DetailsError."""
    if text is None:
        return ()
    try:
        elements = strict_json.loads(text)
    except strict_json.JsonRefusedError as error:
        raise DetailsError("authorization_details is no JSON that is read here") from error
    if not isinstance(elements, list) or not 0 < len(elements) <= MAX_ELEMENTS:
        raise DetailsError("authorization_details is not a list of a few objects")
    return tuple(_element(element, set(allowed)) for element in elements)


def _element(element: object, allowed: set[str]) -> Detail:
    name = element.get("type") if isinstance(element, dict) else None
    kind = TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise DetailsError("an element has no type that is known")
    # RFC 9396 section 10: the types a client registered that it uses.
    if name not in allowed:
        raise DetailsError("an element has a type that the client did not register")
    return kind.validate(element)


# RFC 9396 section 6: a token request can ask for less, never for more or other.
def narrowed(asked: tuple[Detail, ...], granted: tuple[Detail, ...]) -> tuple[Detail, ...]:
    """Return what a token gets of what was granted. Raises DetailsError."""
    if any(element not in granted for element in asked):
        raise DetailsError("an element is not one that was granted")
    return asked or granted


# Cloud Signature Consortium API 2.0 section 8.4.3: leave to sign lasts minutes and is not renewed.
def refreshed(granted: tuple[Detail, ...]) -> tuple[Detail, ...]:
    """Return what is still granted when tokens are refreshed."""
    return tuple(element for element in granted if TYPES[element["type"]].refreshable)
