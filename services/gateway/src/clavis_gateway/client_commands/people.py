"""The verbs for people: who tries a relying party in test, and who may register one."""

from __future__ import annotations

import json
import sys
from argparse import Namespace

from clavis_kit.keyed_hash import KeyedHash

from clavis_gateway.client_commands.running import Work, run, say
from clavis_gateway.registration import initial_access, tester_actions
from clavis_gateway.registration.durations import span
from clavis_gateway.store import initial_access_tokens, testers


def add_tester(arguments: Namespace) -> int:
    """Put a person on the tester list."""
    return _tester(arguments, adding=True)


def remove_tester(arguments: Namespace) -> int:
    """Take a person off the tester list."""
    return _tester(arguments, adding=False)


def _tester(arguments: Namespace, *, adding: bool) -> int:
    async def work(work: Work) -> None:
        await work.found(arguments.client_id)
        kind, value = tester_actions.named(
            arguments.subject, _national_id(arguments), lambda: _national_ids(work)
        )
        act = tester_actions.add if adding else tester_actions.remove
        changed = await act(work.registrar, work.pool, arguments.client_id, kind, value)
        say("done" if changed else "nothing to do: the list says so already")

    return run(work)


def _national_id(arguments: Namespace) -> str | None:
    """Read the number from standard input: a command line is for everybody to see."""
    return sys.stdin.readline().strip() if arguments.national_id else None


def _national_ids(work: Work) -> KeyedHash:
    file = work.settings.national_id_key_file
    if file is None:
        raise ValueError("CLAVIS_GATEWAY_NATIONAL_ID_KEY_FILE is not set")
    return KeyedHash.from_file(file)


def list_testers(arguments: Namespace) -> int:
    """Print the tester list: subject ids, and keyed hashes of identity numbers."""

    async def work(work: Work) -> None:
        await work.found(arguments.client_id)
        for entry in await testers.listed(work.pool, arguments.client_id):
            say(f"{entry.kind}\t{entry.value}\t{entry.added_at.isoformat()}\t{entry.added_by}")

    return run(work)


def issue_token(arguments: Namespace) -> int:
    """Make an initial access token and print it, once."""

    async def work(work: Work) -> None:
        token, secret = await initial_access.issue(
            work.registrar,
            work.pool,
            label=arguments.label,
            uses=arguments.uses,
            life=span(arguments.life),
            profile=arguments.profile,
        )
        say(json.dumps({
            "token_id": token.token_id,
            "initial_access_token": secret,
            "expires_at": token.expires_at.isoformat(),
        }))  # fmt: skip

    return run(work)


def list_tokens(_: Namespace) -> int:
    """Print the initial access tokens that are kept, without the tokens."""

    async def work(work: Work) -> None:
        for token in await initial_access_tokens.listed(work.pool):
            ended = token.revoked_at or token.expires_at
            say(f"{token.token_id}\t{token.profile}\t{token.uses_left} uses left\t"
                f"until {ended.isoformat(timespec='seconds')}\t{token.label}")  # fmt: skip

    return run(work)


def revoke_token(arguments: Namespace) -> int:
    """End an initial access token."""

    async def work(work: Work) -> None:
        now = work.registrar.clock.now()
        ended = await initial_access_tokens.revoke(work.pool, arguments.token_id, now)
        say("revoked" if ended else "nothing to do: there is no such token to revoke")

    return run(work)
