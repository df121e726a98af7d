"""Calls with a deadline and a memory limit: a process of its own makes them."""

from __future__ import annotations

import multiprocessing.process
import os
import resource
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Protocol, TypeVar

from ctgraph import children
from ctgraph.errors import ValidationBusy, ValidationLimit

T = TypeVar("T")
# Checking a document of this size takes a fraction of a second in any case.
SMALL = 50_000
STARTING = 60.0


class Runner(Protocol):
    """Calls a function with arguments, and returns what it returns."""

    def __call__(self, function: Callable[..., T], /, *arguments: Any) -> T: ...


def directly(function: Callable[..., T], /, *arguments: Any) -> T:
    """Call a function in this process, without any limit."""
    return function(*arguments)


class Bounded:
    """Makes calls one at a time in a worker process, which is ended when a call takes too much.

    Safe to use from many threads.

    :param seconds: the deadline of a call.
    :param memory: the most memory that the process may take, in bytes.
    :param queue: how long a call waits for its turn, in seconds.
    :param warm: is called once in the process before its first call, whose time counts from then.
    """

    def __init__(
        self, seconds: float, memory: int, queue: float, warm: Callable[[], object]
    ) -> None:
        self._seconds = seconds
        self._memory = memory
        self._queue = queue
        self._warm = warm
        self._lock = threading.Lock()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None

    def __call__(self, function: Callable[..., T], /, *arguments: Any) -> T:
        """Call a function and return what it returns; what it raises is raised here.

        :raises ValidationLimit: at the deadline, or over the memory.
        :raises ValidationBusy: when its turn does not come.
        """
        if not self._lock.acquire(timeout=self._queue):
            raise ValidationBusy("Other large documents are being checked; try again in a moment.")
        try:
            return self._call(function, arguments)
        finally:
            self._lock.release()

    def for_size(self, size: int) -> Runner:
        """Return what calls a function about a document of `size` bytes."""
        return directly if size <= SMALL else self

    def close(self) -> None:
        """End the worker process."""
        if self._process:
            self._process.kill()
            self._process.join()
        if self._pipe:
            self._pipe.close()
        self._process = self._pipe = None

    def _call(self, function: Callable[..., T], arguments: tuple[Any, ...]) -> T:
        pipe = self._worker()
        try:
            pipe.send((function, arguments))
            if not pipe.poll(self._seconds):
                self.close()
                raise ValidationLimit(
                    f"The document could not be checked within {self._seconds:g} seconds. "
                    "Split it, or let an operator load it."
                )
            good, answer = pipe.recv()
        except (EOFError, OSError):
            self.close()
            raise ValidationLimit(
                "The document ended the process that checked it, most likely by more than "
                f"{self._memory:,} bytes of memory. Split it, or let an operator load it."
            ) from None
        if good:
            return answer  # type: ignore[no-any-return]
        raise answer

    def _worker(self) -> Connection:
        if self._process and self._process.is_alive() and self._pipe:
            return self._pipe
        self.close()
        # A fresh interpreter: a fork would share the threads' locks and the ledger's connections.
        context = children.spawning()
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(os.getpid(), theirs, self._memory, self._warm), daemon=True
        )
        children.lasting(process.start)
        theirs.close()
        self._process, self._pipe = process, ours
        try:
            started = ours.poll(STARTING) and ours.recv()
        except EOFError:  # it ended before it was ready
            started = False
        if not started:
            self.close()
            raise ValidationBusy("The process that checks documents did not start.")
        return ours


def _serve(parent: int, pipe: Connection, memory: int, warm: Callable[[], object]) -> None:
    children.follow(parent)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warm()
    pipe.send(True)
    while True:
        try:
            function, arguments = pipe.recv()
            try:
                answer = True, function(*arguments)
            except MemoryError:
                return
            except Exception as error:
                answer = False, error
            pipe.send(answer)
        except (EOFError, OSError, MemoryError):  # the other side is gone, or memory is
            return
