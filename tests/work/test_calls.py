"""Calls run in processes of their own, with a deadline and a memory limit, and take turns."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from ctgraph.errors import (
    MalformedCtid,
    Overloaded,
)
from ctgraph.identity.ctid import canonical
from ctgraph.work.admission import Admission, never
from ctgraph.work.calls import Calls, serve
from ctgraph.work.crew import Crew
from ctgraph.work.process import WorkerProcess
from tests.support.hall import LOTS
from tests.support.waiting import until

PATIENCE = 120.0
"""How long a slow machine may take, in seconds."""


@pytest.fixture
def crew() -> Iterator[Crew]:
    start = partial(WorkerProcess, serve, 400_000_000)
    crew = Crew(start, Admission(2, 1, 2, 20, PATIENCE, LOTS))
    yield crew
    crew.close()


def test_a_call_is_made_in_another_process_which_makes_the_next_too(crew: Crew) -> None:
    call = Calls(crew, "a", PATIENCE, never)
    assert call(sum, [1, 2]) == 3
    with pytest.raises(MalformedCtid) as raised:
        call(canonical, "ce-1")
    assert raised.value.problems
    assert call(os.getpid) == call(os.getpid) != os.getpid()


def test_a_call_that_takes_too_much_loses_its_process_and_nobody_elses(crew: Crew) -> None:
    with pytest.raises(Overloaded, match=r"0\.2 seconds"):
        Calls(crew, "a", 0.2, never)(time.sleep, PATIENCE)
    call = Calls(crew, "a", PATIENCE, never)
    with pytest.raises((Overloaded, MemoryError)):
        call(bytes, 1 << 30)
    with pytest.raises(Overloaded):
        call(os.abort)
    assert call(sum, [1]) == 1
    assert not crew.admission._turns


def test_long_calls_take_turns_and_all_end(
    crew: Crew, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three work in two places; each is paused and goes on, in a process of its own."""
    (tmp_path / "working.py").write_text(
        "import os, time\n"
        "def work(seconds):\n"
        "    while time.process_time() < seconds:\n"
        "        pass\n"
        "    return os.getpid()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    work = importlib.import_module("working").work
    with ThreadPoolExecutor(3) as threads:
        calls = [Calls(crew, client, PATIENCE, never) for client in "abc"]
        found = list(threads.map(lambda call: call(work, 2), calls))
    assert len(set(found)) == 3
    assert not crew.admission._turns
    assert Calls(crew, "a", PATIENCE, never)(os.getpid) in found


@pytest.mark.parametrize("kind", ["ctgraph.work.calls", "ctgraph.sparql.worker"])
def test_a_paused_process_ends_with_its_parent(tmp_path: Path, kind: str) -> None:
    """Nobody else would ever end it."""
    told = tmp_path / "pid"
    program = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        f"from {kind} import serve\n"
        "from ctgraph.work.process import WorkerProcess\n"
        "worker = WorkerProcess(serve, 400_000_000)\n"
        "worker.pause()\n"
        f"Path({str(told)!r}).write_text(str(worker._pid))\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program])
    until(lambda: told.exists() and bool(told.read_text()))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    until(lambda: not _lives(int(told.read_text())))


def _lives(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
