"""Ledgers as an older ctgraph left them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command

from ctgraph.ledger.revision import migrations
from ctgraph.ledger.tables import metadata


def drop_newer(connection: sa.Connection, revision: str) -> None:
    """Drop all tables, indexes and columns that came after a revision, and say that it is this."""
    wanted = _names_at(revision)
    for table in reversed(metadata.sorted_tables):
        if table.name not in wanted:
            connection.exec_driver_sql(f"DROP TABLE {table.name}")
            continue
        found = sa.inspect(connection)
        for index in found.get_indexes(table.name):
            if index["name"] not in wanted[table.name] and not index.get("duplicates_constraint"):
                connection.exec_driver_sql(f"DROP INDEX {index['name']}")
        for column in found.get_columns(table.name):
            if column["name"] not in wanted[table.name]:
                statement = f"ALTER TABLE {table.name} DROP COLUMN {column['name']}"
                connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def _names_at(revision: str) -> dict[str, set[str]]:
    """Return the names of the columns and the indexes of each table at a revision."""
    with sa.create_engine("sqlite://").begin() as connection:
        config = migrations()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        found = sa.inspect(connection)
        return {
            table: {str(one["name"]) for one in found.get_columns(table)}
            | {str(one["name"]) for one in found.get_indexes(table)}
            for table in found.get_table_names()
        }
