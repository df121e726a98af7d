"""A query worker: a process that opens snapshots read-only and runs one query at a time.

It exchanges frames with the pool (:mod:`ctgraph.work.process`). A request is one JSON frame. A
short result that comes quickly is one frame: the length of its head, the head (JSON), and the
bytes. The head says whether rows were cut. A longer result is sent while it is being computed, in
constant memory: a header frame (JSON), data frames, and an end frame (JSON). A failure is an error
frame (JSON), which may follow data. XML is sent when it is complete: only then is it known that XML
can hold it.
"""

from __future__ import annotations

import ctypes
import struct
import time
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Any

import orjson
import pyoxigraph as ox

from ctgraph.errors import NotAcceptable
from ctgraph.projections.snapshot_names import sequence_of
from ctgraph.projections.store_folder import lease
from ctgraph.rdf import writing
from ctgraph.rdf.namespaces import CTG, LEDGER
from ctgraph.sparql.formats import RESULTS
from ctgraph.sparql.row_limit import Cut, CuttingWriter
from ctgraph.sparql.word_matches import WordMatches
from ctgraph.sparql.word_patterns import has_matches
from ctgraph.work.process import confine, receive, streams, write

COMPLETE, HEADER, DATA, END, ERROR = b"C", b"H", b"D", b"E", b"X"
LENGTH = struct.Struct("!I")
MAX_HELD_BYTES = 1 << 20
"""The largest result that is sent as one frame, which frees the worker before the client reads."""
MAX_HELD_SECONDS = 0.5
"""The time after which the rows that a slow query has found are sent, so that clients see
progress."""
CHUNK_BYTES = 1 << 16
"""The size of the frames of a longer result: larger ones cost memory, smaller ones time."""
STACK_BYTES = 100 << 20
"""The stack of the engine, which descends a query by recursion: enough for the deepest one
allowed."""
OTHERS = [f.media_type for f in RESULTS if f.writer != ox.QueryResultsFormat.XML]
"""What to ask for instead of rows in XML."""
PREFIXES = {"ctg": CTG}
"""The prefixes that words in a query need no declaration for."""
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


class Failure(StrEnum):
    """Why a query has no result."""

    STORE = "store"
    """The snapshot cannot be read."""
    QUERY = "query"
    """The query does not parse."""
    EVALUATION = "evaluation"
    """The query parses, but cannot be evaluated."""
    FORMAT = "format"
    """The format cannot carry the result."""
    MEMORY = "memory"
    """The query needed more memory than a worker has."""


@dataclass(frozen=True)
class Request:
    """A query as its worker runs it.

    :param rows: how many rows or triples the result may have.
    :param resources: the beginning of the IRIs of records.
    """

    query: str
    base: str
    prefixes: dict[str, str]
    snapshot: str
    default_graphs: tuple[str, ...]
    named_graphs: tuple[str, ...]
    rows: int
    result_type: str
    graph_type: str
    resources: str


class AnswerWriter:
    """A file for serializers. It sends the written bytes as frames; see the module."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.type = ""
        self._stream = stream
        self._held = bytearray()
        self._sent = time.monotonic()
        self._sending = False

    def write(self, data: bytes) -> int:
        """Take bytes of the result."""
        self._held += data
        enough = len(self._held) >= (CHUNK_BYTES if self._sending else MAX_HELD_BYTES)
        if enough or time.monotonic() - self._sent > MAX_HELD_SECONDS:
            if not self._sending:
                self._sending = True
                write(self._stream, HEADER, orjson.dumps({"type": self.type}))
            self._send_held()
            self._stream.flush()
            self._sent = time.monotonic()
        return len(data)

    def write_all(self, data: bytes) -> None:
        """Take a result that had to be complete before its first byte could be sent."""
        for begin in range(0, len(data), CHUNK_BYTES):
            self.write(data[begin : begin + CHUNK_BYTES])

    def flush(self) -> None:
        """Do nothing: bytes are sent once there are enough of them."""

    def finish(self, cut: bool) -> None:
        """End the result, and say whether it was cut."""
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
        self._words: WordMatches | None = None
        self._store: ox.Store | None = None

    def open(self, path: str) -> ox.Store:
        if path != self._path or self._store is None:
            store = ox.Store.read_only(path)
            self._prove(store, path)
            self._store, self._path, self._words = store, path, None
        return self._store

    def words(self) -> WordMatches:
        """Return the search index of the open snapshot."""
        if self._words is None:
            self._words = WordMatches(Path(self._path))
        return self._words

    def _prove(self, store: ox.Store, path: str) -> None:
        """Check that a store holds the change that its name says.

        A store whose files were cut off may open as an empty one.

        :raises OSError: when it does not hold the change.
        """
        number = sequence_of(Path(path))
        marks = store.quads_for_pattern(None, LEDGER, None, None)
        said = (quad.object.value for quad in marks)  # type: ignore[union-attr]
        if number and not any(mark.startswith(f"{number} ") for mark in said):
            raise OSError(f"Corruption: the store does not hold number {number}.")


def evaluate(store: ox.Store, request: Request, query: str, answer: AnswerWriter) -> bool:
    """Run a query and write its result; return whether it was cut.

    :param query: the text to run.
    """
    default: list[Any] = [ox.NamedNode(iri) for iri in request.default_graphs]
    named: list[Any] = [ox.NamedNode(iri) for iri in request.named_graphs]
    # A dataset that the protocol describes has only the graphs it names (section 2.1.4).
    described = bool(default or named)
    results = store.query(
        query,
        base_iri=request.base,
        prefixes=request.prefixes,
        default_graph=default if described else None,
        named_graphs=named if described else None,
    )
    output: Any = answer
    if isinstance(results, ox.QueryTriples):
        graph = ox.RdfFormat.from_media_type(request.graph_type)
        assert graph
        answer.type = graph.media_type
        rows = islice(results, request.rows)
        if graph in (ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD):
            answer.write_all(writing.write(rows, graph, request.prefixes))
        else:
            given: Any = writing.carried(rows, graph)
            ox.serialize(given, output, format=graph, prefixes=request.prefixes)
        return next(results, None) is not None
    solutions = ox.QueryResultsFormat.from_media_type(request.result_type)
    assert solutions
    answer.type = solutions.media_type
    if isinstance(results, ox.QueryBoolean):
        if solutions in (ox.QueryResultsFormat.CSV, ox.QueryResultsFormat.TSV):
            answer.write(b"true\n" if results else b"false\n")
        else:
            results.serialize(output, format=solutions)
        return False
    if solutions == ox.QueryResultsFormat.XML:
        held = BytesIO()
        cut = _write_rows(results, held, solutions, request.rows)
        answer.write_all(writing.xml(held.getvalue(), OTHERS))
        return cut
    return _write_rows(results, output, solutions, request.rows)


def _write_rows(results: Any, output: Any, format: ox.QueryResultsFormat, rows: int) -> bool:
    """Write rows up to a limit; return whether some were cut."""
    writer: Any = CuttingWriter(output, format.media_type, rows)
    try:
        results.serialize(writer, format=format)
    except Cut:
        return True
    return False


def _leave_the_network() -> None:
    """Cut this process off from every network, where the system allows it.

    The pool refuses queries that call another service. This holds if one slips through.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    # Root may leave at once. Other users need a user namespace of their own (unshare(2)).
    if libc.unshare(CLONE_NEWNET):
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


def serve(pipe: Connection, memory: int) -> None:
    """Run queries until the pipe ends."""
    _leave_the_network()  # first: it clears the signal for the death of the parent
    confine("ctgraph-query", memory, STACK_BYTES)
    snapshot, (source, out) = _Source(), streams(pipe)
    while payload := receive(source.read)[1]:
        request = Request(**orjson.loads(payload))
        answer = AnswerWriter(out)
        try:
            store = snapshot.open(request.snapshot)
        except (OSError, RuntimeError) as error:
            _fail(out, Failure.STORE, error)
            return
        try:
            with lease(Path(request.snapshot)):  # the pool holds it only until the answer begins
                query = request.query
                if has_matches(query):
                    query = snapshot.words().rewritten(query, PREFIXES, request.resources)
                answer.finish(evaluate(store, request, query, answer))
        except MemoryError:
            _fail(out, Failure.MEMORY)
            return
        except NotAcceptable as error:
            _fail(out, Failure.FORMAT, error, **error.extra)
        except (SyntaxError, ValueError) as error:
            _fail(out, Failure.QUERY, error)
        except RuntimeError as error:  # such as an unknown function
            if str(error).startswith(("Corruption:", "IO error:")):
                _fail(out, Failure.STORE, error)
                return
            _fail(out, Failure.EVALUATION, error)
        except OSError as error:
            _fail(out, Failure.STORE, error)
            return


def _fail(stream: IO[bytes], kind: Failure, error: Exception | None = None, **extra: Any) -> None:
    write(stream, ERROR, orjson.dumps({"kind": kind, "message": str(error or ""), "extra": extra}))
    stream.flush()
