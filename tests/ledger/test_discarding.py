"""An organization that published nothing is deleted, with whatever refers to it in any table."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from ctgraph.errors import Conflict, NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.discarding import discard
from ctgraph.ledger.tables import entity, envelope, metadata, organization, version
from tests.support.registry import Registry, ctid_number, publish

GONE, OTHER = ctid_number(700), ctid_number(701)
PUBLISHED = {envelope, entity, version}


def references(table: sa.Table) -> dict[str, sa.Table]:
    """Return what the columns of a table refer to."""
    return {key.parent.key: key.column.table for key in table.foreign_keys}


def kept() -> list[sa.Table]:
    """Return the tables that hold what belongs to an organization, the first ones first."""
    found = {organization}
    for table in metadata.sorted_tables:
        if table not in PUBLISHED and found & {*references(table).values()}:
            found.add(table)
    return [one for one in metadata.sorted_tables if one in found - {organization}]


def row(table: sa.Table, record: Ctid, person: str) -> dict[str, Any]:
    """Return a row of a table that refers to an organization wherever it can."""
    found: dict[str, Any] = {}
    for column in table.c:
        to = references(table).get(column.key)
        if to is organization:
            found[column.key] = record
        elif to is not None and to.name == "person":
            found[column.key] = person
        elif to is not None or not (column.autoincrement is True or column.server_default):
            kind = column.type.python_type
            found[column.key] = {str: "x", int: 1, bytes: b"x", bool: False}[kind]
    return found


def numbers(registry: Registry) -> dict[str, int]:
    """Return how many rows each table has."""
    with registry.ledger.database.engine.connect() as connection:
        counts = {
            one.name: connection.scalar(sa.select(sa.func.count()).select_from(one))
            for one in kept()
        }
    return {name: number or 0 for name, number in counts.items()}


@pytest.mark.parametrize("made", ["registry", "on_postgresql"])
def test_everything_that_refers_to_it_goes_or_forgets_it(
    made: str, request: pytest.FixtureRequest
) -> None:
    registry: Registry = request.getfixturevalue(made)
    ledger = registry.ledger
    for record in (GONE, OTHER):
        ledger.organizations.add("Elm College", record)
    before = numbers(registry)
    with ledger.database.writing() as connection:
        ada = ledger.people.add(connection, "ada@elm.example.org", "Ada", "", is_staff=False)
        for table in kept():
            connection.execute(table.insert().values(row(table, GONE, ada.id)))
    assert numbers(registry) == {name: number + 1 for name, number in before.items()}
    with ledger.database.writing() as connection:
        discard(connection, GONE)
    names = [one.ctid for one in ledger.organizations.all()]
    assert (GONE in names, OTHER in names) == (False, True)
    more = {"activity": 1, "ticket": 1}  # what people did, and links that lead nowhere
    assert numbers(registry) == {name: n + more.get(name, 0) for name, n in before.items()}


def test_what_is_published_is_not_deleted(registry: Registry) -> None:
    publish(registry, range(1, 2), "text")
    owner = registry.organization.ctid
    with pytest.raises(Conflict), registry.ledger.database.writing() as connection:
        discard(connection, owner)
    assert registry.ledger.organizations.get(owner)
    assert registry.ledger.records.read(ctid_number(1)).envelope.owner == owner


def test_nothing_is_drafted_for_what_is_gone(registry: Registry) -> None:
    gone = registry.ledger.organizations.add("Elm College", GONE)
    with registry.ledger.database.writing() as connection:
        discard(connection, GONE)
    with pytest.raises(NotFound):
        registry.ledger.drafts.save(gone, ctid_number(5), "", b"{}", {}, "")
