"""The verb `people convalidate`: workers enter chunks, each in a transaction of its own."""

import asyncio
import multiprocessing
import os
import sys
import threading
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import AsyncExitStack
from pathlib import Path

from clavis_kit.settings import load

from clavis_registry import texts
from clavis_registry.actions.convalidation import CHUNK_LINES, Chunk, Consent, enter_chunk
from clavis_registry.app import opened
from clavis_registry.commands import census_files
from clavis_registry.commands.census_files import Line
from clavis_registry.commands.progress import Progress
from clavis_registry.commands.running import FileError, run
from clavis_registry.deps import Deps
from clavis_registry.settings import RegistrySettings
from clavis_registry.store.convalidations import Counts, Run

MAX_REFERENCE = 200


def add_verb(people: "_SubParsersAction[ArgumentParser]") -> None:
    """Describe the verb."""
    verb = people.add_parser("convalidate", help="enter another census: a CSV or Parquet file")
    verb.add_argument("file")
    verb.add_argument("--consent-reference", required=True, help="where the consents are kept")
    verb.add_argument(
        "--terms-version",
        default=texts.TERMS_VERSION,
        choices=texts.terms_versions(),
        help="of the terms of use that the consents accept; default: those in force",
    )
    verb.add_argument("--rejected", help="file of rejected lines; default FILE.rejected.csv")
    verb.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    verb.set_defaults(run=convalidate)


def convalidate(arguments: Namespace) -> int:
    """Enter the people of a file; taken up again with the same file, nobody is entered twice."""
    source = Path(arguments.file)
    rejected = Path(arguments.rejected or f"{source}.rejected.csv")

    async def work(deps: Deps) -> int:
        consent = Consent(_reference(arguments.consent_reference), arguments.terms_version)
        begun, done = await _begin(deps, census_files.file_hash(source), consent.reference)
        progress = Progress(census_files.count_lines(source))
        await asyncio.to_thread(
            _enter_all, source, begun, consent, done, progress, max(arguments.workers, 1)
        )
        progress.finish()
        return await _end(deps, begun, source, rejected)

    return run(work)


def _reference(typed: str) -> str:
    text = " ".join(typed.split())
    if not text or len(text) > MAX_REFERENCE or not text.isprintable():
        raise FileError("the consent reference is empty, too long or cannot be printed")
    return text


async def _begin(deps: Deps, file_hash: str, reference: str) -> tuple[Run, set[int]]:
    async with deps.transaction() as unit:
        begun = await unit.convalidations.obtain_run(
            deps.new_id(), file_hash, reference, CHUNK_LINES, deps.clock.now()
        )
        return begun, await unit.convalidations.chunks_done(begun.run_id)


async def _end(deps: Deps, begun: Run, source: Path, rejected: Path) -> int:
    async with deps.transaction() as unit:
        counts = await unit.convalidations.finish(begun.run_id, deps.clock.now())
        codes = await unit.convalidations.rejections(begun.run_id)
    if codes:
        census_files.write_rejected(rejected, source, codes)
    sys.stdout.write(
        f"people: {counts.imported} imported, {counts.unchanged} unchanged,"
        f" {counts.rejected} rejected\n"
    )
    return 1 if codes else 0


def _enter_all(
    source: Path, begun: Run, consent: Consent, done: set[int], progress: Progress, workers: int
) -> None:
    chunks = census_files.in_chunks(census_files.read_lines(source), begun.chunk_lines)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn, initializer=_open_worker) as pool:
        waiting: dict[Future[Counts | None], int] = {}
        for number, lines in _undone(chunks, done, progress):
            job = (begun.run_id, number, begun.chunk_lines, consent, lines)
            waiting[pool.submit(_enter_lines, *job)] = len(lines)
            if len(waiting) >= 2 * workers:
                _collect(waiting, progress)
        while waiting:
            _collect(waiting, progress)


def _undone(
    chunks: Iterator[list[Line]], done: set[int], progress: Progress
) -> Iterator[tuple[int, list[Line]]]:
    for number, lines in enumerate(chunks):
        if number in done:
            progress.advance(len(lines), counted=False)
        else:
            yield number, lines


def _collect(waiting: "dict[Future[Counts | None], int]", progress: Progress) -> None:
    for future in wait(waiting, return_when=FIRST_COMPLETED).done:
        future.result()  # a failure of a worker is one of the command
        progress.advance(waiting.pop(future))


class _Worker:
    """What a worker process holds from its first chunk to its end."""

    loop: asyncio.AbstractEventLoop
    stack: AsyncExitStack  # collected, it would close what it opened
    deps: Deps


def _open_worker() -> None:
    _Worker.loop, _Worker.stack = asyncio.new_event_loop(), AsyncExitStack()
    settings = load(RegistrySettings, database_pool_size=2)
    opening = _Worker.stack.enter_async_context(opened(settings))
    _Worker.deps = _Worker.loop.run_until_complete(opening)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # A worker that outlives a killed command would hold its chunk for nobody.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _enter_lines(
    run_id: str, number: int, chunk_lines: int, consent: Consent, lines: list[Line]
) -> Counts | None:
    first = number * chunk_lines + 1
    candidates = [census_files.candidate(first + at, line) for at, line in enumerate(lines)]
    chunk = Chunk(run_id, number, consent, candidates)
    return _Worker.loop.run_until_complete(enter_chunk(_Worker.deps, chunk))
