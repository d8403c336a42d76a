"""The file that names the SMS providers. It holds their passwords, so it is mounted as a secret."""

import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from clavis_kit.messages.routes import Route
from clavis_kit.settings import KeyFileError

_Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
_Country = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,6}$")]


class _Provider(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: _Name
    countries: tuple[_Country, ...] = ()

    @property
    def route(self) -> Route:
        """What it serves."""
        return Route(self.name, self.countries)


class WebhookProvider(_Provider):
    """A provider by HTTP; `receipt_key` signs the delivery receipts it posts back."""

    kind: Literal["webhook"]
    url: str = Field(pattern=r"^https?://")
    token: str | None = None
    receipt_key: str | None = Field(default=None, min_length=32)


class SmppProvider(_Provider):
    """A provider by SMPP 3.4: we bind as transceiver."""

    kind: Literal["smpp"]
    host: str
    port: int = Field(default=2775, ge=1, le=65535)
    # SMPP 3.4 sections 5.2.1 and 5.2.2: C-octet strings of at most 16 and 9 with their end.
    system_id: str = Field(max_length=15)
    password: str = Field(max_length=8)
    source: str = Field(max_length=20, description="sender shown on the phone")


Provider = Annotated[WebhookProvider | SmppProvider, Field(discriminator="kind")]
_FILE = TypeAdapter(list[Provider])


def read_providers(path: Path) -> list[WebhookProvider | SmppProvider]:
    """Read the providers in order of preference. Raises KeyFileError with a sentence."""
    try:
        providers = _FILE.validate_python(json.loads(path.read_text()))
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be read") from error
    except (ValueError, ValidationError) as error:
        # The text of the error could quote a password.
        raise KeyFileError(f"{path}: not a list of SMS providers") from error
    if not providers or len({p.name for p in providers}) != len(providers):
        raise KeyFileError(f"{path}: providers need names, each its own")
    return providers
