"""Reading the nodes of decoded JSON-LD: their name, class and values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ctgraph.rdf.namespaces import Curie

NAMES = (
    "ceterms:name",
    "ceasn:name",
    "skos:prefLabel",
    "ceasn:competencyText",
    "ceterms:description",
)

MAX_NAME_CHARS = 400
"""The longest part of a name that lists and reports repeat: a record's own name may be as long.
Other texts that stand in for names are longer."""


def shortened(text: str, most: int = MAX_NAME_CHARS) -> str:
    """Return a text, or its beginning where it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def name_of(node: dict[str, Any], language: str = "en") -> str:
    """Return a node's name, label or text: in `language` if possible, else in any language."""
    for key in NAMES:
        text = node.get(key)
        if isinstance(text, dict):
            text = next(
                (t for tag, t in text.items() if tag.lower().startswith(language)),
                next(iter(text.values()), None),
            )
        if isinstance(text, list):
            text = next((t for t in text if isinstance(t, str)), None)
        if isinstance(text, str) and text:
            return text
    return ""


def type_of(node: dict[str, Any]) -> Curie:
    """Return a node's first class, as a CURIE; an empty text if it has none."""
    types = node.get("@type") or ""
    return Curie(str(types[0] if isinstance(types, list) else types))


def each(value: Any) -> list[Any]:
    """Return the values of a JSON-LD property as a list; None stands for no value."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def texts_in(value: Any) -> Iterator[str]:
    """Yield all texts in a value, however deep they stand."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list | tuple | dict):
            left += one.values() if isinstance(one, dict) else one
