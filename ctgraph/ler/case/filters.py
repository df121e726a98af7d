"""The filters of CASE: ``title~'nurs' AND version='2'`` (CASE 1.1, its REST binding)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from ctgraph.documents.node_values import each
from ctgraph.errors import BadParameter
from ctgraph.ler.case.fields import Node

MAX_FILTER_CHARS = 1_000
"""Characters of a filter."""
_CONDITION = re.compile(r"\s*([A-Za-z.]+)\s*(!=|>=|<=|=|>|<|~)\s*'([^']*)'")
_LOGICAL = re.compile(r" (AND|OR) ")
_FORM = "Write field='value', with =, !=, >, >=, <, <= or ~, and at most one AND or OR."
_COMPARED: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}


@dataclass(frozen=True)
class _Condition:
    field: str
    predicate: str
    value: str

    def holds(self, thing: Node) -> bool:
        """Tell whether it holds, in any case of letters. A list is compared as a whole."""
        found = thing
        for name in self.field.split("."):
            found = found.get(name, "") if isinstance(found, dict) else ""
        words = [str(one).casefold() for one in each(found)]
        wanted = self.value.casefold()
        if self.predicate == "~":
            parts = wanted.split(",") if isinstance(found, list) else [wanted]
            return any(part in word for part in parts for word in words)
        text = ",".join(words)
        # Most fields are optional: no order is told of what is not there.
        return _COMPARED[self.predicate](text, wanted) and (
            bool(text) or self.predicate in ("=", "!=")
        )


def filter_of(text: str, fields: Collection[str]) -> Callable[[Node], bool]:
    """Return what tells whether a thing passes a filter.

    :param fields: those that things of the class have. A field of one is named with a dot.
    :raises BadParameter: when the filter cannot be read, or names a field that there is not.
    """
    if len(text) > MAX_FILTER_CHARS:
        raise BadParameter(f"A filter has at most {MAX_FILTER_CHARS:,} characters.")
    first, at = _condition(text, 0, fields)
    if at == len(text):
        return first.holds
    logical = _LOGICAL.match(text, at)
    if logical is None:
        raise BadParameter(f"The filter cannot be read at {text[at : at + 40]!r}. {_FORM}")
    second, end = _condition(text, logical.end(), fields)
    if end != len(text):
        raise BadParameter(f"The filter has more than {text[:end][:80]!r}. {_FORM}")
    both: Callable[[Any], bool] = all if logical[1] == "AND" else any
    return lambda thing: both(one.holds(thing) for one in (first, second))


def _condition(text: str, at: int, fields: Collection[str]) -> tuple[_Condition, int]:
    found = _CONDITION.match(text, at)
    if found is None:
        raise BadParameter(f"The filter cannot be read at {text[at : at + 40]!r}. {_FORM}")
    if found[1].partition(".")[0] not in fields:
        raise BadParameter(
            f"A CFDocument has no field {found[1][:40]!r}. Use some of {', '.join(fields)}."
        )
    return _Condition(found[1], found[2], found[3]), found.end()
