"""The permanent password's questions: a login, an activation and a recovery of strangers."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
from clavis_kit.clock import SystemClock
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_permanent.app import create_app, create_deps, create_passwords_of, read_keys
from clavis_permanent.authenticators import create_authenticators
from clavis_permanent.deps import Deps
from clavis_permanent.passwords import StoredPassword
from clavis_permanent.settings import PermanentSettings

from bench.strangers.apart import Asked, Values, ask_all, headers_of, network_of, number_of
from bench.strangers.inside import calls_of, runtime_of
from services.permanent.tests.world import write_key_files

RIGHT, WRONG = "Correct1!horse", "Wrong1!horse"
AT_ONCE = 32  # passwords hashed: fewer than the service lets wait
# Of `blocks` the attempt is the one that blocks the password.
KINDS = ("nobody", "wrong", "blocks", "blocked", "frozen", "renounced", "never_activated")
# Who is blocked, frozen or gone types the right password: even that says nothing.
TYPED = {"nobody": RIGHT, "wrong": WRONG, "blocks": WRONG}


def settings_of(dsn: str, folder: Path) -> PermanentSettings:
    """Make keys and settings of one service, with Argon2 as it is shipped."""
    files: Values = write_key_files(folder)
    return PermanentSettings(
        database_url=dsn, kafka_bootstrap="127.0.0.1:1", port=1,
        public_url="http://permanent.bench", oidc_issuer="http://issuer.bench",
        sms_webhook_url="http://provider.bench/messages",
        passkey_rp_id="bench.example", passkey_origins=("https://bench.example",),
        **files,
    )  # fmt: skip


@asynccontextmanager
async def permanent(
    dsn: str, folder: Path
) -> AsyncIterator[tuple[Deps, httpx.AsyncClient, ServiceTokenSigner]]:
    """Open a service in this process, with the gateway's keys at hand."""
    settings, clock = settings_of(dsn, folder), SystemClock()
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(runtime_of(settings, dsn, clock))
        passwords = create_passwords_of(settings, clock)
        stack.callback(passwords.close)
        authenticators = create_authenticators(settings, settings.brand, secrets.token_bytes)
        app = create_app(settings, clock=clock)
        deps = create_deps(settings, runtime, read_keys(settings), passwords, authenticators)
        app.state.deps = deps
        http = await stack.enter_async_context(calls_of(app, "permanent", runtime.keys, clock))
        yield deps, http, runtime.signer


async def people(deps: Deps, count: int) -> None:
    """Enter people of every kind but nobody's, each with a password of their own."""
    for kind in KINDS[1:]:
        hashes = [deps.keys.national_id.of(number_of(KINDS, kind, i)) for i in range(count)]
        subjects = [deps.new_id() for _ in hashes]
        status = "renounced" if kind == "renounced" else "active"
        known = [
            (subject, hashed, "advanced", status, 1, "+34600111222", "a@example.es", "es", 1,
             kind == "frozen")
            for subject, hashed in zip(subjects, hashes, strict=True)
        ]  # fmt: skip
        await deps.pool.copy_records_to_table("person", records=known, columns=[
            "subject_id", "national_id_hash", "level", "status", "person_version", "phone",
            "email", "language", "contact_version", "frozen",
        ])  # fmt: skip
        codes = [(subject, deps.keys.activation_code.bound(subject, "2" * 12), 0)
                 for subject in subjects]  # fmt: skip
        await deps.pool.copy_records_to_table(
            "activation_code", records=codes, columns=["subject_id", "code_hash", "failures"]
        )
        if kind != "never_activated":
            await credentials(deps, kind, subjects)
    for table in ("person", "credential", "activation_code"):
        await deps.pool.execute(f"VACUUM ANALYZE {table}")


def batched(subjects: list[str], size: int) -> Iterator[list[str]]:
    """Cut a list into pieces."""
    return (subjects[begin : begin + size] for begin in range(0, len(subjects), size))


async def credentials(deps: Deps, kind: str, subjects: list[str]) -> None:
    """Give everybody a password, blocked or about to be where the kind says so."""
    now = deps.clock.now()
    made: list[StoredPassword] = []
    for some in batched(subjects, AT_ONCE):
        made += await asyncio.gather(*(deps.passwords.hash(s, RIGHT) for s in some))
    failures = deps.policies.password.max_failures - 1 if kind == "blocks" else 0
    rows = [
        (subject, 1, stored.hash, stored.pepper_id, failures, now if kind == "blocked" else None,
         now, now + timedelta(days=700))
        for subject, stored in zip(subjects, made, strict=True)
    ]  # fmt: skip
    await deps.pool.copy_records_to_table("credential", records=rows, columns=[
        "subject_id", "version", "password_hash", "pepper_id", "failures", "blocked_at",
        "activated_at", "expires_at",
    ])  # fmt: skip


def login(kind: str, index: int) -> Values:
    """Return a login: the right password where it does not help."""
    return {
        "national_id": number_of(KINDS, kind, index), "password": TYPED.get(kind, RIGHT),
        "source": network_of(KINDS.index(kind), index),
    }  # fmt: skip


def activation(kind: str, index: int) -> Values:
    """Return what a stranger types who knows a number and nothing else."""
    return {
        "national_id": number_of(KINDS, kind, index), "email": "b@example.es",
        "activation_code": "3333-3333-3333", "language": "es",
        "source": network_of(KINDS.index(kind), index),
    }  # fmt: skip


def recovery(kind: str, index: int) -> Values:
    """Return the same for a forgotten password, where no address is asked for."""
    return {name: value for name, value in activation(kind, index).items() if name != "email"}


async def measure(dsn: str, folder: Path, count: int) -> Values:
    """Return all figures of the service."""
    asked = (
        Asked("/v1/logins", KINDS, login),
        Asked("/v1/activations", KINDS, activation),
        Asked("/v1/recoveries", KINDS, recovery),
    )
    async with permanent(dsn, folder) as (deps, http, gateway):
        await people(deps, count)
        headers = headers_of(gateway, "permanent")
        return {each.path: await ask_all(http, headers, each, count) for each in asked}
