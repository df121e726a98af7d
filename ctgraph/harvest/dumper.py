"""The dumps that a server makes from time to time, in a child process that yields to all others."""

from __future__ import annotations

import logging
import os
import time

from ctgraph.harvest import dumps
from ctgraph.ledger import Ledger
from ctgraph.projections.process import in_a_line, run_process
from ctgraph.settings import Settings
from ctgraph.work import children
from ctgraph.work.pauses import next_pause

LOOK_SECONDS = 5.0
"""How often it looks whether a dump is due: two short questions to the ledger."""
NICENESS = 15
"""By how much a process that makes a dump lowers its priority: publishers go first."""
_log = logging.getLogger("ctgraph.harvest.dumper")


def run(settings: Settings, ledger: Ledger) -> None:
    """Make a dump whenever one is due, as long as the process lives."""
    pause = 0.0
    while settings.dump_hours:
        time.sleep(LOOK_SECONDS + 60 * pause)
        try:
            if not is_due(settings, ledger):
                continue
            code = children.start("ctgraph.harvest.dumper").wait()
            pause = next_pause(pause, calm=not code) if code else 0.0
        except Exception as error:  # such as a database that is away; it will come back
            _log.warning("No dump can be made: %s", in_a_line(error))
            pause = next_pause(pause, calm=False)


def is_due(settings: Settings, ledger: Ledger) -> bool:
    """Tell whether the newest dump is old enough, and something changed since."""
    last = ledger.changes.last_sequence()
    newest = next(iter(dumps.listed(settings, ledger)), None)
    if newest is None:
        return last > 0
    made = (newest.path / dumps.MANIFEST).stat().st_mtime
    return last > newest.sequence and time.time() - made >= settings.dump_hours * 3600


def lower_priority() -> None:
    """Let every other process go first."""
    os.nice(NICENESS)


def _make(settings: Settings, ledger: Ledger) -> None:
    lower_priority()
    dumps.make(settings, ledger, lambda done: None)


if __name__ == "__main__":
    run_process(_make)
