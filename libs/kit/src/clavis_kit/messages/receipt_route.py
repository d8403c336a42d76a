"""Where webhook providers post delivery receipts: POST /messages/receipts/{provider}.

The body is signed: `Clavis-Signature: sha256=<hex HMAC-SHA256 of the body>` under the key that the
operator and the provider share.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field, ValidationError

from clavis_kit.errors import ServiceError
from clavis_kit.messages.receipts import DeliveryLog, Receipt, ReceiptState


class ReceiptBody(BaseModel):
    """What became of the message that the provider called `id`."""

    id: str = Field(min_length=1, max_length=128)
    state: ReceiptState


def receipt_router(keys: Mapping[str, str], deliveries: DeliveryLog) -> APIRouter:
    """Build the route for the providers that have a key."""
    router = APIRouter(tags=["messages"])

    @router.post("/messages/receipts/{provider}", status_code=204)
    async def take(
        provider: Annotated[str, Path(pattern=r"^[a-z0-9-]{1,32}$")], request: Request
    ) -> None:
        """Take a delivery receipt."""
        body = await request.body()
        if not is_signed(body, request.headers.get("clavis-signature", ""), keys.get(provider)):
            raise ServiceError("invalid-signature", 401)
        try:
            receipt = ReceiptBody.model_validate_json(body)
        except ValidationError as error:
            raise ServiceError("invalid-request", 422) from error
        await deliveries.receipt(Receipt(provider, receipt.id, receipt.state))

    return router


def is_signed(body: bytes, header: str, key: str | None) -> bool:
    """Check the signature; without a key of that provider nothing is signed."""
    if key is None:
        return False
    expected = "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), header.encode())
