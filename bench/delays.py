"""How long a fact of the registry takes to have its effect in each service."""

import re
import time
from dataclasses import dataclass

import httpx
from clavis_testkit import newcomers
from clavis_testkit.running_demo import RunningDemo

SERVICES = {"gateway": 0, "pin": 2, "permanent": 3, "signing": 4}
SAMPLE = 50
_PATIENCE_SECONDS = 20.0
_BUCKET = re.compile(
    r'^clavis_event_delay_seconds_bucket\{le="([^"]+)",'
    r'type="[\w.]+\.(?:Registered|Deceased)"\} (\S+)$',
    re.MULTILINE,
)
Buckets = dict[float, float]


@dataclass(frozen=True, slots=True)
class Delay:
    """Bounds on the delay from record to effect, in seconds, as the service's own metrics say."""

    service: str
    events: int
    p50_at_most: float
    p99_at_most: float


def _read(demo: RunningDemo, offset: int) -> Buckets:
    text = httpx.get(f"{demo.url(offset)}/metrics", timeout=10).text
    buckets: Buckets = {}
    for bound, count in _BUCKET.findall(text):
        buckets[float(bound)] = buckets.get(float(bound), 0.0) + float(count)
    return buckets


def _quantile(buckets: Buckets, share: float) -> float:
    total = max(buckets.values())
    return min(bound for bound, count in buckets.items() if count >= share * total)


def measure(demo: RunningDemo) -> list[Delay]:
    """Enrol people and report their deaths; read how long each service took to act on it."""
    before = {name: _read(demo, offset) for name, offset in SERVICES.items()}
    people = [newcomers.newcomer("basic") for _ in range(SAMPLE)]
    newcomers.enrol(demo, people)
    newcomers.feed_deaths(demo, people)
    return [_settled(demo, name, before[name]) for name in SERVICES]


def _settled(demo: RunningDemo, name: str, before: Buckets) -> Delay:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        now = _read(demo, SERVICES[name])
        fresh = {bound: count - before.get(bound, 0.0) for bound, count in now.items()}
        events = int(max(fresh.values()))
        if events >= 2 * SAMPLE or time.monotonic() > deadline:
            return Delay(name, events, _quantile(fresh, 0.5), _quantile(fresh, 0.99))
        time.sleep(0.1)
