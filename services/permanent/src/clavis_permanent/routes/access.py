"""Who may use the citizen's API: the person, through the portal."""

from typing import Annotated

from clavis_kit.access_tokens import AccessToken, bearer
from clavis_kit.errors import ServiceError
from clavis_kit.ids import is_id
from fastapi import Depends

from clavis_permanent.actions import methods
from clavis_permanent.routes.wire import DepsDep


async def citizen(token: Annotated[AccessToken, Depends(bearer("portal"))]) -> AccessToken:
    """Take the portal's token. Raises ServiceError 401 when it does not name one of ours."""
    if not is_id(token.subject_id):
        # Only first-party clients carry the subject itself; a pairwise one means nothing here.
        raise ServiceError("invalid-token", 401, private="the subject is not ours")
    return token


Citizen = Annotated[AccessToken, Depends(citizen)]


async def standing_citizen(token: Citizen, deps: DepsDep) -> AccessToken:
    """Take the token of a person who may change something. Raises ServiceError 409.

    Who is frozen still has a session after a login with a certificate: it reads and unfreezes,
    and whoever made them freeze takes nothing from them meanwhile.
    """
    await methods.require_standing(deps, token.subject_id)
    return token


StandingCitizen = Annotated[AccessToken, Depends(standing_citizen)]
