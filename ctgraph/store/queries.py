"""Running SPARQL queries: what is allowed, and the pool of worker processes that run them."""

from __future__ import annotations

import json
import os
import re
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ctgraph.errors import NotFound, QueryError, QueryForbidden, QueryLimit, StoreError
from ctgraph.identity import Identity
from ctgraph.settings import Settings
from ctgraph.store.embedded import CTG
from ctgraph.store.projector import snapshots_of
from ctgraph.store.worker import DATA, END, ERROR, FRAME, HEADER
from ctgraph.vocab import vocabulary

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
# SPARQL 1.1 Query, section 19.8: what hides words from the grammar, and then the words.
_TOKEN = re.compile(
    r"""<[^<>"{}|^`\\\x00-\x20]*> | '''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
      | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*" | \#[^\n\r]*
      | [?$@][\w-]+ | [\w.-]*:[^\s{}()<>\[\];,'"]* | (\w+)""",
    re.VERBOSE | re.DOTALL,
)
RESULT_TYPES = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
GRAPH_TYPES = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
    "jsonld": "application/ld+json",
}
_FORMS = {"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"}
_UPDATES = {"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"}


FETCH_AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Query:
    """A SPARQL query with the dataset and the formats that the client asked for."""

    text: str
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    result_type: str = "application/sparql-results+json"
    graph_type: str = "text/turtle"


def words(text: str) -> set[str]:
    """Return the words of a query that are part of its grammar, in upper case."""
    # Escapes are resolved first, for a keyword may be written with them (section 19.2).
    plain = _ESCAPE.sub(lambda m: chr(min(int(m[1] or m[2], 16), 0x10FFFF)), text)
    return {word.upper() for word in _TOKEN.findall(plain) if word}


def query_form(text: str) -> str:
    """Return the first word that says what a request does, such as SELECT or INSERT, if any."""
    ordered = (match[1].upper() for match in _TOKEN.finditer(text) if match[1])
    return next((word for word in ordered if word in _FORMS | _UPDATES), "")


def query_in_format(text: str, name: str) -> Query:
    """Return a query whose result comes in the format with this name.

    A name of the other kind of result is passed over: asking a CONSTRUCT query for CSV gives
    Turtle.

    :raises NotFound: when no format has this name.
    """
    if name not in RESULT_TYPES and name not in GRAPH_TYPES:
        raise NotFound(
            f"{name!r} is no result format. There are {', '.join([*RESULT_TYPES, *GRAPH_TYPES])}."
        )
    return Query(
        text,
        result_type=RESULT_TYPES.get(name, RESULT_TYPES["json"]),
        graph_type=GRAPH_TYPES.get(name, GRAPH_TYPES["turtle"]),
    )


def refuse(text: str) -> None:
    """Refuse what this endpoint never does.

    :raises QueryForbidden: for an update, and for a query that calls another endpoint.
    """
    if "SERVICE" in words(text):
        raise QueryForbidden("SERVICE is not allowed here: this endpoint calls no other endpoint.")
    if query_form(text) in _UPDATES:
        raise QueryForbidden("Updates are not allowed here: records change by publishing.")


class _Worker:
    """One worker process and the pipes to it."""

    def __init__(self, memory: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ctgraph.store.worker", str(memory)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        assert self._process.stdin and self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)

    def ask(self, request: dict[str, Any]) -> None:
        payload = json.dumps(request).encode()
        self._in.write(FRAME.pack(b"Q", len(payload)) + payload)

    def frame(self, deadline: float) -> tuple[bytes, bytes]:
        """Read a frame; an empty kind when the worker died, TimeoutError at the deadline."""
        head = self._read(FRAME.size, deadline)
        if len(head) < FRAME.size:
            return b"", b""
        kind, length = FRAME.unpack(head)
        return kind, self._read(length, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < size:
            if not self._selector.select(max(0, deadline - time.monotonic())):
                raise TimeoutError
            data = os.read(self._out.fileno(), size - len(parts))
            if not data:
                break
            parts += data
        return bytes(parts)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._selector.close()
        self._process.kill()
        self._process.wait()
        self._in.close()
        self._out.close()


class Result:
    """A result that is being read: iterate it for its bytes, and close it in any case.

    :param media_type: the media type that the bytes are in.
    :param cut: whether rows beyond the limit were left out.
    """

    def __init__(
        self, header: dict[str, Any], worker: _Worker, deadline: float, pool: QueryPool
    ) -> None:
        self.media_type: str = header["type"]
        self.cut: bool = header["cut"]
        self._worker: _Worker | None = worker
        self._deadline = deadline
        self._pool = pool
        # A small result is fetched at once, so that the worker is free before the client reads.
        self._fetched: list[bytes] = []
        while self._worker and sum(map(len, self._fetched)) < FETCH_AT_ONCE:
            self._fetched += self._next()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes as they arrive; TimeoutError when the client was too slow for them."""
        yield from self._fetched
        while self._worker:
            yield from self._next()

    def _next(self) -> list[bytes]:
        assert self._worker
        kind, payload = self._worker.frame(self._deadline)
        if kind == DATA:
            return [payload]
        self._release(reusable=kind == END)
        return []

    def close(self) -> None:
        """Give the worker back; one with an unread result is ended."""
        self._release(reusable=False)

    def _release(self, reusable: bool) -> None:
        worker, self._worker = self._worker, None
        if worker:
            self._pool.release(worker, reusable)


class QueryPool:
    """Worker processes that run queries over the newest snapshot.

    A query past its deadline, or one that takes too much memory, loses its process and nobody
    else notices. Safe to use from many threads.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._snapshots = snapshots_of(settings)
        self._free = threading.Semaphore(settings.query_workers)
        self._idle: list[_Worker] = []
        vocab = vocabulary()
        self._prefixes = vocab.prefixes | {"ctg": CTG}
        self._base = Identity.of(settings).base + "/"

    def run(self, query: Query) -> Result:
        """Run a query; the result's bytes arrive as they are read from it.

        :raises QueryForbidden: for an update or a SERVICE call.
        :raises QueryError: when the query does not parse.
        :raises QueryLimit: at the deadline, over the memory, or when no worker becomes free.
        :raises StoreError: when there is no snapshot yet.
        """
        refuse(query.text)
        if self._snapshots.sequence() < 0:
            raise StoreError("The triple store is still being built; try again in a moment.")
        if not self._free.acquire(timeout=self._settings.query_queue):
            raise QueryLimit(
                f"All query workers were busy for {self._settings.query_queue:g} seconds."
            )
        worker = None
        try:
            worker = self._worker()
            return self._start(worker, query)
        except QueryError:
            self.release(worker, reusable=True)
            raise
        except BaseException:
            self.release(worker)
            raise

    def close(self) -> None:
        """End the idle workers."""
        while self._idle:
            self._idle.pop().kill()

    def _worker(self) -> _Worker:
        while self._idle:
            with suppress(IndexError):
                worker = self._idle.pop()
                if worker.alive:
                    return worker
                worker.kill()
        return _Worker(self._settings.query_memory)

    def release(self, worker: _Worker | None, reusable: bool = False) -> None:
        """Take a worker back; one that is not reusable is ended."""
        if worker and reusable:
            self._idle.append(worker)
        elif worker:
            worker.kill()
        self._free.release()

    def _start(self, worker: _Worker, query: Query) -> Result:
        timeout = self._settings.query_timeout
        deadline = time.monotonic() + timeout
        # A dataset that the query describes itself replaces the union (section 13.2).
        described = query.default_graphs or query.named_graphs or "FROM" in words(query.text)
        worker.ask({
            "query": query.text,
            "base": self._base,
            "prefixes": self._prefixes,
            "snapshot": str(self._snapshots.current.resolve()),
            "default_graphs": query.default_graphs,
            "named_graphs": query.named_graphs,
            "union": not described,
            "rows": self._settings.query_rows,
            "result_type": query.result_type,
            "graph_type": query.graph_type,
        })  # fmt: skip
        try:
            kind, payload = worker.frame(deadline)
        except TimeoutError:
            raise QueryLimit(
                f"The query did not finish within {timeout:g} seconds. Make it more selective, "
                "or add a LIMIT.", timeout=timeout,
            ) from None  # fmt: skip
        if kind == HEADER:
            header = json.loads(payload)
            # A client that reads slowly has as long again to fetch the complete result.
            return Result(header, worker, deadline + timeout, self)
        error = json.loads(payload) if kind == ERROR else {"kind": "memory"}
        if error["kind"] == "query":
            raise QueryError(_plain(error["message"]))
        if error["kind"] == "memory":
            raise QueryLimit(
                f"The query needed more than {self._settings.query_memory:,} bytes of memory. "
                "Make it more selective, or add a LIMIT."
            )
        raise StoreError(f"The query could not read the store: {error['message']}")


def _plain(message: str) -> str:
    """Shorten a parser's message: the list of all it would have taken says nothing to people."""
    place, colon, rest = message.partition(": ")
    if colon and rest.startswith("expected one of") and len(rest) > 200:
        rest = "something else was expected here"
    return f"The query does not parse: {place.replace('error at', 'at line')}{colon}{rest}"
