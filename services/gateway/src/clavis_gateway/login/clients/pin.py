"""Calls to the service of one-time PINs and of the app."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from clavis_gateway.login.clients.sibling import Answer, Sibling, known

# What a phone's screen shows of a relying party.
MAX_NAME, MAX_DOMAIN = 200, 255


class PinClient:
    """One-time PINs."""

    def __init__(self, service: Sibling) -> None:
        """Use the PIN service."""
        self.service = service

    async def request(
        self,
        *,
        national_id: str,
        contrast: str,
        prefix: str | None,
        channel: str | None,
        relying_party: str,
        language: str,
        source: str | None,
    ) -> Answer:
        """Ask for a PIN to be sent. `outcome`: sent, mismatch, limited or undeliverable.

        `channel` "sms" asks for an SMS even where an app could show the PIN. `source` is the
        address the request came from, for the limits of its network.
        """
        body = known(
            national_id=national_id,
            contrast=contrast,
            prefix=prefix,
            channel=channel,
            relying_party=relying_party,
            language=language,
            source=source,
        )
        return await self.service.post("/v1/pins", body)

    async def attempt(self, pin_request_id: str, pin: str) -> Answer:
        """Judge a typed PIN. `verdict`: accepted, wrong, expired, used or locked."""
        path = f"/v1/pins/{quote(pin_request_id, safe='')}/attempts"
        return await self.service.post(path, {"pin": pin})


class AppClient:
    """Login requests that a person answers in the app."""

    def __init__(self, service: Sibling) -> None:
        """Use the PIN service, which keeps the devices."""
        self.service = service

    async def request(
        self,
        *,
        browser_hash: str,
        relying_party: dict[str, str],
        purpose: str | None,
        language: str,
        national_id: str | None = None,
        contrast: str | None = None,
        source: str | None,
    ) -> Answer:
        """Open a request. `outcome`: created (also for nobody we know) or limited.

        With `national_id` and `contrast` it waits in that person's app without being scanned.
        """
        body = known(
            browser_hash=browser_hash,
            relying_party={
                "name": relying_party["name"][:MAX_NAME],
                "domain": relying_party["domain"][:MAX_DOMAIN],
            },
            purpose=purpose[:MAX_NAME] if purpose else None,
            language=language,
            national_id=national_id,
            contrast=contrast,
            source=source,
        )
        return await self.service.post("/v1/app-requests", body)

    async def code(self, app_request_id: str) -> Answer:
        """Return what the QR says now, `content`, and its digits for typing, `typed_code`."""
        return await self.service.get(_path(app_request_id, "/qr"))

    async def state(self, app_request_id: str, wait_seconds: int = 0) -> str:
        """Say where the request stands, waiting so long for a change.

        pending, scanned, confirmed, rejected, reported or expired.
        """
        answer = await self.service.get(_path(app_request_id), wait=str(wait_seconds))
        return str(answer["state"])

    async def complete(self, app_request_id: str, browser_hash: str) -> Answer:
        """Collect the answer, once, in the browser that asked.

        `verdict`: accepted, pending, rejected, reported, expired or used.
        """
        body: dict[str, Any] = {"browser_hash": browser_hash}
        return await self.service.post(_path(app_request_id, "/completion"), body)

    async def cancel(self, app_request_id: str) -> None:
        """Take the request back."""
        await self.service.post(_path(app_request_id, "/cancellation"), {})


def _path(app_request_id: str, rest: str = "") -> str:
    return f"/v1/app-requests/{quote(app_request_id, safe='')}{rest}"
