"""Sets of triples that are larger than the memory, compared by hashes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from sys import byteorder
from tempfile import TemporaryFile

import pyoxigraph as ox

PARTS = 64
"""Temporary files of a set, of which one at a time is in memory: each has the hashes that leave
the same rest. A hundred million triples make parts of 13 MB."""


class TripleSet:
    """Triples by their hashes of 64 bits, eight bytes on disk for each that is added.

    Two sets that differ are taken for equal with a probability of one to some millions of millions.
    """

    def __init__(self) -> None:
        with ExitStack() as opened:
            self._files = [opened.enter_context(TemporaryFile()) for _ in range(PARTS)]
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Remove the files."""
        self._opened.close()

    def add(self, triple: ox.Triple) -> None:
        """Add a triple. It may be in the set already."""
        number = hash(triple)
        self._files[number % PARTS].write(number.to_bytes(8, byteorder, signed=True))

    def adding(self, triples: Iterable[ox.Triple]) -> Iterator[ox.Triple]:
        """Add triples, and yield each of them."""
        for triple in triples:
            self.add(triple)
            yield triple

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
        return set(array("q", file.read()))
