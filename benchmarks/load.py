"""Documents a second of a bulk load, and its memory."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.running import ctgraph, peak_memory


def load(home: Path, documents: int) -> None:
    """Load generated documents with the command line: a tenth of them, then all of them."""
    rates = []
    for count, folder in ((documents // 10, home.with_name("tenth")), (documents, home)):
        file = folder.with_name(f"sample-{count}.jsonl")
        ctgraph(folder, "sample", "--documents", str(count), "--out", str(file))
        ctgraph(folder, "init")
        report = str(folder.with_name("report.jsonl"))
        with peak_memory() as peak:
            started = time.monotonic()
            output = ctgraph(folder, "load", str(file), "--report", report)
            took = time.monotonic() - started
        rates.append(count / took)
        print(
            f"load {count:,}: {count / took:,.0f} documents/s, {took:.1f} s, "
            f"peak memory of all processes {peak() / 1e9:.2f} GB"
        )
        print("  " + output.strip().splitlines()[-1])
    print(f"load: rate at {documents:,} / rate at {documents // 10:,} = {rates[1] / rates[0]:.2f}")
