"""A stream of facts behind the lives: people entered and told dead in batches, without a pause, so
that whatever is killed is killed in the middle of something.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from dev.processes import DemoError
from dev.seed.people import SeedPerson
from dev.seed.registry import import_document
from tests.faults.lives import people, write_deaths
from tests.faults.system import System

BATCH = 40
_FIRST_NUMBER = 50_000_000
_PAUSE_SECONDS = 0.3


class Crowd:
    """Feeds batches to the registry until `rest` is called; the last batch is finished."""

    def __init__(self, system: System) -> None:
        self.entered = 0
        self._system = system
        self._people = people(_FIRST_NUMBER, "+34611{:06d}")
        self._resting = threading.Event()
        self._thread = threading.Thread(target=self._work, name="crowd")

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def rest(self) -> None:
        """Begin no more batches."""
        self._resting.set()

    @property
    def living(self) -> bool:
        """Whether a batch is under way."""
        return self._thread.is_alive()

    def _work(self) -> None:
        while not self._resting.is_set():
            batch = [replace(person, password=None) for person in islice(self._people, BATCH)]
            until_done(lambda: self._enter(batch))  # noqa: B023  called before the next turn
            self.entered += len(batch)
            until_done(lambda: self._tell_dead(batch[::2]))  # noqa: B023  the same

    def _enter(self, batch: Sequence[SeedPerson]) -> None:
        file = self._system.layout.file("crowd.json")
        entries = [import_document(person) for person in batch]
        file.write_text(json.dumps({"people": entries}))
        self._system.registry("people", "import", str(file))

    def _tell_dead(self, batch: Sequence[SeedPerson]) -> None:
        file = self._system.layout.file("crowd.csv")
        write_deaths(file, batch)
        self._system.registry("deaths", str(file))


def until_done(work: Callable[[], None]) -> None:
    """Do as an operator does when a command fails: run it again with the same file."""
    while True:
        try:
            return work()
        except DemoError:
            time.sleep(_PAUSE_SECONDS)
