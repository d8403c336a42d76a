"""What differs between two registrations, told so that it can be shown and kept. Pure.

Keys are told by their identifiers and secrets by theirs; neither a secret nor what is kept of it
ever leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from clavis_kit.loa import Loa

from clavis_gateway.records import RelyingParty, RetiringKey

_SHOWN_AS = {"status": "state"}
# Metadata by its own members, `client_name` in every language among them.
_TOLD_OTHERWISE = frozenset({"metadata", "client_id", "names"})


def differences(stored: RelyingParty | None, wanted: RelyingParty) -> list[str]:
    """Name the members in which two registrations differ; ["new"] for a first one."""
    return ["new"] if stored is None else list(detail(stored, wanted))


def detail(stored: RelyingParty | None, wanted: RelyingParty) -> dict[str, list[Any]]:
    """Return each differing member with what it was and what it becomes, fit to be kept as JSON."""
    told: dict[str, list[Any]] = {}
    for field in fields(RelyingParty):
        before = getattr(stored, field.name, None)
        after = getattr(wanted, field.name)
        if field.name in _TOLD_OTHERWISE or before == after:
            continue
        name = _SHOWN_AS.get(field.name, field.name)
        told[name] = [_plain(field.name, before), _plain(field.name, after)]
    had = stored.metadata if stored else {}
    for name in sorted(had.keys() | wanted.metadata.keys()):
        before, after = had.get(name), wanted.metadata.get(name)
        if before != after:
            told[name] = [_plain(name, before), _plain(name, after)]
    return told


def _plain(name: str, value: Any) -> Any:
    if value is not None and name in _TOLD_OF:
        return _TOLD_OF[name](value)
    if isinstance(value, Loa):
        return value.name.lower()
    if isinstance(value, frozenset | tuple):
        return sorted(value)
    return value


def _retiring(keys: Iterable[RetiringKey]) -> list[str]:
    return [f"{key_name(key.jwk)} until {key.until.isoformat()}" for key in keys]


_TOLD_OF: Mapping[str, Callable[[Any], list[str]]] = {
    "secrets": lambda secrets: [secret.secret_id for secret in secrets],
    "retiring_keys": _retiring,
    "jwks": lambda jwks: [key_name(key) for key in jwks.get("keys", ())],
}


def key_name(jwk: dict[str, Any]) -> str:
    """Name a public key: its `kid`, else its kind."""
    return str(jwk.get("kid") or f"{jwk.get('kty')} key without kid")
