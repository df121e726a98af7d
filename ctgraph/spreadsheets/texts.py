"""Files of text: their encoding, their delimiter, and their rows (RFC 4180)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice

import charset_normalizer

from ctgraph.spreadsheets.encodings import SUPPOSED, encoding_problems
from ctgraph.spreadsheets.sheet import MAX_ROWS, Sheet, cell_problems, rows_of, unreadable

MAX_SAMPLE_BYTES = 200_000
"""Bytes by which an encoding is told, when the file is no UTF-8."""
MAX_SAMPLE_ROWS = 10
"""Rows by which the delimiter is told: titles may stand above the headings."""
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_MARKS = {
    b"\xff\xfe\0\0": ("utf-32", "UTF-32"),
    b"\xef\xbb\xbf": ("utf-8-sig", "UTF-8 with a byte order mark"),
    b"\xff\xfe": ("utf-16", "UTF-16"),
    b"\xfe\xff": ("utf-16", "UTF-16"),
}
_SAID = re.compile(r'"?sep=(.)"?[ \t,;]*(\r\n?|\n|$)', re.IGNORECASE)
"""A first line that tells Excel the delimiter. Excel does not show it, nor count it as a row."""
_OTHERS = {"cp1252": SUPPOSED, "utf_16_le": "UTF-16", "utf_16_be": "UTF-16"}


def read_text(name: str, data: bytes) -> Sheet:
    """Read a file of text.

    :raises Unreadable: when it is none, or beyond a bound.
    """
    _require_table(name, data)
    text, encoding = _decoded(name, data)
    said = _SAID.match(text)
    if said:
        text = text[said.end() :]
    delimiter = _said(name, said[1]) if said else _delimiter(text)
    _require_cells(name, text, delimiter)
    rows = tuple(rows_of(_lines(name, text, delimiter), name, ""))
    told = f"{encoding}, {_DELIMITERS[delimiter]}{' as the line sep= says' if said else ''}"
    problems = (*cell_problems(rows, name, ""), *encoding_problems(rows, name, "", encoding))
    return Sheet(name, "", told, rows, problems)


def _require_table(name: str, data: bytes) -> None:
    """Make sure that a file is none of those that only bear the name of a spreadsheet.

    :raises Unreadable: when it is one.
    """
    begin = data[:1000].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for start, (kind, remedy) in _DISGUISES.items():
        if begin.startswith(start):
            raise unreadable(f"{name} is {kind}, and no spreadsheet.", remedy)


_RESAVE = "Open it in a spreadsheet, and save it as XLSX."
_DISGUISES = {
    b"<!doctype": ("a web page", _RESAVE),
    b"<html": ("a web page", _RESAVE),
    b"<table": ("a web page", _RESAVE),
    b"<?xml": ("an XML file", _RESAVE),
    b"%pdf": ("a PDF", "Take the spreadsheet that it was made of."),
    b"{\\rtf": ("a text document", "Copy its table into the template."),
    b"{": ("a JSON file", "Bring it in with “Begin from a file” on the page of your records."),
    b"[{": ("a JSON file", "Bring it in with “Begin from a file” on the page of your records."),
}
"""Files that people take for spreadsheets, by what they begin with, and what to do about each."""


def _require_cells(name: str, text: str, delimiter: str) -> None:
    """Make sure that a known sign stands between the cells.

    :raises Unreadable: when `|` seems to, which stands between the values of a cell.
    """
    first = next((line for line in text[:MAX_SAMPLE_BYTES].splitlines() if line.strip()), "")
    if first.count("|") > 1 and delimiter not in first:
        raise unreadable(
            f"The columns of {name} are separated by |, which stands between the values of a cell.",
            "Save it with commas, semicolons or tabs between the columns.",
        )


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    """Return the text of a file, and the name of its encoding."""
    for mark, (codec, label) in _MARKS.items():
        if data.startswith(mark):
            return _decode(name, data, codec, label), label
    if b"\0" not in data:
        try:
            return data.decode(), "UTF-8"
        except UnicodeDecodeError:
            pass
    codec = "cp1252"
    if b"\0" in data:
        found = charset_normalizer.from_bytes(
            data[:MAX_SAMPLE_BYTES], cp_isolation=["utf_16_le", "utf_16_be"]
        ).best()
        codec = found.encoding if found else ""
    if codec not in _OTHERS:
        raise unreadable(
            f"{name} is neither a spreadsheet nor text.",
            "Save it as XLSX, or as CSV in the encoding UTF-8.",
        )
    return _decode(name, data, codec, _OTHERS[codec]), _OTHERS[codec]


def _decode(name: str, data: bytes, codec: str, label: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise unreadable(
            f"{name} looks like {label}, but a character in line {line:,} does not belong there.",
            "Save it as CSV in the encoding UTF-8.",
        ) from None


def _said(name: str, delimiter: str) -> str:
    """Return the delimiter that the first line tells.

    :raises Unreadable: when it is none that is read.
    """
    if delimiter not in _DELIMITERS:
        raise unreadable(
            f"The first line of {name} says that {delimiter} separates the columns.",
            "Save it with commas, semicolons or tabs between the columns.",
        )
    return delimiter


def _delimiter(text: str) -> str:
    """Return the character that separates most cells of the first rows."""

    def width(delimiter: str) -> int:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            return max((len(row) for row in islice(found, MAX_SAMPLE_ROWS)), default=0)
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=width)


def _lines(name: str, text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows as a spreadsheet shows them: a quoted text may have line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, line in enumerate(reader, 1):
            yield line
            if number > MAX_ROWS:
                return
    except csv.Error as error:
        if "field larger" in str(error):
            raise unreadable(
                f"{name} has a cell in row {number + 1} that never ends, or has more than 100,000 "
                "characters.",
                "Look for a quotation mark in that row that is opened and not closed.",
            ) from None
        raise unreadable(
            f"The quotation marks in row {number + 1} of {name} do not match.",
            "Write a quotation mark within a quoted text twice, and close each quoted text.",
        ) from None
