"""How long an upload takes, from what was measured: `python -m benchmarks bulk`."""

from __future__ import annotations

from collections.abc import Iterable

from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.workbooks import COMPOUND, PACKED

CHECKED_A_SECOND = 350
"""Rows that are read and checked in a second on two cores."""
SAVED_A_SECOND = 375
"""Records that are read again and written in a second on two cores."""
PACKED_ROW_BYTES = 250
"""Bytes of a row of 20 columns in a workbook: it is packed, and nothing else tells its rows."""


def rows_about(files: Iterable[File]) -> int:
    """Return about how many rows files have, without reading them."""
    return sum(_rows(file.data) for file in files)


def seconds_to_check(rows: int) -> int:
    """Return about how many seconds the check of some rows takes, at least 1."""
    return max(1, round(rows / CHECKED_A_SECOND))


def seconds_to_save(records: int) -> int:
    """Return about how many seconds it takes to save some records, at least 1."""
    return max(1, round(records / SAVED_A_SECOND))


def _rows(data: bytes) -> int:
    if data.startswith((PACKED, COMPOUND)):
        return len(data) // PACKED_ROW_BYTES
    return max(data.count(b"\n"), data.count(b"\r"))
