"""CSV for people, who open it in a spreadsheet: no text in it becomes a formula.

Only the buttons of pages lead here. Programs get the texts unchanged.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from ctgraph.rdf.namespaces import XSD

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
# Spreadsheets also read full-width signs as the start of a formula, and remove an apostrophe.
_ODD = ("\uff1d", "\uff0b", "\uff0d", "\uff20", "'")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*+)"(?:@[\w-]+|\^\^<([^>]*)>)?')
_ESCAPED = {"t": "\t", "n": "\n", "r": "\r"}


def harmless(cell: Any) -> Any:
    """Return a cell with an apostrophe in front if a spreadsheet would read it as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def spreadsheet(tsv: Iterable[bytes]) -> Iterator[bytes]:
    """Turn the parts of a result in TSV into those of a CSV for people.

    :param tsv: SPARQL 1.1 Query Results TSV, which tells numbers from texts.
    """
    for number, line in enumerate(_lines(tsv)):
        out = io.StringIO()
        csv.writer(out).writerow(map(_cell if number else _variable, line.decode().split("\t")))
        yield out.getvalue().encode()


def _lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    held = b""
    for part in parts:
        *lines, held = (held + part).split(b"\n")
        yield from lines
    if held:
        yield held


def _variable(name: str) -> str:
    return name.removeprefix("?")


def _cell(term: str) -> str:
    if _NUMBER.fullmatch(term):
        return term
    literal = _LITERAL.fullmatch(term)
    if literal:
        text = re.sub(r"\\(.)", lambda found: _ESCAPED.get(found[1], found[1]), literal[1])
        if (literal[2] or "").startswith(XSD) and _NUMBER.fullmatch(text):
            return text
    else:
        text = term[1:-1] if term.startswith("<") else term
    return f"'{text}" if text.startswith((*_FORMULA, *_ODD)) else text
