"""Which provider is asked first for a number. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Route:
    """A provider and the country calling codes it serves; none means all of them."""

    provider: str
    countries: tuple[str, ...] = field(default=())

    def reach(self, number: str) -> int:
        """Tell how well it suits an E.164 number: the longest prefix wins; -1 means not at all."""
        if not self.countries:
            return 0
        digits = number.lstrip("+")
        return max((len(code) for code in self.countries if digits.startswith(code)), default=-1)


def in_order(number: str, routes: Sequence[Route], unwell: Collection[str]) -> list[str]:
    """Name the providers to try: healthy ones first, then the more specific, then as listed."""
    suited = [route for route in routes if route.reach(number) >= 0]
    ranked = sorted(suited, key=lambda route: (route.provider in unwell, -route.reach(number)))
    return [route.provider for route in ranked]
