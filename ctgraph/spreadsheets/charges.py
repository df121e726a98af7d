"""Types and prices of costs in one cell: `Tuition~1200|Application~50`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from ctgraph.forms.model import Field
from ctgraph.forms.values import Node
from ctgraph.spreadsheets import plain
from ctgraph.spreadsheets.cells import Concept, scalar
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.problems import refuse
from ctgraph.spreadsheets.separators import joined, split


@dataclass(frozen=True)
class Charge:
    """A type of a cost and its price: `Tuition~1200`."""

    field: Field
    keys: ClassVar[tuple[str, ...]] = ()

    @cached_property
    def _concept(self) -> Concept:
        return Concept(self.field)

    def show(self, value: Node, at: Context) -> str | None:
        """See :class:`Reader`."""
        kind, price = value.get("ceterms:directCostType"), scalar(value.get("ceterms:price"))
        label = self._concept.show(kind, at) if kind else ""
        if label is None or not isinstance(price, int | float | None):
            return None
        shown = plain.number_in_words(price) if price is not None else ""
        return joined([label, shown], "~") if shown else joined([label], "~")

    def read(self, text: str, at: Context) -> Node:
        """See :class:`Reader`."""
        parts = split(text, "~")
        if len(parts) > 2 or not any(parts):
            refuse(f"{text[:60]!r} is no type of a cost with a price.", "Write it as Tuition~1200.")
        found: Node = {}
        if parts[0]:
            found["ceterms:directCostType"] = self._concept.read(parts[0], at)
        if len(parts) == 2 and parts[1]:
            found["ceterms:price"] = plain.number_of(parts[1])
        return found
