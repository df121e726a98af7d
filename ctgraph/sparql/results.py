"""Results of queries: those that are complete, and those that are still being sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import orjson

from ctgraph.errors import CtgraphError, QueryLimit
from ctgraph.sparql.worker import DATA, END, LENGTH
from ctgraph.work.crew import Job


class Result(Protocol):
    """A result that can be read once: iterate over its bytes, and close it in any case.

    :param media_type: the media type of the bytes.
    :param cut: whether rows beyond the limit were left out; None while that is not yet known.
    """

    media_type: str
    cut: bool | None

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """Give back the worker of the result, if it still has one."""


@dataclass
class Complete:
    """A result that has arrived in full."""

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
        """Do nothing: no worker belongs to the result any more."""


class Streamed:
    """A result that its worker is still sending.

    :param seconds: how long the client has to fetch it.
    """

    def __init__(self, media_type: str, job: Job, seconds: float) -> None:
        self.media_type = media_type
        self.cut: bool | None = None
        self._job: Job | None = job
        # A client that does not read must not keep the worker.
        self._timer = threading.Timer(seconds, job.expire)
        self._timer.daemon = True
        self._timer.start()

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes as they arrive.

        :raises QueryLimit: when the query fails after some bytes were sent, so that these do not
            pass for a complete result.
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
        """Give the worker back. A worker whose result was not read to the end is killed."""
        self._release(reusable=False)

    def _release(self, reusable: bool) -> None:
        job, self._job = self._job, None
        if job:
            self._timer.cancel()
            job.end(reusable)
