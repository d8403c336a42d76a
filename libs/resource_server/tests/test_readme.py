"""The example of the README, executed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx

from .conftest import Client, World

README = Path(__file__).parents[1] / "README.md"


async def test_the_example_protects_a_route(world: World) -> None:
    found = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    code = found[1].replace("https://clavis.example", "https://provider.test")
    code = code.replace("https://api.example", "https://api.test")
    names: dict[str, Any] = {}
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 -- our own words
    assert len([line for line in found[1].splitlines() if line.strip()]) <= 10
    transport = httpx.ASGITransport(app=names["app"])
    async with httpx.AsyncClient(transport=transport, base_url="https://api.test") as http:
        answer = await Client(world, http).get(path="/records")
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    await names["api"].close()
