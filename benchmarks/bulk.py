"""Check, preview and save of a workbook of credentials, as ratios to openpyxl and to a load."""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import orjson
import xlsxwriter

from benchmarks.running import ctgraph, ended_processor_seconds, peak_memory
from ctgraph.bulk import load
from ctgraph.documents import Purpose
from ctgraph.identity.ctid import canonical
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import OPERATOR
from ctgraph.settings import Settings, load_settings
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.model import Preview
from ctgraph.spreadsheets.plan import steps_of
from ctgraph.spreadsheets.preview import preview
from ctgraph.spreadsheets.save import save

ROWS_A_COURSE = 100
"""Credentials that require the same course."""
HEADINGS = (
    "External Identifier",
    "Credential Name",
    "Description",
    "Credential Type",
    "Subject Webpage",
    "Credential Status",
    "Language",
    "Keywords",
    "Audience Level Type",
    "CIP List",
    "SOC List",
    "Available Online At",
    "Estimated Duration",
    "Cost: Name",
    "Cost: Description",
    "Cost: Details Url",
    "Cost: Types List",
    "ConditionProfile: Condition Type",
    "ConditionProfile: Description",
    "ConditionProfile: Target Credential",
)


def bulk(rows: int) -> None:
    """Upload a workbook of credentials: read it, check and preview it, and save it.

    openpyxl reads the same workbook in its quickest way, `read_only`. The load takes the same
    documents into another registry, by the same rules; neither is made queryable.
    """
    with tempfile.TemporaryDirectory(prefix="ctgraph-bulk-") as folder:
        data = _workbook(rows)
        file = Path(folder) / "credentials.xlsx"
        file.write_bytes(data)
        _reading(rows, data)
        owner = _checking(rows, Path(folder) / "home", file)
        _saving(rows, Path(folder), owner, data)


def _workbook(rows: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        page = book.add_worksheet("Credentials")
        page.write_row(0, 0, HEADINGS)
        for number, row in enumerate(map(_row, range(rows)), 1):
            page.write_row(number, 0, row)
    return out.getvalue()


def _row(number: int) -> list[str]:
    page = f"https://www.college.example/programs/{number}"
    before = number - number % ROWS_A_COURSE
    return [
        f"cred-{number}",
        f"Certificate in welding and fabrication {number}",
        f"Graduates of program {number} weld steel plates, read drawings and inspect their work.",
        "Certificate",
        page,
        "Active",
        "English",
        f"welding|fabrication|program {number}",
        "Associates Degree Level",
        "48.0508",
        "51-4121",
        f"{page}/online",
        "1 year 6 months",
        "Tuition and fees",
        "What residents of the state pay for the whole program.",
        f"{page}/cost",
        "Tuition~1200|Technology Fee~50",
        "requires" if number != before else "",
        "The certificate before this one." if number != before else "",
        f"cred-{before}" if number != before else "",
    ]


def _reading(rows: int, data: bytes) -> None:
    started = time.perf_counter()
    (sheet,) = read(File("credentials.xlsx", data))
    ours = time.perf_counter() - started
    started = time.perf_counter()
    page = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0]
    theirs = sum(1 for _ in page.iter_rows(values_only=True))
    peer = time.perf_counter() - started
    assert len(sheet.rows) == theirs == rows + 1
    print(
        f"bulk, reading {rows:,} rows of {len(HEADINGS)} columns: {ours:.1f} s; openpyxl "
        f"{peer:.1f} s; ratio {peer / ours:.1f}"
    )


def _checking(rows: int, home: Path, file: Path) -> str:
    """Check the file with the command line; return the organization."""
    ctgraph(home, "init")
    owner = ctgraph(home, "org", "add", "--name", "State College").strip()
    used = ended_processor_seconds()
    with peak_memory() as peak:
        started = time.perf_counter()
        ctgraph(home, "bulk", "check", str(file), "--owner", owner)
        took = time.perf_counter() - started
    used = ended_processor_seconds() - used
    print(
        f"bulk, check and preview of {rows:,} rows: {took:.1f} s, {rows / took:,.0f} rows/s, "
        f"processor time of all processes {used:.1f} s, their peak memory {peak() / 1e6:,.0f} MB"
    )
    return owner


def _saving(rows: int, folder: Path, owner: str, data: bytes) -> None:
    settings, ledger = _registry(folder / "home")
    organization = ledger.organizations.get(canonical(owner))
    found = preview(settings, ledger, organization, [File("credentials.xlsx", data)])
    assert found.can_be_saved
    lines = folder / "documents.jsonl"
    lines.write_bytes(b"".join(_lines(found)))
    started = time.perf_counter()
    save(settings, ledger, organization, found.plan, OPERATOR)
    saving = time.perf_counter() - started
    home = folder / "loaded"
    ctgraph(home, "init")
    settings, ledger = _registry(home)
    ledger.organizations.register({organization.ctid: organization.name})
    organization = ledger.organizations.get(organization.ctid)
    with (folder / "report.jsonl").open("w") as report:
        started = time.perf_counter()
        tally = load.load(
            settings, ledger, [lines], organization, report, lambda done: None, Purpose.PUBLISH
        )
        loading = time.perf_counter() - started
    assert not tally.rejected
    print(
        f"bulk, saving {rows:,} records: {saving:.1f} s, {rows / saving:,.0f} records/s; load "
        f"{rows / loading:,.0f} documents/s; ratio {loading / saving:.2f}"
    )


def _registry(home: Path) -> tuple[Settings, Ledger]:
    settings = load_settings(home=home)
    return settings, Ledger.of(settings)


def _lines(found: Preview) -> Iterator[bytes]:
    return (orjson.dumps(step.document) + b"\n" for step in steps_of(found.plan))
