"""Child processes that end when their parent does, even when it is killed (Linux).

``python -m ctgraph.work.children PARENT MODULE …`` runs a module that way: the kernel kills it at
the death of its parent (PR_SET_PDEATHSIG, prctl(2)). Nothing is imported from the current folder.
"""

from __future__ import annotations

import ctypes
import os
import runpy
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import (
    ForkServerContext,
    ForkServerProcess,
    SpawnContext,
    SpawnProcess,
)
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

T = TypeVar("T")
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15
# When the thread that started a child ends, the kernel regards the parent as dead. So only the main
# thread and this one, which last as long as their process, start children.
_starter = ThreadPoolExecutor(1, "children")


def command(module: str, *arguments: str) -> list[str]:
    """Return the command that runs a module as a child of this process."""
    return [sys.executable, "-P", "-m", __name__, str(os.getpid()), module, *arguments]


def start(module: str, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start a module as a child. The options are those of ``subprocess.Popen``."""

    def popen() -> subprocess.Popen[bytes]:
        with _deaf():
            return subprocess.Popen(command(module, *arguments), **options)

    return lasting(popen)


@contextmanager
def _deaf() -> Iterator[None]:
    """Start children in the block that do not receive ^C, nor do their own children.

    A terminal sends SIGINT to all processes at once. The first one handles it and ends the others.
    This process handles it after the block: a child that is half started would print a traceback.
    """
    came: list[int] = []
    is_main = threading.current_thread() is threading.main_thread()
    if is_main:  # another thread may receive the signal, but this one handles it
        handler = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if is_main:
            signal.signal(signal.SIGINT, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if came:
            signal.raise_signal(signal.SIGINT)


def lasting(start: Callable[[], T]) -> T:
    """Call a function that starts a child in a thread that lasts as long as this process."""
    if threading.current_thread() is threading.main_thread():
        return start()
    return _starter.submit(start).result()


def _undisturbed(start: Callable[[], None]) -> None:
    """Start a process of :mod:`multiprocessing` that does not receive ^C."""
    with _deaf():
        resource_tracker.ensure_running()  # the first call ends with unblocking SIGINT
        with _deaf():
            start()


class _Deaf(BaseProcess):
    """A process of :mod:`multiprocessing` that does not receive ^C."""

    def start(self) -> None:
        """Start the process."""
        _undisturbed(super().start)


class Spawned(_Deaf, SpawnProcess):
    """A new process."""


class Forked(_Deaf, ForkServerProcess):
    """A process that is forked from one that has no threads, and does not receive ^C either."""


class Spawning(SpawnContext):
    """The context for new processes of :mod:`multiprocessing`, which call :func:`follow`."""

    def __init__(self) -> None:
        super().__init__()
        _keep_out_the_current_folder()
        self._made: list[Spawned] = []

    def Process(self, *given: Any, **named: Any) -> Spawned:  # type: ignore[override]
        """Make a process."""
        self._made.append(Spawned(*given, **named))
        return self._made[-1]

    def kill(self) -> None:
        """Kill every process that was started."""
        for process in self._made:
            if process.pid:
                process.kill()


class Forking(ForkServerContext):
    """The context for processes that are forked from one that has no threads."""

    Process = Forked

    def __init__(self) -> None:
        super().__init__()
        _keep_out_the_current_folder()

    def begin(self) -> None:
        """Start the process that others are forked from, and do not wait until it is ready."""
        lasting(lambda: _undisturbed(forkserver.ensure_running))


def _keep_out_the_current_folder() -> None:
    # An interpreter that runs `-c code` would look for modules there.
    os.environ["PYTHONSAFEPATH"] = "1"


def follow(parent: int) -> None:
    """Let the kernel kill this process when its parent ends.

    :param parent: the process id that the parent is expected to have.
    """
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # the parent ended before this call
        os.kill(os.getpid(), signal.SIGKILL)


def call_oneself(name: str) -> None:
    """Give this process a name of up to 15 characters, which ``ps -o comm`` shows (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode())


def main() -> None:
    """Follow the parent, and run the module that the command names."""
    follow(int(sys.argv[1]))
    module = sys.argv[2]
    sys.argv = sys.argv[2:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
