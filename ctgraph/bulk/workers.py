"""The processes of a load, which survive the death of one of them."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, Self, TypeVar

from ctgraph.bulk import sources
from ctgraph.errors import LoadStopped
from ctgraph.work import children
from ctgraph.work.collecting import collect_seldom

Result = TypeVar("Result")


class Workers(Generic[Result]):
    """Processes that work on batches and return the results in order. Use it in a ``with`` block.

    When a process is killed, all unfinished batches are lost. Each of them is repeated alone, so
    that a batch that kills its process is found and named.
    """

    def __init__(self, work: Callable[[list[sources.Item]], Result]) -> None:
        self._work = work
        self._count = os.cpu_count() or 1
        self._begun: deque[tuple[list[sources.Item], Future[Result] | None]] = deque()
        self._lost = 0  # how many of the first batches were lost and wait to be repeated
        self._pool = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind:  # nobody waits for what they do any more
            self._abandon()
        else:
            self._pool.shutdown(wait=False)

    def __len__(self) -> int:
        return len(self._begun)

    @property
    def full(self) -> bool:
        """Whether the processes have as much to do as they can take."""
        return len(self._begun) > self._count

    def give(self, batch: list[sources.Item]) -> None:
        """Queue a batch for the next process that is free."""
        self._begun.append((batch, None if self._lost else self._submit(batch)))

    def next(self) -> Result:
        """Return the result of the batch that was given first.

        :raises LoadStopped: when its process was killed twice.
        """
        batch, future = self._begun.popleft()
        if future:
            try:
                return future.result()
            except BrokenProcessPool:
                self._lost = len(self._begun) + 1
                self._begun = deque((later, None) for later, _ in self._begun)
                self._restart()
        try:
            result = self._submit(batch).result()
        except BrokenProcessPool:
            raise LoadStopped(
                f"The process that read {batch[0].name} to {batch[-1].name} ({len(batch)} "
                "documents) was killed twice, perhaps because memory ran out. All documents before "
                "these are kept. Run the same command again to continue with them."
            ) from None
        self._lost -= 1
        if not self._lost:
            self._begun = deque((later, self._submit(later)) for later, _ in self._begun)
        return result

    def _submit(self, batch: list[sources.Item]) -> Future[Result]:
        try:
            return self._pool.submit(self._work, batch)
        except (BrokenProcessPool, OSError):
            # A process was killed that had nothing to do, or while another one was starting.
            self._restart()
            return self._pool.submit(self._work, batch)

    def _restart(self) -> None:
        self._abandon()
        self._pool = self._started()

    def _abandon(self) -> None:
        """End the processes in the middle of their work."""
        # Before Python 3.11.5 a thread of the pool would write to dead processes for ever, and keep
        # this one from ending: https://github.com/python/cpython/issues/94777.
        pool: Any = self._pool  # whose queue is private
        if sys.version_info < (3, 11, 5) and pool._call_queue:
            pool._call_queue._reader.close()
        pool.shutdown(wait=False, cancel_futures=True)
        # A process that was starting while another one died is not known to a broken pool, which
        # would wait for it for ever when this process ends.
        self._context.kill()

    def _started(self) -> ProcessPoolExecutor:
        self._context = children.Spawning()
        return ProcessPoolExecutor(
            self._count, self._context, initializer=_begin, initargs=(os.getpid(),)
        )


def _begin(parent: int) -> None:
    children.follow(parent)
    collect_seldom()
