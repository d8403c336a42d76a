"""How much is taken from one network. Pure: no I/O."""

from dataclasses import dataclass, field
from datetime import timedelta

from clavis_kit.networks import Networks

from clavis_permanent.rules.codes import HOUR


@dataclass(frozen=True, slots=True)
class SourcePolicy:
    """The numbers an operator may set. Behind one address there may be a whole office."""

    attempts_per_hour: int = 600
    networks: Networks = field(default_factory=Networks)

    @property
    def drip(self) -> timedelta:
        """How long one attempt takes to be forgotten."""
        return HOUR / self.attempts_per_hour
