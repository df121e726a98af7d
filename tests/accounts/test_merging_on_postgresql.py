"""A merger on PostgreSQL, killed in the middle, leaves nothing or is finished by the background."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
import sqlalchemy as sa

from ctgraph.accounts.chores import do_chores
from ctgraph.accounts.people import People
from ctgraph.accounts.rights import Role
from ctgraph.ledger.tables import envelope, message
from ctgraph.projections.checking import check
from ctgraph.projections.store_folder import hold
from tests.support.people import PASSWORD, STAFF
from tests.support.registry import Registry, ctid_number, describe_college, environment, publish

OLD, NEW = ctid_number(0), ctid_number(701)
RECORDS = 12
MERGE = """
import os, signal, sys
from ctgraph.accounts import merging
from ctgraph.accounts.visitor import Visitor
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings

place, old, new, staff = sys.argv[1:]

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

if place == "give":
    merging.give = die
elif place:
    setattr(merging.Merging, place, die)
settings = load_settings()
ledger = Ledger.of(settings)
with ledger.database.engine.connect() as connection:
    person, _ = ledger.people.with_email(connection, staff)
merging.Merging(settings, ledger).merge(
    person, Ctid(old), Ctid(new), "The same.", Visitor("127.0.0.1", "127.0.0.1", "test")
)
"""


@pytest.mark.parametrize(
    ("place", "stands"),
    [("_withdraw", False), ("_take", False), ("_tell", False), ("give", True), ("", True)],
)
def test_a_killed_merger_leaves_nothing_or_everything(
    on_postgresql: Registry, place: str, stands: bool
) -> None:
    registry, ledger = on_postgresql, on_postgresql.ledger
    describe_college(registry, OLD)
    describe_college(registry, NEW)
    publish(registry, range(1, RECORDS + 1), "a word")
    people = People(ledger, registry.settings.base_url)
    people.welcome(STAFF, "Sam", PASSWORD, is_staff=True)
    rita, _ = people.welcome("rita@pine.example.org", "Rita", PASSWORD)
    with ledger.database.writing() as connection:
        ledger.applications.admit(connection, OLD, rita.id, Role.ADMINISTRATOR)
    last = ledger.changes.last_sequence()

    def merge(place: str) -> int:
        command = [sys.executable, "-c", MERGE, place, OLD, NEW, STAFF]
        return subprocess.run(command, env=environment(registry), check=False).returncode

    def owned(owner: str) -> int:
        query = sa.select(envelope.c.ctid).where(
            envelope.c.owner == owner, envelope.c.deleted_at.is_(None), envelope.c.ctid != owner
        )
        return len(ledger.database.rows(query))

    assert merge(place) == (-signal.SIGKILL if place else 0)
    assert (ledger.mergers.of(OLD) is not None) == stands
    if not stands:
        assert ledger.changes.last_sequence() == last
        assert (owned(OLD), owned(NEW)) == (RECORDS, 0)
        assert [one.person for one in ledger.applications.members(OLD)] == [rita.id]
        assert ledger.database.rows(sa.select(message.c.id)) == []
        assert merge("") == 0  # and it can be done again
    while do_chores(registry.settings, ledger):
        pass
    merger = ledger.mergers.of(OLD)
    assert merger
    assert merger.is_done
    assert (owned(OLD), owned(NEW)) == (0, RECORDS)
    assert [one.person for one in ledger.applications.members(NEW)] == [rita.id]
    assert len(ledger.database.rows(sa.select(message.c.id))) == 1
    registry.project()
    with hold(registry.settings):
        assert check(registry.settings, ledger) == []
