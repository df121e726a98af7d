r"""Texts as cells hold them, and several of them in one cell.

`|` stands between values, `~` between the parts of one. A backslash before one of these signs takes
it as a sign of the text: `R\|S`. A text that a spreadsheet would read as a formula gets an
apostrophe in front, which is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ctgraph.spreadsheets.sheet import MAX_CELL_CHARACTERS

VALUES, PARTS = "|", "~"
_FORMULA = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")


def split(cell: str, separator: str) -> list[str]:
    """Return the texts of a cell without blanks around them; empty values are left out."""
    if separator not in cell:
        text = cell.strip()
        return [text] if text or separator != VALUES else []
    texts, held, end = [], "", 0
    for found in re.finditer(rf"(?<!\\)(\\*){re.escape(separator)}", cell):
        number = len(found[1])
        held += cell[end : found.start()] + "\\" * (number // 2)
        if number % 2:
            held += separator
        else:
            texts.append(held)
            held = ""
        end = found.end()
    texts.append(held + cell[end:])
    stripped = [text.strip() for text in texts]
    return [text for text in stripped if text] if separator == VALUES else stripped


def joined(texts: Iterable[str], separator: str) -> str:
    """Return texts as one that :func:`split` takes apart again."""
    escaped = [
        re.sub(rf"(?<!\\)(\\*){re.escape(separator)}", rf"\1\1\\{separator}", text)
        for text in texts
    ]
    inner = [re.sub(r"(?<!\\)(\\+)$", r"\1\1", text) for text in escaped[:-1]]
    return separator.join([*inner, *escaped[-1:]])


def as_cell(text: str) -> str | None:
    """Return a text as it comes back from a cell; None where no cell can hold it."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    is_odd = any(ch < " " and ch not in "\t\n" for ch in plain)
    return None if is_odd or not plain or len(plain) > MAX_CELL_CHARACTERS else plain


def neutral(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def meant(cell: str) -> str:
    """Return the text that :func:`neutral` made a cell of; another one as it is."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell
