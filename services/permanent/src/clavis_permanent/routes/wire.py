"""What the routes share: how they reach the dependencies and which texts they take."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from clavis_permanent.deps import Deps


async def _deps(request: Request) -> Deps:
    deps: Deps = request.app.state.deps
    return deps


def _encodable(secret: SecretStr) -> SecretStr:
    # JSON can spell half a character, which no UTF-8 text holds (RFC 8259 section 8.2); unlike
    # plain text, pydantic lets it into a secret.
    secret.get_secret_value().encode()
    return secret


DepsDep = Annotated[Deps, Depends(_deps)]
NationalId = Annotated[str, StringConstraints(max_length=32)]
Language = Annotated[str, StringConstraints(max_length=35)]
# Beyond any password that can exist, so that the policy says "too long", not the border.
TypedPassword = Annotated[SecretStr, StringConstraints(max_length=1024), AfterValidator(_encodable)]
TypedOtp = Annotated[SecretStr, StringConstraints(max_length=32), AfterValidator(_encodable)]
Source = Annotated[
    Annotated[str, StringConstraints(max_length=64)] | None,
    Field(description="network address of the citizen, for the limit by network"),
]
BoundTo = Annotated[str, StringConstraints(min_length=1, max_length=256)]
