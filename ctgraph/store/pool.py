"""The pool of worker processes that run SPARQL queries over snapshots."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ctgraph.errors import ClientGone, CtgraphError, QueryError, QueryLimit, StoreError
from ctgraph.identity import Identity
from ctgraph.settings import Settings
from ctgraph.store.embedded import CTG
from ctgraph.store.projector import snapshots_of
from ctgraph.store.queries import Query, query_form, refuse, words
from ctgraph.store.turns import LOOK, Turns
from ctgraph.store.worker import DATA, END, ERROR, FRAME, HEADER
from ctgraph.vocab import vocabulary

FETCH_AT_ONCE = 1 << 18
POLITENESS = 10


def never() -> bool:
    """Say that nobody goes away: the caller waits to the end."""
    return False


class Result(Protocol):
    """A result that is being read: iterate it for its bytes, and close it in any case.

    :param media_type: the media type that the bytes are in.
    :param cut: whether rows beyond the limit were left out; None when it is too early to tell.
    """

    media_type: str
    cut: bool | None

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """Give back what the result holds."""


@dataclass
class Complete:
    """A result that is all there."""

    media_type: str
    cut: bool | None
    body: bytes

    def __iter__(self) -> Iterator[bytes]:
        yield self.body

    def close(self) -> None:
        """Do nothing."""


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
        self._read_ahead = bytearray()
        self.polite = False

    def ask(self, request: dict[str, Any]) -> None:
        payload = json.dumps(request).encode()
        self._in.write(FRAME.pack(b"Q", len(payload)) + payload)

    def frame(self, deadline: float, gone: Callable[[], bool] = never) -> tuple[bytes, bytes]:
        """Read a frame; an empty kind when the worker died.

        :raises TimeoutError: at the deadline.
        :raises ClientGone: when `gone` says so.
        """
        head = self._read(FRAME.size, deadline, gone)
        if len(head) < FRAME.size:
            return b"", b""
        kind, length = FRAME.unpack(head)
        return kind, self._read(length, deadline, gone)

    def _read(self, size: int, deadline: float, gone: Callable[[], bool]) -> bytes:
        """Return so many bytes, fewer when the worker died; what came with them waits here."""
        waiting = self._read_ahead
        while len(waiting) < size:
            left = deadline - time.monotonic()
            if not self._selector.select(max(0.0, min(LOOK, left))):
                if left <= 0:
                    raise TimeoutError
                if gone():
                    raise ClientGone("The client went away before its query was answered.")
                self._be_polite()
                continue
            data = os.read(self._out.fileno(), 1 << 16)
            if not data:
                break
            waiting += data
        found = bytes(waiting[:size])
        del waiting[:size]
        return found

    def _be_polite(self) -> None:
        """Let the processor serve short queries first: this one is long."""
        if not self.polite:
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, POLITENESS)
                self.polite = True

    def be_eager(self) -> bool:
        """Take up the normal priority again; False where this process may not."""
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, 0)
            self.polite = False
        return not self.polite

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._selector.close()
        self._process.kill()
        self._process.wait()
        self._in.close()
        self._out.close()


class _Streamed:
    """A result that its worker is still sending."""

    def __init__(
        self, header: dict[str, Any], worker: _Worker, deadline: float, give_back: _GiveBack
    ) -> None:
        self.media_type: str = header["type"]
        self.cut: bool | None = header["cut"]
        self._worker: _Worker | None = worker
        self._deadline = deadline
        self._give_back = give_back
        # A small result is fetched at once, so that the worker is free before the client reads.
        self._fetched: list[bytes] = []
        while self._worker and self.cut is not None and self.size < FETCH_AT_ONCE:
            self._fetched += self._next()

    @property
    def size(self) -> int:
        """How many bytes are here."""
        return sum(map(len, self._fetched))

    @property
    def complete(self) -> Complete | None:
        """The result, when all of it is here."""
        if self._worker:
            return None
        return Complete(self.media_type, self.cut, b"".join(self._fetched))

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes as they arrive.

        :raises QueryLimit: when the query fails late; what was sent must not pass for complete.
        """
        yield from self._fetched
        while self._worker:
            yield from self._next()

    def _next(self) -> list[bytes]:
        assert self._worker
        try:
            kind, payload = self._worker.frame(self._deadline)
        except TimeoutError:
            kind, payload = b"", b""
        if kind == DATA:
            return [payload]
        self._release(reusable=kind == END)
        if kind != END:
            raise QueryLimit("The query ended at its limits while its result was being sent.")
        return []

    def close(self) -> None:
        """Give the worker back; one with an unread result is ended."""
        self._release(reusable=False)

    def _release(self, reusable: bool) -> None:
        worker, self._worker = self._worker, None
        if worker:
            self._give_back(worker, reusable)


_GiveBack = Callable[[_Worker | None, bool], None]


class ResultCache:
    """Complete results by what they answer, the least recently used of them dropped first.

    :param most: how many bytes the results may have together; one at most an eighth of that.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._lock = threading.Lock()
        self._results: OrderedDict[tuple[str, Query], Complete] = OrderedDict()

    def get(self, key: tuple[str, Query]) -> Complete | None:
        """Return a result, or None."""
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def put(self, key: tuple[str, Query], result: Complete) -> None:
        """Keep a result, unless it is too large."""
        if len(result.body) > self._most // 8:
            return
        with self._lock:
            self._drop(key)
            self._results[key] = result
            self._size += len(result.body)
            while self._size > self._most:
                self._drop(next(iter(self._results)))

    def _drop(self, key: tuple[str, Query]) -> None:
        dropped = self._results.pop(key, None)
        self._size -= len(dropped.body) if dropped else 0


class QueryPool:
    """Worker processes that run queries over the newest snapshot.

    A query past its deadline, or one that takes too much memory, loses its process and nobody
    else notices. Safe to use from many threads.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._snapshots = snapshots_of(settings)
        self._turns = Turns(
            settings.query_workers, settings.query_per_client, settings.query_waiting
        )
        self._cache = ResultCache(settings.query_cache)
        self._idle: list[_Worker] = []
        self._base = Identity.of(settings).base + "/"
        self.prefixes = vocabulary().prefixes | {"ctg": CTG}

    def newest(self) -> Path | None:
        """Return the newest snapshot, which tells one state of the store from another."""
        return self._snapshots.newest()

    def timeout(self, query: Query) -> float:
        """Return the deadline of a query, in seconds."""
        return min(query.timeout or self._settings.query_timeout, self._settings.query_timeout)

    def run(
        self,
        query: Query,
        client: str = "",
        gone: Callable[[], bool] = never,
        snapshot: Path | None = None,
    ) -> Result:
        """Run a query; the result's bytes arrive as they are read from it.

        :param client: whose query it is; every client has its turns.
        :param gone: tells whether the client has given up; is asked while it waits.
        :param snapshot: the store to query; without it, the newest snapshot.
        :raises QueryForbidden: for an update or a SERVICE call.
        :raises QueryError: when the query does not parse.
        :raises TooManyQueries: when the client has too many waiting.
        :raises QueryLimit: at the deadline, over the memory, or when no worker becomes free.
        :raises ClientGone: when the client gave up.
        :raises StoreError: when there is no snapshot yet.
        """
        folder = snapshot or self._snapshots.newest()
        if folder is None:
            raise StoreError("The triple store is still being built; try again in a moment.")
        key = str(folder), query
        cached = self._cache.get(key)
        if cached:
            return cached
        refuse(query.text)
        self._turns.take(client, self._settings.query_queue, gone)
        worker = None

        def give_back(worker: _Worker | None, reusable: bool) -> None:
            self._take_back(worker, reusable)
            self._turns.give_back(client)

        try:
            worker = self._worker()
            result = self._start(worker, query, folder, gone, give_back)
        except QueryError:
            give_back(worker, True)
            raise
        except BaseException:
            give_back(worker, False)
            raise
        complete = result.complete
        if complete:
            self._cache.put(key, complete)
        return complete or result

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

    def _take_back(self, worker: _Worker | None, reusable: bool) -> None:
        if worker and reusable and (not worker.polite or worker.be_eager()):
            self._idle.append(worker)
        elif worker:
            worker.kill()

    def _start(
        self,
        worker: _Worker,
        query: Query,
        folder: Path,
        gone: Callable[[], bool],
        give_back: _GiveBack,
    ) -> _Streamed:
        timeout = self.timeout(query)
        deadline = time.monotonic() + timeout
        # A dataset that the query describes itself replaces the union (section 13.2).
        described = query.default_graphs or query.named_graphs or "FROM" in words(query.text)
        worker.ask({
            "query": query.text,
            "base": self._base,
            "prefixes": self._prefixes_for(query.text),
            "snapshot": str(folder),
            "default_graphs": query.default_graphs,
            "named_graphs": query.named_graphs,
            "union": not described,
            "rows": self._settings.query_rows,
            "result_type": query.result_type,
            "graph_type": query.graph_type,
        })  # fmt: skip
        try:
            kind, payload = worker.frame(deadline, gone)
        except TimeoutError:
            raise QueryLimit(
                f"The query did not finish within {timeout:g} seconds. Make it more selective, "
                "or add a LIMIT.", timeout=timeout,
            ) from None  # fmt: skip
        if kind == HEADER:
            # A client that reads slowly has as long again to fetch the complete result.
            longest = deadline + self._settings.query_timeout
            return _Streamed(json.loads(payload), worker, longest, give_back)
        raise self._error(json.loads(payload) if kind == ERROR else {"kind": "died"})

    def _prefixes_for(self, text: str) -> dict[str, str]:
        """Return the prefixes that a query may need: reading all of them takes time each time."""
        if query_form(text) not in ("SELECT", "ASK") or "\\u" in text.lower():
            return self.prefixes  # a graph is written with them, and an escape may hide one
        return {prefix: iri for prefix, iri in self.prefixes.items() if f"{prefix}:" in text}

    def _error(self, error: dict[str, str]) -> CtgraphError:
        """Return the error that a worker reports, or that its death means."""
        memory = f"{self._settings.query_memory:,} bytes of memory"
        advice = "Make it more selective, or add a LIMIT."
        match error["kind"]:
            case "query":
                return QueryError(_plain(error["message"]))
            case "evaluation":
                return QueryError(f"The query cannot be evaluated: {error['message']}.")
            case "memory":
                return QueryLimit(f"The query needed more than {memory}. {advice}")
            case "died":
                return QueryLimit(
                    f"The query ended its worker, most likely by more than {memory}. {advice}"
                )
        return StoreError(f"The query could not read the store: {error['message']}")


def _plain(message: str) -> str:
    """Shorten a parser's message: the list of all it would have taken says nothing to people."""
    place, colon, rest = message.partition(": ")
    if colon and rest.startswith("expected one of") and len(rest) > 200:
        rest = "something else was expected here"
    return f"The query does not parse: {place.replace('error at', 'at line')}{colon}{rest}"
