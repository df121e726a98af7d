"""The records that a thing of a document refers to, each with the property that leads to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid


def references(node: dict[str, Any], identity: Identity) -> Iterator[tuple[str, Ctid]]:
    """Yield the properties and the records to which a thing, or a part of it, refers by them."""
    left: list[tuple[str, Any]] = [("", node)]
    while left:
        name, value = left.pop()
        if isinstance(value, str):
            if name and "/" in value and (target := identity.ctid_of(value)):
                yield name, target
        elif isinstance(value, list):
            left += ((name, one) for one in value)
        elif isinstance(value, dict):
            left += ((name if key == "@id" else key, one) for key, one in value.items())
