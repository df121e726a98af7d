"""The change feed: what it tells, its pages, and what caches may keep of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
import rdflib
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.errors import CtgraphError
from ctgraph.harvest.changes import PAGE_CHANGES
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.older_ledger import drop_newer
from tests.support.registry import Registry, certificate, ctid_number, publish

ATOM = "{http://www.w3.org/2005/Atom}"
AS = rdflib.Namespace("https://www.w3.org/ns/activitystreams#")
FORMATS = ("json", "jsonld", "atom")
WRITERS = 50


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A client of a registry with two full pages of changes, and a third one that is open."""
    settings = load_settings(home=tmp_path_factory.mktemp("full") / "home")
    ledger = Ledger.initialise(settings)
    owner = ledger.organizations.add("Test College", ctid_number(0))
    registry = Registry(settings, ledger, owner, ledger.organizations.add_key(owner.ctid))
    document = parse(orjson.dumps(certificate(1)), settings)
    turns = [Submission(owner, document.ctid, one) for one in (document, None)]
    append(ledger, turns * PAGE_CHANGES + turns[:1], "test")
    client = create_app(settings).test_client()
    client.application.extensions["registry"] = registry
    return client


def changes(client: FlaskClient, after: object = 0) -> dict[str, Any]:
    """Return a page of the feed."""
    answer = client.get(f"/changes?after={after}")
    assert answer.status_code == 200
    page: dict[str, Any] = orjson.loads(answer.data)
    return page


def test_what_happened_is_told_in_order(registry: Registry, client: FlaskClient) -> None:
    publish(registry, range(1, 3), "first")
    publish(registry, range(1, 2), "second")
    gone = client.delete(f"/resources/documents/{ctid_number(2)}", headers=registry.authorization)
    assert gone.status_code == 204
    page = changes(client)
    told = [(one["seq"], one["event"], one["ctid"], one["version"]) for one in page["changes"]]
    assert told == [
        (1, "create", ctid_number(1), 1),
        (2, "create", ctid_number(2), 1),
        (3, "update", ctid_number(1), 2),
        (4, "withdraw", ctid_number(2), 2),
    ]
    assert (page["after"], page["last"], page["next"]) == (0, 4, None)
    for one in page["changes"]:
        assert one["owner"] == ctid_number(0)
        assert one["published_by"] is None
        assert one["type"] == "ceterms:Certificate"
        path = one["url"].removeprefix(page["registry"])
        version = client.get(path)
        assert version.status_code == (410 if one["event"] == "withdraw" else 200)
        listed = client.get(path.rpartition("/")[0]).json["versions"]
        [kept] = [v for v in listed if v["number"] == one["version"]]
        assert (kept["sequence"], kept["digest"]) == (one["seq"], one["sha256"])
        assert kept["createdAt"] == one["time"]
    assert changes(client, 3)["changes"] == page["changes"][3:]
    assert changes(client, "now")["changes"] == []
    assert changes(client, "now")["last"] == 4


def test_a_change_is_told_at_once(registry: Registry, client: FlaskClient) -> None:
    for number in range(1, 4):
        sent = client.post(
            registry.documents_url, json=certificate(number), headers=registry.authorization
        )
        assert sent.status_code == 201
        assert changes(client)["last"] == number  # nothing is projected


def test_every_change_is_on_one_page(full: FlaskClient) -> None:
    seen: list[int] = []
    page = changes(full)
    while True:
        assert len(page["changes"]) <= PAGE_CHANGES
        seen += [one["seq"] for one in page["changes"]]
        assert page["last"] == seen[-1]
        if page["next"] is None:
            break
        page = changes(full, page["next"].partition("after=")[2])
    assert seen == list(range(1, 2 * PAGE_CHANGES + 2))


def test_pages_end_where_others_begin(full: FlaskClient) -> None:
    page = changes(full, 7)
    assert [one["seq"] for one in page["changes"]] == list(range(8, PAGE_CHANGES + 1))
    assert page["next"].endswith(f"/changes?after={PAGE_CHANGES}")


@pytest.mark.parametrize("name", FORMATS)
def test_full_pages_never_change(full: FlaskClient, name: str) -> None:
    registry: Registry = full.application.extensions["registry"]
    before = full.get(f"/changes?after=0&format={name}")
    opened = full.get(f"/changes?after={2 * PAGE_CHANGES}&format={name}")
    assert before.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert opened.headers["Cache-Control"] == "no-cache"
    publish(registry, range(10, 11), name)
    after = full.get(before.request.url)
    assert after.data == before.data
    assert after.headers["ETag"] == before.headers["ETag"]
    for answer, status in ((before, 304), (opened, 200)):
        again = full.get(answer.request.url, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status_code == status


def test_pages_name_their_licence_and_their_neighbours(full: FlaskClient) -> None:
    links = full.get(f"/changes?after={PAGE_CHANGES}&format=atom").headers["Link"]
    for part in (
        '<https://creativecommons.org/licenses/by/4.0/>; rel="license"',
        'changes?after=0&format=atom>; rel="prev"',
        'changes?after=2000&format=atom>; rel="next"',
    ):
        assert part in links


def test_atom_begins_with_what_is_new_and_leads_back(full: FlaskClient) -> None:
    newest = ElementTree.fromstring(full.get("/changes?format=atom").data)
    last = changes(full, "now")["last"]
    titles = [one.findtext(f"{ATOM}title") or "" for one in newest.iter(f"{ATOM}entry")]
    assert f"change {last})" in titles[0]
    links = {one.get("rel"): one.get("href") or "" for one in newest.findall(f"{ATOM}link")}
    assert "next" not in links
    assert newest.find("{http://purl.org/syndication/history/1.0}archive") is None
    archive = ElementTree.fromstring(full.get(links["prev-archive"]).data)
    assert archive.find("{http://purl.org/syndication/history/1.0}archive") is not None
    assert len(archive.findall(f"{ATOM}entry")) == PAGE_CHANGES
    ids = [one.findtext(f"{ATOM}id") for one in archive.iter(f"{ATOM}entry")]
    assert len(set(ids)) == PAGE_CHANGES
    for needed in ("id", "title", "updated"):
        assert newest.findtext(f"{ATOM}{needed}")


def test_the_subscription_is_never_an_archive(
    full: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even while its last page is full, as at 1,000 changes."""
    monkeypatch.setattr("ctgraph.web.harvest.changes.newest_page", lambda ledger, size: 0)
    answer = full.get("/changes?format=atom")
    assert "immutable" not in answer.headers["Cache-Control"]
    feed = ElementTree.fromstring(answer.data)
    assert feed.find("{http://purl.org/syndication/history/1.0}archive") is None
    assert "immutable" in full.get("/changes?format=atom&after=0").headers["Cache-Control"]


def test_json_ld_is_an_ordered_collection_page_of_activities(full: FlaskClient) -> None:
    answer = full.get("/changes?after=1998", headers={"Accept": "application/ld+json"})
    graph = rdflib.Graph().parse(data=answer.data, format="json-ld")
    page = rdflib.URIRef("http://localhost:8000/changes?after=1998")
    assert (page, rdflib.RDF.type, AS.OrderedCollectionPage) in graph
    assert (page, AS.next, rdflib.URIRef("http://localhost:8000/changes?after=2000")) in graph
    [head] = graph.objects(page, AS.items)
    create, delete = rdflib.collection.Collection(graph, head)
    assert (create, rdflib.RDF.type, AS.Create) in graph  # it was withdrawn before
    assert (delete, rdflib.RDF.type, AS.Delete) in graph
    record = f"http://localhost:8000/graph/{ctid_number(1)}/versions/1999"
    assert (create, AS.object, rdflib.URIRef(record)) in graph
    owner = rdflib.URIRef(f"http://localhost:8000/resources/{ctid_number(0)}")
    assert (create, AS.actor, owner) in graph
    kind = rdflib.URIRef("https://purl.org/ctdl/terms/Certificate")
    assert (create, rdflib.DCTERMS.type, kind) in graph


def test_the_page_for_people_shows_the_newest_first(full: FlaskClient) -> None:
    text = full.get("/changes", headers={"Accept": "text/html"}).text
    last = changes(full, "now")["last"]
    assert f"<td>{last}</td>" in text
    assert "Earlier changes" in text
    assert "Later changes" not in text


@pytest.mark.parametrize("after", ["-1", "1.5", "one", "99999999999", "²", "0&after=1"])
def test_numbers_that_are_none_are_refused(client: FlaskClient, after: str) -> None:
    answer = client.get(f"/changes?after={after}")
    assert answer.status_code == 400
    assert "after" in answer.json["detail"]


def test_a_number_that_is_not_reached_has_an_empty_page(client: FlaskClient) -> None:
    page = changes(client, 9_999_999_999)
    assert page["changes"] == []
    assert page["last"] == 0
    assert page["next"] is None


def follow(client: FlaskClient, writing: Callable[[], bool]) -> Iterator[int]:
    """Yield the numbers that a harvester sees while others write, and those at the end."""
    position = 0
    while True:
        goes_on = writing()
        page = changes(client, position)
        for one in page["changes"]:
            yield one["seq"]
            position = one["seq"]
        if not goes_on and not page["changes"]:
            return


def write_together(registry: Registry) -> None:
    """Let many publish at once, and look whether a harvester misses anything or sees it twice."""
    app = create_app(registry.settings)
    documents = [
        parse(orjson.dumps(certificate(number)), registry.settings)
        for number in range(1, WRITERS + 1)
    ]

    def write(number: int) -> None:
        ledger, document = registry.ledger, documents[number]
        for one in (document, None, document):
            [outcome] = append(
                ledger, [Submission(registry.organization, document.ctid, one)], "test"
            )
            assert not isinstance(outcome, CtgraphError)

    with ThreadPoolExecutor(WRITERS) as pool:
        written = [pool.submit(write, number) for number in range(WRITERS)]
        seen = list(follow(app.test_client(), lambda: not all(one.done() for one in written)))
        for one in written:
            one.result()
    assert seen == list(range(1, 3 * WRITERS + 1))


def test_no_number_is_missed_or_doubled_while_many_write(registry: Registry) -> None:
    write_together(registry)


def test_no_number_is_missed_or_doubled_on_postgresql(on_postgresql: Registry) -> None:
    write_together(on_postgresql)


def test_a_version_keeps_its_owner_and_class(registry: Registry, client: FlaskClient) -> None:
    """A full page would change otherwise."""
    publish(registry, range(1, 2), "first")
    before = changes(client)["changes"]
    other = certificate(1)
    other["@graph"][0]["@type"] = "ceterms:Badge"
    document = parse(orjson.dumps(other), registry.settings)
    append(registry.ledger, [Submission(registry.organization, Ctid(document.ctid), document)], "x")
    after = changes(client)["changes"]
    assert after[0] == before[0]
    assert after[1]["type"] == "ceterms:Badge"


def test_an_older_ledger_tells_its_changes(registry: Registry, tmp_path: Path) -> None:
    publish(registry, range(1, 4), "first")
    publish(registry, range(1, 2), "second")
    client = create_app(registry.settings).test_client()
    before = changes(client)
    with registry.ledger.database.writing() as connection:
        drop_newer(connection, "0014")
    Ledger.initialise(registry.settings)
    assert changes(client) == before
