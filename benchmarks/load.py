"""Documents a second of a bulk load, its processor time and its memory."""

from __future__ import annotations

import resource
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
            started, used = time.monotonic(), _processor_seconds()
            output = ctgraph(folder, "load", str(file), "--report", report)
            took, used = time.monotonic() - started, _processor_seconds() - used
        rates.append(count / took)
        print(
            f"load {count:,}: {count / took:,.0f} documents/s, {took:.1f} s, "
            f"processor time of all processes {used / count * 1e3:.2f} ms a document, "
            f"peak memory of all processes {peak() / 1e9:.2f} GB"
        )
        print("  " + output.strip().splitlines()[-1])
    print(f"load: rate at {documents:,} / rate at {documents // 10:,} = {rates[1] / rates[0]:.2f}")


def _processor_seconds() -> float:
    """Return the processor time of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
