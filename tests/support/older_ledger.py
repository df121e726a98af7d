"""Ledgers as an older ctgraph left them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from ctgraph.ledger.revision import migrations
from ctgraph.ledger.tables import metadata


def drop_newer(connection: sa.Connection, revision: str) -> None:
    """Drop all tables and columns that came after a revision, and say that it is this one."""
    wanted = _columns_at(revision)
    for table in reversed(metadata.sorted_tables):
        if table.name not in wanted:
            connection.exec_driver_sql(f"DROP TABLE {table.name}")
            continue
        for column in table.columns:
            if column.name not in wanted[table.name]:
                for index in (one for one in table.indexes if column.name in one.columns):
                    connection.exec_driver_sql(f"DROP INDEX {index.name}")
                connection.exec_driver_sql(f"ALTER TABLE {table.name} DROP COLUMN {column.name}")
    connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def _columns_at(revision: str) -> dict[str, set[str]]:
    """Return the names of the columns of each table at a revision."""
    with sa.create_engine("sqlite://").begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        found = sa.inspect(connection)
        return {
            table: {column["name"] for column in found.get_columns(table)}
            for table in found.get_table_names()
        }
