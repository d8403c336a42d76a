"""What is asked of the demo, one function per kind of request."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import aiohttp
from clavis_kit.clock import SystemClock
from clavis_kit.national_id import check_letter
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_testkit import newcomers
from clavis_testkit.code_flow import CodeFlow
from clavis_testkit.form_citizen import FormCitizen
from clavis_testkit.running_demo import RunningDemo
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bench.load import Figure, load
from bench.processes import Process

CHAINS = 4
_OK, _SEE_OTHER = 200, 303


@dataclass(frozen=True)
class Bench:
    """A running demo, its processes, and one pool of connections to it."""

    demo: RunningDemo
    parts: dict[str, Process]
    http: aiohttp.ClientSession

    def gateway_token(self, audience: str) -> dict[str, str]:
        """Return the authorization with which the gateway calls a service."""
        pem = (self.demo.directory / "keys" / "gateway.pem").read_bytes()
        key = load_pem_private_key(pem, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise TypeError("the gateway's key is not an elliptic one")
        return ServiceTokenSigner("gateway", key, SystemClock()).headers(audience)

    async def get(self, url: str, expected: int = _OK) -> bool:
        """Get and read to the end; say whether the status was the expected one."""
        async with self.http.get(url, allow_redirects=False) as answer:
            await answer.read()
            return answer.status == expected


def getting(bench: Bench, url: str) -> Callable[[int], Awaitable[bool]]:
    """Make the call that asks for one address."""
    return lambda _: bench.get(url)


async def reading(bench: Bench) -> AsyncIterator[Figure]:
    """Measure what needs no person: the baseline, discovery, keys, and the way in."""
    gateway, issuer = bench.parts["gateway"], bench.demo.issuer
    for name, path in (
        ("bare answer (/health/live)", "/health/live"),
        ("discovery", "/.well-known/openid-configuration"),
        ("keys", "/jwks"),
    ):
        yield await load(name, getting(bench, issuer + path), server=gateway, count=1000)
    web = CodeFlow(bench.demo, "demo-web")
    address = web.address()
    yield await load(
        "authorize (opens a login)",
        lambda _: bench.get(address, _SEE_OTHER),
        server=gateway,
        count=400,
    )


async def credentials(bench: Bench) -> AsyncIterator[Figure]:
    """Measure a PIN request and a password login of people who are not there.

    They cost what those of known people cost, but for the message that is sent.
    """
    pin, permanent = bench.demo.url(2), bench.demo.url(3)

    def post(
        service: str, url: str, expected: dict[str, str], more: dict[str, str]
    ) -> Callable[[int], Awaitable[bool]]:
        async def send(_: int) -> bool:
            number = secrets.randbelow(60_000_000)
            body = {"national_id": f"{number:08}{check_letter(number)}", **more}
            headers = bench.gateway_token(service)
            async with bench.http.post(url, json=body, headers=headers) as answer:
                return bool(expected.items() <= (await answer.json()).items())

        return send

    yield await load(
        "PIN request",
        post("pin", f"{pin}/v1/pins", {"outcome": "mismatch"},
             {"contrast": "2031-01-01", "relying_party": "bench", "language": "es"}),
        server=bench.parts["pin"],
        count=300,
    )  # fmt: skip
    yield await load(
        "password login",
        post("permanent", f"{permanent}/v1/logins", {"verdict": "wrong"}, {"password": "x" * 12}),
        server=bench.parts["permanent"],
        count=100,
        at_a_time=2,
    )


def log_in(demo: RunningDemo, person: dict[str, str]) -> dict[str, str]:
    """Log a person in by PIN and return the tokens."""
    web = CodeFlow(demo, "demo-web")
    with FormCitizen(demo, person) as citizen:
        web.begin(citizen)
        citizen.enter_with_pin()
        return web.collect(citizen)


def people_with_tokens(demo: RunningDemo) -> list[dict[str, str]]:
    """Enrol a few people and log each in."""
    people = [newcomers.newcomer("basic") for _ in range(CHAINS)]
    newcomers.enrol(demo, people)
    return [log_in(demo, person) for person in people]


async def tokens(bench: Bench, owned: list[dict[str, str]]) -> AsyncIterator[Figure]:
    """Measure what relying parties do with tokens."""
    gateway, issuer = bench.parts["gateway"], bench.demo.issuer
    client = CodeFlow(bench.demo, "demo-web").client
    auth = aiohttp.BasicAuth(client["client_id"], client["client_secret"])
    refresh = [token["refresh_token"] for token in owned]
    idle = list(range(len(refresh)))

    async def introspect(number: int) -> bool:
        form = {"token": owned[number % CHAINS]["access_token"]}
        async with bench.http.post(f"{issuer}/introspect", data=form, auth=auth) as answer:
            return bool((await answer.json())["active"])

    async def renew(_: int) -> bool:
        # Each chain is used by one request at a time: a refresh token works once.
        chain = idle.pop()
        form = {"grant_type": "refresh_token", "refresh_token": refresh[chain]}
        async with bench.http.post(f"{issuer}/token", data=form, auth=auth) as answer:
            document = await answer.json()
        refresh[chain] = document.get("refresh_token", refresh[chain])
        idle.append(chain)
        return answer.status == _OK

    async def userinfo(number: int) -> bool:
        headers = {"Authorization": f"Bearer {owned[number % CHAINS]['access_token']}"}
        async with bench.http.get(f"{issuer}/userinfo", headers=headers) as answer:
            return answer.status == _OK

    yield await load("introspection", introspect, server=gateway, count=400)
    yield await load("userinfo", userinfo, server=gateway, count=400)
    yield await load("token refresh", renew, server=gateway, count=200, at_a_time=CHAINS)
