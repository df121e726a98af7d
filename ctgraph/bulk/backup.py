"""Backups of a ledger: a SQLite file that holds all its tables, and says what it is.

They are the same for both databases: what was kept in PostgreSQL can be restored into SQLite. The
triple store is in no backup, as it is made from the ledger.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ctgraph.errors import Conflict, Damaged, InsufficientStorage, SettingsError
from ctgraph.ledger import Ledger
from ctgraph.ledger.audit import audit
from ctgraph.ledger.database import tell_damage
from ctgraph.ledger.failures import is_full
from ctgraph.ledger.registry import renew
from ctgraph.ledger.revision import known_revisions, migrations, revision_of, upgrade
from ctgraph.ledger.tables import metadata, organization, registry, sequence, version
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

    :raises Conflict: when `path` is something else than a backup, which is not replaced.
    :raises Damaged: when the ledger is damaged; no file is left then.
    :raises InsufficientStorage: when there is no room for the file.
    :raises OSError: when the file cannot be written.
    """
    if path.exists() and not _is_backup(path):
        raise Conflict(
            f"{path} is there already and is no backup, so it is not replaced. Name another file."
        )
    part = path.with_name(f"{path.name}.part")
    _remove(part)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with _file(part) as engine:
            with ledger.database.reading() as source, engine.begin() as target:
                metadata.create_all(target)
                script = ScriptDirectory.from_config(migrations())
                MigrationContext.configure(target).stamp(script, "head")
                _copy(source, target, "Backing up", progress)
                target.exec_driver_sql(f"PRAGMA application_id={APPLICATION}")
            found = _proved(engine, "The ledger", progress)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
        return found
    except sa.exc.SQLAlchemyError as error:
        if is_full(error):
            raise InsufficientStorage(f"There is no room for {path}; nothing was kept.") from error
        raise
    finally:
        _remove(part)


def restore(settings: Settings, path: Path, replace: bool, progress: Progress) -> Backup:
    """Put a backup in the place of a registry's ledger, in one transaction.

    The backup is proved first: that it is one, that it is whole, every document against its digest.
    The ledger gets another incarnation, so that the projections are made anew. The projector's lock
    must be held.

    :param replace: give up what the registry holds.
    :raises Damaged: when the backup is not good; nothing is changed then.
    :raises Conflict: when the registry holds something, and `replace` is not given.
    :raises SettingsError: when the records of the backup have another base URL.
    """
    with _opened(path) as engine:
        found = _proved(engine, str(path), progress)
        if found.sequence and found.base_url != settings.base_url:
            raise SettingsError(
                f"The records of {path} have IRIs that begin with {found.base_url}, but "
                f"CTGRAPH_BASE_URL is {settings.base_url}. "
                f"Set CTGRAPH_BASE_URL={found.base_url}."
            )
        ledger = Ledger.initialise(settings)
        with engine.connect() as source, ledger.database.writing() as target:
            # Whoever publishes meanwhile waits for the sequence.
            target.execute(sa.select(sequence.c.last).with_for_update())
            if not replace:
                _must_be_empty(target, settings)
            for table in reversed(metadata.sorted_tables):
                target.execute(table.delete())
            _copy(source, target, "Restoring", progress)
            renew(target)
    return found


def _must_be_empty(target: sa.Connection, settings: Settings) -> None:
    for table in (organization, version):
        if target.execute(sa.select(table).limit(1)).first():
            raise Conflict(
                f"The registry in {settings.home} holds data. Back it up, and restore with "
                "--replace to give up what it holds now."
            )


def _proved(engine: sa.Engine, what: str, progress: Progress) -> Backup:
    """Return what a backup holds, after proving it.

    :param what: whose fault it is when something is wrong.
    """
    try:
        with engine.connect() as connection:
            last = int(connection.execute(sa.select(sequence.c.last)).scalar_one())
            base = str(connection.execute(sa.select(registry.c.base_url)).scalar_one())
            wrong = list(audit(connection, last, lambda done: progress("Proving", done, last)))
    except sa.exc.SQLAlchemyError as error:
        raise Damaged(f"{what} is damaged or incomplete: {_said(error)}") from error
    if wrong:
        more = f" … and {len(wrong) - MOST_SHOWN} more" if len(wrong) > MOST_SHOWN else ""
        raise Damaged(
            f"{what} does not hold what was published: {' '.join(wrong[:MOST_SHOWN])}{more}"
        )
    return Backup(last, base)


def _copy(source: sa.Connection, target: sa.Connection, title: str, progress: Progress) -> None:
    """Copy all rows of all tables, a few at a time."""
    tables = metadata.sorted_tables
    counts = [
        source.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in tables
    ]
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
    tell_damage(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _opened(path: Path) -> Iterator[sa.Engine]:
    """Give the engine of a backup; an older one is brought up to date in a copy.

    :raises Damaged: when the file is not a backup, or is one of a newer ctgraph.
    """
    if not path.is_file():
        raise Damaged(f"There is no file {path}.")
    if not _is_backup(path):
        raise Damaged(f"{path} is no backup of ctgraph: `ctgraph backup` did not make it.")
    with _file(path) as engine:
        try:
            with engine.connect() as connection:
                revision = revision_of(connection)
        except sa.exc.SQLAlchemyError as error:
            raise Damaged(f"{path} is damaged or incomplete: {_said(error)}") from error
        known = known_revisions()
        if revision == known[0]:
            yield engine
            return
    if revision not in known:
        raise Damaged(f"{path} was made by a newer ctgraph; upgrade ctgraph to restore it.")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        with _file(copy) as engine:
            with engine.begin() as connection:
                upgrade(connection)
            yield engine


def _is_backup(path: Path) -> bool:
    """Tell whether a path is a file that was made by :func:`back_up`."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(72)
    # SQLite keeps the application id at byte 68.
    return head.startswith(b"SQLite format 3\0") and head[68:] == APPLICATION.to_bytes(4, "big")


def _remove(part: Path) -> None:
    """Remove what an attempt left, with the journal that SQLite kept beside it."""
    for file in (part, part.with_name(f"{part.name}-journal")):
        file.unlink(missing_ok=True)


def _said(error: sa.exc.SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error)
