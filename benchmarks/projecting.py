"""What publishes cost while a load runs, and after thousands of other publishes."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.account import Account
from benchmarks.running import CLI, Client, ctgraph, environment, free_port, median, running, serve
from ctgraph.documents import parse
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import hold
from ctgraph.settings import load_settings

PUBLISHES = 20_000
PART = 1_000
RECORDS = 100
DOCUMENTS = 4_000
PAUSE_SECONDS = 0.3
"""Between two publishes beside a load."""


def endurance() -> None:
    """Publish very often, each time with a snapshot; compare the last with the first."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        ctgraph(home, "init")
        ctgraph(home, "org", "add", "--name", "A College")
        settings, account = load_settings(home=home), Account.of(home)
        ledger = Ledger.of(settings)
        (owner,) = ledger.organizations.all()
        costs = []
        with hold(settings):
            projector = Projector(settings, ledger)
            for number in range(PUBLISHES):
                if number % PART == 0:
                    began = time.process_time()
                body = account.certificate(f"ce-00000000-0000-4000-8000-{number % RECORDS:012d}")
                document = parse(body, settings)
                append(ledger, [Submission(owner, document.ctid, document)], "benchmark")
                projector.catch_up()
                if number % PART == PART - 1:
                    costs.append((time.process_time() - began) / PART)
    print(
        f"publish, {PUBLISHES:,} times: processor time of the last {PART:,} "
        f"{costs[-1] * 1e3:.1f} ms each, of the first {costs[0] * 1e3:.1f}; "
        f"ratio {costs[-1] / costs[0]:.2f}"
    )


def beside_load(workers: int) -> None:
    """Publish while documents are loaded, each until queries see it."""
    with tempfile.TemporaryDirectory() as folder:
        home, file = Path(folder) / "home", Path(folder) / "sample.jsonl"
        ctgraph(home, "sample", "--documents", str(DOCUMENTS), "--out", str(file))
        ctgraph(home, "init")
        ctgraph(home, "org", "add", "--name", "A College")
        account, port, number = Account.of(home), free_port(), 0
        with running(serve(port, workers), port, home):
            client = Client(port)

            def once() -> float:
                nonlocal number
                number += 1
                body = account.certificate(f"ce-00000000-0000-4000-8000-{number % 10:012d}")
                took, answer = client.request(
                    "POST", f"{account.path}?wait=true", body, account.headers
                )
                assert json.loads(answer)["queryable"]
                return took

            quiet, beside = median(once, 20), []
            report = str(home.with_name("report.jsonl"))
            loading = subprocess.Popen(
                [*CLI, "load", str(file), "--report", report],
                env=environment(home),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            while loading.poll() is None:
                beside.append(once())
                time.sleep(PAUSE_SECONDS)
    beside.sort()
    middle = beside[len(beside) // 2]
    print(
        f"publish, wait=true, while {DOCUMENTS:,} documents are loaded: median "
        f"{middle * 1e3:.0f} ms, longest {beside[-1] * 1e3:.0f} ms; {middle / quiet:.1f} times a "
        "publish while nothing else happens"
    )
