"""Who lives the journeys: each has somebody of its own, so that none finds traces of another."""

from typing import Any

import pytest
from clavis_testkit import newcomers
from clavis_testkit.require import need
from clavis_testkit.running_demo import RunningDemo


@pytest.fixture(scope="module")
def citizen(demo: RunningDemo) -> dict[str, Any]:
    """Somebody of this journey's own, with a permanent password."""
    need("chromium", "walks the pages as a person does")
    person = newcomers.newcomer()
    newcomers.enrol(demo, [person])
    newcomers.activate_password(demo, person)
    return person
