"""Pages as pictures and as text: the same for every device, and nothing in them can act.

Runs in the isolated worker.
"""

import io

import pypdfium2 as pdfium

MAX_PIXELS = 4_000_000
WIDTH_PIXELS = 1240
MAX_TEXT = 200_000


def count(document: bytes) -> int:
    """Return the number of pages. Raises PdfiumError when the document does not open."""
    with pdfium.PdfDocument(document) as pdf:
        return len(pdf)


def render(document: bytes, number: int) -> bytes:
    """Draw a page (from 1) as PNG, with its annotations and form fields as a reader shows them."""
    with pdfium.PdfDocument(document) as pdf:
        pdf.init_forms()
        page = pdf[number - 1]
        width, height = page.get_size()
        bitmap = page.render(scale=_scale(width, height), may_draw_forms=True)
        picture = io.BytesIO()
        bitmap.to_pil().save(picture, format="PNG")
        return picture.getvalue()


def text(document: bytes, number: int) -> str:
    """Extract the text of a page (from 1), for readers who cannot see the picture."""
    with pdfium.PdfDocument(document) as pdf:
        found: str = pdf[number - 1].get_textpage().get_text_bounded()
        return found[:MAX_TEXT].replace("\r\n", "\n")


def _scale(width: float, height: float) -> float:
    by_width = WIDTH_PIXELS / max(width, 1.0)
    by_area: float = (MAX_PIXELS / max(width * height, 1.0)) ** 0.5
    return min(by_width, by_area)
