"""Sets of triples that are larger than the memory, compared by hashes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from contextlib import ExitStack
from tempfile import TemporaryFile

PARTS = 64
"""Temporary files of a set, of which one at a time is in memory: each has the hashes that leave
the same rest. A hundred million triples make parts of 13 MB."""
HELD_HASHES = 10_000
"""Hashes of each part that are held before they are written."""


class TripleSet:
    """Triples by their hashes of 64 bits, eight bytes on disk for each that is added.

    Two sets that differ are taken for equal with a probability of one to some millions of millions.
    """

    def __init__(self) -> None:
        with ExitStack() as opened:
            self._files = [opened.enter_context(TemporaryFile()) for _ in range(PARTS)]
            self._opened = opened.pop_all()
        self._held = [array("q") for _ in range(PARTS)]

    def close(self) -> None:
        """Remove the files."""
        self._opened.close()

    def add(self, triples: Iterable[bytes]) -> None:
        """Add triples in N-Triples. They may be in the set already."""
        held = self._held
        for number in map(hash, triples):
            held[number % PARTS].append(number)
        for part, file in zip(held, self._files, strict=True):
            if len(part) > HELD_HASHES:
                part.tofile(file)
                del part[:]

    def differences(self, wanted: TripleSet) -> tuple[int, int]:
        """Return how many triples of a wanted set are missing here, and how many exceed it."""
        missing = excess = 0
        for part in range(PARTS):
            here, there = self._part(part), wanted._part(part)
            missing += len(there - here)
            excess += len(here - there)
        return missing, excess

    def _part(self, number: int) -> set[int]:
        file = self._files[number]
        file.seek(0)
        return {*array("q", file.read()), *self._held[number]}
