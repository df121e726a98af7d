"""The places of an organization, each of which has an identifier of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def campus_code(place: Any) -> str:
    """Return the identifier of a place, by which rows of a bulk upload name it; '' without one.

    Of several identifiers it is the first one.
    """
    held = place.get("ceterms:identifier") if isinstance(place, dict) else None
    first = held[0] if isinstance(held, list) and held else held
    code = first.get("ceterms:identifierValueCode") if isinstance(first, dict) else None
    return str(code) if isinstance(code, str | int | float) else ""


def repeats(codes: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield the identifiers of places that an earlier place has, each with the number of the place.

    A row that names it would mean either of them.
    """
    seen: set[str] = set()
    for number, code in enumerate(codes):
        if code and code in seen:
            yield number, code
        seen.add(code)
