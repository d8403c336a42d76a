"""What the citizen sees of the password, through the portal."""

from datetime import date, datetime
from typing import Annotated

from clavis_kit.access_tokens import AccessToken, bearer
from clavis_kit.errors import ServiceError
from clavis_kit.ids import is_id
from fastapi import APIRouter, Depends
from pydantic import BaseModel

from clavis_permanent.actions import logins
from clavis_permanent.routes.wire import DepsDep
from clavis_permanent.rules import CredentialState

router = APIRouter(prefix="/citizen/v1")


class CredentialOut(BaseModel):
    """Where the password stands; the dates are null while it is inactive."""

    state: CredentialState
    activated_at: datetime | None
    expires_on: date | None


@router.get("/credential")
async def view_credential(
    token: Annotated[AccessToken, Depends(bearer("portal"))], deps: DepsDep
) -> CredentialOut:
    """Tell the citizen where the password stands."""
    if not is_id(token.subject_id):
        # Only first-party clients carry the subject itself; a pairwise one means nothing here.
        raise ServiceError("invalid-token", 401, private="the subject is not ours")
    view = await logins.view_credential(deps, token.subject_id)
    return CredentialOut(
        state=view.state, activated_at=view.activated_at, expires_on=view.expires_on
    )
