"""What letters need as time goes by: requests judged, codes sent, old ones ended."""

import asyncio

from clavis_kit.logging import get_logger

from clavis_registry.actions import letter_renunciations, letters
from clavis_registry.deps import Deps

POLL_SECONDS = 2.0
_log = get_logger(__name__)


async def tend_letters(deps: Deps) -> None:
    """Do what is due: decide on requests and renunciations, end what is too old."""
    while await letters.judge_requests(deps) == letters.BATCH:
        pass
    while await letter_renunciations.judge_acts(deps) == letter_renunciations.BATCH:
        pass
    async with deps.transaction() as unit:
        await unit.letters.expire(deps.clock.now())
        await unit.online_enrolments.drop_expired(deps.clock.now())


async def tend_forever(deps: Deps) -> None:
    """Do what is due as time goes by; a lost database is awaited."""
    while True:
        try:
            await tend_letters(deps)
        except Exception as error:  # noqa: BLE001  whatever it was, the next turn tries again
            _log.warning("letters_interrupted", error_type=type(error).__name__)
        await asyncio.sleep(POLL_SECONDS)
