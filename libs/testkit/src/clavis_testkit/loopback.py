"""Tests talk to this machine only: a connection to any other address is an error."""

import ipaddress
import os
import sys
from typing import Any

import httpx

_GIVEN_SERVERS = ("CLAVIS_TEST_DATABASE_URL", "KAFKA_BOOTSTRAP")


class OutsideConnectionError(RuntimeError):
    """A test, or the code under test, tried to leave the machine."""


def guard() -> None:
    """Refuse connections to other machines from now on, unless a server elsewhere was given.

    An audit hook sees every connection of this process's Python sockets and cannot be removed.
    """
    if not any(os.environ.get(name) for name in _GIVEN_SERVERS):
        sys.addaudithook(_refuse_outside)


def _refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect":
        return
    address = arguments[1]
    # Unix sockets have a path instead of a pair.
    if isinstance(address, tuple) and not is_loopback(str(address[0])):
        raise OutsideConnectionError(f"a test tried to connect to {address[0]}")


def is_loopback(host: str) -> bool:
    """Return whether a host of a socket address names this machine."""
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def plain_client() -> httpx.AsyncClient:
    """Make a client for http alone: it reads no authorities, which takes long."""
    return httpx.AsyncClient(verify=False)  # noqa: S501  nothing here is asked over TLS
