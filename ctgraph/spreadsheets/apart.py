"""Workbooks are read by a process of their own: a crafted one ends that process, and no other."""

from __future__ import annotations

import pickle
import time

from ctgraph.spreadsheets.sheet import Sheet, unreadable
from ctgraph.spreadsheets.workbooks import read_workbook
from ctgraph.work.calls import ANSWER, serve
from ctgraph.work.process import WorkerProcess

MAX_READING_BYTES = 2_000_000_000
"""Memory of a process that reads a workbook: the largest one within the bounds needs half."""
READING_SECONDS = 120.0
"""How long a process may read one workbook: 20,000 full rows take ten seconds."""


def read_apart(name: str, data: bytes) -> list[Sheet]:
    """Read a workbook as :func:`read_workbook` does, in a process with bounds.

    :raises Unreadable: when it cannot be read within them, or at all.
    """
    deadline = time.monotonic() + READING_SECONDS

    def look() -> None:
        if time.monotonic() > deadline:
            raise TimeoutError

    worker = WorkerProcess(serve, MAX_READING_BYTES)
    try:
        worker.ask(pickle.dumps((read_workbook, (name, data))))
        kind, payload = worker.frame(look)
    except TimeoutError:
        raise _too_much(name, f"takes longer than {READING_SECONDS:.0f} seconds to read") from None
    finally:
        worker.kill()
    if kind != ANSWER:
        raise _too_much(name, "is damaged, or needs too much memory")
    is_good, answer = pickle.loads(payload)  # written by our own process
    if not is_good:
        raise answer
    return answer  # type: ignore[no-any-return]


def _too_much(name: str, why: str) -> Exception:
    return unreadable(
        f"{name} {why}.", "Save it anew as XLSX or CSV, or split it into several files."
    )
