"""Makes docs/images/life.png from the screens that tests/journeys left in test-results/."""

import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
SHOTS = ROOT / "test-results" / "life"
TARGET = ROOT / "docs" / "images" / "life.png"
# One picture per chapter of the life, in order.
CHAPTERS = (
    ("1-enrolled", "1. Enrolled at an office"),
    ("2-ways-in", "2. Ways in"),
    ("3-step-up", "3. One more step for a higher level"),
    ("4-revoked", "4. A certificate that will not do"),
    ("5-authorise", "5. Signing takes two secrets"),
    ("6-renounced", "6. Leaving, at any time"),
)
COLUMNS = 2
WIDTH, HEIGHT, CAPTION, GAP = 640, 400, 34, 24
INK, PAPER, EDGE = "#16202b", "#eef2f5", "#b8c2cc"


def place(index: int) -> tuple[int, int]:
    """Return where a chapter's picture begins."""
    column, row = index % COLUMNS, index // COLUMNS
    return GAP + column * (WIDTH + GAP), GAP + row * (HEIGHT + CAPTION + GAP)


def main() -> int:
    """Compose the picture; the exit code is 1 when a screen is missing."""
    missing = [name for name, _ in CHAPTERS if not (SHOTS / f"{name}.png").exists()]
    if missing:
        print(f"Run tests/journeys first; there is no {missing[0]}.png")
        return 1
    rows = -(-len(CHAPTERS) // COLUMNS)
    size = (COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + CAPTION + GAP) + GAP)
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=20)
    for index, (name, caption) in enumerate(CHAPTERS):
        left, top = place(index)
        screen = Image.open(SHOTS / f"{name}.png").convert("RGB").resize((WIDTH, HEIGHT))
        draw.text((left, top), caption, fill=INK, font=font)
        sheet.paste(screen, (left, top + CAPTION))
        frame = (left - 1, top + CAPTION - 1, left + WIDTH, top + CAPTION + HEIGHT)
        draw.rectangle(frame, outline=EDGE)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    sheet.quantize(128).save(TARGET, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
