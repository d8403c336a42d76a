"""The verbs for the token with which a technical contact reads the refusal log."""

from __future__ import annotations

import json
from argparse import Namespace

from clavis_gateway.client_commands.running import Work, run, say
from clavis_gateway.registration import reading_token
from clavis_gateway.registration.durations import span
from clavis_gateway.store import reading_tokens


def issue(arguments: Namespace) -> int:
    """Make a reading token and print it, once."""

    async def work(work: Work) -> None:
        found = await work.found(arguments.client_id)
        life = span(arguments.life)
        token, secret = await reading_token.issue(work.registrar, work.pool, found, life)
        say(json.dumps({
            "client_id": token.client_id,
            "reading_token": secret,
            "expires_at": token.expires_at.isoformat(),
        }))  # fmt: skip

    return run(work)


def show(arguments: Namespace) -> int:
    """Print who made the token and until when it holds, never the token."""

    async def work(work: Work) -> None:
        await work.found(arguments.client_id)
        token = await reading_tokens.find(work.pool, arguments.client_id)
        if token is None:
            say("none")
            return
        made, until = (
            moment.isoformat(timespec="seconds") for moment in (token.created_at, token.expires_at)
        )
        say(f"{made}\t{until}\t{token.created_by}")

    return run(work)


def revoke(arguments: Namespace) -> int:
    """End the reading token."""

    async def work(work: Work) -> None:
        await work.found(arguments.client_id)
        ended = await reading_token.revoke(work.registrar, work.pool, arguments.client_id)
        say("revoked" if ended else "nothing to do: there is no such token to revoke")

    return run(work)
