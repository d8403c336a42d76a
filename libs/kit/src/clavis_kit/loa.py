"""The ordered level of assurance and its spelling on the wire."""

from enum import IntEnum


class Loa(IntEnum):
    """Level of assurance of Regulation (EU) 910/2014 article 8, ordered."""

    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3

    @property
    def acr(self) -> str:
        """The URI that travels as `acr`."""
        return _ACR[self]


_ACR = {
    Loa.LOW: "http://eidas.europa.eu/LoA/low",
    Loa.SUBSTANTIAL: "http://eidas.europa.eu/LoA/substantial",
    Loa.HIGH: "http://eidas.europa.eu/LoA/high",
}
_LOA = {acr: loa for loa, acr in _ACR.items()}
ACR_VALUES: tuple[str, ...] = tuple(_ACR.values())


def from_acr(acr: str) -> Loa | None:
    """Return the level that an `acr` URI names, or None when it is not one of ours."""
    return _LOA.get(acr)
