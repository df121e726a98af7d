"""Rows that are skipped as notes for readers, although they name a record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Severity
from ctgraph.spreadsheets.headings import Table
from ctgraph.spreadsheets.problems import Place, SheetProblem


def skipped(
    tables: Sequence[Table], gone: Mapping[str, Ctid], find: Callable[[str], Ctid | None]
) -> Iterator[SheetProblem]:
    """Yield a warning for each note in a whole list that names a record which is withdrawn.

    :param gone: the records that are withdrawn, by their names.
    :param find: returns the record with an external identifier.
    """
    records = set(gone.values())
    for table in tables:
        for row in (one for one in table.rows if one.is_note):
            meant = (gone.get(text) or find(text) or text.lower() for text in row.cells if text)
            record = next((one for one in meant if one in records), None)
            if record:
                place = Place(table.sheet.file, table.sheet.name, row.number, record)
                message = (
                    "The row was skipped, as it begins like an instruction or a sample, and its "
                    f"record {record} would be withdrawn."
                )
                remedy = "Put another column first, or delete the row if it is a note."
                yield SheetProblem(place, message, remedy, row.cells[0], Severity.WARNING)
