"""PostgreSQL and the Kafka broker of the demo: given by address, else from wheels."""

import os

from clavis_testkit.launchers.kafka import Broker, open_broker
from clavis_testkit.launchers.postgres import Postgres, open_postgres

from dev.layout import Layout
from dev.output import last_lines
from dev.processes import DemoError
from dev.services import Service


class Infrastructure:
    """The two servers everything else needs. LauncherError when one cannot start."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.postgres: Postgres = open_postgres(
            layout.file("postgres"),
            admin_dsn=os.environ.get("DATABASE_ADMIN_URL"),
            port=layout.port("postgres"),
        )
        self.broker: Broker = open_broker(
            layout.file("kafka"),
            bootstrap=os.environ.get("KAFKA_BOOTSTRAP"),
            port=layout.port("kafka"),
        )

    def start(self) -> None:
        """Start both and wait until they answer."""
        self.postgres.start()
        self.broker.start()

    def stop(self) -> None:
        """Stop both, the broker first."""
        self.broker.stop()
        self.postgres.stop()

    def watch(self) -> None:
        """Raise DemoError when one has ended."""
        for name, server in (("PostgreSQL", self.postgres), ("The Kafka broker", self.broker)):
            code = server.poll()
            if code is not None:
                log = getattr(server, "log_file", self._layout.file("none"))
                raise DemoError(
                    f"{name} ended with code {code}; its last lines:\n{last_lines(log)}"
                )

    def pids(self) -> list[int]:
        """List the process ids of what was started here."""
        found = [getattr(server, "pid", None) for server in (self.postgres, self.broker)]
        return [pid for pid in found if pid is not None]

    def owner_url(self, service: Service) -> str:
        """Where migrations of a service connect."""
        return self.postgres.dsn(str(service.database), f"{service.database}_owner")

    def runtime_url(self, service: Service) -> str:
        """Where a service connects: a role with rights table by table."""
        return self.postgres.dsn(str(service.database), str(service.database))
