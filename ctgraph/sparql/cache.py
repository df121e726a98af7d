"""The cache of answers to repeated queries and requests."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import Protocol, TypeVar

from cachetools import LRUCache

ENTRY_BYTES = 1_000
"""Bytes that an entry of the cache takes beside its query and its body, about."""
MAX_SHARE = 1 / 8
"""The part of the cache that one answer may take, so that it does not evict all others."""


class Answer(Protocol):
    """An answer to keep: any object with a body."""

    @property
    def body(self) -> bytes:
        """The bytes that make up most of its size."""


T = TypeVar("T", bound=Answer)


class AnswerCache:
    """Answers by the request and the state of the data; the least recently used is dropped first.

    Every key names the state that its answer was made from: the snapshot, or the version of one
    record. So a change makes the older answers unreachable. Safe to use from many threads.

    :param max_bytes: how many bytes the answers may take together; 0 keeps none.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_answer_bytes = int(max_bytes * MAX_SHARE)
        self._lock = Lock()
        self._entries: LRUCache[Hashable, tuple[Answer, int]] = LRUCache(
            max_bytes, getsizeof=lambda entry: entry[1]
        )

    def get(self, key: Hashable, kind: type[T]) -> T | None:
        """Return the answer of this kind, or None."""
        with self._lock:
            answer, _ = self._entries.get(key, (None, 0))
        return answer if isinstance(answer, kind) else None

    def put(self, key: Hashable, answer: Answer, query: str) -> None:
        """Keep the answer to a query or another request, unless it is too large."""
        # A query may be longer than its result, and its text may take four bytes a character.
        size = len(answer.body) + 4 * len(query) + ENTRY_BYTES
        if size <= self.max_answer_bytes:
            with self._lock:
                self._entries[key] = answer, size
