"""The registry as it stood in the past, and the history of every record, in queries."""

from __future__ import annotations

import csv
import fcntl
import io
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from ctgraph.errors import PastNotReady, QueryError
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.tables import version
from ctgraph.projections.checking import check
from ctgraph.projections.maintenance import rebuild
from ctgraph.projections.past_stores import MAX_STORES, PastStores, moment_of
from ctgraph.projections.projector import Projector
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.projections.triples import EmbeddedStore
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from ctgraph.work import children
from tests.support.registry import Registry, ctid_number, publish

PATIENCE = 120.0
KEYWORDS = """SELECT ?record ?word ?version {
  ?s a ceterms:Certificate ; ceterms:ctid ?record ; ceterms:keyword ?word .
  ?envelope ctg:about ?s ; ctg:version ?version . FILTER(?word != "more"@en) }"""
HISTORY = """SELECT ?record ?number ?event ?actor ?hash ?time {
  GRAPH ?g { ?v a ctg:Version ; ctg:versionOf ?record ; ctg:number ?number ; ctg:event ?event ;
    ctg:actor ?actor ; dct:created ?time . OPTIONAL { ?v ctg:contentHash ?hash } } }"""
JANUARY = {(1, "first", 1), (2, "first", 1)}
FEBRUARY = {(1, "second", 2)}
MARCH = {(1, "second", 2), (2, "again", 3), (3, "again", 1)}
"""What stands at the end of each month: record, keyword, version."""


def withdraw(registry: Registry, number: int) -> None:
    append(registry.ledger, [Submission(registry.organization, ctid_number(number))], "withdrawer")


def date_back(registry: Registry, moment: str) -> None:
    """Give all changes that were made today another time."""
    with registry.ledger.database.writing() as connection:
        today = version.c.created_at > "2026-06-01"
        connection.execute(version.update().where(today).values(created_at=moment))


def make_history(registry: Registry) -> None:
    """Publish records in three months: updates, a withdrawal, and a return."""
    publish(registry, range(1, 3), "first")
    date_back(registry, "2026-01-10T12:00:00.000000Z")
    publish(registry, range(1, 2), "second")
    withdraw(registry, 2)
    date_back(registry, "2026-02-10T12:00:00.000000Z")
    publish(registry, range(2, 4), "again")
    date_back(registry, "2026-03-10T12:00:00.000000Z")
    registry.project()


def new_registry(home: Path, **more: Any) -> Registry:
    settings = load_settings(home=home, query_timeout=PATIENCE, **more)
    ledger = Ledger.initialise(settings)
    return Registry(settings, ledger, ledger.organizations.add("Test", ctid_number(0)), "")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with a history that tests only ask."""
    registry = new_registry(tmp_path_factory.mktemp("old") / "home")
    make_history(registry)
    return registry


@pytest.fixture(scope="module")
def asking(old: Registry) -> FlaskClient:
    return create_app(old.settings).test_client()


def ask(client: FlaskClient, query: str, **more: str) -> list[list[str]]:
    """Return the rows of a query."""
    answer = client.get("/sparql", query_string={"query": query, "format": "csv", **more})
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.text, newline="")))[1:]


def stood(client: FlaskClient, **more: str) -> set[tuple[int, str, int]]:
    """Return the records that stood: number, keyword, version."""
    return {
        (int(record[-12:]), word, int(version))
        for record, word, version in ask(client, KEYWORDS, **more)
    }


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-12-31", set()),
        ("2026-01-10T11:59:59Z", set()),
        ("2026-01-10T12:00:00Z", JANUARY),
        ("2026-01-10T13:00:00+01:00", JANUARY),
        ("2026-01-10T12:59:59+01:00", set()),
        ("2026-01-10", JANUARY),
        ("2026-02-10T04:59:00-07:00", JANUARY),
        ("2026-02-10T05:00:00-07:00", FEBRUARY),
        ("2026-02-10T12:00:00", FEBRUARY),
        ("2026-03-09", FEBRUARY),
        ("2026-03-10", MARCH),
    ],
)
def test_records_as_they_stood(
    asking: FlaskClient, moment: str, expected: set[tuple[int, str, int]]
) -> None:
    assert stood(asking, **{"as-of": moment}) == expected


def test_the_history_ends_at_the_moment(asking: FlaskClient) -> None:
    assert [len(ask(asking, HISTORY, **{"as-of": f"2026-0{month}-20"})) for month in (1, 2, 3)] == [
        2,
        4,
        6,
    ]
    assert not ask(asking, HISTORY, **{"as-of": "2025-01-01"})


@pytest.mark.parametrize(
    ("month", "records", "events"),
    [("2025-12", 0, []), ("2026-01", 2, []), ("2026-02", 1, ["publish", "withdraw"])],
)
def test_ready_made_queries_answer_as_of_a_moment(
    asking: FlaskClient, month: str, records: int, events: list[str]
) -> None:
    def rows(name: str, **more: str) -> list[list[str]]:
        given = {"as-of": f"{month}-20", **more}
        answer = asking.get(f"/queries/{name}.csv", query_string=given)
        assert answer.status_code == 200, answer.text
        return list(csv.reader(io.StringIO(answer.text, newline="")))[1:]

    counted = {row[0].rpartition("/")[2]: int(row[-1]) for row in rows("records-by-class")}
    assert counted == ({"Certificate": records} if records else {})
    told = [row[3].rpartition("#")[2] for row in rows("changes-since", since="2")]
    assert sorted(told) == events
    assert len(rows("search-by-name", word="certificate")) == records
    refused = asking.get("/queries/records-by-class?as-of=yesterday")
    assert refused.status_code == 400
    assert "yesterday" in refused.json["detail"]


def test_a_moment_has_its_tag_and_its_place_in_every_request_form(asking: FlaskClient) -> None:
    def tag(**more: str) -> str:
        given = {"query": KEYWORDS, **more}
        return asking.get("/sparql", query_string=given).headers["ETag"]

    january = tag(**{"as-of": "2026-01-20"})
    assert january == tag(**{"as-of": "2026-01-21"}) != tag() == tag(**{"as-of": "2026-04-01"})
    known = {"If-None-Match": january}
    given = {"query": KEYWORDS, "as-of": "2026-01-20"}
    assert asking.get("/sparql", query_string=given, headers=known).status_code == 304
    posted = asking.post("/sparql", data=given)
    assert len(posted.json["results"]["bindings"]) == 2


@pytest.mark.parametrize("nonsense", ["yesterday", "2026-13-01", "2026-02-30T00:00:00Z", "12"])
def test_nonsense_is_no_moment(asking: FlaskClient, nonsense: str) -> None:
    given = {"query": KEYWORDS, "as-of": nonsense}
    answer = asking.get("/sparql", query_string=given)
    assert answer.status_code == 400
    assert nonsense in answer.json["detail"]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-05-01", "2026-05-01T23:59:59.999999Z"),
        ("20260501", "2026-05-01T23:59:59.999999Z"),
        ("2026W187", "2026-05-03T23:59:59.999999Z"),
        ("2026-05-01T12:00", "2026-05-01T12:00:00.000000Z"),
        ("2026-05-01T12:00:00.5+02:00", "2026-05-01T10:00:00.500000Z"),
        ("0999-01-01", "0999-01-01T23:59:59.999999Z"),
        ("9999-12-31", "9999-12-31T23:59:59.999999Z"),
    ],
)
def test_moments_are_written_as_the_ledger_writes_them(text: str, moment: str) -> None:
    assert moment_of(text) == moment


@pytest.mark.parametrize("text", ["", "0001-01-01T00:00:00+14:00", "2026-05-01T25:00:00Z"])
def test_moments_that_are_none(text: str) -> None:
    with pytest.raises(QueryError):
        moment_of(text)


def test_only_a_few_past_stores_are_kept_and_the_newest_needs_none(registry: Registry) -> None:
    publish(registry, range(1, 7), "first")
    with registry.ledger.database.writing() as connection:
        for number in range(1, 7):
            which = version.c.seq == number
            moment = f"2026-01-0{number}T00:00:00.000000Z"
            connection.execute(version.update().where(which).values(created_at=moment))
    registry.project()
    client = create_app(registry.settings).test_client()
    folder = registry.settings.store_path / "past"
    assert len(stood(client, **{"as-of": "2026-01-06"})) == 6
    assert not folder.exists()
    for number in (1, 2, 3, 4):
        assert len(stood(client, **{"as-of": f"2026-01-0{number}"})) == number
        if number > 1:  # keeps the first in use
            assert len(stood(client, **{"as-of": "2026-01-01"})) == 1
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the last builder has forgotten what it should
        kept = {int(entry.name.partition("-")[0]) for entry in folder.iterdir() if entry.is_dir()}
    assert kept == {1, 3, 4}
    assert len(kept) <= MAX_STORES


def test_two_who_ask_at_once_have_one_store_made(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_history(registry)
    made = []
    real = EmbeddedStore

    def counting(*arguments: Any) -> Any:
        made.append(arguments)
        return real(*arguments)

    monkeypatch.setattr("ctgraph.projections.past_stores.EmbeddedStore", counting)
    found = PastStores(registry.settings, registry.ledger, store_folder_of(registry.settings))
    threads = [threading.Thread(target=found.build, args=(2,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(made) == 1
    store = ox.Store.read_only(str(next((registry.settings.store_path / "past").glob("2-*"))))
    assert len(list(store.named_graphs())) == 9  # two of each kind, and the registry's own three


def test_many_moments_do_not_start_many_processes(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would be a process that waits for the one before, after its client is long gone."""
    publish(registry, range(1, 10), "first")
    with registry.ledger.database.writing() as connection:
        for number in range(1, 10):
            which = version.c.seq == number
            moment = f"2026-01-0{number}T00:00:00.000000Z"
            connection.execute(version.update().where(which).values(created_at=moment))
    registry.project()
    found = PastStores(registry.settings, registry.ledger, store_folder_of(registry.settings))
    folder = registry.settings.store_path / "past"
    folder.mkdir()
    started: list[tuple[str, ...]] = []
    start = children.start

    def counting(*command: str, **options: Any) -> Any:
        started.append(command)
        return start(*command, **options)

    monkeypatch.setattr(children, "start", counting)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as a store that takes long to make does
        for number in range(1, 9):
            with pytest.raises(PastNotReady):
                found.at(f"2026-01-0{number}T12:00:00.000000Z", 0, lambda: False)
    assert started == []
    assert found.at("2026-01-01T12:00:00.000000Z", PATIENCE, lambda: False)
    assert len(started) == 1


def test_a_store_dropped_at_that_moment_is_made_again(
    old: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = PastStores(old.settings, old.ledger, store_folder_of(old.settings))
    moment = "2026-01-20T00:00:00.000000Z"
    used = os.utime

    def dropped(path: Any) -> None:
        monkeypatch.setattr(os, "utime", used)
        raise FileNotFoundError(path)

    monkeypatch.setattr(os, "utime", dropped)
    store = found.at(moment, PATIENCE, lambda: False)
    assert store
    assert store.exists()


def test_the_past_follows_the_same_settings(tmp_path: Path) -> None:
    base = "https://registry.example.org/ctdl"
    registry = new_registry(tmp_path / "home", base_url=base)
    make_history(registry)
    client = create_app(registry.settings).test_client()
    query = f"SELECT ?g {{ GRAPH ?g {{ ?s ?p ?o }} FILTER(!STRSTARTS(STR(?g), '{base}')) }}"
    assert not ask(client, query)
    assert not ask(client, query, **{"as-of": "2026-01-20"})


# History


def test_every_version_is_in_the_history(old: Registry, asking: FlaskClient) -> None:
    expected = set()
    for number in (1, 2, 3):
        for kept in old.ledger.records.versions(ctid_number(number)):
            record = f"http://localhost:8000/graph/{kept.ctid}"
            event = f"https://w3id.org/ctgraph/terms#{kept.event}"
            moment = kept.created_at.replace(".000000", "")
            expected.add((record, str(kept.number), event, kept.actor, kept.digest, moment))
    found = set(map(tuple, ask(asking, HISTORY)))
    assert found == expected
    assert len(found) == 6
    assert {row[3] for row in found} == {"test", "withdrawer"}


def test_a_withdrawn_record_has_a_history_and_nothing_else(registry: Registry) -> None:
    publish(registry, range(1, 2), "first")
    withdraw(registry, 1)
    registry.project()
    client = create_app(registry.settings).test_client()
    graphs = ask(client, "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    assert sorted(g for (g,) in graphs) == [
        "http://localhost:8000/envelopes",
        f"http://localhost:8000/history/{ctid_number(1)}",
        "http://localhost:8000/vocab",
        "http://localhost:8000/void",
    ]
    events = [row[2].rpartition("#")[2] for row in sorted(ask(client, HISTORY))]
    assert events == ["publish", "withdraw"]


def damage_missing(store: ox.Store, graph: ox.NamedNode) -> None:
    store.remove(next(store.quads_for_pattern(None, None, None, graph)))


def damage_wrong(store: ox.Store, graph: ox.NamedNode) -> None:
    store.add(ox.Quad(graph, graph, ox.Literal("wrong"), graph))


def damage_all(store: ox.Store, graph: ox.NamedNode) -> None:
    store.remove_graph(graph)


@pytest.mark.parametrize("damage", [damage_missing, damage_wrong, damage_all])
def test_check_finds_damage_to_the_history(
    registry: Registry, damage: Callable[[ox.Store, ox.NamedNode], None]
) -> None:
    make_history(registry)
    with hold(registry.settings):
        projector: Any = Projector(registry.settings, registry.ledger)
        damage(
            projector._live.store._store,
            ox.NamedNode(f"http://localhost:8000/history/{ctid_number(2)}"),
        )
        del projector
        graph, default = check(registry.settings, registry.ledger)
    assert f"history/{ctid_number(2)}" in graph
    assert "The default graph" in default


def without_mark(quads: set[ox.Quad]) -> set[ox.Quad]:
    return {quad for quad in quads if not quad.predicate.value.endswith("#ledger")}


def test_a_rebuilt_store_and_a_past_one_hold_what_a_followed_one_holds(registry: Registry) -> None:
    def stored(path: Path | None) -> set[ox.Quad]:
        return set(ox.Store.read_only(str(path)))

    publish(registry, range(1, 5), "first")
    registry.project()
    publish(registry, range(2, 4), "second")
    withdraw(registry, 4)
    registry.project()
    store_folder = store_folder_of(registry.settings)
    followed = stored(store_folder.newest())
    found = PastStores(registry.settings, registry.ledger, store_folder)
    seq = registry.ledger.changes.last_sequence()
    found.build(seq)
    (past,) = (registry.settings.store_path / "past").glob(f"{seq}-*")
    # A past state says nothing of the ledger that it was made from: no projector goes on with it.
    assert without_mark(stored(past)) == without_mark(followed)
    with hold(registry.settings):
        assert rebuild(registry.settings, registry.ledger) == 3
        assert check(registry.settings, registry.ledger) == []
    assert stored(store_folder.newest()) == followed
    assert len(followed) > 50
