"""HTTP of the permanent service. A wrong password is an answer, not an error."""

from fastapi import APIRouter

from clavis_permanent.routes import activations, citizen, logins, otps

router = APIRouter()
for part in (activations, logins, otps, citizen):
    router.include_router(part.router)
