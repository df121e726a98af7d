"""Appending: what the tables of a version cost, and how much of it the raw parts are."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from ctgraph.bulk.sample.documents import generate
from ctgraph.documents import Document, Purpose, from_json
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import OPERATOR, pack
from ctgraph.settings import load_settings

DOCUMENTS = 3_000
BATCH = 300
"""Documents of one transaction, as a load has them."""
TABLES = ("version", "change")


def appending() -> None:
    """Print the processor time of appending documents, and what the raw parts take of it.

    These are compressing the documents, and SQLite's own work for the rows of each version.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder) / "home")
        ledger = Ledger.initialise(settings)
        owner = ledger.organizations.add("A College")
        documents = [
            from_json(node, orjson.dumps(node), settings, Purpose.HARVEST)
            for node in generate(DOCUMENTS)
        ]
        began = time.process_time()
        for document in documents:
            _compress(document)
        compressing = time.process_time() - began
        spent = _watched(ledger.database.engine)
        began = time.process_time()
        for start in range(0, DOCUMENTS, BATCH):
            batch = documents[start : start + BATCH]
            append(ledger, [Submission(owner, one.ctid, one) for one in batch], OPERATOR)
        took = time.process_time() - began
    rows = {table: spent[f"INSERT INTO {table}"] for table in TABLES}
    raw = compressing + sum(rows.values())
    shares = ", ".join(f"table `{table}` {rows[table] / took:.0%}" for table in TABLES)
    print(
        f"append of {DOCUMENTS:,} documents: processor time {took / DOCUMENTS * 1e3:.2f} ms a "
        f"document; compressing {compressing / took:.0%}, {shares}; "
        f"{took / raw:.2f} times these raw parts"
    )


def _compress(document: Document) -> None:
    for form in (document.received, document.canonical, document.quads):
        pack(form)


def _watched(engine: sa.Engine) -> dict[str, float]:
    """Return the processor seconds of statements by their first three words, as they are made."""
    spent: dict[str, float] = defaultdict(float)

    @sa.event.listens_for(engine, "before_cursor_execute")
    def begin(connection: Any, *_: Any) -> None:
        connection.info["began"] = time.thread_time()

    @sa.event.listens_for(engine, "after_cursor_execute")
    def end(connection: Any, _: Any, statement: str, *__: Any) -> None:
        words = " ".join(statement.split()[:3])
        spent[words] += time.thread_time() - connection.info["began"]

    return spent
