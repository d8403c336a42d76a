"""Whether times tell kinds of people apart: everybody asked in one shuffled order, and the sums."""

import json
import math
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from clavis_kit.national_id import check_letter
from clavis_kit.service_tokens import ServiceTokenSigner

WARM_UP = 100
# What is drawn or dated anew for everybody says nothing of anybody.
_DRAWN = ("renunciation_id", "app_request_id", "number", "expires_at")
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the gateway's: where, of which kinds of people, and in which words.

    The first kind is the one that the others are held against.
    """

    path: str
    kinds: Sequence[str]
    body: Callable[[str, int], Values]


def number_of(kinds: Sequence[str], kind: str, index: int) -> str:
    """Return an identity number of its own for everybody of every kind."""
    number = kinds.index(kind) * 10_000_000 + 1_000_000 + index
    return f"{number:08d}{check_letter(number)}"


def network_of(kind: int, index: int) -> str:
    """Return an address in a network of its own, so that no network's limit is reached."""
    return f"10.{kind * 16 + index // 250}.{index % 250}.1"


async def ask_all(
    http: httpx.AsyncClient, headers: Callable[[], dict[str, str]], asked: Asked, count: int
) -> Values:
    """Ask for everybody and return the report. Raises RuntimeError when answers differ."""
    waits: dict[str, list[float]] = {kind: [] for kind in asked.kinds}
    order = [(kind, index) for kind in asked.kinds for index in range(count)]
    random.Random(1).shuffle(order)  # noqa: S311  an order, no secret
    answers: set[tuple[int, str]] = set()
    for place, (kind, index) in enumerate(order):
        sent, body = headers(), asked.body(kind, index)
        begun = time.perf_counter()
        answer = await http.post(asked.path, json=body, headers=sent)
        took = time.perf_counter() - begun
        answers.add(_told(answer))
        if place >= WARM_UP:
            waits[kind].append(took)
    if len(answers) != 1:
        raise RuntimeError(f"{asked.path} tells people apart: {answers}")
    return report(waits)


def headers_of(gateway: ServiceTokenSigner, service: str) -> Callable[[], dict[str, str]]:
    """Return what makes the headers of a call of the gateway's."""
    return lambda: gateway.headers(service)


def _told(answer: httpx.Response) -> tuple[int, str]:
    members = {name: value for name, value in answer.json().items() if name not in _DRAWN}
    return answer.status_code, json.dumps(members, sort_keys=True)


def told_apart(one: list[float], other: list[float]) -> tuple[float, float]:
    """Return the area under the ROC curve and the two-sided p that it is 0.5."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(rank for rank, (_, whose) in enumerate(ranked, 1) if whose)
    m, n = len(one), len(other)
    above = ranks - n * (n + 1) / 2
    z = (above - m * n / 2) / math.sqrt(m * n * (m + n + 1) / 12)
    return above / (m * n), math.erfc(abs(z) / math.sqrt(2))


def report(waits: dict[str, list[float]]) -> Values:
    """Return medians, and each kind against the first."""
    found: Values = {}
    first, *_ = waits.values()
    for kind, times in waits.items():
        found[kind] = {"p50_ms": round(statistics.median(times) * 1000, 3)}
        if times is not first:
            area, p = told_apart(first, times)
            found[kind] |= {"roc_area": round(area, 3), "p": round(p, 3)}
    return found
