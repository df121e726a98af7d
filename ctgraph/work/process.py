"""A worker process: starting it, asking it, steering it, ending it; and its own side of that.

Both sides speak in frames: one byte that tells the kind, four bytes of length, the payload. Once a
process can work, it says so by a frame.
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
from ctgraph.work.admission import LOOK

FRAME = struct.Struct("!cI")
READY, ASKED = b"R", b"Q"
POLITENESS = 10
STARTING = 60.0
# A stack that overflows ends so. What gets no more memory is ended by SIGABRT.
FAULTS = (-signal.SIGSEGV, -signal.SIGBUS)
TEMPLATE = "ctgraph.work.template"
_context = children.forking()
_context.set_forkserver_preload([TEMPLATE])


def preload(*modules: str) -> None:
    """Say what worker processes need, before the first one is started; it is imported once."""
    _context.set_forkserver_preload([TEMPLATE, *modules])


class WorkerProcess:
    """One worker process and the pipe to it.

    It is forked from a process that has imported what it needs, and has neither threads nor
    connections. That takes a hundredth of the time of starting an interpreter.

    :param serve: what it does, with its end of the pipe and the memory that it may take, in bytes.
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
        # Starting takes long on a busy machine, and is no part of any job's time.
        deadline = time.monotonic() + STARTING

        def look() -> None:
            if time.monotonic() > deadline:
                raise Busy("No worker could be started; try again in a moment.")

        try:
            self.frame(look)
        except Busy:
            self.kill()
            raise

    def ask(self, payload: bytes) -> bool:
        """Send a request; return whether there is a process that takes it."""
        left = memoryview(FRAME.pack(ASKED, len(payload)) + payload)
        try:
            while left:
                left = left[self._pipe.write(left) :]
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def frame(self, look: Callable[[], None]) -> tuple[bytes, bytes]:
        """Read a frame; an empty kind when the worker died.

        :param look: is called again and again meanwhile; what it raises ends the waiting.
        """
        return receive(lambda size: self._read(size, look))

    def _read(self, size: int, look: Callable[[], None]) -> bytes:
        """Return so many bytes, fewer when the worker died; what came with them waits here."""
        waiting = self._read_ahead
        while len(waiting) < size:
            if not self._answers.poll(1000 * LOOK):
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
        """Stop using the processor, until :meth:`resume`."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Go on, behind short work: this is long."""
        if not self._polite:
            self._polite = self._set_priority(POLITENESS)
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process.is_alive():
            os.kill(self._pid, number)

    def be_eager(self) -> bool:
        """Take up the normal priority again; False where this process may not."""
        if self._polite:
            self._polite = not self._set_priority(0)
        return not self._polite

    def _set_priority(self, nice: int) -> bool:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, self._pid, nice)
            return True
        return False

    def worked(self) -> float:
        """Return how much of the processor's time it has had so far, in seconds."""
        with suppress(OSError):  # the clock of another process: clock_getcpuclockid(3)
            return time.clock_gettime(~self._pid << 3 | 2)
        return 0.0

    def memory(self) -> int:
        """Return how much memory it has to itself, in bytes."""
        with suppress(OSError):
            for line in Path(f"/proc/{self._pid}/status").read_text().splitlines():
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) << 10
        return 0

    def stop(self) -> None:
        """End the process, and leave the pipe to whoever reads them."""
        self._process.kill()

    def kill(self) -> None:
        """End the process, and close the pipe."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def crashed(self) -> bool:
        """Tell whether the process, which has closed its output, ended by a fault of its own."""
        self._process.join(STARTING)
        return self._process.exitcode in FAULTS


def write(stream: IO[bytes], kind: bytes, payload: bytes) -> None:
    """Write one frame. It goes out when the stream is flushed, together with others."""
    stream.write(FRAME.pack(kind, len(payload)))
    stream.write(payload)


def receive(read: Callable[[int], bytes]) -> tuple[bytes, bytes]:
    """Read one frame: its kind and its payload; an empty kind at the end of the stream."""
    head = read(FRAME.size)
    if len(head) < FRAME.size:
        return b"", b""
    kind, length = FRAME.unpack(head)
    return kind, read(length)


def confine(name: str, memory: int, stack: int = 0) -> None:
    """Bound what this process may take, and let it end with its parent, even while it is paused.

    :param name: what operators see it as.
    :param memory: the most memory, in bytes; `stack` of the stack, where it needs more than usual.
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
    """Return the streams of a worker's end of the pipe, and say on it that it is ready."""
    stream = os.fdopen(os.dup(pipe.fileno()), "r+b", 0)
    pipe.close()
    source, out = io.BufferedReader(stream), io.BufferedWriter(stream, 1 << 17)
    write(out, READY, b"")
    out.flush()
    return source, out
