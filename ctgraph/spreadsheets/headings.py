"""The headings of a sheet: which type of records it holds, and what each column means."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import zip_longest
from pathlib import PurePath

from ctgraph.forms.editors import Editor
from ctgraph.spreadsheets.columns import Column
from ctgraph.spreadsheets.nearest import MIN_LIKENESS
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.record_types import Group, RecordType, aliases, record_types, simple
from ctgraph.spreadsheets.separators import meant
from ctgraph.spreadsheets.sheet import Row, Sheet

MAX_TITLE_ROWS = 10
"""Rows among which the headings are looked for: titles may stand above them."""
IDENTIFIER, CTID, ID, ACTION, CLASS = "identifier", "ctid", "id", "action", "class"
RELATION, ASSERTIONS = "relation", "assertions"
"""The roles of columns that are no properties, as the table of headings names them."""
KIND = "kind"
"""The role of the column that tells which property leads to a profile."""
MORE = "more"
"""The role of a column that goes on with the text of another one: a second line of an address."""

_NOTE = re.compile(r"(?:instructions|sample data|add new credential here)(?![\w-])[\s:]*", re.I)


@dataclass(frozen=True)
class Heading:
    """What a column means.

    :param text: as the file has it, without asterisks; in a table of headings, as that has it.
    :param role: of a column that is no property; empty for another one.
    :param group: of a column of a profile.
    :param embedded: the name of the type of the record that a column with a prefix is about, where
        it is not the one of the row.
    """

    text: str
    role: str = ""
    column: Column | None = None
    group: Group | None = None
    embedded: str = ""

    @property
    def is_text(self) -> bool:
        """Whether its cells are words, such as names."""
        words = (Editor.TEXT, Editor.LONG_TEXT)
        return self.column is not None and self.column.field.editor in words


@dataclass(frozen=True)
class Table:
    """A sheet whose headings are known.

    :param columns: the meanings of its columns, each with its number; without those of comments.
    """

    sheet: Sheet
    type: RecordType
    columns: tuple[tuple[int, Heading], ...]
    rows: tuple[Row, ...]

    def note(self, row: Row) -> re.Match[str] | None:
        """Return the words that mark a row for readers, such as `Sample Data:`, in their cell.

        A cell that identifies a record may bear them, the first one that is neither a comment nor
        words such as a name, or the only one of the row. None for a row about a record.
        """
        identifying, coded = self._marked
        first = next(filter(None, map(row.cell, coded)), "")
        filled = [text for text in row.cells if text]
        cells = (*map(row.cell, identifying), first, *(filled if len(filled) == 1 else ()))
        marks = (_NOTE.match(text) for text in cells)
        return next(filter(None, marks), None)

    @cached_property
    def _marked(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The columns that identify records, and those whose cells are no words."""
        own = [(number, one) for number, one in self.columns if not (one.group or one.embedded)]
        return (
            tuple(number for number, one in own if one.role in (IDENTIFIER, CTID, ID)),
            tuple(number for number, one in self.columns if not one.is_text),
        )


@cache
def headings_of(name: str) -> Mapping[str, Heading]:
    """Return what the headings of a type of records mean, by what counts of each."""
    kind = record_types()[name]
    found: dict[str, Heading] = {}
    for role, texts in kind.roles.items():
        found |= {simple(one): Heading(one, role) for one in texts}
    for heading, column in _ranked(kind.columns):
        found.setdefault(simple(heading), Heading(heading, "", column))
    for more, first in aliases()["continued"].items():
        if begun := found.get(simple(first)):
            found.setdefault(simple(more), Heading(more, MORE, begun.column))
    for group in kind.groups:
        for key, meaning in _of_group(group):
            found.setdefault(key, meaning)
    for prefix, other in kind.embedded.items():
        for key, meaning in headings_of(other).items():
            if meaning.group is None and meaning.role != ACTION:
                inner = replace(meaning, text=f"{prefix}: {meaning.text}", embedded=other)
                found.setdefault(f"{simple(prefix)}.{key}", inner)
    return found


def title_of(heading: Heading) -> str:
    """Return how a template writes a heading."""
    inner = heading.column.heading if heading.column and not heading.embedded else heading.text
    return f"{heading.group.prefixes[0]}: {inner}" if heading.group else inner


def recognised(sheet: Sheet, told: str = "") -> RecordType | None:
    """Return the type of records that a sheet holds; None when nothing tells it.

    :param told: the name of the type, where somebody told it.
    """
    types = record_types()
    if told:
        return types.get(told)
    cells = {simple(text) for text in heading_row(sheet).cells if text}

    def fit(kind: RecordType) -> tuple[int, int]:
        return len(cells & kind.signs), len(cells & headings_of(kind.name).keys())

    names = {simple(name) for name in (sheet.name, PurePath(sheet.file).stem) if name}
    for kind in types.values():
        if names & {simple(kind.name), simple(kind.title)}:  # as templates are named
            return kind
    by_name = [kind for kind in types.values() if names & set(map(simple, kind.sheets))]
    best = max(types.values(), key=lambda kind: (fit(kind)[0], kind in by_name, fit(kind)[1]))
    return best if fit(best)[0] or best in by_name else None


def table_of(sheet: Sheet, kind: RecordType, problems: list[SheetProblem]) -> Table:
    """Return a sheet with the meanings of its columns; note what is wrong with its headings."""
    row = heading_row(sheet)
    known, columns = headings_of(kind.name), []
    seen: dict[tuple[object, ...], str] = {}
    for number, given in enumerate(row.cells):
        text = meant(given)
        if not text:
            continue
        place = Place(sheet.file, sheet.name, row.number, column=text)
        heading = known.get(simple(text))
        if heading is None:
            problems.append(_unknown(place, text, kind))
            continue
        group = heading.group and heading.group.name
        meaning = (heading.role, id(heading.column), group, heading.embedded)
        if heading.role != "comment" and meaning in seen:
            problems.append(_twice(place, text, seen[meaning]))
            continue
        seen[meaning] = text
        if heading.role != "comment":
            columns.append((number, replace(heading, text=text.rstrip("* "))))
    after = tuple(one for one in sheet.rows if one.number > row.number)
    headless = {n for one in after for n, cell in enumerate(one.cells) if cell} - {
        n for n, text in enumerate(row.cells) if text
    }
    if headless:
        place = Place(sheet.file, sheet.name, row.number)
        message = f"{len(headless)} columns have values and no heading."
        problems.append(SheetProblem(place, message, "Write a heading, or delete the column."))
    return Table(sheet, kind, tuple(columns), after)


def _ranked(columns: Sequence[Column]) -> Iterator[tuple[str, Column]]:
    """Yield the headings of columns with them: first the first ones of all, and so on."""
    for rank in zip_longest(*(column.headings for column in columns)):
        yield from ((text, column) for text, column in zip(rank, columns, strict=True) if text)


def _of_group(group: Group) -> Iterator[tuple[str, Heading]]:
    for prefix in group.prefixes:
        begin = f"{simple(prefix)}."
        for text in aliases()["roles"][IDENTIFIER]:
            yield begin + simple(text), Heading(text, IDENTIFIER, None, group)
        for text in group.kind:
            yield begin + simple(text), Heading(group.kind[0], KIND, None, group)
        for text, column in _ranked(group.columns):
            yield begin + simple(text), Heading(text, "", column, group)
    for text in group.kind[:1]:
        yield simple(text), Heading(text, KIND, None, group)


def heading_row(sheet: Sheet) -> Row:
    """Return the row of the headings: of the first rows, the one that has most known ones."""
    rows = [row for row in sheet.rows if not row.is_blank][:MAX_TITLE_ROWS]
    return max(
        rows, key=lambda row: sum(simple(text) in _all_known() for text in row.cells if text)
    )


@cache
def _all_known() -> frozenset[str]:
    return frozenset(key for name in record_types() for key in headings_of(name))


def _unknown(place: Place, text: str, kind: RecordType) -> SheetProblem:
    known = headings_of(kind.name)
    near = difflib.get_close_matches(simple(text), known, 1, MIN_LIKENESS)
    others = [one.title for one in record_types().values() if simple(text) in headings_of(one.name)]
    if others:
        remedy = f"It is a heading of: {', '.join(others[:3])}. Delete the column, or move it."
    elif near:
        remedy = f"Did you mean {title_of(known[near[0]])!r}? Rename the column, or delete it."
    else:
        remedy = "Take a heading of the template, or delete the column."
    message = f"There is no column {text[:80]!r} for {kind.title.lower()}."
    return SheetProblem(place, message, remedy)


def _twice(place: Place, text: str, before: str) -> SheetProblem:
    is_same = simple(text) == simple(before)
    message = (
        f"The heading {text[:80]!r} stands twice."
        if is_same
        else f"The headings {before[:80]!r} and {text[:80]!r} mean the same."
    )
    return SheetProblem(place, message, "Delete one of the columns.")
