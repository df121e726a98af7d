"""How much a page shows: what is large is left to the formats for programs."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
LARGEST = 1_000_000
"""About how many characters of a record, or of a list, one page shows."""


def fitting(items: Iterable[Item], most: int) -> list[Item]:
    """Return the first of some values: at most so many, and no more than fit on a page."""
    room, shown = LARGEST, []
    for item in islice(items, most):
        room -= len(repr(item))
        if room < 0:
            break
        shown.append(item)
    return shown
