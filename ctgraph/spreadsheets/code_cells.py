"""Codes as the texts of cells: those of published lists, and of one's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

from ctgraph.forms.codes import PUBLISHED, CodeList, alignment
from ctgraph.spreadsheets import plain
from ctgraph.spreadsheets.cells import Text
from ctgraph.spreadsheets.code_book import Book
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.problems import refuse


@dataclass(frozen=True)
class Code:
    """A code of a published list of occupations, industries or programs.

    Where the operator imported the list, a code has to be one of it, and gets its name.

    :param lists: the keys of the lists of which a cell may hold codes.
    :param unlisted: what describes the list of a code where none was imported.
    :param hosts: parts of the addresses by which such lists are named.
    :param doubtful: codes that are more likely longer ones without their last zeros.
    """

    lists: tuple[str, ...]
    pattern: str
    like: str
    unlisted: CodeList
    hosts: tuple[str, ...]
    doubtful: str = ""
    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        if not isinstance(value, dict):
            return None
        code, framework = value.get("ceterms:codedNotation"), str(value.get("ceterms:framework"))
        is_ours = any(host in framework for host in self.hosts) or any(
            framework == book.of.framework for book in at.codes.of(self.lists)
        )
        is_code = isinstance(code, str) and re.fullmatch(self.pattern, code)
        return code if is_ours and is_code else None

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        code = plain.code_of(text, self.pattern, self.like)
        books = at.codes.of(self.lists)
        holding = next((book for book in books if code in book.names), None)
        if not holding:
            _require_unlisted(code, books)
        is_whole = holding and f"{code}00" not in holding.names
        if self.doubtful and re.fullmatch(self.doubtful, code) and not is_whole:
            doubt = f"The code {code} may have lost its zeros in a spreadsheet."
            at.doubts.append((doubt, f"If it did, write {code}00, in a column formatted as text."))
        if holding:
            return alignment(holding.of, code, holding.names[code])
        # O*NET takes the occupations of SOC over, and writes .00 behind their codes.
        names = (book.names[f"{code}.00"] for book in books if f"{code}.00" in book.names)
        return alignment(self.unlisted, code, next(names, ""))


def _require_unlisted(code: str, books: list[Book]) -> None:
    """Refuse a code that has the form of those of a list that was imported.

    :raises BadParameter: with the codes that it may mean.
    """
    for book in books:
        if not re.fullmatch(PUBLISHED[book.of.key].pattern, code):
            continue
        near = " or ".join(f"{one} ({book.names[one]})" for one in book.near(code))
        meant = f"Did you mean {near}? " if near else ""
        remedy = f"{meant}/codes/{book.of.key} lists all codes."
        refuse(f"{book.of.title} has no code {code}.", remedy)


@dataclass(frozen=True)
class Notation:
    """A code of one's own, such as `NUR-111`. One that looks like a date is told."""

    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        return Text().show(value, at)

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        if plain.spoiled(text) == "date":
            told = f"A spreadsheet seems to have taken the code for a date: {text[:40]}."
            at.doubts.append((told, plain.AS_TEXT))
        return plain.notation_of(text)
