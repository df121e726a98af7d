"""The pace of a load: not far ahead of the projector, and close to it while people publish.

All changes are projected in the order of the ledger. So a publisher who waits until queries see a
change waits for everything that a load has written before it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import accumulate
from typing import TypeVar

from ctgraph.projections.bell import Ring, ring
from ctgraph.projections.link_index import reached
from ctgraph.projections.store_folder import StoreFolder

T = TypeVar("T")
MAX_CHANGES_AHEAD = 300
"""Changes that a load may be ahead of a projector, which takes them in one or two seconds, and
documents that are written at once."""
MAX_CHANGES_AHEAD_BESIDE = 40
"""The same while somebody publishes and waits: some hundred milliseconds of work."""
MAX_PORTION = 20
"""Documents that are written at once while somebody publishes, who waits for that, too."""
LOOK_SECONDS = 0.01
"""How often a load that is far ahead looks where the projector is."""
STANDSTILL_SECONDS = 5.0
"""How long a load waits for a projector that does not move: it may have ended, or rebuild."""


class Pace:
    """Says when a load may write how many documents.

    :param is_followed: whether a server projects the load: people ask and publish meanwhile.
    """

    def __init__(self, store_folder: StoreFolder, is_followed: bool) -> None:
        self._store_folder = store_folder
        self._is_followed = is_followed
        self._written = 0
        self._stands_at = -1

    def portions(self, texts: list[list[T]]) -> Iterator[list[list[T]]]:
        """Yield as many texts as may be written at once, each when it is their time.

        What one text holds is written together, so that an interrupted load goes on after it.
        """
        while texts:
            size = self._size()
            held = accumulate(len(text) for text in texts)  # ascends
            number = max(1, sum(documents <= size for documents in held))
            yield texts[:number]
            texts = texts[number:]

    def _size(self) -> int:
        """Wait while the load is far ahead; return how many documents may be written at once."""
        if self._is_followed:
            self._wait()
        return MAX_PORTION if self._store_folder.is_awaited() else MAX_CHANGES_AHEAD

    def wrote(self, seq: int) -> None:
        """Note the sequence number that the load has come to, and wake the projector."""
        self._written = max(self._written, seq)
        ring(self._store_folder.bell, Ring.NEWS)

    def _wait(self) -> None:
        """Return when the projector is near, or has not moved for long."""
        before, since = -1, time.monotonic()
        while self._written - (now := reached(self._store_folder.links)) > self._most():
            if now != before:
                before, since = now, time.monotonic()
            if now == self._stands_at or time.monotonic() - since > STANDSTILL_SECONDS:
                self._stands_at = now
                return
            time.sleep(LOOK_SECONDS)

    def _most(self) -> int:
        return MAX_CHANGES_AHEAD_BESIDE if self._store_folder.is_awaited() else MAX_CHANGES_AHEAD
