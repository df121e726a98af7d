"""The database under the ledger: its migrations, and how SQLite is set up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from ctgraph.errors import CtgraphError, InsufficientStorage, StoreError

# What SQLite and PostgreSQL say when the disk, or a quota, is full.
FULL = ("disk is full", "no space left", "disk quota exceeded", "could not extend file")
# What the system says of files that are not damaged, but are not to be had.
REFUSED = (
    "permission denied",
    "operation not permitted",
    "read-only file system",
    "too many open files",
    "no locks available",
    "cannot allocate memory",
)
# What they say of a database that is not as it was written.
DAMAGED = ("malformed", "not a database", "could not decode", "invalid page")
# SQLite tells of damage in words that may hold the damaged bytes, which Python cannot read.
UNREADABLE = "database disk image is malformed"

_BUGS = (sa.exc.IntegrityError, sa.exc.ProgrammingError, sa.exc.DataError, sa.exc.NotSupportedError)


def migrations() -> Config:
    """Return what Alembic needs to know of the ledger's migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def revision_of(connection: sa.Connection) -> str | None:
    """Return which migration the tables behind a connection are at; None before the first."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> list[str]:
    """Return the migrations that this ctgraph knows, the newest first."""
    script = ScriptDirectory.from_config(migrations())
    return [found.revision for found in script.walk_revisions()]


def must_be_newest(connection: sa.Connection) -> None:
    """Make sure that the tables behind a connection are those of this ctgraph.

    :raises StoreError: when they are not, with the remedy.
    """
    revision = revision_of(connection)
    if revision != known_revisions()[0]:
        raise _other_revision(revision)


def upgrade(connection: sa.Connection) -> None:
    """Bring the tables behind a connection up to date.

    :raises StoreError: when they were made by a newer ctgraph.
    """
    config = migrations()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise _other_revision(revision_of(connection)) from error


def _other_revision(revision: str | None) -> StoreError:
    if revision is None or revision in known_revisions():
        return StoreError("The ledger's tables are not those of this ctgraph. Run: ctgraph init")
    return StoreError("The ledger was made by a newer ctgraph; upgrade ctgraph to use it.")


def prepare_sqlite(engine: sa.Engine) -> None:
    """Set SQLite up for many readers, one writer, and commits that outlive a power cut.

    A file that was put in the place of the ledger's is used from then on, not the one that is no
    longer there; and no file is made where there is none.
    """
    path = Path(engine.url.database or "")

    @sa.event.listens_for(engine, "do_connect")
    def must_exist(*_: Any) -> None:
        if not path.exists():
            raise sqlite3.OperationalError(f"the file {path} is not there")

    @sa.event.listens_for(engine, "checkout")
    def same_file(_: Any, record: Any, __: Any) -> None:
        if record.info["file"] != _file_id(path):
            raise sa.exc.InvalidatePoolError

    @sa.event.listens_for(engine, "connect")
    def connect(connection: Any, record: Any) -> None:
        record.info["file"] = _file_id(path)
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=60000",
            "foreign_keys=ON",
            "cache_size=-65536",
        ):
            try:
                connection.execute(f"PRAGMA {pragma}")
            except UnicodeDecodeError as error:
                raise sqlite3.DatabaseError(UNREADABLE) from error

    tell_damage(engine)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A writer that starts as a reader could not be upgraded once another has written. A
        # reader makes one statement, and needs no transaction around it.
        if connection.get_execution_options().get("ctgraph_write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def tell_damage(engine: sa.Engine) -> None:
    """Let a damaged file of SQLite always be told as an error of the database."""

    @sa.event.listens_for(engine, "handle_error")
    def unreadable(context: sa.engine.ExceptionContext) -> None:
        if isinstance(context.original_exception, UnicodeDecodeError):
            raise sa.exc.DatabaseError("", None, sqlite3.DatabaseError(UNREADABLE))


def _file_id(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one at the same path; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


@contextmanager
def still(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection that sees one state of the database until the end of the block."""
    if engine.dialect.name != "sqlite":
        engine = engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN")
        yield connection


def is_full(error: BaseException) -> bool:
    """Tell whether an error of a database, a file or a store means that the disk is full."""
    said = str(error).lower()
    return any(words in said for words in FULL)


def is_passing(error: BaseException) -> bool:
    """Tell whether an error says nothing of the files: the disk is full, or the system refuses."""
    said = str(error).lower()
    return is_full(error) or any(words in said for words in REFUSED)


def ledger_error(error: sa.exc.SQLAlchemyError) -> CtgraphError | None:
    """Return what an error of the database means to who uses the ledger; None for a bug of ours."""
    if isinstance(error, _BUGS) or not isinstance(error, sa.exc.DBAPIError | sa.exc.TimeoutError):
        return None
    said = " ".join(str(getattr(error, "orig", None) or error).split())
    if is_full(error):
        return InsufficientStorage("The disk of the ledger is full; nothing was kept.")
    if any(words in said.lower() for words in DAMAGED):
        return StoreError(
            f"The ledger is damaged ({said}). Stop the server, move the ledger away, "
            "and restore the newest backup: ctgraph restore FILE"
        )
    return StoreError(f"The ledger cannot be used now: {said}{_remedy(said.lower())}")


def _remedy(said: str) -> str:
    """Return what an operator can do, as the end of a sentence, or nothing."""
    if "readonly" in said or "unable to open" in said:
        return ". Let who runs ctgraph read and write it and its folder."
    if "disk i/o error" in said:
        return ". The disk may be full, or failing."
    return ""


class Database:
    """The database behind one URL. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        is_file = sa.make_url(url).get_backend_name() == "sqlite"
        # A server that was started anew has ended the connections; a file has none to end.
        self.engine = sa.create_engine(
            url, pool_size=20, max_overflow=20, pool_pre_ping=not is_file
        )
        if is_file:
            prepare_sqlite(self.engine)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection in a write transaction, committed at the end of the block."""
        writer = self.engine.execution_options(ctgraph_write=True)
        with writer.begin() as connection:
            yield connection

    def _rows(self, query: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(query))
