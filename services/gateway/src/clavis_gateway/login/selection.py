"""The methods a person can choose among, as the pages show them."""

from __future__ import annotations

from dataclasses import dataclass

from clavis_gateway.login import texts
from clavis_gateway.login.flow import Flow
from clavis_gateway.rules.levels import Choice, Method, Offer, Reason, WayUp, offers


@dataclass(frozen=True, slots=True)
class Line:
    """One method as the selector shows it."""

    choice: Choice
    name: str
    text: str
    reason: Reason | None
    ways_up: tuple[WayUp, ...]


async def lines(flow: Flow) -> list[Line]:
    """Judge every method for this login, now."""
    judged = offers(
        flow.interaction.required_loa,
        flow.interaction.client.allowed_methods,
        await flow.login.available(),
        flow.deps.settings.level_policy,
    )
    return [_line(offer) for offer in judged]


async def other_ways(flow: Flow, but: Choice | None) -> list[Line]:
    """Name the methods that work now besides one that does not."""
    return [line for line in await lines(flow) if line.reason is None and line.choice is not but]


def _line(offer: Offer) -> Line:
    name, text = texts.CHOICES[offer.choice]
    if offer.method is Method.PERMANENT_OTP:
        text = texts.CHOICE_WITH_CODE
    elif offer.method is Method.CERTIFICATE_QSCD:
        text = texts.CHOICE_QUALIFIED_DEVICE
    return Line(offer.choice, name, text, offer.reason, offer.ways_up)
