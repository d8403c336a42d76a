"""Recordings of calls: whoever carried the video announces them, and no agent invents one.

Orden ETD/465/2021 article 12: the whole identification is recorded and kept. The recording itself
never comes here.
"""

from clavis_registry.deps import Deps
from clavis_registry.errors import refuse
from clavis_registry.rules.video import RecordingReference, VideoState, recording_refusal
from clavis_registry.store import Unit

_DURING = frozenset({VideoState.CLAIMED, VideoState.QUEUED})


async def announce(deps: Deps, case_id: str, recording: RecordingReference) -> None:
    """Keep the recording of a call that is not decided; telling it twice changes nothing.

    Raises recording-invalid, video-case-not-found, video-case-moved-on and recording-differs.
    """
    now = deps.clock.now()
    if code := recording_refusal(recording, now):
        raise refuse(code)
    async with deps.transaction() as unit:
        case = await unit.videos.lock(case_id)
        if case is None or case.mode != "call":
            raise refuse("video-case-not-found")
        known = await unit.recordings.one(case_id, recording.provider, recording.recording_id)
        if known == recording:
            return
        if case.state not in _DURING:
            raise refuse("video-case-moved-on", state=case.state.value)
        await unit.recordings.announce(case_id, recording, now)
        kept = await unit.recordings.one(case_id, recording.provider, recording.recording_id)
    if kept != recording:
        raise refuse("recording-differs")


async def announced(unit: Unit, case_id: str, provider: str, name: str) -> RecordingReference:
    """Return the recording that an agent names. Raises recording-not-announced."""
    found = await unit.recordings.one(case_id, provider, name)
    if found is None:
        raise refuse("recording-not-announced")
    return found


async def of_case(deps: Deps, case_id: str) -> list[RecordingReference]:
    """List what was announced of a case, oldest first."""
    async with deps.reading() as unit:
        return await unit.recordings.of_case(case_id)
