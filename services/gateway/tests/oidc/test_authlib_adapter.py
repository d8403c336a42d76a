"""Authlib decides and never does I/O (docs/decisions/0004)."""

from __future__ import annotations

import ast
import asyncio
import builtins
import inspect
import socket
import subprocess
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import clavis_gateway
import httpx
import pytest
from clavis_gateway.oidc.authlib_adapter import grants
from clavis_gateway.oidc.authlib_adapter.cases import Case, Decision, Refusal
from clavis_gateway.oidc.authlib_adapter.grants import Server, decide
from clavis_gateway.oidc.refusals.catalogue import rule_of
from clavis_gateway.records import Code, Grant, RefreshToken
from clavis_gateway.registration import relying_party
from clavis_kit.ids import new_secret
from clavis_testkit.plugin import NOON

from services.gateway.tests.oidc.gateway_world import ISSUER, REDIRECT, registration

SOURCE = Path(clavis_gateway.__file__).parent
SPENDING = ("consume_code", "consume_refresh")
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
        "x5t": None,
        "enrolment_level": None,
        "new_handle": new_secret,
    }
    return Case(**(values | changes))


def refresh_case(**changes: Any) -> Case:
    token = RefreshToken("hash", "g", "openid email", None, NOON, NOON + timedelta(hours=1), None)
    form = {"grant_type": "refresh_token", "refresh_token": "r", "scope": "openid"}
    return case(form=form, code=None, refresh_token=token, **changes)


def machine_case() -> Case:
    client = relying_party(
        registration(grant_types=["client_credentials"], redirect_uris=[], scope="read openid"),
        ISSUER,
    )
    form = {"grant_type": "client_credentials", "scope": "read"}
    return case(form=form, code=None, grant=None, client=client)


# Whatever leaves this process, or waits, begins with one of these.
WAYS_OUT = (
    (socket.socket, "connect"), (socket.socket, "send"), (socket.socket, "sendall"),
    (socket.socket, "recv"), (socket, "getaddrinfo"), (socket, "create_connection"),
    (asyncpg.Pool, "acquire"), (asyncpg.Pool, "fetch"), (asyncpg.Pool, "fetchrow"),
    (asyncpg.Pool, "fetchval"), (asyncpg.Pool, "execute"), (asyncpg.Connection, "fetch"),
    (asyncpg.Connection, "fetchrow"), (asyncpg.Connection, "execute"),
    (httpx.AsyncClient, "send"), (httpx.Client, "send"), (builtins, "open"), (time, "sleep"),
    (asyncio, "get_running_loop"), (subprocess, "Popen"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "used"),
    [(case(), "consume_code"), (refresh_case(), "consume_refresh"), (machine_case(), None)],
    ids=["authorization_code", "refresh_token", "client_credentials"],
)
def test_a_grant_runs_with_every_way_out_closed(
    monkeypatch: pytest.MonkeyPatch, asked: Case, used: str | None
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("I/O while a grant was decided")

    server = Server()
    with monkeypatch.context() as closed:
        for target, name in WAYS_OUT:
            closed.setattr(target, name, forbidden)
        decision = decide(server, asked)
    assert isinstance(decision, Decision), decision
    spent = (decision.consume_code, decision.consume_refresh)
    assert spent == tuple("hash" if name == used else None for name in SPENDING)
    assert bool(decision.refresh_handle) == (used is not None)


def test_the_guard_would_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook that asked the database would fail the test above."""

    def hook(*_: object) -> None:
        socket.create_connection(("127.0.0.1", 1))

    monkeypatch.setattr(grants._AuthorizationCodeGrant, "authenticate_user", hook)
    with pytest.raises((AssertionError, OSError)):
        test_a_grant_runs_with_every_way_out_closed(monkeypatch, case(), "consume_code")


def test_a_retry_is_asked_to_be_settled_as_one() -> None:
    lost = refresh_case(grace=timedelta(seconds=60))
    assert lost.refresh_token is not None
    used = replace(lost.refresh_token, consumed_at=NOON)
    decision = decide(Server(), replace(lost, refresh_token=used))
    assert isinstance(decision, Decision)
    assert (decision.consume_refresh, decision.retry_refresh) == (None, "hash")
    refusal = decide(Server(), replace(lost, refresh_token=replace(used, retried_at=NOON)))
    assert isinstance(refusal, Refusal)
    assert refusal.replayed == "g"


def test_a_refusal_writes_nothing() -> None:
    refusal = decide(Server(), case(form={"grant_type": "authorization_code", "code": "c"}))
    assert isinstance(refusal, Refusal)
    assert refusal.error.code == "invalid_grant"
    assert refusal.replayed is None


STRANGER = relying_party(registration("stranger"), ISSUER)
PAST = NOON - timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def presented(member: str, changes: dict[str, Any], of_case: dict[str, Any]) -> Case:
    """A case whose code, refresh token or grant is not as it should be."""
    good = refresh_case() if member == "refresh_token" else case()
    token, grant = dict(changes), good.grant
    if "revoked_at" in token and grant is not None:
        grant = replace(grant, revoked_at=token.pop("revoked_at"))
    row: Any = getattr(good, member)
    return replace(good, **({member: replace(row, **token), "grant": grant} | of_case))


# The wire says invalid_grant to all of them; the refusal log of the client says which it was.
@pytest.mark.parametrize(
    ("member", "changes", "of_case", "rule", "ends_family"),
    [
        ("code", {}, {"code": None}, "code", False),
        ("code", {}, {"client": STRANGER}, "code_of_another", False),
        ("code", {"consumed_at": PAST}, {}, "code_used", True),
        ("code", {"consumed_at": PAST}, {"client": STRANGER}, "code_of_another", False),
        ("code", {"expires_at": NOON}, {}, "code_expired", False),
        ("code", {"revoked_at": PAST}, {}, "grant_over", False),
        ("code", {"dpop_jkt": "k"}, {"jkt": "other"}, "code_key", False),
        ("refresh_token", {}, {"refresh_token": None}, "refresh_token", False),
        ("refresh_token", {}, {"client": STRANGER}, "refresh_token_of_another", False),
        ("refresh_token", {"consumed_at": PAST}, {}, "refresh_token_reused", True),
        ("refresh_token", {"consumed_at": PAST, "retried_at": PAST}, {"grace": MINUTE},
         "refresh_token_reused", True),
        ("refresh_token", {"expires_at": NOON}, {}, "refresh_token_expired", False),
        ("refresh_token", {"revoked_at": PAST}, {}, "grant_over", False),
        ("refresh_token", {"jkt": "k"}, {"jkt": "other"}, "refresh_token_key", False),
        ("refresh_token", {"x5t": "k"}, {}, "refresh_token_key", False),
    ],
)  # fmt: skip
def test_a_refused_code_or_refresh_token_is_told_apart_in_the_log(
    member: str, changes: dict[str, Any], of_case: dict[str, Any], rule: str, *, ends_family: bool
) -> None:
    refusal = decide(Server(), presented(member, changes, of_case))
    assert isinstance(refusal, Refusal)
    assert (refusal.error.code, rule_of(refusal.error)) == ("invalid_grant", rule)
    assert (refusal.replayed == "g") is ends_family


def test_one_server_keeps_nothing_between_requests() -> None:
    server = Server()
    first, second = decide(server, case()), decide(server, case())
    assert isinstance(first, Decision)
    assert isinstance(second, Decision)
    assert first.handle != second.handle
