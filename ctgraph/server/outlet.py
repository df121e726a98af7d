"""Writing answers: the part that a client does not read at once waits in a queue."""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable

from ctgraph.server.byte_queue import ByteQueue
from ctgraph.server.limits import Limits
from ctgraph.server.phases import Next

_PART = 1 << 16
_PARTS_AT_ONCE = 16


class Outlet:
    """The socket that gunicorn writes an answer to, with a queue for the part that must wait.

    A thread writes the answer and is done with it, however slowly the client reads. When a part has
    to wait, `waits` is called, and the poller sends it later with :meth:`drain`.

    :param waits: is called when something begins to wait.
    """

    def __init__(self, sock: socket.socket, limits: Limits, waits: Callable[[], None]) -> None:
        self.has_begun = False
        """Whether a part of the answer was sent."""
        self._sock = sock
        self._limits = limits
        self._waits = waits
        self._parts: list[bytes] = []
        self._size = 0
        self.patience = limits.patience_seconds
        """How long a thread may still wait for the client to read."""
        self._queue = ByteQueue(limits.memory_bytes)
        self._changed = threading.Condition()
        self._is_lost = False
        self._then = Next.NOTHING
        self._since = self._progress = 0.0
        self._taken = 0

    @property
    def waiting_bytes(self) -> int:
        """The number of bytes that the client has not received yet."""
        return len(self._queue)

    def sendall(self, data: bytes) -> None:
        """Write a part of the answer; short parts are sent together, at the next flush.

        :raises ConnectionError: when the client is gone, or was given up.
        :raises OSError: when the waiting part cannot be kept.
        """
        self._parts.append(data)
        self._size += len(data)
        if self._size >= _PART:
            self.flush()

    def flush(self) -> None:
        """Send everything that was written; see :meth:`sendall`."""
        # Copying a long part would cost more than sending it by itself.
        parts = self._parts if self._size > 2 * _PART else [b"".join(self._parts)]
        self._parts, self._size = [], 0
        for part in parts:
            self._write(memoryview(part))

    def _write(self, data: memoryview) -> None:
        if not data:
            return
        self.has_begun = True
        with self._changed:
            if self._is_lost:
                raise BrokenPipeError("The client does not read.")
            waited = len(self._queue) > 0
            if not waited:
                data = self._send(data)
            if not data:
                return
            self._queue.append(data)
            if not waited:
                self._since = self._progress = time.monotonic()
                self._taken = 0
                self._waits()
            # When it is empty, its file is too.
            if len(self._queue) > self._limits.answer_bytes:
                self._changed.wait_for(lambda: self._is_lost or not len(self._queue))

    def finish(self, then: Next) -> Next:
        """Note that the answer is whole; return the next step, `NOTHING` while a part waits.

        :param then: the next step when the client has received everything.
        :raises OSError: see :meth:`sendall`.
        """
        self.flush()
        with self._changed:
            if self._is_lost:
                return Next.DROP
            if not len(self._queue):
                return then
            self._then = then
            return Next.NOTHING

    def drain(self) -> tuple[bool, Next]:
        """Send as much as the client takes; return whether nothing waits, and the next step then.

        :raises OSError: when the client is gone.
        """
        with self._changed:
            for _ in range(_PARTS_AT_ONCE):
                data = self._queue.peek(_PART)
                try:
                    count = self._sock.send(data) if data else 0
                except BlockingIOError:
                    break
                self._queue.skip(count)
                self._taken += count
                self._progress = time.monotonic()
                if not len(self._queue):
                    self._changed.notify_all()
                    return True, self._then
        return False, Next.NOTHING

    def is_late(self, now: float) -> bool:
        """Tell whether the client has stopped reading, or reads too slowly."""
        limits = self._limits
        if now - self._progress > limits.write_seconds:
            return True
        return self._taken < (now - self._since - limits.write_seconds) * limits.slowest_reader

    def lose(self) -> bool:
        """Give the client up; return whether the answer was whole: then no thread writes to it."""
        with self._changed:
            self._is_lost = True
            self._queue.close()
            self._changed.notify_all()
            return self._then is not Next.NOTHING

    def _send(self, data: memoryview) -> memoryview:
        """Send as much as the client takes within the patience that is left; return the rest."""
        while data:
            try:
                data = data[self._sock.send(data) :]
            except BlockingIOError:
                if not self._is_writable():
                    break
            except OSError as error:
                raise ConnectionAbortedError("The client is gone.") from error
        return data

    def _is_writable(self) -> bool:
        if self.patience <= 0:
            return False
        poll = select.poll()
        poll.register(self._sock, select.POLLOUT)
        began = time.monotonic()
        ready = poll.poll(self.patience * 1000)
        self.patience -= time.monotonic() - began
        return bool(ready)
