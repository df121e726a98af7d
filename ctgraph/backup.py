"""Backups of a ledger: a SQLite file that holds all its tables, and says what it is.

They are the same for both databases: what was kept in PostgreSQL can be restored into SQLite. The
triple store is in no backup, as it is made from the ledger.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ctgraph.errors import Conflict, Damaged, SettingsError
from ctgraph.ledger import Ledger, known_revisions, upgrade
from ctgraph.ledger.audit import audit
from ctgraph.ledger.database import migrations, still
from ctgraph.ledger.models import metadata, organization, registry, sequence, version
from ctgraph.ledger.registry import renew
from ctgraph.settings import Settings

APPLICATION = 0x63746772
"""The application id that a backup's SQLite file carries."""
ROWS = 200
"""How many rows are in memory at once."""
MOST_SHOWN = 5

Progress = Callable[[str, int, int], None]
"""Is told what is done now, how many steps of it, and how many there are."""


@dataclass(frozen=True)
class Backup:
    """What a backup holds: its last sequence number, and the base of its records' IRIs."""

    sequence: int
    base_url: str


def back_up(ledger: Ledger, path: Path, progress: Progress) -> Backup:
    """Write everything that a ledger holds at this moment to a file, while others go on.

    The file appears when it is complete and proved.

    :raises Damaged: when the ledger is damaged; nothing is written then.
    :raises OSError: when the file cannot be written.
    """
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with _file(part) as engine, still(ledger.engine) as source, engine.begin() as target:
            metadata.create_all(target)
            MigrationContext.configure(target).stamp(ScriptDirectory.from_config(migrations()), "head")
            _copy(source, target, "Backing up", progress)
            target.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")
        found = prove(part, progress)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
        return found
    finally:
        part.unlink(missing_ok=True)


def prove(path: Path, progress: Progress) -> Backup:
    """Prove a backup: that it is one, that it is whole, and every document against its digest.

    :raises Damaged: when it is no backup, is damaged, or was made by a newer ctgraph.
    """
    try:
        _recognize(path)
        with _file(path) as engine, engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
            if revision not in known_revisions():
                raise Damaged(f"{path} was made by a newer ctgraph; upgrade ctgraph to restore it.")
            last = int(connection.execute(sa.select(sequence.c.last)).scalar_one())
            base = str(connection.execute(sa.select(registry.c.base_url)).scalar_one())
            wrong = list(audit(connection, last, lambda n: progress("Proving", n, last)))
    except (sa.exc.SQLAlchemyError, sqlite3.DatabaseError) as error:
        said = getattr(error, "orig", None) or error
        raise Damaged(f"{path} is damaged or incomplete, and is not used: {said}") from error
    if wrong:
        more = f" … and {len(wrong) - MOST_SHOWN} more" if len(wrong) > MOST_SHOWN else ""
        raise Damaged(f"{path} does not hold what was published: "
                      f"{' '.join(wrong[:MOST_SHOWN])}{more}")  # fmt: skip
    return Backup(last, base)


def restore(settings: Settings, path: Path, replace: bool, progress: Progress) -> Backup:
    """Put a backup in the place of a registry's ledger, in one transaction.

    The ledger gets another incarnation, so that the projections are made anew. The projector's lock
    must be held.

    :param replace: give up what the registry holds.
    :raises Damaged: when the backup is not good; nothing is changed then.
    :raises Conflict: when the registry holds something, and `replace` is not given.
    :raises SettingsError: when the records of the backup have another base URL.
    """
    found = prove(path, progress)
    if found.sequence and found.base_url != settings.base_url:
        raise SettingsError(
            f"The records of {path} have IRIs that begin with {found.base_url}, but "
            f"CTGRAPH_BASE_URL is {settings.base_url}. Set CTGRAPH_BASE_URL={found.base_url}."
        )
    ledger = Ledger.initialise(settings)
    with _up_to_date(path) as newest, _file(newest) as engine, engine.connect() as source:
        with ledger.writing() as target:
            # Nobody publishes meanwhile: those who do wait for the sequence.
            target.execute(sa.select(sequence.c.last).with_for_update())
            for table in (organization, version):
                if not replace and target.execute(sa.select(table).limit(1)).first():
                    raise Conflict(
                        f"The registry in {settings.home} holds data. Back it up, and restore with "
                        "--replace to give up what it holds now."
                    )
            for table in reversed(metadata.sorted_tables):
                target.execute(table.delete())
            _copy(source, target, "Restoring", progress)
            renew(target)
    return found


def _copy(
    source: sa.Connection, target: sa.Connection, title: str, progress: Progress
) -> None:
    """Copy all rows of all tables, a few at a time."""
    tables = metadata.sorted_tables
    counts = [source.execute(sa.select(sa.func.count()).select_from(t)).scalar_one()
              for t in tables]  # fmt: skip
    for table in tables:
        found = source.execution_options(yield_per=ROWS).execute(table.select())
        keys = table.c.keys()
        for rows in found.partitions(ROWS):
            target.execute(table.insert(), [dict(zip(keys, row, strict=True)) for row in rows])
            progress(title, len(rows), sum(counts))
    for table, count in zip(tables, counts, strict=True):
        copied = target.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        if copied != count:
            raise Damaged(f"{copied} of {count} rows of {table.name} were copied.")


@contextmanager
def _file(path: Path) -> Iterator[sa.Engine]:
    """Give the engine of a SQLite file that lies alone, without a log beside it."""
    engine = sa.create_engine(f"sqlite:///{path.resolve()}", poolclass=sa.NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def _recognize(path: Path) -> None:
    """Make sure that a file is a backup."""
    if not path.is_file():
        raise Damaged(f"{path} is not a file.")
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            raise Damaged(f"{path} is no backup of ctgraph.")
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
            raise Damaged(f"{path} is no backup of ctgraph. Backups are made by: ctgraph backup")


@contextmanager
def _up_to_date(path: Path) -> Iterator[Path]:
    """Give a backup with the tables of this ctgraph: itself, or a copy of an older one."""
    with _file(path) as engine, engine.connect() as connection:
        newest = MigrationContext.configure(connection).get_current_revision()
    if newest == known_revisions()[0]:
        yield path
        return
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        with _file(copy) as engine, engine.begin() as connection:
            upgrade(connection)
        yield copy
