"""The sheets of an upload whose headings are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ctgraph.errors import CtgraphError
from ctgraph.problem import Severity
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.headings import Table, heading_row, recognised, table_of
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.sheet import MAX_CELLS, Sheet, letters, too_many_cells

MAX_FILES = 20
"""Files of one upload."""


@dataclass(frozen=True)
class SheetTold:
    """What was detected of a sheet.

    :param type: the title of the type of its records; empty where nothing tells it.
    """

    file: str
    name: str
    told: str
    type: str
    rows: int


def tables_of(
    files: Sequence[File],
    types: Mapping[str, str],
    told: list[SheetTold],
    problems: list[SheetProblem],
) -> Iterator[Table]:
    """Yield the sheets of files whose headings are known; note what is wrong with others."""
    if len(files) > MAX_FILES:
        message = f"There are {len(files)} files, and there may be {MAX_FILES}."
        problems.append(SheetProblem(Place(), message, "Upload them in several steps."))
        return
    filled = 0
    for file in files:
        try:
            sheets = read(file)
            filled += sum(sheet.filled for sheet in sheets)
            if filled > MAX_CELLS:
                raise too_many_cells(f"The upload up to {file.name}")
        except CtgraphError as error:
            problem = error.problems[0]
            at = Place(file.name)
            problems.append(SheetProblem(at, problem.message, problem.remedy))
            continue
        for sheet in sheets:
            # A formula without a result is told of the whole workbook.
            own = sheet.name if len(sheets) == 1 else ""
            yield from _table(sheet, own, types, told, problems)


def _table(
    sheet: Sheet,
    own: str,
    types: Mapping[str, str],
    told: list[SheetTold],
    problems: list[SheetProblem],
) -> Iterator[Table]:
    name = types.get(sheet.name) or types.get(sheet.file, "")
    kind = recognised(sheet, name)
    title = kind.title if kind else ""
    told.append(SheetTold(sheet.file, sheet.name, sheet.told, title, len(sheet.rows) - 1))
    row = heading_row(sheet)
    cells = row.cells
    headings = {letters(number): text.rstrip("* ") for number, text in enumerate(cells) if text}
    for one in sheet.problems:
        column = headings.get(one.place.column, one.place.column)
        place = replace(one.place, sheet=one.place.sheet or own, column=column)
        problems.append(replace(one, place=place))
    for first, last, number in sheet.merged:
        if last > max(first, row.number):
            column = headings.get(letters(number), letters(number))
            place = Place(sheet.file, sheet.name, first, column=column)
            problems.append(_merged(place, last))
    if kind:
        yield table_of(sheet, kind, problems)
        return
    message = "Nothing tells which records the sheet holds."
    remedy = (
        "Delete or hide the sheet if it holds no records. If it does, take the headings of a "
        "template, or name the sheet or the file after the type, such as Credentials or Courses."
    )
    problems.append(SheetProblem(Place(sheet.file, sheet.name), message, remedy))


def _merged(place: Place, last: int) -> SheetProblem:
    message = f"The cell is merged with those down to row {last}, which are blank thereby."
    remedy = "Unmerge the cells, and write the value into each row that it is for."
    return SheetProblem(place, message, remedy, severity=Severity.WARNING)
