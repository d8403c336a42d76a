"""HTTP of the permanent service. A wrong password is an answer, not an error."""

from fastapi import APIRouter

from clavis_permanent.routes import (
    activations,
    changes,
    citizen,
    logins,
    methods,
    otps,
    passkeys,
    reports,
    second_factors,
    usable_factors,
)

router = APIRouter()
for part in (activations, logins, otps, changes, reports, citizen, usable_factors):
    router.include_router(part.router)
for more in (passkeys, second_factors):
    router.include_router(more.citizen_router)
    router.include_router(more.login_router)
router.include_router(methods.router)
