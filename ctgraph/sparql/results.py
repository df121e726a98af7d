"""Results of queries: all there, still being sent, and kept for the next who asks."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from ctgraph.errors import CtgraphError, QueryLimit
from ctgraph.sparql.query import Query
from ctgraph.sparql.worker import DATA, END, LENGTH
from ctgraph.work.crew import Job


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

    @classmethod
    def read(cls, payload: bytes) -> Complete:
        """Return the result that a frame holds; see :mod:`ctgraph.sparql.worker`."""
        begin = LENGTH.size + LENGTH.unpack_from(payload)[0]
        head = orjson.loads(payload[LENGTH.size : begin])
        return cls(head["type"], head["cut"], payload[begin:])

    def __iter__(self) -> Iterator[bytes]:
        yield self.body

    def close(self) -> None:
        """Do nothing."""


class Streamed:
    """A result that its worker is still sending.

    :param seconds: how long the client has to fetch it.
    """

    def __init__(self, header: dict[str, Any], job: Job, seconds: float) -> None:
        self.media_type: str = header["type"]
        self.cut: bool | None = None
        self._job: Job | None = job
        # Who does not read what is sent keeps no worker.
        self._timer = threading.Timer(seconds, job.expire)
        self._timer.daemon = True
        self._timer.start()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes as they arrive.

        :raises QueryLimit: when the query fails late; what was sent must not pass for complete.
        """
        while self._job:
            yield from self._next(self._job)

    def _next(self, job: Job) -> list[bytes]:
        try:
            kind, payload = job.frame()
        except (TimeoutError, CtgraphError):
            kind, payload = b"", b""
        if kind == DATA:
            return [payload]
        self._release(reusable=kind == END)
        if kind == END:
            self.cut = orjson.loads(payload)["cut"]
        else:
            raise QueryLimit("The query ended at its limits while its result was being sent.")
        return []

    def close(self) -> None:
        """Give the worker back; one with an unread result is ended."""
        self._release(reusable=False)

    def _release(self, reusable: bool) -> None:
        job, self._job = self._job, None
        if job:
            self._timer.cancel()
            job.end(reusable)


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
        if _weight(key, result) > self._most // 8:
            return
        with self._lock:
            self._drop(key)
            self._results[key] = result
            self._size += _weight(key, result)
            while self._size > self._most:
                self._drop(next(iter(self._results)))

    def _drop(self, key: tuple[str, Query]) -> None:
        dropped = self._results.pop(key, None)
        self._size -= _weight(key, dropped) if dropped else 0


def _weight(key: tuple[str, Query], result: Complete) -> int:
    """Return about how many bytes a kept result takes: queries may be longer than results."""
    return len(result.body) + 4 * len(key[1].text) + 1000
