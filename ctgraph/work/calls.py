"""Function calls with a deadline and a memory limit, made by worker processes."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from ctgraph.errors import Overloaded
from ctgraph.work.collecting import collect_seldom
from ctgraph.work.crew import Crew
from ctgraph.work.process import confine, receive, streams, write

T = TypeVar("T")
ANSWER = b"A"
"""The kind of the frame that holds the result or the error of a call."""


class Runner(Protocol):
    """A way to call a function: in this process, or in a worker process."""

    def __call__(self, function: Callable[..., T], /, *arguments: Any) -> T:
        """Call a function with arguments, and return what it returns."""


def directly(function: Callable[..., T], /, *arguments: Any) -> T:
    """Call a function in this process, without any limit."""
    return function(*arguments)


class Calls:
    """Calls for one client, each by a worker process in the client's turn.

    The function, its arguments and its result have to be picklable.

    :param seconds: how long a call may run, without pauses.
    :param gone: tells whether the client has given up.
    """

    def __init__(self, crew: Crew, client: str, seconds: float, gone: Callable[[], bool]) -> None:
        self._crew = crew
        self._client = client
        self._seconds = seconds
        self._gone = gone

    def __call__(self, function: Callable[..., T], /, *arguments: Any) -> T:
        """Call a function and return its result. Its errors are raised here.

        :raises Overloaded: when it takes too much time or memory.
        :raises CtgraphError: when its turn does not come; see :meth:`Crew.begin`.
        """
        job = self._crew.begin(
            pickle.dumps((function, arguments)), self._client, self._seconds, self._gone
        )
        kind = b""
        try:
            kind, payload = job.frame()
        except TimeoutError:
            raise Overloaded(f"It was not done within {self._seconds:g} seconds.") from None
        finally:
            job.end(reusable=kind == ANSWER)
        if kind != ANSWER:
            raise Overloaded("It ended its worker, most likely by too much memory.")
        good, answer = pickle.loads(payload)  # written by our own process
        if good:
            return answer  # type: ignore[no-any-return]
        raise answer


def serve(pipe: Connection, memory: int) -> None:
    """Make calls in a worker process until the pipe ends."""
    confine("ctgraph-call", memory)
    collect_seldom()
    source, out = streams(pipe)
    while payload := receive(source.read)[1]:
        try:
            answer = _answer(payload)
            write(out, ANSWER, pickle.dumps(answer))
            out.flush()
        except MemoryError:
            os._exit(1)


def _answer(payload: bytes) -> tuple[bool, object]:
    """Make a call; return whether it succeeded, and its result or error."""
    try:
        function, arguments = pickle.loads(payload)
        return True, function(*arguments)
    except MemoryError:
        raise
    except Exception as error:
        return False, error
