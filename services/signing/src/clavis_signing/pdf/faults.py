"""Why a document cannot be signed here: stable codes, said to the citizen by the portal."""

from enum import StrEnum


class Fault(StrEnum):
    """What was found in the document."""

    NOT_PDF = "not-pdf"
    BROKEN = "pdf-broken"
    ENCRYPTED = "pdf-encrypted"
    TRAILING_DATA = "pdf-trailing-data"
    JAVASCRIPT = "pdf-javascript"
    XFA = "pdf-xfa"
    LAUNCH_ACTION = "pdf-launch-action"
    EMBEDDED_FILES = "pdf-embedded-files"
    MULTIMEDIA = "pdf-multimedia"
    EXTERNAL_CONTENT = "pdf-external-content"
    HIDDEN_LAYERS = "pdf-hidden-layers"
    LOCKED = "pdf-locked"
    NO_PAGES = "pdf-no-pages"
    TOO_MANY_PAGES = "pdf-too-many-pages"
    TOO_COMPLEX = "pdf-too-complex"
