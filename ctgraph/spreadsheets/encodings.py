"""Letters that a wrong encoding made others of, each told once for a sheet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator

from ctgraph.problem import Severity
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.sheet import Row, letters

MAX_CONTEXT_CHARACTERS = 30
"""Characters of a cell that are shown before and behind a letter that is in doubt."""
SUPPOSED = "Windows-1252"
"""The encoding that is supposed of a file that names none and is no UTF-8."""
_SAVE = "save the file as CSV in the encoding UTF-8, and upload it anew."
_TYPOGRAPHIC = "\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022\xa0"
"""Signs of word processors: where a file has them, the supposed encoding is the right one."""
_UTF_7 = re.compile(r"\+[AI][A-Za-z0-9+/]{2,20}-")
_TAIL = "[\u0080-\u00bf\u0152-\u2122]"
_TWICE = re.compile(f"[\u00c2\u00c3]{_TAIL}|\u00e2{_TAIL}{_TAIL}")


def encoding_problems(
    rows: Iterable[Row], file: str, sheet: str, encoding: str
) -> Iterator[SheetProblem]:
    """Yield a warning for the first cell of each kind of doubtful letters.

    :param encoding: in which the file was read.
    """
    left = dict(_KINDS)
    if encoding != SUPPOSED:
        del left[_other]
    for row in rows:
        for number, text in enumerate(row.cells if left and _is_doubtful(row) else ()):
            for look in [one for one in left if one(text) is not None]:
                message, remedy = left.pop(look)
                at = Place(file, sheet, row.number, column=letters(number))
                shown = _around(text, look(text) or 0)
                yield SheetProblem(at, message, remedy, shown, Severity.WARNING)


def _is_doubtful(row: Row) -> bool:
    whole = "".join(row.cells)
    return not whole.isascii() or "+" in whole


def _around(text: str, place: int) -> str:
    begin, end = max(place - MAX_CONTEXT_CHARACTERS, 0), place + MAX_CONTEXT_CHARACTERS
    return text[begin:end]


def _other(text: str) -> int | None:
    """Return the place of the first letter or sign that other encodings write otherwise."""
    found = (place for place, ch in enumerate(text) if ch > "\x7f" and ch not in _TYPOGRAPHIC)
    return next(found, None)


def _lost(text: str) -> int | None:
    return text.index("\ufffd") if "\ufffd" in text else None


def _twice(text: str) -> int | None:
    """Return the place of letters of UTF-8 that were read as Windows-1252: `Ã©`."""
    for found in _TWICE.finditer(text):
        try:
            found[0].encode("cp1252").decode()
        except UnicodeError:
            continue
        return found.start()
    return None


def _seven(text: str) -> int | None:
    """Return the place of a letter of UTF-7: `+AOk-`."""
    for found in _UTF_7.finditer(text):
        try:
            meant = found[0].encode().decode("utf-7")
        except UnicodeError:
            continue
        if all(unicodedata.category(ch)[0] in "LP" and ch > "\x7f" for ch in meant):
            return found.start()
    return None


_KINDS: dict[Callable[[str], int | None], tuple[str, str]] = {
    _other: (
        f"The file is no UTF-8, and was read as {SUPPOSED}.",
        f"See whether the letters of the value are right; if they are not, {_SAVE}",
    ),
    _lost: ("A letter was lost before the file was saved.", "Type the text of the cell anew."),
    _twice: ("The letters of the text were read in a wrong encoding.", "Type the text anew."),
    _seven: ("The letters of the text are in UTF-7.", _SAVE[0].upper() + _SAVE[1:]),
}
"""How doubtful letters are found, and what is told of them."""
