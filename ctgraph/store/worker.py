"""A query worker: a process that opens snapshots read-only and runs one query at a time.

It speaks with the pool over its standard input and output in frames: one byte that tells the
kind, four bytes of length, the payload. A request is a JSON frame; the answer is a header frame
(JSON) and data frames, or an error frame (JSON).

A result is spooled until it is complete before its first byte leaves: so the header can tell
whether it was cut, and a query that fails late still gets a clear error.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
import tempfile
from collections.abc import Callable
from itertools import islice
from typing import IO, Any

import pyoxigraph as ox

from ctgraph.store.cutting import Cut, CuttingWriter

HEADER, DATA, END, ERROR = b"H", b"D", b"E", b"X"
FRAME = struct.Struct("!cI")
CHUNK = 1 << 16
SPOOL = 1 << 23
RESULTS = {f.media_type.partition(";")[0]: f for f in (
    ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML, ox.QueryResultsFormat.CSV,
    ox.QueryResultsFormat.TSV,
)}  # fmt: skip
GRAPHS = {f.media_type: f for f in (
    ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD,
    ox.RdfFormat.N_QUADS, ox.RdfFormat.TRIG,
)}  # fmt: skip


def send(stream: IO[bytes], kind: bytes, payload: bytes) -> None:
    """Write one frame."""
    stream.write(FRAME.pack(kind, len(payload)))
    stream.write(payload)
    stream.flush()


def receive(read: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """Read one frame: its kind and its payload; an empty kind at the end of the stream."""
    head = read(FRAME.size)
    if len(head) < FRAME.size:
        return b"", b""
    kind, length = FRAME.unpack(head)
    return kind, read(length)


class _Source:
    """The snapshot that the worker has open; changes with the link `current`."""

    def __init__(self) -> None:
        self._path = ""
        self._store: ox.Store | None = None

    def open(self, path: str) -> ox.Store:
        if path != self._path or self._store is None:
            self._store = ox.Store.read_only(path)
            self._path = path
        return self._store


def evaluate(store: ox.Store, request: dict[str, Any], spool: IO[bytes]) -> dict[str, Any]:
    """Run a query and write its result to `spool`; return what the answer's header says."""
    default: list[Any] = [ox.NamedNode(iri) for iri in request["default_graphs"]]
    named: list[Any] = [ox.NamedNode(iri) for iri in request["named_graphs"]]
    # A dataset that the protocol describes has only the graphs it names (section 2.1.4).
    described = bool(default or named)
    results = store.query(
        request["query"],
        base_iri=request["base"],
        prefixes=request["prefixes"],
        use_default_graph_as_union=request["union"],
        default_graph=default if described else None,
        named_graphs=named if described else None,
    )
    limit: int = request["rows"]
    if isinstance(results, ox.QueryTriples):
        format = GRAPHS[request["graph_type"]]
        ox.serialize(islice(results, limit), spool, format=format, prefixes=request["prefixes"])
        return {"type": format.media_type, "cut": next(results, None) is not None}
    solutions = RESULTS[request["result_type"]]
    if isinstance(results, ox.QueryBoolean):
        if solutions in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV):
            spool.write(b"true\n" if results else b"false\n")
        else:
            results.serialize(spool, format=solutions)
        return {"type": solutions.media_type, "cut": False}
    writer: Any = CuttingWriter(spool, solutions.media_type, limit)
    try:
        results.serialize(writer, format=solutions)
    except Cut:
        return {"type": solutions.media_type, "cut": True}
    return {"type": solutions.media_type, "cut": False}


def main() -> None:
    """Serve requests from standard input until it ends."""
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, out = _Source(), sys.stdout.buffer
    while True:
        kind, payload = receive(sys.stdin.buffer.read)
        if not kind:
            return
        request = json.loads(payload)
        with tempfile.SpooledTemporaryFile(max_size=SPOOL) as spool:
            try:
                header = evaluate(source.open(request["snapshot"]), request, spool)
            except MemoryError:
                send(out, ERROR, json.dumps({"kind": "memory"}).encode())
                return
            except (SyntaxError, ValueError) as error:
                send(out, ERROR, json.dumps({"kind": "query", "message": str(error)}).encode())
            except OSError as error:
                send(out, ERROR, json.dumps({"kind": "store", "message": str(error)}).encode())
                return
            else:
                send(out, HEADER, json.dumps(header).encode())
                spool.seek(0)
                while chunk := spool.read(CHUNK):
                    send(out, DATA, chunk)
                send(out, END, b"")


if __name__ == "__main__":
    main()
