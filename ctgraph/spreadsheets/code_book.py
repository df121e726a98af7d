"""The lists of codes that the cells of an upload are read against."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from ctgraph.forms.codes import CodeList
from ctgraph.ledger.codes import Codes, Edition

MAX_NEAR_CODES = 3
"""Codes that are proposed in the place of an unknown one."""
MIN_COMMON_CHARACTERS = 2
"""Characters with which a code and one that is proposed for it begin: those of its group."""
_DIGITS = "0123456789"


@dataclass(frozen=True)
class Book:
    """A list, and the names of its codes by the codes."""

    of: CodeList
    names: dict[str, str]

    @cached_property
    def _ordered(self) -> list[str]:
        return sorted(self.names)

    def near(self, code: str) -> list[str]:
        """Return the codes that an unknown one may mean, the likeliest first.

        Those in which one digit differs, or two neighbours are exchanged, come first; then those
        that stand next to it in the order of the list and begin as it does.
        """
        place = bisect(self._ordered, code)
        around = self._ordered[max(place - 1, 0) : place + 1]
        beside = [one for one in around if _common(one, code) >= MIN_COMMON_CHARACTERS]
        found = dict.fromkeys(one for one in _slips(code) if one in self.names)
        beside.sort(key=lambda one: -_common(one, code))
        return [*found | dict.fromkeys(beside)][:MAX_NEAR_CODES]


class CodeBooks:
    """The newest editions of the imported lists. Each is read once, when it is needed."""

    def __init__(self, codes: Codes | None = None) -> None:
        self._codes = codes
        self._read: dict[str, Book] = {}

    def of(self, keys: Iterable[str]) -> list[Book]:
        """Return the lists with some keys that were imported."""
        return [self._book(key) for key in keys if key in self._editions]

    def _book(self, key: str) -> Book:
        if key not in self._read:
            assert self._codes
            edition = self._editions[key]
            names = {one.code: one.name for one in self._codes.all(edition)}
            self._read[key] = Book(edition.list, names)
        return self._read[key]

    @cached_property
    def _editions(self) -> dict[str, Edition]:
        return {one.list.key: one for one in self._codes.newest()} if self._codes else {}


def _slips(code: str) -> Iterator[str]:
    """Yield the codes that a slip of the finger makes of another one."""
    for place, sign in enumerate(code):
        if sign not in _DIGITS:
            continue
        following = code[place + 1 : place + 2]
        if following and following in _DIGITS:
            yield code[:place] + following + sign + code[place + 2 :]
    for place in reversed(range(len(code))):  # the last digits tell neighbours apart
        if code[place] in _DIGITS:
            yield from (code[:place] + digit + code[place + 1 :] for digit in _DIGITS)


def _common(one: str, other: str) -> int:
    """Return with how many signs in common two codes begin."""
    pairs = zip(one, other, strict=False)
    return next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
