"""The search index beside the triple store: resumed, compared, and put in snapshots."""

from __future__ import annotations

from contextlib import closing

import pytest

from ctgraph.finder.question import Measure, Order, Question
from ctgraph.finder.search import Search
from ctgraph.ledger.confirmations import confirmation
from ctgraph.projections import live_store
from ctgraph.projections.checking import check
from ctgraph.projections.live_store import LiveStore
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.projector import Projector
from ctgraph.projections.search_index import SearchIndex
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.publishing.publish import withdraw
from tests.support.registry import Registry, ctid_number, publish


@pytest.fixture
def projected(registry: Registry) -> Registry:
    publish(registry, range(1, 6), "first")
    registry.project()
    return registry


def found(registry: Registry, words: str) -> int:
    return Search(registry.settings).ask(Question(words)).total


def test_a_new_version_takes_the_place_of_the_old_one(projected: Registry) -> None:
    assert found(projected, "first") == 5
    publish(projected, range(1, 3), "second")
    assert found(projected, "second") == 0
    projected.project()
    assert (found(projected, "second"), found(projected, "first")) == (2, 3)
    assert Search(projected.settings).ask(Question()).sequence == 7


def test_a_projector_that_is_killed_before_its_snapshot_searches_again(
    projected: Registry,
) -> None:
    publish(projected, range(6, 9), "third")
    with hold(projected.settings):
        projector = Projector(projected.settings, projected.ledger)
        projector.step()
        projector.close()  # what was not committed is gone, as after a kill
        with closing(LiveStore(projected.settings, projected.ledger)) as live:
            assert live.sequence == 8  # and the store is not made anew
    projected.project()
    assert found(projected, "third") == 3
    assert check(projected.settings, projected.ledger, beside=True) == []


def test_a_check_names_the_documents_that_the_index_is_wrong_about(projected: Registry) -> None:
    assert check(projected.settings, projected.ledger) == []
    with closing(SearchIndex(store_folder_of(projected.settings).live)) as index:
        index.apply([], ["ce-00000000-0000-4000-8000-000000000003"], 5)  # type: ignore[list-item]
        index.commit()
    assert check(projected.settings, projected.ledger) == [
        "The search index is wrong about ce-00000000-0000-4000-8000-000000000003."
    ]


def test_a_check_tells_an_index_that_stands_elsewhere(projected: Registry) -> None:
    with closing(SearchIndex(store_folder_of(projected.settings).live)) as index:
        index.apply([], (), 4)
        index.commit()
    assert check(projected.settings, projected.ledger) == [
        "The search index holds sequence number 4, the store 5."
    ]


def confirm(registry: Registry, *numbers: int, day: str = "2090-12-31") -> None:
    """Confirm numbered records on a day."""
    ledger = registry.ledger
    with ledger.database.writing() as connection:
        records = [ctid_number(number) for number in numbers]
        ledger.confirmations.note(connection, records)
        mine = confirmation.c.ctid.in_(records)
        moment = f"{day}T00:00:00.000000Z"
        connection.execute(confirmation.update().where(mine).values(confirmed_at=moment))


def confirmed_since(registry: Registry, day: float) -> list[str]:
    """Return the records that were published or confirmed since a day, the last first."""
    asked = Question(ranges={Measure.CONFIRMED: (day, None)}, order=Order.CONFIRMED)
    return [hit.card.record for hit in Search(registry.settings).ask(asked).hits]


def test_the_index_follows_confirmations_which_make_no_version(projected: Registry) -> None:
    assert confirmed_since(projected, 20900101) == []
    confirm(projected, 1, 2)
    confirm(projected, 2, day="2091-02-03")
    assert check(projected.settings, projected.ledger) == [
        "The search index does not know that 2 records were confirmed."
    ]
    assert check(projected.settings, projected.ledger, beside=True) == []
    projected.project()
    assert confirmed_since(projected, 20900101) == [ctid_number(2), ctid_number(1)]
    assert projected.ledger.changes.last_sequence() == 5
    assert found(projected, "first") == 5  # each is in the index once
    with hold(projected.settings):
        assert check(projected.settings, projected.ledger) == []
        rebuild(projected.settings, projected.ledger)
        assert check(projected.settings, projected.ledger) == []
    assert confirmed_since(projected, 20900101) == [ctid_number(2), ctid_number(1)]


def test_a_new_version_keeps_a_later_confirmation_and_a_withdrawn_record_is_gone(
    projected: Registry,
) -> None:
    confirm(projected, 1, 2, 3)
    publish(projected, range(1, 2), "second")
    withdraw(projected.settings, projected.ledger, projected.organization, ctid_number(3), "test")
    confirm(projected, 4, day="2020-01-01")  # the version is younger
    projected.project()
    assert confirmed_since(projected, 20900101) == [ctid_number(1), ctid_number(2)]
    assert len(confirmed_since(projected, 20210101)) == 4
    assert check(projected.settings, projected.ledger) == []


def test_a_projector_that_is_killed_follows_confirmations_again(projected: Registry) -> None:
    confirm(projected, 1, 2)
    with hold(projected.settings):
        projector = Projector(projected.settings, projected.ledger)
        projector.step()
        projector.close()  # what was not committed is gone, as after a kill
    projected.project()
    assert sorted(confirmed_since(projected, 20900101)) == [ctid_number(1), ctid_number(2)]
    assert check(projected.settings, projected.ledger) == []


def test_more_confirmations_than_a_batch_are_followed(
    projected: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_store, "BATCH_CONFIRMATIONS", 2)
    confirm(projected, *range(1, 6))
    projected.project()
    assert len(confirmed_since(projected, 20900101)) == 5


def test_a_check_names_a_record_whose_day_of_confirmation_is_wrong(projected: Registry) -> None:
    confirm(projected, 1)
    projected.project()
    with projected.ledger.database.writing() as connection:
        connection.execute(confirmation.update().values(confirmed_at="2095-01-01T00:00:00.000000Z"))
    assert check(projected.settings, projected.ledger) == [
        f"The search index is wrong about {ctid_number(1)}."
    ]
