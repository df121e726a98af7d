"""A query worker process, seen from the pool: starting it, asking it, ending it."""

from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson

from ctgraph import children
from ctgraph.errors import ClientGone, QueryLimit
from ctgraph.store.turns import LOOK
from ctgraph.store.worker import FRAME

POLITENESS = 10
STARTING = 60.0


def never() -> bool:
    """Say that nobody goes away: the caller waits to the end."""
    return False


class WorkerProcess:
    """One worker process and the pipes to it."""

    def __init__(self, memory: int) -> None:
        self._process = children.start(
            "ctgraph.store.worker", str(memory),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
        )  # fmt: skip
        assert self._process.stdin and self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout
        self._answers = select.poll()
        self._answers.register(self._out, select.POLLIN)
        self._read_ahead = bytearray()
        self.polite = False
        # Starting takes long on a busy machine, and is no part of any query's time.
        try:
            self.frame(time.monotonic() + STARTING)
        except TimeoutError:
            self.kill()
            raise QueryLimit("No query worker could be started; try again in a moment.") from None

    def ask(self, request: dict[str, Any]) -> bool:
        """Send a request; return whether there is a process that takes it."""
        payload = orjson.dumps(request)
        try:
            self._in.write(FRAME.pack(b"Q", len(payload)) + payload)
        except BrokenPipeError:
            return False
        return True

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
            if not self._answers.poll(1000 * max(0.0, min(LOOK, left))):
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

    def stop(self) -> None:
        """End the process, and leave the pipes to whoever reads them."""
        self._process.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._in.close()
        self._out.close()
