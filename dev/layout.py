"""Where the demo keeps things and where it listens."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.services import DEFAULT_PORT_BASE, KAFKA_OFFSET, POSTGRES_OFFSET, by_name

ROOT = Path(__file__).resolve().parent.parent
_LOWEST_BASE = 1024  # below, a port is for the system's own programs
_HIGHEST_BASE = 65_535 - KAFKA_OFFSET
# Long enough for somebody at the console to print a letter by hand.
_POST_SECONDS = 10


class LayoutError(ValueError):
    """A setting of the demo is wrong; the text is one sentence."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One demo: its first port, its directory, and whether people come in over TLS.

    ``clients_file`` is a bundle of more relying parties, ``trust_file`` holds more authorities that
    outgoing calls trust; None where the demo's own are all. ``post_seconds`` is how old a letter
    grows before the demo's own post takes it.
    """

    base: int
    directory: Path
    tls: bool = False
    clients_file: Path | None = None
    trust_file: Path | None = None
    post_seconds: int = _POST_SECONDS

    def port(self, name: str) -> int:
        """Return the port of a part of the table, or of ``postgres`` or ``kafka``."""
        infrastructure = {"postgres": POSTGRES_OFFSET, "kafka": KAFKA_OFFSET}
        offset = infrastructure.get(name)
        return self.base + (by_name(name).offset if offset is None else offset)

    def url(self, name: str) -> str:
        """Return the address at which people and siblings reach a part."""
        scheme = "https" if name == "tls-front" else "http"
        return f"{scheme}://localhost:{self.port(name)}"

    @property
    def issuer(self) -> str:
        """The OpenID issuer: the gateway, or the TLS front when ``TLS=1``."""
        return self.url("tls-front" if self.tls else "gateway")

    @property
    def certificate_port(self) -> int:
        """Where the TLS front asks for client certificates."""
        return self.base + by_name("tls-front").extra_offsets[0]

    @property
    def certificate_url(self) -> str:
        """The host of certificate logins and of relying parties that use mutual TLS."""
        return f"https://localhost:{self.certificate_port}"

    @property
    def demo_ports(self) -> list[int]:
        """The ports of the three demo services, by rising level."""
        return [self.base + offset for offset in by_name("demo").offsets]

    @property
    def trusted(self) -> Path:
        """The authorities that outgoing calls trust, in one PEM file."""
        return self.file("pki", "trust.pem" if self.trust_file is None else "trust-more.pem")

    def file(self, *parts: str) -> Path:
        """Return a path inside the demo's directory."""
        return self.directory.joinpath(*parts)


def from_environment(environment: Mapping[str, str] | None = None) -> Layout:
    """Read DEMO_PORT_BASE, DEMO_DIR, DEMO_CLIENTS, DEMO_TRUST, DEMO_POST_SECONDS and TLS.

    Raises LayoutError.
    """
    values = os.environ if environment is None else environment
    text = values.get("DEMO_PORT_BASE") or str(DEFAULT_PORT_BASE)
    if not text.isascii() or not text.isdigit() or not _LOWEST_BASE <= int(text) <= _HIGHEST_BASE:
        raise LayoutError(
            f"DEMO_PORT_BASE must be a number from {_LOWEST_BASE} to {_HIGHEST_BASE}, not {text!r}."
        )
    directory = Path(values.get("DEMO_DIR") or ROOT / ".demo").resolve()
    return Layout(
        int(text),
        directory,
        tls=values.get("TLS", "") not in {"", "0", "no", "false"},
        clients_file=_existing(values, "DEMO_CLIENTS"),
        trust_file=_existing(values, "DEMO_TRUST"),
        post_seconds=_post_seconds(values),
    )


def _post_seconds(values: Mapping[str, str]) -> int:
    text = values.get("DEMO_POST_SECONDS") or str(_POST_SECONDS)
    if not text.isascii() or not text.isdigit():
        raise LayoutError(f"DEMO_POST_SECONDS must be a number of seconds, not {text!r}.")
    return int(text)


def _existing(values: Mapping[str, str], name: str) -> Path | None:
    if not values.get(name):
        return None
    path = Path(values[name]).resolve()
    if not path.is_file():
        raise LayoutError(f"{name} names {path}, which is no file.")
    return path
