"""Workbooks: XLSX, XLSB, XLS and ODS, as spreadsheets save them."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import python_calamine as calamine

from ctgraph.spreadsheets.encodings import encoding_problems
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.sheet import (
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_SHEETS,
    Row,
    Sheet,
    cell_problems,
    letters,
    rows_of,
    unreadable,
)

MAX_UNPACKED_BYTES = 300_000_000
"""Bytes of a workbook's parts once unpacked: 100,000 full rows. A zip bomb has far more."""
PACKED, COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""The first bytes of workbooks: a zip archive, or the compound file of older ones."""
_CHUNK = 1 << 20
_OUTSIDE = re.compile(rb'<c r="(?:([A-Z]{3})([0-9]{1,7})|([A-Z]{1,2})([0-9]{6,7}))"')
"""The cells that may be beyond the bounds: all others have two letters and five digits at most."""
_REPEATED = re.compile(
    rb'number-(?:rows|columns)-repeated="([0-9]{1,9})"[^<>]{0,300}office:value-type'
)
_FAULT = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^<>]{0,100} t="e"')
_ROUNDED = (
    "The spreadsheet took the text for a number and rounded it: it keeps fifteen digits.",
    "Format the column as text, and type the value anew.",
)
LARGE = 1e15
"""From here on, a spreadsheet rounds numbers."""


def read_workbook(name: str, data: bytes) -> list[Sheet]:
    """Read the sheets of a workbook that hold something, the hidden ones too.

    :raises Unreadable: when it is damaged or protected, or beyond a bound.
    """
    faults = _unpacked(name, data) if data.startswith(PACKED) else []
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        return list(_sheets(name, book, faults))
    except calamine.PasswordError:
        raise unreadable(
            f"{name} is protected by a password.", "Remove the password, and save it again."
        ) from None
    except calamine.CalamineError as error:
        raise _damaged(name, str(error)) from None


def _sheets(name: str, book: Any, faults: list[str]) -> Iterator[Sheet]:
    described = [one for one in book.sheets_metadata if one.typ is calamine.SheetTypeEnum.WorkSheet]
    described.sort(key=_is_hidden)  # what is wrong with the whole workbook is told of the first one
    if len(described) > MAX_SHEETS:
        raise unreadable(
            f"{name} has {len(described):,} sheets, and may have {MAX_SHEETS}.",
            "Split it into several files.",
        )
    for one in described:
        sheet = book.get_sheet_by_name(one.name)
        if not sheet.height:
            continue
        problems: list[SheetProblem] = []
        rows = tuple(rows_of(_lines(sheet, name, problems), name, one.name))
        problems += cell_problems(rows, name, one.name)
        problems += encoding_problems(rows, name, one.name, "")
        if one is described[0]:
            problems += [_fault(name, cell) for cell in faults]
        merged = tuple(_merged(sheet, rows))
        is_hidden = _is_hidden(one)
        yield Sheet(name, one.name, "workbook", rows, tuple(problems), merged, is_hidden)


def _is_hidden(described: Any) -> bool:
    return described.visible is not calamine.SheetVisibleEnum.Visible


def _merged(sheet: Any, rows: tuple[Row, ...]) -> Iterator[tuple[int, int, int]]:
    by_number = {row.number: row for row in rows}
    for (top, left), (bottom, _) in sheet.merged_cell_ranges or ():
        row = by_number.get(top + 1)
        if bottom > top and row and row.cell(left):
            yield top + 1, bottom + 1, left


def _lines(sheet: Any, file: str, problems: list[SheetProblem]) -> Iterator[list[str]]:
    """Yield the rows of a sheet as texts; note each number that lost digits."""
    first = sheet.start[1]
    for number, line in enumerate(sheet.iter_rows(), 1):
        yield [""] * first + [one if type(one) is str else text_of(one) for one in line]
        numbers = ((place, one) for place, one in enumerate(line, first) if type(one) is float)
        for place, value in numbers:
            if abs(value) >= LARGE:
                where = Place(file, sheet.name, number, column=letters(place))
                problems.append(SheetProblem(where, *_ROUNDED, repr(value)))


def text_of(value: Any) -> str:
    """Return the text of a cell as a person would type it."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < LARGE else repr(value)
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    return value if isinstance(value, str) else str(value)


def _unpacked(name: str, data: bytes) -> list[str]:
    """Make sure that an archive unpacks within the bounds; return the cells with an error value.

    :raises Unreadable: when it does not.
    """
    faults: dict[str, None] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _require_workbook(name, {info.filename for info in infos})
            if sum(info.file_size for info in infos) > MAX_UNPACKED_BYTES:
                raise unreadable(
                    f"{name} unpacks to more than {MAX_UNPACKED_BYTES:,} bytes.",
                    "Split it into several files, or save it as CSV.",
                )
            if any(info.flag_bits & 1 for info in infos):
                raise unreadable(
                    f"{name} is protected by a password.", "Remove the password, and save it again."
                )
            for info in infos:
                with archive.open(info) as part:
                    chunks = iter(partial(part.read, _CHUNK), b"")
                    faults |= dict.fromkeys(_looked_at(name, info.filename, chunks))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged(name, str(error)) from None
    return list(faults)


def _require_workbook(name: str, parts: set[str]) -> None:
    """Make sure that an archive is none of those that people take for a workbook.

    :raises Unreadable: when it is one.
    """
    for part, (kind, remedy) in _OTHERS.items():
        if part in parts:
            raise unreadable(f"{name} is {kind}, and no workbook.", remedy)


_OTHERS = {
    "word/document.xml": ("a text document", "Copy its table into the template."),
    "ppt/presentation.xml": ("a presentation", "Copy its table into the template."),
    "Index/Document.iwa": ("of Numbers", "Export it from Numbers as Excel or CSV."),
}
"""Archives that are no workbooks, by a part that they have."""


def _looked_at(name: str, part: str, chunks: Iterator[bytes]) -> Iterator[str]:
    """Yield the cells with an error value. A cell far outside would make a sheet of all between.

    :raises Unreadable: when there is such a cell.
    """
    is_sheet = part.startswith("xl/worksheets/")
    before = b""
    for chunk in chunks:
        text = before + chunk
        before = text[-200:]
        if is_sheet:
            for far, at, column, row in _OUTSIDE.findall(text):
                if far or int(row) > MAX_ROWS:
                    raise _far_out(name, (far + at + column + row).decode())
            if b' t="e"' in text:
                yield from (found.decode() for found in _FAULT.findall(text))
        elif any(int(number) > MAX_COLUMNS for number in _REPEATED.findall(text)):
            raise _far_out(name, "the end of a row")


def _far_out(name: str, cell: str) -> Exception:
    return unreadable(
        f"{name} has a cell at {cell}; a sheet may have {MAX_ROWS:,} rows and {MAX_COLUMNS} "
        "columns.",
        "Delete the rows below and the columns beside your data, or split the file.",
    )


def _fault(name: str, cell: str) -> SheetProblem:
    letter, number = re.fullmatch("([A-Z]+)([0-9]+)", cell).groups()  # type: ignore[union-attr]
    return SheetProblem(
        Place(name, "", int(number), column=letter),
        "The formula of the cell has no result.",
        "Mend the formula, or write the value.",
    )


def _damaged(name: str, why: str) -> Exception:
    return unreadable(
        f"{name} is damaged, or is no workbook that is known ({why}).",
        "Open it in a spreadsheet, and save it as XLSX.",
    )
