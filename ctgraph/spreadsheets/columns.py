"""Columns: each shows one thing about a record as the text of a cell, and puts it in again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ctgraph.errors import BadParameter
from ctgraph.forms.editors import Editor
from ctgraph.forms.model import Field
from ctgraph.forms.values import Node
from ctgraph.problem import Problem
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.cells import Reader
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.problems import refuse
from ctgraph.spreadsheets.references import ALL, Address
from ctgraph.spreadsheets.separators import VALUES, as_cell, joined, split

DELETE = "#DELETE"
"""The cell that clears a value."""


@dataclass(frozen=True)
class Column:
    """A column of a record, or of one of its parts.

    :param headings: those that it is known by; the first is that of a template.
    :param property: of the record, or of the profile of its group.
    :param field: what the form says about the values.
    :param part: the class of the part within that the values are in, with the property there.
    :param is_alternative: whether another column shows the same: a row fills in one of them.
    :param holds_several: whether a cell holds several values.
    """

    headings: tuple[str, ...]
    property: Curie
    field: Field
    reader: Reader
    part: Curie | None = None
    inner: Curie | None = None
    is_alternative: bool = False
    holds_several: bool = True

    @cached_property
    def heading(self) -> str:
        """The heading in a template."""
        return self.headings[0]

    def show(self, node: Node, at: Context) -> str:
        """Return the text of the cell; empty where there is nothing that a cell can express."""
        if self.part is None or self.inner is None:
            return self._show(node.get(self.property), at)
        found = self._parts(node)
        return self._show(found[0].get(self.inner), at) if len(found) == 1 else ""

    def put(self, node: Node, cell: str, at: Context) -> None:
        """Put what a cell says into a record. What no cell can express stays.

        :raises BadParameter: when the cell cannot be read.
        """
        if self.part is None or self.inner is None:
            _set(node, self.property, self._put(node.get(self.property), cell, at))
            return
        found = self._parts(node)
        if len(found) > 1:
            if cell == DELETE or self.show(node, at) != cell:
                refuse(
                    f"The record has {len(found)} values of {self.field.label} already.",
                    "Change them in the form of the record.",
                )
            return
        part: Node = dict(found[0]) if found else {"@type": self.part}
        _set(part, self.inner, self._put(part.get(self.inner), cell, at))
        values = [part if one in found else one for one in listed(node.get(self.property))]
        if not found:
            values.append(part)
        if part.keys() <= {"@type", "@id"}:
            values.remove(part)
        _set(node, self.property, values)

    def _parts(self, node: Node) -> list[Node]:
        values = listed(node.get(self.property))
        return [one for one in values if isinstance(one, dict) and one.get("@type") == self.part]

    @cached_property
    def _is_text(self) -> bool:
        return self.field.editor in (Editor.TEXT, Editor.LONG_TEXT)

    def _show(self, value: Any, at: Context) -> str:
        if self._is_text:
            value = listed(_texts(value, at.language))
        shown = [text for one in listed(value) if (text := self._text(one, at)) is not None]
        if not self.holds_several:
            return shown[0] if len(shown) == 1 else ""
        return as_cell(joined(shown, VALUES)) or ""

    def _text(self, value: Any, at: Context) -> str | None:
        """Return the text of one value; None where no cell can express it."""
        text = value if self._is_text else self.reader.show(value, at)
        return as_cell(text) if isinstance(text, str) else None

    def _put(self, old: Any, cell: str, at: Context) -> Any:
        """Return the value of a property with what a cell says; None for no value."""
        if cell == DELETE:
            if self.field.is_required and not self.field.is_alternative:
                refuse(f"{self.heading} is required and cannot be cleared.", "Write a value.")
            texts: list[str] = []
        else:
            texts = split(cell, VALUES) if self.holds_several else [cell]
            if DELETE in map(str.upper, texts):
                refuse(f"{DELETE} stands among other values.", "Leave it out: it clears all.")
        if isinstance(self.reader, Address):
            return self._places(
                old, list(at.places) if [*map(str.lower, texts)] == [ALL] else texts, at
            )
        if self._is_text:
            return _with_texts(old, self._all_read(texts, at), at, self)
        return self._joined(old, texts, at)

    def _places(self, old: Any, texts: Sequence[str], at: Context) -> Any:
        """Return addresses of the owner as they are now, and those that no cell can express."""
        shown = [(self._text(one, at), one) for one in listed(old)]
        gone = {text: one for text, one in shown if text not in at.places}
        new = [text for text in dict.fromkeys(texts) if text not in gone]
        read = gone | dict(zip(new, self._all_read(new, at), strict=True))
        found = [read[text] for text in dict.fromkeys(texts)]
        return _as_before(old, [*found, *(one for text, one in shown if text is None)])

    def _all_read(self, texts: Sequence[str], at: Context) -> list[Any]:
        """Return the values of some texts.

        :raises BadParameter: with a problem for each that cannot be read.
        """
        found, problems = [], list[Problem]()
        for text in texts:
            try:
                found.append(self.reader.read(text, at))
            except BadParameter as error:
                problems += error.problems
        if problems:
            raise BadParameter(problems[0].message, problems)
        return found

    def _joined(self, old: Any, texts: Sequence[str], at: Context) -> Any:
        """Return the values of some texts, and those that no cell can express."""
        shown = [(self._text(one, at), one) for one in listed(old)]
        if [text for text, _ in shown if text is not None] == list(texts):
            return old
        mine = {text: one for text, one in shown if text is not None}
        replaced = [one for text, one in mine.items() if text not in texts]
        fresh = [text for text in texts if text not in mine]
        read = dict(zip(fresh, self._all_read(fresh, at), strict=True))
        found = []
        for text in texts:
            if text in mine:
                found.append(mine[text])
                continue
            new = read[text]
            if self.reader.keys and replaced:
                new = _without(replaced.pop(0), self.reader.keys) | new
            if new not in found:
                found.append(new)
        return _as_before(old, [*found, *(one for text, one in shown if text is None)])


def listed(value: Any) -> list[Any]:
    """Return the values of a property."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _as_before(old: Any, values: list[Any]) -> Any:
    """Return values in a list, as they were, or as one."""
    return values[0] if len(values) == 1 and not isinstance(old, list) else values


def _set(node: Node, name: str, value: Any) -> None:
    if value in (None, [], {}):
        node.pop(name, None)
    else:
        node[name] = value


def _without(node: Node, names: Sequence[str]) -> Node:
    return {name: value for name, value in node.items() if name not in names}


def _language(value: Any, language: str) -> str:
    """Return the language whose texts a cell shows: the record's, or the first one."""
    return language if language in value else next(iter(value), language)


def _texts(value: Any, language: str) -> Any:
    """Return the texts that a cell shows of a property whose values are words in languages."""
    if isinstance(value, dict) and "@value" not in value and "@type" not in value:
        return value.get(_language(value, language))
    return value if isinstance(value, str | list) else None


def _with_texts(old: Any, texts: list[str], at: Context, column: Column) -> Any:
    """Return words in languages, with other words in the language that a cell shows."""
    shown = [as_cell(one) for one in listed(_texts(old, at.language)) if isinstance(one, str)]
    if [one for one in shown if one is not None] == texts:
        return old
    kept = dict(old) if isinstance(old, dict) and "@value" not in old else {}
    language = _language(kept, at.language)
    if texts:
        kept[language] = texts if column.holds_several else texts[0]
    else:
        kept.pop(language, None)
    return kept
