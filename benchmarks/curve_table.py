"""The table of cost curves: which figures it has, and its place in a page."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import time
from importlib.metadata import version
from pathlib import Path

ASKED = (
    "empty request (`/healthz`)",
    "record",
    "small query",
    "publish with `wait=true`",
    "`/`",
    "`/void`",
    "`/records`",
    "`/pathways`",
    "`/pathways/search`",
    "`/pathways/{ctid}/succeeding`, depth 5",
)
"""What a server is asked for."""
FIGURES = (
    "load, documents/s",
    "load, processor time, ms a document",
    "load, peak memory of all processes, MB",
    "load, peak memory of the projector, MB",
    "load, most room on disk at once, kB a document",
    "ledger, kB a document",
    "live store, kB a document",
    "link index, kB a document",
    "home folder after the load, kB a document",
    *(f"{what}, {unit}" for what in ASKED for unit in ("ms", "processor time, ms")),
    "record, 95th percentile, ms",
    "check, ms a document",
    "check, processor time, ms a document",
    "rebuild, ms a document",
    "rebuild, processor time, ms a document",
    "rebuild, peak memory of all processes, MB",
)
"""The rows. Each is measured at every size."""
FLAT = 1.25
"""A cost that is at most so many times that of the first size does not grow: the rest is noise."""
BEGIN = "<!-- made by `python -m benchmarks curves --write docs/performance.md` -->"
END = "<!-- end of what is made -->"

Figures = dict[str, float]


def heading(load_average: float) -> str:
    """Return the sentence that says when, where and with what the figures were made.

    :param load_average: of the machine before the run, over five minutes.
    """
    versions = ", ".join(f"{name} {version(name)}" for name in ("pyoxigraph", "Flask", "gunicorn"))
    return (
        f"Measured on {time.strftime('%Y-%m-%d')} with {_processor()}, {os.cpu_count()} cores; "
        f"Python {platform.python_version()}, {versions}, SQLite {sqlite3.sqlite_version}. "
        f"The load average of the machine before the run was {load_average:.1f}."
    )


def table(found: dict[int, Figures]) -> str:
    """Return the figures of all sizes (documents) as a Markdown table, with a row for each."""
    first, *later = found
    titles = ["", f"{first:,} documents", *(c for n in later for c in (f"{n:,}", "times"))]
    rows = [titles, ["---", *("---:" for _ in titles[1:])]]
    for name in FIGURES:
        cells = [name, _number(found[first][name])]
        for size in later:
            cells += [
                _number(found[size][name]),
                _growth(name, found[first][name], found[size][name]),
            ]
        rows.append(cells)
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def write(page: Path, block: str) -> None:
    """Replace what stands between the marks of a page.

    :raises SystemExit: when the page has no marks.
    """
    text = page.read_text("utf-8")
    marked = re.compile(f"{re.escape(BEGIN)}\n.*?{re.escape(END)}", re.S)
    if not marked.search(text):
        raise SystemExit(f"{page} has no place for the table. Add the lines {BEGIN} and {END}.")
    page.write_text(marked.sub(lambda _: f"{BEGIN}\n\n{block}\n{END}", text), "utf-8")


def _growth(name: str, first: float, later: float) -> str:
    """Return a figure as a multiple of the first one, and whether the cost behind it grows."""
    if not first or not later:
        return ""  # less than a tick of the processor's clock
    cost = first / later if name.endswith("/s") else later / first
    return f"{later / first:.2f}, {'flat' if cost <= FLAT else 'grows'}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _processor() -> str:
    found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.M)
    return found[1] if found else platform.machine()
