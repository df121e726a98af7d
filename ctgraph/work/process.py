"""A worker process: the owner's side of its pipe, and the worker's side.

Both sides write frames: one byte for the kind, four bytes for the length, and the payload. A
process writes one frame when it is ready to work.
"""

from __future__ import annotations

import io
import os
import resource
import select
import signal
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO

from ctgraph.errors import Busy
from ctgraph.work import children
from ctgraph.work.admission import LOOK_SECONDS

FRAME = struct.Struct("!cI")
READY, ASKED = b"R", b"Q"
HEAVY_NICE = 10
"""The nice value (setpriority(2)) of long work, so that short work goes first."""
START_SECONDS = 60.0
"""How long a process may take to start: a busy machine needs seconds."""
FAULTS = (-signal.SIGSEGV, -signal.SIGBUS)
"""Exit codes of a stack that overflowed. A process that gets no more memory ends with SIGABRT."""
TEMPLATE = "ctgraph.work.template"
_context = children.Forking()
_context.set_forkserver_preload([TEMPLATE])


def preload(*modules: str) -> None:
    """Import modules once for all worker processes. Call this before the first one starts."""
    _context.set_forkserver_preload([TEMPLATE, *modules])


def begin() -> None:
    """Import the modules now, so that the first job need not wait for that."""
    _context.begin()


class WorkerProcess:
    """One worker process and the pipe to it.

    It is forked from a process that has imported its modules, and has neither threads nor
    connections. That takes a hundredth of the time of starting an interpreter.

    :param serve: runs in the process, with its end of the pipe and its memory limit in bytes.
    :param memory: the memory limit, in bytes.
    """

    def __init__(self, serve: Callable[[Connection, int], None], memory: int) -> None:
        ours, theirs = _context.Pipe()
        self._process = _context.Process(target=serve, args=(theirs, memory), daemon=True)
        children.lasting(self._process.start)
        assert self._process.pid
        self._pid = self._process.pid
        theirs.close()
        self._pipe = os.fdopen(os.dup(ours.fileno()), "r+b", 0)
        ours.close()
        self._answers = select.poll()
        self._answers.register(self._pipe, select.POLLIN)
        self._read_ahead = bytearray()
        self._polite = False
        # Starting takes long on a busy machine. It does not count as time of a job.
        deadline = time.monotonic() + START_SECONDS

        def look() -> None:
            if time.monotonic() > deadline:
                raise Busy("No worker could be started; try again in a moment.")

        try:
            self.frame(look)
        except Busy:
            self.kill()
            raise

    def ask(self, payload: bytes) -> bool:
        """Send a request; return False when the process has died."""
        left = memoryview(FRAME.pack(ASKED, len(payload)) + payload)
        try:
            while left:
                left = left[self._pipe.write(left) :]
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def frame(self, look: Callable[[], None]) -> tuple[bytes, bytes]:
        """Read a frame. Its kind is empty when the worker died.

        :param look: is called repeatedly meanwhile. An exception from it ends the waiting.
        """
        return receive(lambda size: self._read(size, look))

    def _read(self, size: int, look: Callable[[], None]) -> bytes:
        """Return `size` bytes, or fewer when the worker died. Bytes beyond them are kept."""
        waiting = self._read_ahead
        while len(waiting) < size:
            if not self._answers.poll(1000 * LOOK_SECONDS):
                look()
                continue
            try:
                data = os.read(self._pipe.fileno(), 1 << 16)
            except ConnectionResetError:
                data = b""
            if not data:
                break
            waiting += data
        found = bytes(waiting[:size])
        del waiting[:size]
        return found

    def pause(self) -> None:
        """Stop the process until :meth:`resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let the process go on, with a lower priority than short work."""
        if not self._polite:
            self._polite = self._set_priority(HEAVY_NICE)
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process.is_alive():
            os.kill(self._pid, number)

    def be_eager(self) -> bool:
        """Restore the normal priority of the process; return False where the system forbids it."""
        if self._polite:
            self._polite = not self._set_priority(0)
        return not self._polite

    def _set_priority(self, nice: int) -> bool:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._pid, nice)
            return True
        return False

    def worked(self) -> float:
        """Return the processor time that the process has used so far, in seconds."""
        with suppress(OSError):  # the clock of another process: clock_getcpuclockid(3)
            return time.clock_gettime(~self._pid << 3 | 2)
        return 0.0

    def memory(self) -> int:
        """Return the private memory of the process, in bytes."""
        with suppress(OSError):
            for line in Path(f"/proc/{self._pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) << 10
        return 0

    def stop(self) -> None:
        """End the process, and leave the pipe open for its reader."""
        self._process.kill()

    def kill(self) -> None:
        """End the process, and close the pipe."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def crashed(self) -> bool:
        """Tell whether the process, which has closed its output, died by a fault of its own."""
        self._process.join(START_SECONDS)
        return self._process.exitcode in FAULTS


def write(stream: IO[bytes], kind: bytes, payload: bytes) -> None:
    """Write one frame. It leaves when the stream is flushed."""
    stream.write(FRAME.pack(kind, len(payload)))
    stream.write(payload)


def receive(read: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """Return the kind and the payload of the next frame; an empty kind at the end of the stream."""
    head = read(FRAME.size)
    if len(head) < FRAME.size:
        return b"", b""
    kind, length = FRAME.unpack(head)
    return kind, read(length)


def confine(name: str, memory: int, stack: int = 0) -> None:
    """Limit the memory of this process, and let it end with its parent, even while it is paused.

    :param name: its name in `ps`.
    :param memory: the most memory, in bytes.
    :param stack: the most stack, in bytes; 0 keeps the usual limit.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if stack:
        hard = resource.getrlimit(resource.RLIMIT_STACK)[1]
        most = stack if hard == resource.RLIM_INFINITY else min(stack, hard)
        resource.setrlimit(resource.RLIMIT_STACK, (most, hard))
    children.follow(os.getppid())
    children.call_oneself(name)


def streams(pipe: Connection) -> tuple[IO[bytes], IO[bytes]]:
    """Return a worker's streams to read from and to write to, after writing that it is ready."""
    stream = os.fdopen(os.dup(pipe.fileno()), "r+b", 0)
    pipe.close()
    source, out = io.BufferedReader(stream), io.BufferedWriter(stream, 1 << 17)
    write(out, READY, b"")
    out.flush()
    return source, out
