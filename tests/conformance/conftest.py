"""One demo behind https for all plans, and the suite's clients registered with it."""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from clavis_testkit.launchers.process import free_port
from clavis_testkit.running_demo import RunningDemo

from dev.infrastructure import Infrastructure
from dev.layout import Layout
from dev.seed.clients import apply_bundle
from tests.conformance.harness.basic import BasicClient, Flow
from tests.conformance.harness.certificates import Authority
from tests.conformance.harness.citizen import Citizen
from tests.conformance.harness.fapi import FapiClient
from tests.conformance.harness.provider import Provider
from tests.conformance.harness.receiver import LogoutReceiver
from tests.conformance.harness.registration import SUITE
from tests.conformance.harness.signing_out import SigningOut
from tests.conformance.harness.speaker import Request
from tests.conformance.harness.suite import Suite
from tests.conformance.harness.variants import ALL, Variant
from tests.conftest import free_base

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def suite(demo_home: Path) -> Suite:
    """All clients of all plans."""
    folder = demo_home / "suite"
    folder.mkdir()
    return Suite(folder, f"https://localhost:{free_port()}/backchannel_logout")


_running: list[RunningDemo] = []


@pytest.fixture(scope="session")
def provider(suite: Suite, demo_home: Path) -> Iterator[Provider]:
    """The provider behind https. DEMO_RUNNING may name one that was started with TLS=1."""
    bundle = suite.write()
    there = _already_there()
    if there is not None:
        layout = Layout(there.base, there.directory, tls=True)
        apply_bundle(layout, Infrastructure(layout), bundle)
        with _serving(suite, there) as running:
            yield running
        return
    settings = {"TLS": "1", "DEMO_CLIENTS": str(bundle)}
    demo = RunningDemo(free_base(), demo_home / "https", settings)
    demo.start()
    _running.append(demo)
    with _serving(suite, demo) as running:
        yield running
    _stop()


def _already_there() -> RunningDemo | None:
    base, _, directory = os.environ.get("DEMO_RUNNING", "").partition(":")
    there = RunningDemo(int(base), Path(directory)) if base else None
    return there if there and there.data["issuer"].startswith("https://") else None


@contextmanager
def _serving(suite: Suite, demo: RunningDemo) -> Iterator[Provider]:
    suite.certify(Authority.of_demo(demo.directory / "pki" / "clients"))
    with closing(Provider(demo)) as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what must grow old have the most time: of our own modules, those that need it go last."""
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    ours = sorted((items[place] for place in places), key=_needs_age)
    for place, item in zip(places, ours, strict=True):
        items[place] = item


def _needs_age(item: pytest.Item) -> bool:
    return not {"aged", "spent"}.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Stop the demo after the last module here: others need the machine."""
    if nextitem is None or HERE not in nextitem.path.parents:
        _stop()


def _stop() -> None:
    while _running:
        _running.pop().stop()


@pytest.fixture(scope="session")
def citizen(provider: Provider) -> Iterator[Citizen]:
    """Somebody whose session lives through all modules that do not mind."""
    somebody = Citizen(provider.trust, SUITE, provider.demo.person(name="Ana García López"))
    yield somebody
    somebody.browser.close()


@pytest.fixture
def newcomer(provider: Provider) -> Iterator[Citizen]:
    """Somebody whose browser has never been at the provider."""
    somebody = Citizen(provider.trust, SUITE, provider.demo.person(name="Vera Molina Roca"))
    yield somebody
    somebody.browser.close()


@pytest.fixture(params=["basic", "formpost-basic"])
def plan(request: pytest.FixtureRequest) -> str:
    """The two plans whose modules are the same."""
    return str(request.param)


@pytest.fixture
def rp(
    ageing: object, spending: object, provider: Provider, suite: Suite, plan: str
) -> BasicClient:
    """The suite's first client."""
    return _client(provider, suite, plan, "suite-basic")


@pytest.fixture
def second_rp(provider: Provider, suite: Suite, plan: str) -> BasicClient:
    """Its second client."""
    return _client(provider, suite, plan, "suite-basic-2")


@pytest.fixture
def post_rp(provider: Provider, suite: Suite, plan: str) -> BasicClient:
    """Its client that sends the secret in the form."""
    return _client(provider, suite, plan, "suite-post")


def _client(provider: Provider, suite: Suite, plan: str, client_id: str) -> BasicClient:
    mode = "form_post" if plan == "formpost-basic" else None
    return BasicClient(provider, suite.clients[client_id], mode)


@pytest.fixture
def logout_rp(provider: Provider, suite: Suite) -> BasicClient:
    """The client of the logout plan."""
    return BasicClient(provider, suite.clients["suite-logout"])


@pytest.fixture
def receiver(provider: Provider, suite: Suite) -> Iterator[LogoutReceiver]:
    """Where its logout tokens arrive."""
    pki = provider.demo.directory / "pki"
    files = pki / "localhost.cer.pem", pki / "localhost.key.pem"
    with LogoutReceiver(httpx.URL(suite.logout_uri).port or 443, *files) as running:
        yield running


@pytest.fixture
def leaving(logout_rp: BasicClient, newcomer: Citizen) -> SigningOut:
    """A person who has just logged in and will log out."""
    hint = logout_rp.complete(newcomer).tokens["id_token"]
    return SigningOut(logout_rp, newcomer, hint)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A FAPI 2.0 module runs in the variants it names, in all of them by default."""
    if "variant" in metafunc.fixturenames:
        chosen = getattr(metafunc.module, "VARIANTS", ALL)
        metafunc.parametrize("variant", chosen, ids=[one.name for one in chosen])


@pytest.fixture
def fapi(ageing: object, provider: Provider, suite: Suite, variant: Variant) -> FapiClient:
    """The suite's first FAPI 2.0 client."""
    return FapiClient(provider, suite.clients[f"suite-{variant.name}-1"], variant)


@pytest.fixture
def second_fapi(provider: Provider, suite: Suite, variant: Variant) -> FapiClient:
    """Its second client, whose redirect_uri has a query."""
    return FapiClient(provider, suite.clients[f"suite-{variant.name}-2"], variant)


@dataclass(frozen=True)
class Aged:
    """A code and a reference that nobody used, from the beginning of the run."""

    request: Request
    code: str
    reference: str
    expires_in: int
    since: float

    def wait(self, seconds: float) -> None:
        """Wait until they are as old as that; most of it has passed with other modules."""
        while time.monotonic() < self.since + seconds:
            time.sleep(0.2)


@pytest.fixture(scope="session")
def spending(provider: Provider, suite: Suite, citizen: Citizen) -> dict[str, tuple[Flow, float]]:
    """For each basic plan, a flow that was completed at the beginning, and when."""
    flows = {}
    for plan in ("basic", "formpost-basic"):
        flow = _client(provider, suite, plan, "suite-basic").complete(citizen)
        flows[plan] = flow, time.monotonic()
    return flows


@pytest.fixture
def spent(spending: dict[str, tuple[Flow, float]], plan: str) -> tuple[Flow, float]:
    """The flow of this plan."""
    return spending[plan]


@pytest.fixture(scope="session")
def ageing(provider: Provider, suite: Suite, citizen: Citizen) -> dict[str, Aged]:
    """For each variant, what will be too old at the end."""
    return {variant.name: _left_alone(provider, suite, citizen, variant) for variant in ALL}


def _left_alone(provider: Provider, suite: Suite, citizen: Citizen, variant: Variant) -> Aged:
    client = FapiClient(provider, suite.clients[f"suite-{variant.name}-1"], variant)
    request = client.request()
    code = client.code(citizen, request)
    pushed = client.push(client.pushable(request))
    expires_in = int(pushed.json()["expires_in"])
    return Aged(request, code, client.reference(pushed), expires_in, time.monotonic())


@pytest.fixture
def aged(ageing: dict[str, Aged], variant: Variant) -> Aged:
    """What is too old in this variant."""
    return ageing[variant.name]
