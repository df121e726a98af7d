"""The content of each named graph as a digest, so that stores of any size can be compared."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import pyoxigraph as ox

from ctgraph.rdf.namespaces import Iri

MAX_HELD_TRIPLES = 10_000
"""Triples of the default graph, which is larger than the memory, that are passed on at once."""
MIN_SCRATCH_QUADS = 10_000
"""Quads that are brought into the store's form at once."""
HELD_ROWS = 1_000
"""Digests that are written at once."""


class Reading(io.RawIOBase):
    """Takes the dump of a store on disk in N-Quads, which is sorted by graph, and parts it.

    :param take: is given the IRI of a named graph, and all its triples in N-Triples; and the
        default graph, with an empty IRI, in parts.
    """

    def __init__(self, take: Callable[[str, list[bytes]], None]) -> None:
        self._take = take
        self._rest = b""
        self._graph, self._triples = b"", list[bytes]()

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Take the next part of a dump."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            graph, triple = _parted(line)
            if graph != self._graph:
                self.end()
                self._graph = graph
            self._triples.append(triple)
        if not self._graph and len(self._triples) > MAX_HELD_TRIPLES:
            self.end()
        return len(data)

    def end(self) -> None:
        """Pass on what is left at the end of a dump."""
        if self._triples:
            self._take(self._graph.decode(), self._triples)
            self._triples = []


def _parted(line: bytes) -> tuple[bytes, bytes]:
    """Return the IRI of the graph of an N-Quads line, and its triple; without IRI, if it has none.

    A literal may have anything in it but a line break, and ends with a quotation mark, which no
    IRI may have.
    """
    last = line.rfind(b" <")
    value = line.find(b" ", line.find(b" ") + 1)
    if last > value and b'"' not in line[last:]:
        return line[last + 2 : -3], line[:last]
    return b"", line[:-2]


class Digests:
    """A digest for each named graph, in a database, so that their number does not matter.

    :param path: its file; without one, a temporary one.
    """

    def __init__(self, path: str = "") -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE graph (iri TEXT PRIMARY KEY, digest BLOB NOT NULL) WITHOUT ROWID"
        )
        self._rows: list[tuple[str, bytes]] = []
        self._quads: list[ox.Quad] = []

    def add(self, graph: str, triples: list[bytes]) -> None:
        """Note what a graph holds, which is not noted yet."""
        content = b"\n".join(sorted(triples))
        self._rows.append((graph, hashlib.blake2b(content, digest_size=16).digest()))
        if len(self._rows) >= HELD_ROWS:
            self._write()

    def add_quads(self, quads: Iterable[ox.Quad]) -> None:
        """Note all that some graphs hold: as a store keeps it, with numbers and times by value."""
        self._quads.extend(quads)
        if len(self._quads) >= MIN_SCRATCH_QUADS:
            self._keep()

    def differences(self, path: Path) -> set[Iri]:
        """Return the IRIs of the graphs whose digests differ from those in another file."""
        self.finish()
        self._db.execute("ATTACH ? AS other", (str(path),))
        here, there = "SELECT * FROM main.graph", "SELECT * FROM other.graph"
        return {
            Iri(iri)
            for query in (f"{here} EXCEPT {there}", f"{there} EXCEPT {here}")
            for iri, _ in self._db.execute(query)
        }

    def close(self) -> None:
        """Write what is left to be written; close the database."""
        self.finish()
        self._db.close()

    def finish(self) -> None:
        """Write what is left to be written."""
        self._keep()
        self._write()

    def _keep(self) -> None:
        scratch = _scratch(self._quads)
        for graph in scratch.named_graphs():
            dump = scratch.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
            self.add(graph.value, [line[:-2] for line in dump.split(b"\n")[:-1]])  # without " ."
        self._quads = []

    def _write(self) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT OR REPLACE INTO graph VALUES (?, ?)", self._rows)
        self._db.execute("COMMIT")
        self._rows = []


def as_kept(quads: Iterable[ox.Quad]) -> dict[Iri, set[ox.Quad]]:
    """Return quads as a store keeps them, by the IRI of their graph."""
    scratch = _scratch(quads)
    return {
        Iri(graph.value): set(scratch.quads_for_pattern(None, None, None, graph))
        for graph in scratch.named_graphs()
    }


def _scratch(quads: Iterable[ox.Quad]) -> ox.Store:
    scratch = ox.Store()
    scratch.extend(quads)
    return scratch
