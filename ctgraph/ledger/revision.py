"""The revision of the ledger's tables, and the migrations that bring it up to date."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from ctgraph.errors import RegistryNotReady


def migrations() -> Config:
    """Return Alembic's configuration for the ledger's migrations."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config


def revision_of(connection: sa.Connection) -> str | None:
    """Return the revision of the tables behind a connection; None before the first migration."""
    return MigrationContext.configure(connection).get_current_revision()


def known_revisions() -> list[str]:
    """Return the revisions that this ctgraph knows, the newest first."""
    script = ScriptDirectory.from_config(migrations())
    return [found.revision for found in script.walk_revisions()]


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
