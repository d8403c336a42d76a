"""The one table of what runs. The supervisor starts it; compose and the chart are held against it.

Ports are offsets from ``DEMO_PORT_BASE`` so that two demos can live side by side.
"""

from collections.abc import Iterable
from dataclasses import dataclass

DEFAULT_PORT_BASE = 8400
POSTGRES_OFFSET = 90
KAFKA_OFFSET = 92


@dataclass(frozen=True, slots=True)
class Service:
    """One process: how it is started, where it listens, what must be ready before it.

    ``prefix`` is the environment prefix of its settings; ``database`` the database it alone owns
    (None when it has none, or shares the one of the package it is a command of); ``health`` the
    path that says it is ready, empty where an open port must do.
    """

    name: str
    title: str
    module: str
    arguments: tuple[str, ...]
    offset: int
    needs: tuple[str, ...]
    database: str | None = None
    prefix: str = ""
    extra_offsets: tuple[int, ...] = ()
    health: str = "/health/ready"

    @property
    def command(self) -> tuple[str, ...]:
        """What follows the interpreter on the command line."""
        return ("-m", self.module, *self.arguments)

    @property
    def offsets(self) -> tuple[int, ...]:
        """Every port offset this process listens on, its health port first."""
        return (self.offset, *self.extra_offsets)


def _core(name: str, title: str, offset: int) -> Service:
    return Service(
        name=name,
        title=title,
        module=f"clavis_{name}",
        arguments=("serve",),
        offset=offset,
        needs=("postgres", "kafka"),
        database=f"clavis_{name}",
        prefix=f"CLAVIS_{name.upper()}_",
    )


SERVICES: tuple[Service, ...] = (
    _core("registry", "Registry of people", 1),
    _core("pin", "One-time PINs", 2),
    _core("permanent", "Permanent passwords", 3),
    _core("signing", "Certificates and signatures", 4),
    _core("gateway", "OpenID Connect provider and login pages", 0),
    Service(
        name="portal",
        title="Citizen portal",
        module="clavis_gateway",
        arguments=("portal",),
        offset=5,
        needs=("postgres",),
        prefix="CLAVIS_PORTAL_",
    ),
    Service(
        name="console",
        title="Office console",
        module="clavis_registry",
        arguments=("console",),
        offset=6,
        needs=("postgres",),
        prefix="CLAVIS_CONSOLE_",
    ),
    Service(
        name="inbox",
        title="Message inbox",
        module="dev.inbox",
        arguments=(),
        offset=11,
        needs=(),
        prefix="CLAVIS_INBOX_",
    ),
    Service(
        name="demo",
        title="Demo public services",
        module="dev.demo_services",
        arguments=(),
        offset=10,
        extra_offsets=(12, 13),
        needs=(),
        prefix="CLAVIS_DEMO_",
    ),
    Service(
        name="tls-front",
        title="TLS front: pages, and client certificates at the next port",
        module="dev.tls_front",
        arguments=(),
        offset=43,
        extra_offsets=(44,),
        needs=(),
        health="",
        prefix="CLAVIS_TLS_FRONT_",
    ),
)

CORE = tuple(service for service in SERVICES if service.database)


def by_name(name: str) -> Service:
    """Find a service; KeyError names one that is not in the table."""
    for service in SERVICES:
        if service.name == name:
            return service
    raise KeyError(name)


def all_offsets(services: Iterable[Service] = SERVICES) -> dict[int, str]:
    """Map every port offset in use to the name of who listens there."""
    offsets = {POSTGRES_OFFSET: "postgres", KAFKA_OFFSET: "kafka"}
    for service in services:
        offsets.update(dict.fromkeys(service.offsets, service.name))
    return offsets
