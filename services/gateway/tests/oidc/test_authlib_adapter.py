"""Authlib decides and never does I/O (docs/decisions/0004)."""

from __future__ import annotations

import ast
import inspect
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import clavis_gateway
import pytest
from clavis_gateway.oidc.authlib_adapter import grants
from clavis_gateway.oidc.authlib_adapter.grants import Case, Decision, Refusal, Server, decide
from clavis_gateway.records import Code, Grant
from clavis_gateway.registration import relying_party
from clavis_kit.ids import new_secret
from clavis_testkit.plugin import NOON

from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, registration

SOURCE = Path(clavis_gateway.__file__).parent
HOOKED = [
    value for _, value in inspect.getmembers(grants, inspect.isclass)
    if value.__module__ == grants.__name__
]  # fmt: skip


@pytest.mark.parametrize("hooked", HOOKED, ids=lambda hooked: hooked.__name__)
def test_no_hook_is_a_coroutine(hooked: type[Any]) -> None:
    # A coroutine is truthy: a check such as "was this code used" would pass unseen.
    for name, member in inspect.getmembers(hooked):
        assert not inspect.iscoroutinefunction(member), f"{hooked.__name__}.{name}"
        assert not inspect.isasyncgenfunction(member), f"{hooked.__name__}.{name}"


def test_authlib_is_imported_in_one_package_only() -> None:
    for path in SOURCE.rglob("*.py"):
        if path.parent.name == "authlib_adapter":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not any(name.split(".")[0] == "authlib" for name in names), path


def case(**changes: Any) -> Case:
    grant = Grant(
        "g", "demo-web", "s", "sub", "session", "openid email", {}, "acr", "pin", ("otp",), NOON,
        None, NOON, NOON + timedelta(hours=1),
    )  # fmt: skip
    code = Code("hash", "g", REDIRECT, None, None, NOON + timedelta(seconds=60), None)
    values: dict[str, Any] = {
        "form": {"grant_type": "authorization_code", "code": "c", "redirect_uri": REDIRECT},
        "token_url": ISSUER + "/token",
        "now": NOON,
        "client": relying_party(registration(), ISSUER),
        "code": code,
        "refresh_token": None,
        "grant": grant,
        "jkt": None,
        "enrolment_level": None,
        "new_handle": new_secret,
    }
    return Case(**(values | changes))


def test_a_grant_runs_with_every_way_out_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("I/O while a grant was decided")

    for target, name in ((socket.socket, "connect"), (asyncpg.Pool, "fetchrow"),
                         (asyncpg.Pool, "execute"), (asyncpg.Connection, "fetchrow")):  # fmt: skip
        monkeypatch.setattr(target, name, forbidden)
    decision = decide(Server(), case())
    assert isinstance(decision, Decision)
    assert decision.consume_code == "hash"
    assert decision.refresh_handle


def test_a_refusal_writes_nothing() -> None:
    refusal = decide(Server(), case(form={"grant_type": "authorization_code", "code": "c"}))
    assert isinstance(refusal, Refusal)
    assert refusal.error.code == "invalid_grant"
    assert refusal.replayed is None


def test_one_server_keeps_nothing_between_requests() -> None:
    server = Server()
    first, second = decide(server, case()), decide(server, case())
    assert isinstance(first, Decision)
    assert isinstance(second, Decision)
    assert first.handle != second.handle
