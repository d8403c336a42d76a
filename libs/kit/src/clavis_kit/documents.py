"""Letters and receipts: Typst templates rendered to tagged PDF (PDF/UA-1, ISO 14289-1)."""

import json
from pathlib import Path
from typing import Any

import typst

from clavis_kit.pools import BoundedPool

WORKERS = 1
QUEUE = 32


class DocumentRenderer:
    """Renders templates of one directory in a bounded pool."""

    def __init__(self, templates: Path, *, name: str) -> None:
        """`name` labels the pool's metrics."""
        self._templates = templates
        self._pool = BoundedPool(f"documents-{name}", workers=WORKERS, queue=QUEUE)

    async def render_pdf(self, template: str, data: dict[str, Any]) -> bytes:
        """Render a template, which reads its data by `json(bytes(sys.inputs.data))`.

        Raises Overloaded when too many documents wait.
        """
        return await self._pool.run(render_pdf, self._templates / template, data)


def render_pdf(template: Path, data: dict[str, Any]) -> bytes:
    """Render at once, in the calling thread."""
    pdf: bytes = typst.compile(
        str(template),
        root=str(template.parent),
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=["ua-1"],
    )
    return pdf
