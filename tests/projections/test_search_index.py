"""The search index beside the triple store: resumed, compared, and put in snapshots."""

from __future__ import annotations

from contextlib import closing

import pytest

from ctgraph.finder.question import Question
from ctgraph.finder.search import Search
from ctgraph.projections.checking import check
from ctgraph.projections.live_store import LiveStore
from ctgraph.projections.projector import Projector
from ctgraph.projections.search_index import SearchIndex
from ctgraph.projections.store_folder import hold, store_folder_of
from tests.support.registry import Registry, publish


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
