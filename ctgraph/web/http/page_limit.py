"""The limit of a page. The formats for programs have everything."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from operator import methodcaller
from typing import TypeVar

import orjson

Item = TypeVar("Item")
MAX_PAGE_CHARACTERS = 1_000_000
"""Characters of a record, or of a list, that one page shows, about: browsers stall on more."""
_MEMBERS = methodcaller("_asdict")  # of a named tuple


def fitting(items: Iterable[Item], max_items: int) -> list[Item]:
    """Return the first of some values: at most `max_items`, and no more than fit on a page.

    The size of a value is that of its JSON, which pages show or hand to their scripts.
    """
    room, shown = MAX_PAGE_CHARACTERS, []
    for item in islice(items, max_items):
        room -= len(orjson.dumps(item, default=_MEMBERS).decode())
        if room < 0:
            break
        shown.append(item)
    return shown
