"""The facet of collections follows what collections say of their members."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

import orjson
import pytest

from ctgraph.documents import parse
from ctgraph.errors import CtgraphError
from ctgraph.finder.question import Facet, Question
from ctgraph.finder.search import Search
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Submission, append
from ctgraph.projections import maintenance
from ctgraph.projections.checking import check
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.projector import Projector
from ctgraph.projections.record_quads import read_record
from ctgraph.projections.search_index import SearchIndex
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.publishing.publish import withdraw
from tests.support.registry import Registry, ctid_number, publish

COLLECTION, OTHER = ctid_number(100), ctid_number(101)


def collect(registry: Registry, numbers: Iterable[int], collection: Ctid = COLLECTION) -> None:
    """Publish a collection with some numbered members."""
    resources = "http://localhost:8000/resources"
    owner = f"{resources}/{registry.organization.ctid}"
    content = {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": f"http://localhost:8000/graph/{collection}",
        "@graph": [
            {
                "@type": "ceterms:Collection",
                "@id": f"{resources}/{collection}",
                "ceterms:ctid": collection,
                "ceterms:name": {"en": "Approved programs"},
                "ceterms:description": {"en": "What the state pays for."},
                "ceterms:ownedBy": [owner],
                "ceterms:hasMember": [f"{resources}/{ctid_number(one)}" for one in numbers],
            }
        ],
    }
    document = parse(orjson.dumps(content), registry.settings)
    submission = Submission(registry.organization, document.ctid, document)
    (outcome,) = append(registry.ledger, [submission], "test")
    assert not isinstance(outcome, CtgraphError)


@pytest.fixture
def collected(registry: Registry) -> Registry:
    publish(registry, range(1, 6), "first")
    registry.project()
    collect(registry, (1, 2, 999))
    registry.project()
    return registry


def members(registry: Registry, collection: Ctid = COLLECTION) -> list[str]:
    """Return the members that a search finds, each as often as it is in the index."""
    asked = Question(filters={Facet.COLLECTION: (collection,)})
    found = Search(registry.settings).ask(asked)
    return sorted(hit.card.record for hit in found.hits)


def numbers(*wanted: int) -> list[str]:
    return [ctid_number(number) for number in wanted]


def test_members_that_were_published_before_their_collection_are_found(collected: Registry) -> None:
    assert members(collected) == numbers(1, 2)
    found = Search(collected.settings).ask(Question("certificate", counted=(Facet.COLLECTION,)))
    (count,) = found.facets[Facet.COLLECTION]
    assert (count.value, count.label, count.count) == (COLLECTION, "Approved programs", 2)
    assert check(collected.settings, collected.ledger) == []


def test_members_come_and_go_with_new_versions_and_the_end_of_a_collection(
    collected: Registry,
) -> None:
    collect(collected, (2, 3))
    collect(collected, (3,), OTHER)
    collected.project()
    assert members(collected) == numbers(2, 3)
    assert members(collected, OTHER) == numbers(3)
    withdraw(
        collected.settings, collected.ledger, collected.organization, COLLECTION, "It has ended."
    )
    collected.project()
    assert members(collected) == []
    assert members(collected, OTHER) == numbers(3)


def test_a_member_that_is_published_later_is_found(collected: Registry) -> None:
    publish(collected, range(999, 1000), "late")
    publish(collected, range(1, 2), "second")
    collected.project()
    assert members(collected) == numbers(1, 2, 999)


def test_a_rebuilt_index_knows_all_members(
    collected: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "BATCH_MEMBERS", 1)
    with hold(collected.settings):
        rebuild(collected.settings, collected.ledger)
        assert members(collected) == numbers(1, 2)
        assert check(collected.settings, collected.ledger) == []


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_projector_that_is_killed_between_a_collection_and_its_members_tells_them_later(
    collected: Registry, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "BATCH_MEMBERS", 1)
    collect(collected, (4, 5))
    with hold(collected.settings):
        projector = Projector(collected.settings, collected.ledger)
        for _ in range(steps):
            projector.step()
        projector.snapshot()
        projector.close()
    collected.project()
    assert members(collected) == numbers(4, 5)
    assert check(collected.settings, collected.ledger) == []


def test_a_check_tells_that_the_index_has_lost_a_collection(collected: Registry) -> None:
    (change,) = collected.ledger.changes.newest([ctid_number(1)], 6)
    alone = read_record(change, Identity.of(collected.settings)).entries
    with closing(SearchIndex(store_folder_of(collected.settings).live)) as index:
        index.apply(alone, [ctid_number(1)], 6)
        index.commit()
    assert members(collected) == numbers(1, 2)  # that is the snapshot
    assert check(collected.settings, collected.ledger) == [
        "The search index is wrong about the collections of 1 records."
    ]
    publish(collected, range(4, 5), "second")
    collected.project()
    assert members(collected) == numbers(1, 2)
    assert check(collected.settings, collected.ledger) == []
