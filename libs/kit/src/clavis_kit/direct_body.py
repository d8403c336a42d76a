"""What an endpoint of a short way (`clavis_kit.direct`) is sent, judged as the framework judges it.

FastAPI finds out at each request what a function wants to be given. Where that is one JSON body and
an identifier in the path, these functions read them and refuse with the same problem document.
"""

import json
from typing import Any, TypeVar
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
Model = TypeVar("Model", bound=BaseModel)
_UUID = TypeAdapter(UUID)
_MISSING = {"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}


async def read_body(request: Request, model: type[Model]) -> Model:
    """Read the JSON body. Raises RequestValidationError, and HTTPException 400 or 413."""
    body = await request.body()
    if not body:
        raise RequestValidationError([_MISSING])
    # What is not said to be JSON is no JSON: a page of another site can send a form, or text, but
    # no JSON without being asked first (W3C Fetch, CORS-safelisted request headers).
    said = _is_json(request.headers.get("content-type", ""))
    try:
        return model.model_validate(_document(body) if said else body, from_attributes=True)
    except ValidationError as error:
        raise _refused(error, "body") from error


def read_uuid(request: Request, name: str) -> UUID:
    """Read an identifier in the path. Raises RequestValidationError."""
    try:
        return _UUID.validate_python(request.path_params[name])
    except ValidationError as error:
        raise _refused(error, "path", name) from error


def answered(model: BaseModel) -> Response:
    """Answer with the fields that have a value."""
    return Response(model.model_dump_json(exclude_none=True), media_type=JSON)


# RFC 9110 section 8.3.1; RFC 6839 section 3.1 (+json).
def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == JSON or (kind.startswith("application/") and kind.endswith("+json"))


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except json.JSONDecodeError as error:
        fault = {"type": "json_invalid", "loc": ("body", error.pos), "msg": error.msg, "input": {}}
        raise RequestValidationError([fault]) from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error


def _refused(error: ValidationError, *where: str) -> RequestValidationError:
    faults = error.errors(include_url=False)
    return RequestValidationError([{**fault, "loc": (*where, *fault["loc"])} for fault in faults])
