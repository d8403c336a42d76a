"""The verbs for one relying party: what it is, its state, its secrets and keys, its history."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import datetime

from clavis_gateway.client_commands.running import Work, run, say
from clavis_gateway.registration import actions
from clavis_gateway.registration.bundle import read_keys
from clavis_gateway.registration.describing import described
from clavis_gateway.registration.durations import span
from clavis_gateway.rules.registration_states import State
from clavis_gateway.store import relying_parties

_PAGE = 500


def list_clients(arguments: Namespace) -> int:
    """Print one line a relying party."""

    async def work(work: Work) -> None:
        after = ""
        while page := await relying_parties.listed(
            work.pool, after=after, limit=_PAGE, state=arguments.state
        ):
            for found in page:
                party = found.party
                say(f"{party.client_id}\t{party.state}\t{party.profile}\t{found.managed_by}")
            after = page[-1].party.client_id

    return run(work)


def show_client(arguments: Namespace) -> int:
    """Print what is registered, as JSON without secrets."""

    async def work(work: Work) -> None:
        found = await work.found(arguments.client_id)
        say(json.dumps(described(found), indent=2, ensure_ascii=False))

    return run(work)


def set_state(arguments: Namespace) -> int:
    """Bring a relying party to another state."""

    async def work(work: Work) -> None:
        found = await work.found(arguments.client_id)
        await actions.set_state(work.registrar, work.pool, found, State(arguments.state))
        say(f"{arguments.client_id}: {found.party.state} -> {arguments.state}")

    return run(work)


def rotate_secret(arguments: Namespace) -> int:
    """Make a new secret and print it, once."""

    async def work(work: Work) -> None:
        found = await work.found(arguments.client_id)
        overlap = span(arguments.overlap)
        new = await actions.rotate_secret(work.registrar, work.pool, found, overlap)
        say(json.dumps({
            "client_id": arguments.client_id,
            "secret_id": new.secret_id,
            "client_secret": new.secret,
        }))  # fmt: skip

    return run(work)


def list_secrets(arguments: Namespace) -> int:
    """Print the secrets that hold: identifier, made, until when."""

    async def work(work: Work) -> None:
        now = work.registrar.clock.now()
        for secret in (await work.found(arguments.client_id)).party.secrets:
            if secret.holds(now):
                say(f"{secret.secret_id}\t{_moment(secret.created_at)}\t"
                    f"{_moment(secret.expires_at)}")  # fmt: skip

    return run(work)


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "-"


def end_secret(arguments: Namespace) -> int:
    """End one secret now."""

    async def work(work: Work) -> None:
        found = await work.found(arguments.client_id)
        await actions.end_secret(work.registrar, work.pool, found, arguments.secret_id)
        say(f"{arguments.client_id}: {arguments.secret_id} ended")

    return run(work)


def rotate_keys(arguments: Namespace) -> int:
    """Replace the registered keys by those of a file."""

    async def work(work: Work) -> None:
        found = await work.found(arguments.client_id)
        overlap, jwks = span(arguments.overlap), read_keys(arguments.file)
        await actions.rotate_keys(work.registrar, work.pool, found, jwks, overlap)
        say(f"{arguments.client_id}: {len(jwks['keys'])} keys registered")

    return run(work)


def list_changes(arguments: Namespace) -> int:
    """Print the history, newest first, one JSON object a line."""

    async def work(work: Work) -> None:
        await work.found(arguments.client_id)
        for change in await relying_parties.changes(work.pool, arguments.client_id):
            say(json.dumps({
                "at": change.at.isoformat(), "version": change.version, "actor": change.actor,
                "action": change.action, "detail": change.detail,
            }, ensure_ascii=False))  # fmt: skip

    return run(work)
