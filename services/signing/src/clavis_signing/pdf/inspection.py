"""What a PDF contains that could make it show one thing today and another tomorrow.

Runs in the isolated worker: it opens files that strangers made.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from clavis_signing.pdf.faults import Fault

MAX_OBJECTS = 100_000
MAX_DEPTH = 60
# ISO 32000-2 section 7.5.2: the header opens the file. Other offsets make polyglots.
_HEADER = re.compile(rb"%PDF-[12]\.\d")
# ISO 32000-2 section 7.5.5: nothing but white space follows the last end marker.
_TAIL = re.compile(rb"%%EOF[\x00\t\n\x0c\r ]*\Z")

# ISO 32000-2 section 12.6.4: action types that run or fetch something.
_ACTIONS = {
    "/JavaScript": Fault.JAVASCRIPT,
    "/Rendition": Fault.MULTIMEDIA,
    "/Movie": Fault.MULTIMEDIA,
    "/Sound": Fault.MULTIMEDIA,
    "/RichMediaExecute": Fault.MULTIMEDIA,
    "/Launch": Fault.LAUNCH_ACTION,
    "/ImportData": Fault.EXTERNAL_CONTENT,
    "/GoToE": Fault.EMBEDDED_FILES,
}
# Dictionary keys that carry such things wherever they stand.
_KEYS = {
    "/JS": Fault.JAVASCRIPT,
    "/XFA": Fault.XFA,
    "/EmbeddedFiles": Fault.EMBEDDED_FILES,
    "/EF": Fault.EMBEDDED_FILES,
    "/RichMediaContent": Fault.MULTIMEDIA,
}
# ISO 32000-2 section 12.5.6: annotation types that are no paper.
_ANNOTATIONS = {
    "/FileAttachment": Fault.EMBEDDED_FILES,
    "/RichMedia": Fault.MULTIMEDIA,
    "/Movie": Fault.MULTIMEDIA,
    "/Sound": Fault.MULTIMEDIA,
    "/Screen": Fault.MULTIMEDIA,
    "/3D": Fault.MULTIMEDIA,
}


def envelope_fault(document: bytes) -> Fault | None:
    """Judge the file's first and last bytes: a PDF and nothing else."""
    if not _HEADER.match(document):
        return Fault.NOT_PDF
    return None if _TAIL.search(document[-4096:]) else Fault.TRAILING_DATA


def content_fault(document: bytes) -> Fault | None:
    """Open the document and look through every object of it."""
    try:
        with pikepdf.open(io.BytesIO(document), attempt_recovery=False) as pdf:
            return _document_fault(pdf)
    except pikepdf.PasswordError:
        return Fault.ENCRYPTED
    except (pikepdf.PdfError, ValueError, RecursionError):
        return Fault.BROKEN


def _document_fault(pdf: pikepdf.Pdf) -> Fault | None:
    if pdf.is_encrypted:
        return Fault.ENCRYPTED
    # ISO 32000-2 section 12.8.2.2: a certifying signature may forbid a further one.
    if "/DocMDP" in pdf.Root.get("/Perms", {}):
        return Fault.LOCKED
    if _hides_layers(pdf.Root.get("/OCProperties")):
        return Fault.HIDDEN_LAYERS
    if len(pdf.pages) == 0:
        return Fault.NO_PAGES
    if len(pdf.objects) > MAX_OBJECTS:
        return Fault.TOO_COMPLEX
    faults = (_object_fault(node) for item in pdf.objects for node in _nodes(item, MAX_DEPTH))
    return next((fault for fault in faults if fault), None)


def _nodes(item: Any, depth: int) -> Iterator[Any]:
    # Indirect objects are met in pdf.objects, so only what stands directly inside is followed.
    if depth == 0:
        raise ValueError("nested too deep")
    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    if isinstance(item, pikepdf.Dictionary):
        yield item
        children: list[Any] = [item.get(key) for key in item.keys()]  # noqa: SIM118  pikepdf's own
    elif isinstance(item, pikepdf.Array):
        children = list(item)
    else:
        return
    for child in children:
        if isinstance(child, pikepdf.Object) and not child.is_indirect:
            yield from _nodes(child, depth - 1)


def _object_fault(node: Any) -> Fault | None:
    keys = set(node.keys())
    for key, fault in _KEYS.items():
        if key in keys:
            return fault
    # A stream whose bytes lie in another file (ISO 32000-2 section 7.3.8.2).
    if "/F" in keys and "/Length" in keys:
        return Fault.EXTERNAL_CONTENT
    action = _name(node.get("/S"))
    if action in _ACTIONS:
        return _ACTIONS[action]
    return _ANNOTATIONS.get(_name(node.get("/Subtype")))


def _name(value: Any) -> str:
    return str(value) if isinstance(value, pikepdf.Name) else ""


def _hides_layers(properties: Any) -> bool:
    # ISO 32000-2 section 8.11.4.3: layers that are off, or that turn off when printed.
    if not isinstance(properties, pikepdf.Dictionary):
        return False
    default = properties.get("/D", pikepdf.Dictionary())
    base_state = _name(default.get("/BaseState"))
    return bool(
        base_state in {"/OFF", "/Unchanged"} or len(default.get("/OFF", [])) or "/AS" in default
    )
