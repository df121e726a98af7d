"""The background process of a registry: the postman, uploads, the courier, dumps, and chores.

Each has a thread of its own, so that no mail waits for a large upload or a slow receiver.
"""

from __future__ import annotations

import subprocess
from threading import Thread

from ctgraph.accounts import chores, postman
from ctgraph.harvest import courier, dumper
from ctgraph.ledger import Ledger
from ctgraph.projections.process import run_process
from ctgraph.settings import Settings
from ctgraph.uploads import runner
from ctgraph.work import children


def run(settings: Settings, ledger: Ledger) -> None:
    """Do the work of the background until the process is asked to end."""
    for work in (runner.run, courier.run, dumper.run, chores.run):
        Thread(target=work, args=(settings, ledger), daemon=True).start()
    postman.run(settings, ledger)


def start() -> subprocess.Popen[bytes]:
    """Start the process for the registry that the environment names."""
    return children.start("ctgraph.server.background")


if __name__ == "__main__":
    run_process(run)
