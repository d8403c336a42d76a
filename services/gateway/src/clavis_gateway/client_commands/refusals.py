"""The verb that reads the refusal log of a relying party."""

from __future__ import annotations

import json
from argparse import Namespace

from clavis_gateway.client_commands.running import Work, run, say
from clavis_gateway.errors import OAuthError
from clavis_gateway.oidc.refusals.reading import describe, read_wish
from clavis_gateway.store import refusals as store


def list_refusals(arguments: Namespace) -> int:
    """Print what was refused to a relying party, newest first: one JSON object a line."""

    async def work(work: Work) -> None:
        await work.found(arguments.client_id)
        names = ("since", "endpoint", "rule", "limit")
        values = {name: getattr(arguments, name) for name in names if getattr(arguments, name)}
        try:
            wanted = read_wish(arguments.client_id, values)
        except OAuthError as error:
            raise ValueError(error.description) from error
        for refusal in await store.read(work.pool, wanted):
            say(json.dumps(describe(refusal), ensure_ascii=False))

    return run(work)
