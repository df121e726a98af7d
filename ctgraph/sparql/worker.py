"""A query worker: a process that opens snapshots read-only and runs one query at a time.

It speaks with the pool in frames (:mod:`ctgraph.work.process`). A request is a JSON frame. A result
that is short and comes quickly is one frame: the length of its head, the head (JSON), which tells
whether it was cut, and the bytes. A longer one is sent while it is being computed, in constant
memory: a header frame (JSON), data frames, and an end frame (JSON). A failure is an error frame
(JSON); it may follow data.
"""

from __future__ import annotations

import ctypes
import struct
import time
from itertools import islice
from multiprocessing.connection import Connection
from typing import IO, Any

import orjson
import pyoxigraph as ox

from ctgraph.rdf.namespaces import CTG
from ctgraph.sparql.row_limit import Cut, CuttingWriter
from ctgraph.work.process import confine, receive, streams, write

COMPLETE, HEADER, DATA, END, ERROR = b"C", b"H", b"D", b"E", b"X"
LENGTH = struct.Struct("!I")
# A result, or more of it, is sent from this size on, in bytes, or after this time, in seconds.
LONG = 1 << 20
LATE = 0.5
CHUNK = 1 << 16
SEQUENCE = ox.NamedNode(f"{CTG}sequence")
STACK = 100 << 20
"""The engine goes down a query by recursion, in bytes that suffice for all that is let through."""
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
RESULTS = {
    f.media_type.partition(";")[0]: f
    for f in (
        ox.QueryResultsFormat.JSON,
        ox.QueryResultsFormat.XML,
        ox.QueryResultsFormat.CSV,
        ox.QueryResultsFormat.TSV,
    )
}
GRAPHS = {
    f.media_type: f
    for f in (
        ox.RdfFormat.TURTLE,
        ox.RdfFormat.N_TRIPLES,
        ox.RdfFormat.RDF_XML,
        ox.RdfFormat.JSON_LD,
        ox.RdfFormat.N_QUADS,
        ox.RdfFormat.TRIG,
    )
}


class Answer:
    """A file for serializers that sends what is written as frames; see the module."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.type = ""
        self._stream = stream
        self._held = bytearray()
        self._sent = time.monotonic()
        self._sending = False

    def write(self, data: bytes) -> int:
        """Take bytes of the result."""
        self._held += data
        enough = len(self._held) >= (CHUNK if self._sending else LONG)
        if enough or time.monotonic() - self._sent > LATE:
            if not self._sending:
                self._sending = True
                write(self._stream, HEADER, orjson.dumps({"type": self.type}))
            self._send_held()
            self._stream.flush()
            self._sent = time.monotonic()
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is held is sent when it is enough."""

    def finish(self, cut: bool) -> None:
        """End the result, and tell whether it was cut."""
        if self._sending:
            self._send_held()
            write(self._stream, END, orjson.dumps({"cut": cut}))
        else:
            head = orjson.dumps({"type": self.type, "cut": cut})
            write(self._stream, COMPLETE, LENGTH.pack(len(head)) + head + self._held)
        self._stream.flush()

    def _send_held(self) -> None:
        if self._held:
            write(self._stream, DATA, bytes(self._held))
            self._held.clear()


class _Source:
    """The snapshot that the worker has open."""

    def __init__(self) -> None:
        self._path = ""
        self._store: ox.Store | None = None

    def open(self, path: str) -> ox.Store:
        if path != self._path or self._store is None:
            store = ox.Store.read_only(path)
            self._prove(store, path)
            self._store, self._path = store, path
        return self._store

    def _prove(self, store: ox.Store, path: str) -> None:
        """Make sure that a store holds what its name says: a cut one may open as an empty one.

        :raises OSError: when it does not.
        """
        number = path.rpartition("/")[2].partition("-")[0]
        said = {quad.object for quad in store.quads_for_pattern(None, SEQUENCE, None, None)}
        if number.isdigit() and int(number) and ox.Literal(int(number)) not in said:
            raise OSError(f"Corruption: the store does not hold number {number}.")


def evaluate(store: ox.Store, request: dict[str, Any], answer: Answer) -> bool:
    """Run a query and write its result; return whether it was cut."""
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
    output: Any = answer
    if isinstance(results, ox.QueryTriples):
        graph = GRAPHS[request["graph_type"]]
        answer.type = graph.media_type
        ox.serialize(islice(results, limit), output, format=graph, prefixes=request["prefixes"])
        return next(results, None) is not None
    solutions = RESULTS[request["result_type"]]
    answer.type = solutions.media_type
    if isinstance(results, ox.QueryBoolean):
        if solutions in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV):
            answer.write(b"true\n" if results else b"false\n")
        else:
            results.serialize(output, format=solutions)
        return False
    writer: Any = CuttingWriter(output, solutions.media_type, limit)
    try:
        results.serialize(writer, format=solutions)
    except Cut:
        return True
    return False


def _leave_the_network() -> None:
    """Keep this process from every network, whatever a query asks for, where the system lets it.

    A query that names another service is refused before it comes here; this holds if one slips
    through.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    # Root may leave at once; others in a user namespace of their own (unshare(2)).
    if libc.unshare(CLONE_NEWNET):
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def serve(pipe: Connection, memory: int) -> None:
    """Run queries until the pipe ends."""
    _leave_the_network()  # first: it makes the process forget its parent's end
    confine("ctgraph-query", memory, STACK)
    snapshot, (source, out) = _Source(), streams(pipe)
    while payload := receive(source.read)[1]:
        request = orjson.loads(payload)
        answer = Answer(out)
        try:
            store = snapshot.open(request["snapshot"])
        except (OSError, RuntimeError) as error:
            _fail(out, "store", error)
            return
        try:
            answer.finish(evaluate(store, request, answer))
        except MemoryError:
            _fail(out, "memory")
            return
        except (SyntaxError, ValueError) as error:
            _fail(out, "query", error)
        except RuntimeError as error:  # such as a function that is not known
            if str(error).startswith(("Corruption:", "IO error:")):
                _fail(out, "store", error)
                return
            _fail(out, "evaluation", error)
        except OSError as error:
            _fail(out, "store", error)
            return


def _fail(stream: IO[bytes], kind: str, error: Exception | None = None) -> None:
    write(stream, ERROR, orjson.dumps({"kind": kind, "message": str(error or "")}))
    stream.flush()
