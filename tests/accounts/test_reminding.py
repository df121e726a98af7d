"""The staff is reminded of what waits too long: once a day, and only then."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from ctgraph.accounts import reminding
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.people import in_hours
from ctgraph.ledger.tables import application, load_progress
from tests.support.people import Person
from tests.support.registry import Registry, ctid_number

SITE = "http://localhost:8000"


def reminders(staff: Person) -> list[str]:
    return [words for subject, words in staff.mails() if subject.startswith("Waiting for")]


def submitted(registry: Registry, record: Ctid, hours: float) -> None:
    """Let an organization have asked for approval some hours ago."""
    with registry.ledger.database.writing() as connection:
        mine = application.update().where(application.c.organization == record)
        connection.execute(mine.values(state="submitted", submitted_at=in_hours(-hours)))


def a_day_passes(registry: Registry) -> None:
    with registry.ledger.database.writing() as connection:
        connection.execute(load_progress.update().values(done=load_progress.c.done - 1))


def test_what_waits_too_long_is_told_once_a_day(
    registry: Registry, rita: Person, sam: Person, college: Ctid
) -> None:
    submitted(registry, college, reminding.PATIENCE_HOURS - 1)
    reminding.write_due(SITE, registry.ledger)
    assert reminders(sam) == []
    submitted(registry, college, reminding.PATIENCE_HOURS + 1)
    reminding.write_due(SITE, registry.ledger)
    assert reminders(sam) == [], "it was looked at today"
    a_day_passes(registry)
    reminding.write_due(SITE, registry.ledger)
    reminding.write_due(SITE, registry.ledger)
    (words,) = reminders(sam)
    assert "Pine College" in words
    assert f"{SITE}/staff/organizations/{college}" in words
    assert reminders(rita) == []
    sam.send(f"/staff/organizations/{college}", state="approved", words="")
    a_day_passes(registry)
    reminding.write_due(SITE, registry.ledger)
    assert len(reminders(sam)) == 1


def test_claims_wait_too_and_many_are_cut(
    registry: Registry,
    sam: Person,
    meet: Callable[[str], Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reminding, "PATIENCE_HOURS", -1)
    monkeypatch.setattr(reminding, "MAX_NAMED", 1)
    ada = meet("ada@pine.example.org").join()
    for number in (800, 801):
        record = ctid_number(number)
        registry.ledger.organizations.register({record: f"Elm {number}"})
        with registry.ledger.database.writing() as connection:
            found = registry.ledger.people.with_email(connection, ada.email)
            assert found
            registry.ledger.claims.add(connection, record, found[0].id, "I work there.")
    reminding.write_due(SITE, registry.ledger)
    (words,) = reminders(sam)
    assert words.count("/staff/claims/") == 1
    assert "And 1 more." in words


def test_without_staff_or_late_things_nothing_is_sent(registry: Registry) -> None:
    reminding.write_due(SITE, registry.ledger)
    with registry.ledger.database.engine.connect() as connection:
        assert connection.scalar(sa.select(load_progress.c.done))
    assert registry.ledger.outbox.due(10) == []
