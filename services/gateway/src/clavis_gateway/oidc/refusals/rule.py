"""One rule of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A reason to refuse: its name, the code it is answered with, its sentence and a way out."""

    name: str
    error: str
    texts: tuple[str, ...]
    """As they stand at the check; the first is the one shown. Empty where checks name the rule."""
    advice: str
    said: str = ""
    """The sentence shown where `texts` has none, or its first tells of less than all of them."""

    @property
    def sentence(self) -> str:
        """What was wrong, as one sentence."""
        text = self.said or self.texts[0]
        return text if text.endswith(".") else f"{text[0].upper()}{text[1:]}."
