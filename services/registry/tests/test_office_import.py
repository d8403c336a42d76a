"""An operator's file of offices."""

import json
from pathlib import Path
from typing import Any

from clavis_registry.actions.directory import find_offices

from services.registry.tests.world import Run, World

OFFICE: dict[str, Any] = {
    "code": "SEV-1", "name": "Oficina Norte", "organisation": "E002",
    "organisation_name": "Agencia del Sur", "municipality": "Sevilla", "province": "Sevilla",
    "hours": {"1": [["09:00", "14:00"]]}, "services": ["enrolment"],
}  # fmt: skip


def _file(path: Path, *offices: dict[str, Any]) -> str:
    path.write_text("\n".join(json.dumps(office) for office in offices), encoding="utf-8")
    return str(path)


async def test_offices_are_taken_with_what_citizens_read(
    world: World, run: Run, tmp_path: Path
) -> None:
    file = _file(
        tmp_path / "offices.jsonl",
        OFFICE,
        {**OFFICE, "name": "Oficina Norte de Sevilla"},
        {**OFFICE, "code": "SEV-2", "hours": {"8": [["09:00", "14:00"]]}},
        {**OFFICE, "code": "SEV-3", "services": ["haircut"]},
        {"code": "SEV-4"},
    )
    code, said, refused = await run("office", "import", file)
    assert (code, said) == (1, "offices: 2 taken, 3 refused\n")
    lines = refused.splitlines()
    assert lines[:2] == ["line 3: hours-invalid", "line 4: service-unknown"]
    assert lines[2].startswith("line 5: invalid: ")
    (found,) = await find_offices(world.deps, "", "sevilla", "")
    assert (found.office.code, found.office.name) == ("SEV-1", "Oficina Norte de Sevilla")
    assert found.office.hours == OFFICE["hours"]
