"""Files of an upload as sheets of text cells: workbooks and text, as people save them."""

from __future__ import annotations

from typing import NamedTuple

from ctgraph.spreadsheets.apart import read_apart
from ctgraph.spreadsheets.sheet import MAX_FILE_BYTES, Sheet, unreadable
from ctgraph.spreadsheets.texts import read_text
from ctgraph.spreadsheets.workbooks import COMPOUND, PACKED


class File(NamedTuple):
    """A file of an upload."""

    name: str
    data: bytes


def read(file: File) -> list[Sheet]:
    """Read the sheets of a file that hold something. What it is, its content tells.

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
    if not found:
        raise unreadable(f"{name} is empty.", "Fill in the template, and upload it again.")
    return found
