"""Percentages as the texts of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ctgraph.spreadsheets import plain
from ctgraph.spreadsheets.cells import scalar
from ctgraph.spreadsheets.context import Context


@dataclass(frozen=True)
class Percentage:
    """A number of percent. A spreadsheet that shows 87% may hold 0.87: that is told."""

    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        number = scalar(value)
        return plain.number_in_words(number) if isinstance(number, int | float) else None

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        number = plain.number_of(text.removesuffix("%"))
        if 0 < number < 1 and not text.endswith("%"):
            shown = plain.number_in_words(round(number * 100, 6))
            told = f"{text} is less than one percent."
            at.doubts.append((told, f"If the cell shows {shown}%, write {shown}."))
        if number > 100:
            told = f"{text} is more than 100 percent."
            at.doubts.append((told, "Correct it, unless it says how much something grew."))
        return number
