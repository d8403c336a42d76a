"""Protects an API with access tokens, and says what level of login it needs.

api = ResourceServer(Provider("https://clavis.example", audience="https://api.example"))

@app.get("/records")
async def records(access: Annotated[Access, Depends(api.require(acr=SUBSTANTIAL))]) -> ...:
"""

from clavis_resource_server.access import Access
from clavis_resource_server.certificates import certificate_header
from clavis_resource_server.config import Introspection, Provider
from clavis_resource_server.errors import TokenRefused
from clavis_resource_server.levels import HIGH, LOW, SUBSTANTIAL
from clavis_resource_server.replay import MemoryReplays, Replays
from clavis_resource_server.server import ResourceServer

__all__ = [
    "HIGH",
    "LOW",
    "SUBSTANTIAL",
    "Access",
    "Introspection",
    "MemoryReplays",
    "Provider",
    "Replays",
    "ResourceServer",
    "TokenRefused",
    "certificate_header",
]
