"""The database under the ledger: its connections, and the settings of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa

Row: TypeAlias = sa.Row[*tuple[Any, ...]]
"""A row of any query."""
Key = TypeVar("Key", str, int)
MAX_PARAMETERS = 5000
"""CTIDs in one statement: SQLite takes 32,766 parameters, and long statements are slow to parse."""
BUSY_SECONDS = 60
"""How long a writer of SQLite waits for another one: a batch of a bulk load takes seconds."""
CACHE_BYTES = 64 * 1024 * 1024
"""SQLite's page cache for one connection: the indexes of a large ledger stay in memory."""
MAX_CONNECTIONS = 40
"""Connections of one process: the web worker's threads seldom use the ledger at the same time."""
_UNREADABLE = "database disk image is malformed"
"""SQLite's words for damage. Its own message may hold damaged bytes that Python cannot decode."""


class Database:
    """The database behind one URL. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        is_file = sa.make_url(url).get_backend_name() == "sqlite"
        # A restarted database server has ended its connections; with a file, none can end.
        self.engine = sa.create_engine(
            url,
            pool_size=MAX_CONNECTIONS // 2,
            max_overflow=MAX_CONNECTIONS // 2,
            pool_pre_ping=not is_file,
        )
        if is_file:
            _prepare_sqlite(self.engine)

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection in a write transaction, committed at the end of the block."""
        writer = self.engine.execution_options(ctgraph_write=True)
        with writer.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Yield a connection that sees one state of the database until the end of the block."""
        if self.engine.dialect.name == "sqlite":
            with self.engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                yield connection
        else:
            engine = self.engine.execution_options(isolation_level="REPEATABLE READ")
            with engine.connect() as connection:
                yield connection

    def rows(self, query: sa.Select[Any]) -> Sequence[Row]:
        """Return all rows of a query."""
        with self.engine.connect() as connection:
            return connection.execute(query).all()


class Prepared:
    """A query for one row that is compiled once and runs past most of SQLAlchemy.

    SQLAlchemy takes several times as long as SQLite takes to find the row.

    :param query: a query whose parameters have names.
    """

    def __init__(self, database: Database, query: sa.Select[Any]) -> None:
        self._engine, self._query = database.engine, query
        compiled = query.compile(dialect=self._engine.dialect)
        self._text, self._order = str(compiled), compiled.positiontup

    def first(self, **values: str | int) -> tuple[Any, ...] | None:
        """Return the values of the first row, in the order of the query; None without a row."""
        try:
            return self._fetched(values)
        except (self._engine.dialect.loaded_dbapi.Error, UnicodeDecodeError):
            pass  # the usual way meets the same error and tells it as SQLAlchemy does, or succeeds
        with self._engine.connect() as connection:
            row = connection.execute(self._query, values).first()
        return tuple(row) if row else None

    def _fetched(self, values: dict[str, str | int]) -> tuple[Any, ...] | None:
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            given = [values[name] for name in self._order] if self._order else values
            cursor.execute(self._text, given)
            found: tuple[Any, ...] | None = cursor.fetchone()
            return found
        finally:
            connection.close()


def by_name(row: Row, columns: Iterable[sa.Column[Any]]) -> dict[str, Any]:
    """Return the values of some columns of a row, by the names that the columns have in Python."""
    values = row._mapping
    return {column.key: values[column] for column in columns}


def select_in(
    connection: sa.Connection,
    query: sa.Select[Any],
    column: sa.Column[Key],
    values: Collection[Key],
) -> list[Row]:
    """Return the rows of a query in which a column is one of some values, however many they are."""
    ordered = sorted(values)
    parts = (
        ordered[start : start + MAX_PARAMETERS] for start in range(0, len(ordered), MAX_PARAMETERS)
    )
    return [row for part in parts for row in connection.execute(query.where(column.in_(part)))]


def tell_damage(engine: sa.Engine) -> None:
    """Raise damage of a SQLite file as an error of the database, in every case."""

    @sa.event.listens_for(engine, "handle_error")
    def unreadable(context: sa.engine.ExceptionContext) -> None:
        if isinstance(context.original_exception, UnicodeDecodeError):
            raise sa.exc.DatabaseError("", None, sqlite3.DatabaseError(_UNREADABLE))


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Set SQLite up for many readers, one writer, and commits that survive a power cut.

    If another file takes the place of the ledger's, it is used from then on. A missing file is not
    created.
    """
    path = Path(engine.url.database or "")

    @sa.event.listens_for(engine, "do_connect")
    def must_exist(*_: Any) -> None:
        if not path.exists():
            raise sqlite3.OperationalError(f"the file {path} does not exist")

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
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "foreign_keys=ON",
            f"cache_size=-{CACHE_BYTES // 1024}",
        ):
            try:
                connection.execute(f"PRAGMA {pragma}")
            except UnicodeDecodeError as error:
                raise sqlite3.DatabaseError(_UNREADABLE) from error

    tell_damage(engine)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        # A transaction that begins by reading cannot write once another one has written. A reader
        # makes one statement, and needs no transaction around it.
        if connection.get_execution_options().get("ctgraph_write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _file_id(path: Path) -> tuple[int, int] | None:
    """Return the identity of the file at a path; None without a file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
