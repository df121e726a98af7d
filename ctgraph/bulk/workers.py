"""The processes of a load, and what happens when one of them is killed."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Generic, Self, TypeVar

from ctgraph.bulk import sources
from ctgraph.errors import LoadStopped
from ctgraph.work import children

Result = TypeVar("Result")


class Workers(Generic[Result]):
    """Processes that work on batches; the results come in order. To be used in a block.

    When a process is killed, all batches that were begun are lost. Each is done again while no
    other is, so that one that ends its process is found, and told.
    """

    def __init__(self, work: Callable[[list[sources.Item]], Result]) -> None:
        self._work = work
        self._count = os.cpu_count() or 1
        self._begun: deque[tuple[list[sources.Item], Future[Result] | None]] = deque()
        self._lost = 0  # so many of those begun first were lost, and wait
        self._pool = self._started()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __len__(self) -> int:
        return len(self._begun)

    @property
    def full(self) -> bool:
        """Whether there is as much to do as the processes can take."""
        return len(self._begun) > self._count

    def give(self, batch: list[sources.Item]) -> None:
        """Let a process begin with a batch."""
        self._begun.append((batch, None if self._lost else self._submit(batch)))

    def next(self) -> Result:
        """Return the result of the batch that was given first.

        :raises LoadStopped: when it ended its process twice.
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
            result = self._pool.submit(self._work, batch).result()
        except BrokenProcessPool:
            raise LoadStopped(
                f"The process that read {batch[0].name} to {batch[-1].name} ({len(batch)} "
                "documents) was killed twice, perhaps for want of memory. All documents before "
                "these are kept; run the same command again to go on with them."
            ) from None
        self._lost -= 1
        if not self._lost:
            self._begun = deque((later, self._submit(later)) for later, _ in self._begun)
        return result

    def _submit(self, batch: list[sources.Item]) -> Future[Result]:
        try:
            return self._pool.submit(self._work, batch)
        except BrokenProcessPool:  # a process was killed that had nothing to do
            self._restart()
            return self._pool.submit(self._work, batch)

    def _restart(self) -> None:
        self._pool.shutdown(wait=False)
        self._pool = self._started()

    def _started(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._count, children.spawning(), initializer=children.follow, initargs=(os.getpid(),)
        )
