"""Makes the pictures of docs/images from the screens that tests/journeys left in test-results/."""

import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "test-results"
IMAGES = ROOT / "docs" / "images"
CAPTION, GAP = 34, 24
INK, PAPER, EDGE = "#16202b", "#eef2f5", "#b8c2cc"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture: screens by the name of their file, with captions, in reading order."""

    name: str
    columns: int
    width: int
    height: int
    font_size: int
    screens: tuple[tuple[str, str], ...]

    @property
    def size(self) -> tuple[int, int]:
        """The whole in pixels."""
        rows = -(-len(self.screens) // self.columns)
        across = self.columns * (self.width + GAP) + GAP
        return across, rows * (self.height + CAPTION + GAP) + GAP

    def place(self, index: int) -> tuple[int, int]:
        """Return where a screen's picture begins."""
        column, row = index % self.columns, index // self.columns
        return GAP + column * (self.width + GAP), GAP + row * (self.height + CAPTION + GAP)

    def missing(self) -> list[str]:
        """Name the screens that no test left."""
        files = (f"{self.name}/{name}.png" for name, _ in self.screens)
        return [file for file in files if not (RESULTS / file).exists()]


SHEETS = (
    Sheet("life", 2, 640, 400, 20, (
        ("1-enrolled", "1. Enrolled at an office"),
        ("2-ways-in", "2. Ways in"),
        ("3-step-up", "3. One more step for a higher level"),
        ("4-revoked", "4. A certificate that will not do"),
        ("5-authorise", "5. Signing takes two secrets"),
        ("6-renounced", "6. Leaving, at any time"),
    )),
    Sheet("app", 4, 270, 555, 16, (
        ("1-enrol", "1. The phone becomes one's own"),
        ("2-request", "2. Who asks, from where"),
        ("3-wrong-number", "3. Another screen's number"),
        ("4-confirmed", "4. In, on the other screen"),
        ("5-scan", "5. Without a camera"),
        ("6-pin", "6. The PIN, without an SMS"),
        ("8-not-me", "7. It was not me"),
        ("9-frozen", "8. Every way in is stopped"),
    )),
)  # fmt: skip


def draw(sheet: Sheet) -> None:
    """Compose one picture."""
    paper = Image.new("RGB", sheet.size, PAPER)
    pen = ImageDraw.Draw(paper)
    font = ImageFont.load_default(size=sheet.font_size)
    for index, (name, caption) in enumerate(sheet.screens):
        left, top = sheet.place(index)
        screen = Image.open(RESULTS / sheet.name / f"{name}.png").convert("RGB")
        pen.text((left, top), caption, fill=INK, font=font)
        paper.paste(screen.resize((sheet.width, sheet.height)), (left, top + CAPTION))
        frame = (left - 1, top + CAPTION - 1, left + sheet.width, top + CAPTION + sheet.height)
        pen.rectangle(frame, outline=EDGE)
    IMAGES.mkdir(parents=True, exist_ok=True)
    paper.quantize(128).save(IMAGES / f"{sheet.name}.png", optimize=True)


def main() -> int:
    """Compose every picture, or those named; the exit code is 1 when a screen is missing."""
    wanted = [sheet for sheet in SHEETS if not sys.argv[1:] or sheet.name in sys.argv[1:]]
    missing = [file for sheet in wanted for file in sheet.missing()]
    if missing:
        print(f"Run tests/journeys first; there is no {missing[0]}")
        return 1
    for sheet in wanted:
        draw(sheet)
    return 0


if __name__ == "__main__":
    sys.exit(main())
