"""A citizen's own data, whole."""

from typing import Any

from fastapi import APIRouter, Response

from clavis_registry.actions import exports
from clavis_registry.routes.access import DepsOf
from clavis_registry.routes.citizen_life import LoginOf

router = APIRouter(prefix="/citizen/v1", tags=["citizen"])


@router.get("/export.json", summary="All my data, to take along")
async def export_json(login: LoginOf, deps: DepsOf, response: Response) -> dict[str, Any]:
    """Return everything the registry holds about the person, section by section."""
    response.headers["Content-Disposition"] = 'attachment; filename="export.json"'
    return await exports.export_json(deps, login)


@router.get(
    "/export.pdf",
    summary="All my data, to read",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
async def export_pdf(login: LoginOf, deps: DepsOf) -> Response:
    """Return the same as an accessible document in the person's language."""
    pdf = await exports.export_pdf(deps, login)
    headers = {"Content-Disposition": 'attachment; filename="export.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)
