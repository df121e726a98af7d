"""The revision of the ledger's tables, and the migrations that bring it up to date."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ctgraph.errors import RegistryNotReady

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER = Path(__file__).parent / "migrations"
_REVISION = sa.text("SELECT version_num FROM alembic_version")


def migrations() -> Config:
    """Return Alembic's configuration for the ledger's migrations."""
    # Every process opens the ledger, and few migrate it: importing Alembic takes a quarter of the
    # time that all of this takes.
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def revision_of(connection: sa.Connection) -> str | None:
    """Return the revision of the tables behind a connection; None before the first migration."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(_REVISION)
    return None if found is None else str(found)


@cache
def known_revisions() -> list[str]:
    """Return the revisions that this ctgraph knows, the newest first.

    The name of the file of each migration begins with its revision.
    """
    files = (_FOLDER / "versions").glob("[0-9]*_*.py")
    return sorted((file.name.partition("_")[0] for file in files), reverse=True)


def must_be_newest(connection: sa.Connection) -> None:
    """Make sure that the tables behind a connection are those of this ctgraph.

    :raises RegistryNotReady: when they are not, with the remedy.
    """
    revision = revision_of(connection)
    if revision != known_revisions()[0]:
        raise _other_revision(revision)


def upgrade(connection: sa.Connection) -> None:
    """Bring the tables behind a connection up to date.

    :raises RegistryNotReady: when a newer ctgraph made them.
    """
    if revision_of(connection) == known_revisions()[0]:
        return
    from alembic import command
    from alembic.util import CommandError

    config = migrations()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise _other_revision(revision_of(connection)) from error


def _other_revision(revision: str | None) -> RegistryNotReady:
    if revision is None or revision in known_revisions():
        return RegistryNotReady(
            "The ledger's tables are not those of this ctgraph. Run: ctgraph init"
        )
    return RegistryNotReady("The ledger was made by a newer ctgraph. Upgrade ctgraph to use it.")
