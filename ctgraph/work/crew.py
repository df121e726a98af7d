"""Worker processes of one kind, which clients use in turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from ctgraph.work.admission import Admission
from ctgraph.work.process import WorkerProcess
from ctgraph.work.turn import Turn

MAX_IDLE_SECONDS = 30.0
"""How long a worker beyond the usual number may be idle: many clients may come again soon."""


class Crew:
    """Starts worker processes when they are needed, and keeps the idle ones.

    :param start: starts a process.
    """

    def __init__(self, start: Callable[[], WorkerProcess], admission: Admission) -> None:
        self.admission = admission
        self._start = start
        # Each with the time when it became idle. The last one works next.
        self._idle: list[tuple[WorkerProcess, float]] = []

    def begin(self, payload: bytes, client: str, seconds: float, gone: Callable[[], bool]) -> Job:
        """Wait for a turn, and give a worker the job. Call :meth:`Job.end` in any case.

        :param seconds: how long the job may run.
        :raises CtgraphError: when the turn does not come, or no worker starts.
        """
        turn = self.admission.take(client, gone)
        try:
            process = self._asked(payload)
        except BaseException:
            self.admission.end(turn)
            raise
        self.admission.begin(turn, process)
        return Job(self, turn, process, seconds, gone)

    def close(self) -> None:
        """End the idle workers."""
        while self._idle:
            self._idle.pop()[0].kill()

    def _asked(self, payload: bytes) -> WorkerProcess:
        """Return a worker that has taken the request; skip those that died while idle."""
        while self._idle:
            with suppress(IndexError):
                worker, _ = self._idle.pop()
                if worker.ask(payload):
                    return worker
                worker.kill()
        worker = self._start()
        worker.ask(payload)
        return worker

    def put_back(self, process: WorkerProcess) -> None:
        """Keep a worker for the next job; end a surplus one that has been idle for long."""
        if process.be_eager():
            self._idle.append((process, time.monotonic()))
        else:
            process.kill()
        with suppress(IndexError, ValueError):  # another thread took it meanwhile
            if len(self._idle) > self.admission.places:
                first, since = self._idle[0]
                if time.monotonic() - since > MAX_IDLE_SECONDS:
                    self._idle.remove((first, since))
                    first.kill()


class Job:
    """The work of one process in one turn, until :meth:`end` or :meth:`expire`."""

    def __init__(
        self,
        crew: Crew,
        turn: Turn,
        process: WorkerProcess,
        seconds: float,
        gone: Callable[[], bool],
    ) -> None:
        self.seconds = seconds
        self._crew = crew
        self._turn = turn
        self._process: WorkerProcess | None = process
        self._gone = gone
        self._lock = threading.Lock()
        self._expired = False

    def frame(self) -> tuple[bytes, bytes]:
        """Read a frame. Its kind is empty when the worker died or the job has ended.

        :raises TimeoutError: when the job has run too long.
        :raises Busy: when its place was needed for another job.
        :raises ClientGone: when the client has given up.
        """
        process = self._process
        kind, payload = process.frame(self._look) if process else (b"", b"")
        if not kind and self._turn.failure:
            raise self._turn.failure
        return kind, payload

    def crashed(self) -> bool:
        """Tell whether the worker died by a fault of its own, such as SIGSEGV."""
        return bool(self._process and not self._expired and self._process.crashed())

    def end(self, reusable: bool = False) -> None:
        """Give the place back. A second call does nothing.

        :param reusable: whether the worker can take another job.
        """
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        if reusable and not self._expired:
            self._crew.admission.end(self._turn, partial(self._crew.put_back, process))
        else:
            process.kill()
            self._crew.admission.end(self._turn)

    def expire(self) -> None:
        """End the work and give the place back. Another thread may still read the answer."""
        with self._lock:
            if self._process:
                self._expired = True
                self._process.stop()
                self._crew.admission.end(self._turn)

    def _look(self) -> None:
        self._crew.admission.look(self._turn, self._gone)
        if self._turn.ran >= self.seconds:
            raise TimeoutError
