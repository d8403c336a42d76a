"""What every route is given."""

from typing import Annotated

from fastapi import Depends, Request

from clavis_pin.deps import Deps


async def deps_of(request: Request) -> Deps:
    """Return what the application gathered at its start."""
    deps: Deps = request.app.state.deps
    return deps


DepsDep = Annotated[Deps, Depends(deps_of)]
