"""A process of its own for each look at a stranger's PDF: `worker inspect | page N | text N`.

The document comes on standard input, the result leaves on standard output. Before the first byte
is read the process gives up files, memory and time beyond what a sound document needs.
"""

import io
import json
import resource
import sys
from typing import Any

from clavis_signing.pdf import inspection, pages
from clavis_signing.pdf.faults import Fault

MEMORY_BYTES = 1024 * 1024 * 1024
CPU_SECONDS = 10
OPEN_FILES = 64


def confine() -> None:
    """Limit this process for good."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES, OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def inspect(document: bytes) -> dict[str, object]:
    """Judge a document: its fault if it has one, else the number of pages."""
    fault = inspection.envelope_fault(document) or inspection.content_fault(document)
    if fault is not None:
        return {"fault": fault.value, "pages": 0}
    if not _can_be_extended(document):
        return {"fault": Fault.BROKEN.value, "pages": 0}
    return {"fault": None, "pages": pages.count(document)}


def _can_be_extended(document: bytes) -> bool:
    # What the signature will touch, without the signature: after the citizen typed the codes it
    # would be too late to learn that the document does not take it.
    from pyhanko.pdf_utils.incremental_writer import (  # noqa: PLC0415  only this verb needs it
        IncrementalPdfFileWriter,
    )
    from pyhanko.pdf_utils.misc import PdfError  # noqa: PLC0415  as above

    try:
        writer: Any = IncrementalPdfFileWriter(io.BytesIO(document))
        if writer.prev.xrefs.hybrid_xrefs_present:
            return False
        list(_at(_at(writer.root, "/AcroForm", {}), "/Fields", []))
        page = writer.find_page_for_modification(0)[0].get_object()
        list(_at(page, "/Annots", []))
        writer.update_root()
        writer.write(io.BytesIO())
    except (PdfError, ValueError, KeyError, TypeError, IndexError, RecursionError, AttributeError):
        return False
    return True


def _at(node: Any, key: str, absent: Any) -> Any:
    # pyHanko follows references with [], not with get().
    return node[key] if key in node else absent  # noqa: SIM401  for that reason


def main(arguments: list[str]) -> None:
    """Do one thing and end. An uncaught failure is the caller's sign of a broken document."""
    confine()
    document = sys.stdin.buffer.read()
    if arguments[0] == "inspect":
        result = json.dumps(inspect(document)).encode()
    elif arguments[0] == "page":
        result = pages.render(document, int(arguments[1]))
    else:
        result = pages.text(document, int(arguments[1])).encode()
    sys.stdout.buffer.write(result)


if __name__ == "__main__":
    main(sys.argv[1:])
