"""The database under the ledger: its migrations, and how SQLite is set up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config


def migrations() -> Config:
    """Return what Alembic needs to know of the ledger's migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def prepare_sqlite(engine: sa.Engine) -> None:
    """Set SQLite up for many readers, one writer, and commits that outlive a power cut."""

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=60000",
                       "foreign_keys=ON", "cache_size=-65536"):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer that starts as a reader could not be upgraded once another has written. A
        # reader makes one statement, and needs no transaction around it.
        if connection.get_execution_options().get("ctgraph_write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
