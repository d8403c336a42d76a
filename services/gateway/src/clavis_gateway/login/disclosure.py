"""What a service receives, in words: on the selector, on the page before it is sent, on record."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from clavis_kit.keyed_hash import sha256_hex

from clavis_gateway.login import texts
from clavis_gateway.login.flow import Flow
from clavis_gateway.rules.disclosure import personal
from clavis_gateway.store import disclosures
from clavis_gateway.store.disclosures import Told


@dataclass(frozen=True, slots=True)
class Datum:
    """One datum: a claim that stands for it, its name, and why the service wants it."""

    claim: str
    label: str
    purpose: str | None


@dataclass(frozen=True, slots=True)
class Disclosure:
    """All that a page says of the data: each datum, and the purpose of the service as a whole."""

    data: tuple[Datum, ...]
    purpose: str | None
    policy: str | None = None
    """Address of what the service says about its use of the data."""
    terms: str | None = None
    """Address of its terms of service."""


def disclosure_of(flow: Flow) -> Disclosure:
    """Put what this request lets the service read into the person's words."""
    client, tag = flow.interaction.client, flow.language.tag
    purpose, policy, terms = (
        in_language(words, tag) for words in (client.purpose, client.policy_uri, client.tos_uri)
    )
    return Disclosure(_data(flow), purpose, policy, terms)


def in_language(words: Mapping[str, str], tag: str) -> str | None:
    """Choose a relying party's text: in the language, else the one without a language."""
    return words.get(tag) or words.get("")


def _data(flow: Flow) -> tuple[Datum, ...]:
    """Name each datum once: several claims may say the same, and the whole name its parts."""
    claims = personal(flow.interaction.requested_claims)
    purposes = flow.interaction.client.claim_purposes
    lines: dict[str, Datum] = {}
    for claim in claims:
        if texts.PART_OF.get(claim) in claims:
            continue
        label = flow.language.text(texts.CLAIMS[claim]) if claim in texts.CLAIMS else claim
        purpose = in_language(purposes.get(claim, {}), flow.language.tag)
        earlier = lines.get(label)
        if earlier is None or (earlier.purpose is None and purpose is not None):
            lines[label] = Datum(claim, label, purpose)
    return tuple(lines.values())


async def keep(flow: Flow, subject_id: str, *, agreed: bool) -> None:
    """Put on record what the page said and whether the person went on."""
    interaction, told = flow.interaction, disclosure_of(flow)
    details = interaction.authorization_details
    purposes = {datum.claim: datum.purpose for datum in told.data if datum.purpose}
    shown: dict[str, object] = {"purpose": told.purpose, "purposes": purposes}
    if details:
        # What is authorised may name a document: its kind and a digest prove what was shown.
        text = json.dumps(details, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        shown["details"] = [detail.get("type") for detail in details]
        shown["details_sha256"] = sha256_hex(text)
    await disclosures.record(
        flow.deps.pool,
        Told(
            record_id=flow.deps.new_id(),
            subject_id=subject_id,
            client_id=interaction.client.client_id,
            claims=personal(interaction.requested_claims),
            shown=shown,
            language=flow.language.tag,
            agreed=agreed,
            at=flow.deps.clock.now(),
        ),
    )
