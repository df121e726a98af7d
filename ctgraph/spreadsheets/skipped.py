"""Rows that are skipped as notes for readers, although they say something of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Severity
from ctgraph.spreadsheets.headings import Table
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.spreadsheets.template import columns_of


def skipped(
    tables: Sequence[Table], gone: Mapping[Ctid, str], find: Callable[[str], Ctid | None]
) -> Iterator[SheetProblem]:
    """Yield a warning for each note that says more than the template does.

    :param gone: the names of the records that are withdrawn.
    :param find: returns the record with an external identifier.
    """
    named = {name: record for record, name in gone.items()}
    for table in tables:
        for row in table.rows:
            mark = table.note(row)
            if mark is None:
                continue
            said = mark.string[mark.end() :]
            texts = [text for text in (said, *row.cells) if text]
            meant = (named.get(text) or find(text) or text.lower() for text in texts)
            record = next((one for one in meant if one in gone), None)
            others = [text for text in row.cells if text and text != mark.string]
            if record or (others and _is_own(table.type.name, [said, *others])):
                place = Place(table.sheet.file, table.sheet.name, row.number, record or "")
                lost = f", and its record {record} would be withdrawn" if record else ""
                message = f"The row was skipped, as it begins like an instruction or sample{lost}."
                yield SheetProblem(place, message, _REMEDY, mark.string, Severity.WARNING)


_REMEDY = (
    "If it is a record, delete the words Instructions or Sample Data; if it is a note, the row."
)


def _is_own(name: str, texts: Iterable[str]) -> bool:
    """Tell whether a note says what no template does: somebody filled in its sample."""
    own = (text for text in texts if text and text not in _words(name))
    return any(not text.upper().startswith("SAMPLE:") for text in own)


@cache
def _words(name: str) -> frozenset[str]:
    """Return what the template of a type says of its columns, and its samples."""
    columns = columns_of(record_types()[name])
    return frozenset(text for one in columns for text in (one.help, one.example))
