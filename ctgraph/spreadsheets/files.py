"""Files of an upload as sheets of text cells: workbooks and text, as people save them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ctgraph.problem import Severity
from ctgraph.spreadsheets.apart import read_apart
from ctgraph.spreadsheets.headings import recognised
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.sheet import MAX_FILE_BYTES, Sheet, unreadable
from ctgraph.spreadsheets.texts import read_text
from ctgraph.spreadsheets.workbooks import COMPOUND, PACKED


class File(NamedTuple):
    """A file of an upload."""

    name: str
    data: bytes


def read(file: File) -> list[Sheet]:
    """Read the sheets of a file that hold something. What it is, its content tells.

    Hidden sheets are left out, unless they alone hold records: a problem tells it either way.

    :raises Unreadable: when it cannot be read, with what to do about it.
    """
    name, data = file
    if len(data) > MAX_FILE_BYTES:
        raise unreadable(
            f"{name} has {len(data):,} bytes, and may have {MAX_FILE_BYTES:,}.",
            "Split it into several files.",
        )
    is_workbook = data.startswith((PACKED, COMPOUND))
    sheets = read_apart(name, data) if is_workbook else [read_text(name, data)]
    found = [sheet for sheet in sheets if sheet.rows]
    if not any(not one.is_hidden or _holds_records(one) for one in found):
        raise unreadable(f"{name} is empty.", "Fill in the template, and upload it again.")
    return _wanted(found)


def _wanted(sheets: Sequence[Sheet]) -> list[Sheet]:
    """Return the sheets whose records are wanted; those that are hidden only for want of others."""
    visible = [one for one in sheets if not one.is_hidden]
    hidden = [one for one in sheets if one.is_hidden and _holds_records(one)]
    if hidden and not any(map(recognised, visible)):
        read = "It was read, since no other sheet of the file holds records."
        return [*visible, *(_told(one, one, read) for one in hidden)]
    for one in hidden:
        left_out = "It was left out. Unhide it in the spreadsheet if its records are wanted."
        visible[0] = _told(visible[0], one, left_out)
    return visible


def _holds_records(hidden: Sheet) -> bool:
    """Tell whether its name or headings say so; that of the file does not speak for all sheets."""
    return recognised(replace(hidden, file="")) is not None


def _told(sheet: Sheet, hidden: Sheet, remedy: str) -> Sheet:
    """Return a sheet with a problem that tells of a hidden one."""
    place = Place(hidden.file, hidden.name)
    problem = SheetProblem(place, "The sheet is hidden.", remedy, severity=Severity.WARNING)
    return replace(sheet, problems=(*sheet.problems, problem))
