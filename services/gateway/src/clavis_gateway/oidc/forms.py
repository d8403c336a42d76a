"""Reading the parameters of protocol requests."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.requests import Request

from clavis_gateway.errors import invalid_request
from clavis_gateway.oidc.asking import asking

FORM = "application/x-www-form-urlencoded"
MAX_FIELDS = 100
# RFC 8707 section 2: several resources are several parameters; no URI holds the space that joins.
_REPEATABLE = frozenset({"resource"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters by name, and the names that came more than once."""

    values: dict[str, str]
    repeated: frozenset[str]

    def get(self, name: str) -> str | None:
        """Return a value; one sent without a value counts as absent (RFC 6749 section 3.1)."""
        return self.values.get(name) or None


def parse(text: str) -> Parameters:
    """Parse a query or a form body. Raises OAuthError invalid_request."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError as error:
        raise invalid_request("The parameters are malformed.") from error
    values: dict[str, str] = {}
    repeated = set()
    for name, value in pairs:
        if name in values and name in _REPEATABLE:
            values[name] += f" {value}"
            continue
        if name in values:
            repeated.add(name)
        values.setdefault(name, value)
    return Parameters(values, frozenset(repeated))


async def read_form(request: Request) -> Parameters:
    """Read a form body. Raises OAuthError invalid_request for anything else."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != FORM:
        raise invalid_request("The content type must be application/x-www-form-urlencoded.")
    try:
        text = (await request.body()).decode("utf-8")
    except UnicodeDecodeError as error:
        raise invalid_request("The parameters are not UTF-8.") from error
    return noted(request, parse(text))


def noted(request: Request, parameters: Parameters) -> Parameters:
    """Remember what a request carries, for its refusal should there be one."""
    known = asking(request)
    known.parameters, known.repeated = parameters.values, parameters.repeated
    return parameters


async def read_unique_form(request: Request) -> Parameters:
    """Read a form body in which nothing repeats (RFC 6749 section 3.2)."""
    return unique(await read_form(request))


def unique(parameters: Parameters) -> Parameters:
    """Return parameters of which none repeats or holds NUL. Raises OAuthError invalid_request."""
    if parameters.repeated:
        raise invalid_request("A parameter appears more than once.")
    for value in parameters.values.values():
        if "\x00" in value:
            raise invalid_request("A parameter holds a forbidden character.")
    return parameters
