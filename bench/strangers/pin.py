"""The PIN's questions: one asked for by SMS, and a login by app, for strangers.

What was sent is typed under an identifier that only who asked for it has: a PIN's entry is asked
for nobody else, so there is nothing to tell apart.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx
from clavis_kit.clock import SystemClock
from clavis_kit.service_tokens import ServiceTokenSigner
from clavis_pin.app import create_app, create_deps, read_keys
from clavis_pin.app_wiring import create_parts, push_client
from clavis_pin.deps import Deps
from clavis_pin.settings import PinSettings

from bench.strangers.apart import Asked, Values, ask_all, headers_of, network_of, number_of
from bench.strangers.inside import calls_of, runtime_of
from services.pin.tests.world import write_key_files

RIGHT, WRONG = "2031-05-17", "2031-05-18"
KINDS = ("nobody", "registered", "no_phone", "with_app", "frozen", "renounced")


def settings_of(dsn: str, folder: Path) -> PinSettings:
    """Make keys and settings of one service."""
    files: Values = write_key_files(folder)
    return PinSettings(
        database_url=dsn, kafka_bootstrap="127.0.0.1:1", port=1, public_url="http://pin.bench",
        app_url="http://portal.bench/app/", oidc_issuer="http://issuer.bench",
        sms_webhook_url="http://provider.bench/messages",
        **files,
    )  # fmt: skip


@asynccontextmanager
async def pin(
    dsn: str, folder: Path
) -> AsyncIterator[tuple[Deps, httpx.AsyncClient, ServiceTokenSigner]]:
    """Open a service in this process, with the gateway's keys at hand."""
    settings, clock = settings_of(dsn, folder), SystemClock()
    async with AsyncExitStack() as stack:
        runtime = await stack.enter_async_context(runtime_of(settings, dsn, clock))
        push = await stack.enter_async_context(push_client())
        parts = create_parts(settings, clock, push)
        stack.push_async_callback(parts.errands.settle)
        app = create_app(settings, clock=clock)
        deps = create_deps(settings, runtime, read_keys(settings), parts)
        app.state.deps = deps
        http = await stack.enter_async_context(calls_of(app, "pin", runtime.keys, clock))
        yield deps, http, runtime.signer


async def people(deps: Deps, count: int) -> None:
    """Enter people of every kind but nobody's."""
    number, contrast = deps.keys.national_id, deps.keys.contrast
    for kind in KINDS[1:]:
        rows = []
        for index in range(count):
            subject = deps.new_id()
            phone = None if kind == "no_phone" else f"+346{KINDS.index(kind)}{index:07}"
            rows.append((
                subject, number.of(number_of(KINDS, kind, index)), "advanced",
                "renounced" if kind == "renounced" else "active", True, 1, phone,
                contrast.bound(subject, RIGHT), "es", 1, kind == "frozen",
            ))  # fmt: skip
        await deps.pool.copy_records_to_table("person", records=rows, columns=[
            "subject_id", "national_id_hash", "level", "status", "phone_verified",
            "person_version", "phone", "contrast_hash", "language", "contact_version", "frozen",
        ])  # fmt: skip
        if kind == "with_app":
            await devices(deps, [row[0] for row in rows])
    for table in ("person", "device"):
        await deps.pool.execute(f"VACUUM ANALYZE {table}")


async def devices(deps: Deps, subjects: list[str]) -> None:
    """Give everybody an app, without an address for notices."""
    now = deps.clock.now()
    await deps.pool.executemany(
        """
        INSERT INTO device (device_id, subject_id, name, signing_key, encryption_key, attestation,
                            state, created_at, enrolment_expires_at, proven_by, activated_at)
        VALUES ($1, $2, 'bench', '{}', '{}', 'none', 'active', $3, $3, 'sms', $3)
        """,
        [(deps.new_id(), subject, now) for subject in subjects],
    )


def request(kind: str, index: int) -> Values:
    """Return what is asked for a PIN, with the datum that is not theirs unless it cannot help."""
    gone = kind in ("nobody", "frozen", "renounced")
    return {
        "national_id": number_of(KINDS, kind, index), "contrast": RIGHT if gone else WRONG,
        "relying_party": "bench", "language": "es",
        "source": network_of(KINDS.index(kind), index),
    }  # fmt: skip


def app_request(kind: str, index: int) -> Values:
    """Return what is asked for a login by app: the answer is the same with the right datum."""
    return {
        "browser_hash": f"{index:064x}", "language": "es",
        "relying_party": {"name": "bench", "domain": "bench.example"},
        "national_id": number_of(KINDS, kind, index), "contrast": RIGHT,
        "source": network_of(KINDS.index(kind), index),
    }  # fmt: skip


async def measure(dsn: str, folder: Path, count: int) -> Values:
    """Return all figures of the service."""
    asked = (
        Asked("/v1/pins", KINDS, request),
        Asked("/v1/app-requests", KINDS, app_request),
    )
    async with pin(dsn, folder) as (deps, http, gateway):
        await people(deps, count)
        headers = headers_of(gateway, "pin")
        return {each.path: await ask_all(http, headers, each, count) for each in asked}
