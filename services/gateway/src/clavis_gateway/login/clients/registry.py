"""Calls to the registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from clavis_gateway.login.clients.sibling import Answer, Sibling


class RegistryClient:
    """Persons, for those who come with a certificate."""

    def __init__(self, service: Sibling) -> None:
        """Use the registry."""
        self.service = service

    async def subject_of(self, national_id: str, evidence: Mapping[str, Any]) -> Answer:
        """Find or make the subject of an identity number: subject_id, status, level.

        Raises Refused with person-deceased.
        """
        return await self.service.post(
            "/internal/v1/subjects", {"national_id": national_id, "evidence": dict(evidence)}
        )
