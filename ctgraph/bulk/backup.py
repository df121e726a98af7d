"""Backups of a ledger: SQLite files that hold all its tables and an application id.

They are the same for both databases: the backup of a PostgreSQL ledger can be restored into SQLite.
A backup does not hold the triple store, which is made from the ledger.
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

from ctgraph.errors import Conflict, CtgraphError, Damaged, InsufficientStorage, SettingsError
from ctgraph.ledger import Ledger
from ctgraph.ledger.audit import audit
from ctgraph.ledger.database import by_name, tell_damage
from ctgraph.ledger.failures import is_full
from ctgraph.ledger.ownership import lock_sequence
from ctgraph.ledger.registry import renew
from ctgraph.ledger.revision import known_revisions, migrations, revision_of, upgrade
from ctgraph.ledger.tables import metadata, organization, registry, sequence, version
from ctgraph.ledger.webhooks import pause_all
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.settings import Settings

APPLICATION = 0x63746772
"""The application id in a backup's SQLite file."""
COPY_ROWS = 200
"""Rows that are in memory at once: a version holds three forms of its document."""
_PAUSED = "The registry was restored from a backup. Resume the webhook to go on."
MAX_SHOWN_FAULTS = 5
"""Faults that a message lists: enough to see what kind of damage it is."""

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, the number of steps done since the last call, and of all
steps."""


@dataclass(frozen=True)
class Backup:
    """The last sequence number of a backup, and the base of its records' IRIs."""

    sequence: int
    base_url: str


def back_up(ledger: Ledger, path: Path, progress: Progress) -> Backup:
    """Write everything that a ledger holds at this moment to a file, while others use the ledger.

    The file appears under its name when it is complete and proved.

    :raises Conflict: when `path` is a file that is not a backup.
    :raises Damaged: when the ledger is damaged. No file is left behind.
    :raises InsufficientStorage: when there is no room for the file.
    :raises OSError: when the file cannot be written.
    """
    if path.exists() and not _is_backup(path):
        raise Conflict(
            f"{path} exists and is not a backup, so it is not replaced. Name another file."
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
            raise InsufficientStorage(
                f"There is no room for {path}; no backup was kept. Free some space, or name a file "
                "on another disk."
            ) from error
        raise
    finally:
        _remove(part)


def restore(
    settings: Settings,
    path: Path,
    replace: bool,
    progress: Progress,
    resumes_webhooks: bool = False,
) -> Backup:
    """Replace the content of a registry's ledger by a backup, and make the projections from it.

    The registry has the base URL of the backup from then on. The backup is proved first: every
    document against its digest, and the sequence for gaps.
    Nothing is changed, and a new home folder is not created, before that. The content is replaced
    in one transaction.

    :param replace: give up what the registry holds.
    :param resumes_webhooks: go on sending to the receivers of webhooks. Otherwise they are paused:
        a copy that somebody looks at may not tell them of changes.
    :raises Damaged: when the backup is damaged or not a backup.
    :raises Conflict: when the registry holds data and `replace` is False.
    :raises LockHeld: when a server uses the registry.
    :raises CtgraphError: when it is interrupted after the content was replaced.
    :raises SettingsError: when the settings name another base URL.
    """
    if (store_folder := store_folder_of(settings)).held():  # to prove a large backup takes long
        raise store_folder.held_elsewhere()
    with _opened(path) as engine:
        found = _proved(engine, str(path), progress)
        settings = settings.with_base(found.base_url)
        if found.base_url != settings.base_url:
            raise SettingsError(
                f"The IRIs of {path} begin with {found.base_url}, but CTGRAPH_BASE_URL is "
                f"{settings.base_url}. Unset it, or set CTGRAPH_BASE_URL={found.base_url}."
            )
        with hold(settings):
            ledger = Ledger.initialise(settings)
            with engine.connect() as source, ledger.database.writing() as target:
                lock_sequence(target)
                if not replace:
                    _must_be_empty(target, settings)
                for table in reversed(metadata.sorted_tables):
                    target.execute(table.delete())
                _copy(source, target, "Restoring", progress)
                renew(target)
                if not resumes_webhooks:
                    pause_all(target, _PAUSED)
            try:
                records = sum(ledger.records.counts().values())
                rebuild(settings, ledger, lambda done: progress("Rebuilding", done, records))
            except KeyboardInterrupt:
                raise CtgraphError(
                    f"Interrupted. The ledger in {settings.home} is restored; run ctgraph rebuild, "
                    "or start the server."
                ) from None
    return found


def _must_be_empty(target: sa.Connection, settings: Settings) -> None:
    for table in (organization, version):
        if target.execute(sa.select(table).limit(1)).first():
            raise Conflict(
                f"The registry in {settings.home} holds data. Back it up, then restore with "
                "--replace to give up what it holds now."
            )


def _proved(engine: sa.Engine, what: str, progress: Progress) -> Backup:
    """Prove a backup, and return its sequence number and base.

    :param what: the name for the backup in a message about damage.
    :raises Damaged: when it does not hold what was published.
    """
    try:
        with engine.connect() as connection:
            last = int(connection.execute(sa.select(sequence.c.last)).scalar_one())
            base = str(connection.execute(sa.select(registry.c.base_url)).scalar_one())
            wrong = list(audit(connection, last, lambda done: progress("Verifying", done, last)))
    except sa.exc.SQLAlchemyError as error:
        raise Damaged(f"{what} is damaged or incomplete: {_cause(error)}") from error
    if wrong:
        more = (
            f" … and {len(wrong) - MAX_SHOWN_FAULTS} more" if len(wrong) > MAX_SHOWN_FAULTS else ""
        )
        raise Damaged(
            f"{what} does not hold what was published: {' '.join(wrong[:MAX_SHOWN_FAULTS])}{more}. "
            "Use an earlier backup."
        )
    return Backup(last, base)


def _copy(source: sa.Connection, target: sa.Connection, title: str, progress: Progress) -> None:
    """Copy all rows of all tables, some at a time.

    :raises Damaged: when not all rows were copied.
    """
    tables = metadata.sorted_tables
    counts = [
        source.execute(sa.select(sa.func.count()).select_from(t)).scalar_one() for t in tables
    ]
    for table in tables:
        found = source.execution_options(yield_per=COPY_ROWS).execute(table.select())
        for rows in found.partitions(COPY_ROWS):
            target.execute(table.insert(), [by_name(row, table.c) for row in rows])
            progress(title, len(rows), sum(counts))
    for table, count in zip(tables, counts, strict=True):
        copied = target.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        if copied != count:
            raise Damaged(f"{copied} of {count} rows of {table.name} were copied.")
    if target.dialect.name == "postgresql":
        _count_on(target)


def _count_on(target: sa.Connection) -> None:
    """Let PostgreSQL number further rows after those that were copied with their numbers."""
    for table in metadata.sorted_tables:
        if (column := table.autoincrement_column) is None:
            continue
        counter = sa.func.pg_get_serial_sequence(table.name, column.name)
        if target.scalar(sa.select(counter)):
            last = sa.select(sa.func.max(column)).scalar_subquery()
            target.execute(sa.select(sa.func.setval(counter, sa.func.coalesce(last, 1))))


@contextmanager
def _file(path: Path) -> Iterator[sa.Engine]:
    """Yield the engine of a SQLite file that has no write-ahead log beside it."""
    engine = sa.create_engine(f"sqlite:///{path.resolve()}", poolclass=sa.NullPool)
    tell_damage(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _opened(path: Path) -> Iterator[sa.Engine]:
    """Yield the engine of a backup. An older backup is brought up to date in a copy.

    :raises Damaged: when the file is not a backup, or a newer ctgraph made it.
    """
    if not path.is_file():
        raise Damaged(f"There is no file {path}.")
    if not _is_backup(path):
        raise Damaged(f"{path} is not a backup: `ctgraph backup` did not make it.")
    with _file(path) as engine:
        try:
            with engine.connect() as connection:
                revision = revision_of(connection)
        except sa.exc.SQLAlchemyError as error:
            raise Damaged(f"{path} is damaged or incomplete: {_cause(error)}") from error
        known = known_revisions()
        if revision == known[0]:
            yield engine
            return
    if revision not in known:
        raise Damaged(f"{path} was made by a newer ctgraph. Upgrade ctgraph to restore it.")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        with _file(copy) as engine:
            with engine.begin() as connection:
                upgrade(connection)
            yield engine


def _is_backup(path: Path) -> bool:
    """Tell whether a path is a file that :func:`back_up` made."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(72)
    # SQLite keeps the application id at byte 68.
    return head.startswith(b"SQLite format 3\0") and head[68:] == APPLICATION.to_bytes(4, "big")


def _remove(part: Path) -> None:
    """Remove an unfinished backup, with the journal that SQLite keeps beside it."""
    for file in (part, part.with_name(f"{part.name}-journal")):
        file.unlink(missing_ok=True)


def _cause(error: sa.exc.SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error)
