"""What anybody may ask without a session costs the same work for everybody."""

import dataclasses
import time
from typing import Any

import pytest

from services.registry.tests.citizens import CONTRAST, ask_letter, on_record, printed_code
from services.registry.tests.world import ANA, World

NOBODY = "00000001R"
COMPLETION = {"csv": "2222-2222-2222-2222", "mobile": "600111222", "email": "a@example.es",
              "language": "es"}  # fmt: skip

RENUNCIATION = {"csv": "2222-2222-2222-2222", "language": "es"}


@pytest.fixture
async def seen(world: World) -> list[str]:
    """Collect the SQL of every connection of the service."""
    queries: list[str] = []
    pool = world.deps.pool
    connections = [await pool.acquire() for _ in range(pool.get_max_size())]
    for connection in connections:
        connection.add_query_logger(lambda record: queries.append(record.query))
    for connection in connections:
        await pool.release(connection)
    return queries


async def ask(world: World, path: str, body: dict[str, Any]) -> Any:
    return await world.http.post(
        f"/internal/v1{path}", json=body, headers=world.as_service("gateway")
    )


def without_id(answer: Any) -> bytes:
    """Return the bytes of an answer but for the id that is drawn for everybody."""
    drawn: str = answer.json().get("renunciation_id", "-")
    return bytes(answer.content).replace(drawn.encode(), b"")


@pytest.mark.parametrize(
    ("path", "more"),
    [
        ("/letters", {"language": "es", "source": "192.0.2.7"}),
        ("/letter-status", {}),
        ("/letter-completions", COMPLETION),
        ("/letter-renunciations", {**RENUNCIATION, "source": "192.0.2.7"}),
    ],
)
async def test_the_same_statements_run_whoever_the_number_is(
    world: World, seen: list[str], path: str, more: dict[str, Any]
) -> None:
    await on_record(world)
    await ask_letter(world)
    await printed_code(world)
    wrong = {"contrast": "18/05/2031", **more}
    seen.clear()
    known = await ask(world, path, {"national_id": ANA, **wrong})
    of_known = seen.copy()
    seen.clear()
    unknown = await ask(world, path, {"national_id": NOBODY, **wrong})
    assert without_id(known) == without_id(unknown)
    assert of_known == seen
    assert len(seen) > 2


@pytest.mark.parametrize(
    ("path", "change", "code"),
    [
        ("/letters", {"national_id": "B12345674"}, "wrong-format"),
        ("/letters", {"contrast": "yesterday"}, "contrast-invalid"),
        ("/letter-status", {"national_id": "12345678A"}, "wrong-check-letter"),
        ("/letter-completions", {"csv": "0O1I"}, "letter-code-invalid"),
        ("/letter-renunciations", {"csv": "0O1I"}, "letter-code-invalid"),
        ("/letter-completions", {"mobile": "915550000"}, "invalid-phone"),
    ],
)
async def test_malformed_input_is_refused_before_anybody_is_looked_at(
    world: World, seen: list[str], path: str, change: dict[str, str], code: str
) -> None:
    body = {"national_id": ANA, "contrast": CONTRAST, "source": "x", **COMPLETION, **change}
    seen.clear()
    answer = await ask(world, path, body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert seen == []


@pytest.mark.parametrize("path", ["/letter-status", "/letter-completions"])
async def test_an_answer_leaves_on_a_beat_whoever_the_number_is(world: World, path: str) -> None:
    """What the statements take shows in no answer: none comes before the beat."""
    await on_record(world)
    beat = 0.05
    settings = world.deps.settings.model_copy(update={"strangers_beat_ms": beat * 1000})
    app: Any = world.http._transport
    app.app.state.deps = dataclasses.replace(app.app.state.deps, settings=settings)
    for number, more in ((ANA, {}), (NOBODY, {}), (ANA, {"national_id": "12345678A"})):
        begun = time.monotonic()
        await ask(world, path, {"national_id": number, "contrast": CONTRAST, **COMPLETION, **more})
        assert time.monotonic() - begun >= beat
