"""Sending with fail-over: the next provider is asked when one does not take the message."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from clavis_kit.clock import Clock
from clavis_kit.db import Pool
from clavis_kit.logging import get_logger
from clavis_kit.messages.message import (
    Carrier,
    HandOver,
    OutgoingMessage,
    UndeliverableError,
)
from clavis_kit.messages.providers import SmppProvider, WebhookProvider, read_providers
from clavis_kit.messages.receipts import DeliveryLog
from clavis_kit.messages.routes import Route, in_order
from clavis_kit.messages.settings import MessageSettings
from clavis_kit.messages.smpp import SmppCarrier
from clavis_kit.messages.smtp import SmtpCarrier
from clavis_kit.messages.webhook import Post, WebhookCarrier, opened_post
from clavis_kit.metrics import MESSAGES

PATIENCE_SECONDS = 8.0  # for all providers together: a person waits in front of a page
UNWELL_SECONDS = 30.0
REPEAT_SECONDS = 20.0
MAX_REMEMBERED = 10_000
_log = get_logger(__name__)


@dataclass(frozen=True)
class SmsProviders:
    """Carriers by name, and what each of them serves, in order of preference."""

    carriers: dict[str, Carrier]
    routes: Sequence[Route]


@dataclass(frozen=True)
class OpenedSender:
    """A sender at work, what it keeps of messages, and who may tell it what became of them."""

    sender: "MessageSender"
    deliveries: DeliveryLog
    receipt_keys: dict[str, str]


class MessageSender:
    """Routes messages by channel and number; drops one that was taken a moment ago."""

    def __init__(
        self,
        sms: SmsProviders,
        mail: Carrier,
        *,
        deliveries: DeliveryLog | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`deliveries` keeps what became of messages; without it nothing is kept."""
        self._sms = sms
        self._mail = mail
        self._deliveries = deliveries
        self._monotonic = monotonic
        self._failed_at: dict[str, float] = {}
        self._taken_at: dict[str, float] = {}

    async def send_sms(self, to: str, body: str, *, reference: str) -> None:
        """Send a text message. Raises UndeliverableError when no provider takes it."""
        names = in_order(to, self._sms.routes, self._unwell())
        carriers = [self._sms.carriers[name] for name in names]
        await self._send(OutgoingMessage("sms", to, body, reference), carriers)

    async def send_mail(self, to: str, subject: str, body: str, *, reference: str) -> None:
        """Send an e-mail. Raises UndeliverableError."""
        await self._send(OutgoingMessage("email", to, body, reference, subject), [self._mail])

    async def _send(self, message: OutgoingMessage, carriers: Sequence[Carrier]) -> None:
        if self._was_taken(message.reference):
            MESSAGES.labels(message.channel, "repeated").inc()
            return
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                taken = await self._first_taker(message, carriers)
        except (UndeliverableError, TimeoutError) as error:
            MESSAGES.labels(message.channel, "failed").inc()
            raise UndeliverableError(str(error) or "too slow") from error
        MESSAGES.labels(message.channel, "sent").inc()
        self._remember(message.reference)
        if self._deliveries is not None:
            self._deliveries.handed_over(message, taken)

    async def _first_taker(self, message: OutgoingMessage, carriers: Sequence[Carrier]) -> HandOver:
        for carrier in carriers:
            try:
                taken = await carrier.send(message)
            except UndeliverableError as error:
                self._failed_at[carrier.name] = self._monotonic()
                _log.warning(
                    "message_failed", channel=message.channel, provider=carrier.name,
                    reason=str(error),
                )  # fmt: skip
            else:
                self._failed_at.pop(carrier.name, None)
                return taken
        raise UndeliverableError("no provider took it")

    def _unwell(self) -> frozenset[str]:
        since = self._monotonic() - UNWELL_SECONDS
        return frozenset(name for name, at in self._failed_at.items() if at > since)

    def _was_taken(self, reference: str) -> bool:
        at = self._taken_at.get(reference)
        return at is not None and self._monotonic() - at < REPEAT_SECONDS

    def _remember(self, reference: str) -> None:
        self._taken_at[reference] = self._monotonic()
        while len(self._taken_at) > MAX_REMEMBERED:  # the oldest is the first: dicts keep order
            del self._taken_at[next(iter(self._taken_at))]


@contextlib.asynccontextmanager
async def opened_sender(
    settings: MessageSettings, pool: Pool, clock: Clock, *, post: Post | None = None
) -> AsyncIterator[OpenedSender]:
    """Open what the settings name; SMPP sessions stay bound while it is open.

    `post` replaces the connections to webhook providers.
    """
    async with contextlib.AsyncExitStack() as stack:
        taker = post if post is not None else await stack.enter_async_context(opened_post())
        deliveries = await stack.enter_async_context(DeliveryLog(pool, clock).opened())
        listed = read_providers(settings.sms_providers_file) if settings.sms_providers_file else []
        sms = await _sms_providers(settings, listed, taker, deliveries, stack)
        fallback = settings.mail_webhook_url or settings.sms_webhook_url
        mail = _mail_carrier(taker, settings.smtp_address, fallback, settings.mail_from)
        sender = MessageSender(sms, mail, deliveries=deliveries)
        yield OpenedSender(sender, deliveries, _receipt_keys(listed))


def _receipt_keys(providers: Sequence[WebhookProvider | SmppProvider]) -> dict[str, str]:
    return {
        provider.name: provider.receipt_key
        for provider in providers
        if isinstance(provider, WebhookProvider) and provider.receipt_key
    }


async def _sms_providers(
    settings: MessageSettings,
    providers: Sequence[WebhookProvider | SmppProvider],
    post: Post,
    deliveries: DeliveryLog,
    stack: contextlib.AsyncExitStack,
) -> SmsProviders:
    if not providers:
        carrier = WebhookCarrier(settings.sms_webhook_url or "", post)
        return SmsProviders({carrier.name: carrier}, [Route(carrier.name)])
    carriers: dict[str, Carrier] = {}
    for provider in providers:
        carriers[provider.name] = await _carrier(provider, post, deliveries, stack)
    return SmsProviders(carriers, [provider.route for provider in providers])


async def _carrier(
    provider: WebhookProvider | SmppProvider,
    post: Post,
    deliveries: DeliveryLog,
    stack: contextlib.AsyncExitStack,
) -> Carrier:
    if isinstance(provider, WebhookProvider):
        return WebhookCarrier(provider.url, post, name=provider.name, token=provider.token)
    return await stack.enter_async_context(SmppCarrier(provider, deliveries.receipt).opened())


def _mail_carrier(
    post: Post, smtp_url: str | None, webhook_url: str | None, mail_from: str
) -> Carrier:
    if smtp_url:
        return SmtpCarrier(smtp_url, mail_from)
    if webhook_url:
        return WebhookCarrier(webhook_url, post)
    return _Nowhere()


class _Nowhere:
    """No way for e-mail was set: every message says so."""

    name = "nowhere"

    async def send(self, message: OutgoingMessage) -> HandOver:
        """Refuse. Raises UndeliverableError."""
        raise UndeliverableError(f"no provider for {message.channel}")
