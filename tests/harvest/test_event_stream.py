"""The Linked Data Event Stream: every version once, in pages that do not change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from ctgraph.harvest import event_stream
from ctgraph.rdf.namespaces import AS, CTG, DCT, LDES, RDF, TREE
from ctgraph.web import create_app
from tests.support.history import Filled, changed, empty_registry
from tests.support.registry import Registry, ctid_number, publish

BASE = "http://localhost:8000"
ROOT = f"{BASE}/ldes"
FORMATS = {
    "application/n-quads": ox.RdfFormat.N_QUADS,
    "application/trig": ox.RdfFormat.TRIG,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


class Page:
    """A page as a client reads it."""

    def __init__(self, client: FlaskClient, address: str, accept: str = "application/n-quads"):
        self.address = address
        self.answer = client.get(address.removeprefix(BASE), headers={"Accept": accept})
        assert self.answer.status_code == 200, self.answer.text
        format = FORMATS.get(accept) or ox.RdfFormat.TURTLE
        self.quads = list(ox.parse(self.answer.data, format=format))

    def values(self, property: str, subject: Any = None) -> list[Any]:
        return [
            quad.object
            for quad in self.quads
            if quad.predicate.value == property and subject in (None, quad.subject)
        ]

    @property
    def nodes(self) -> list[str]:
        """The nodes that its relations lead to."""
        return list(dict.fromkeys(node.value for node in self.values(f"{TREE}node")))

    @property
    def members(self) -> list[str]:
        return [member.value for member in self.values(f"{TREE}member")]

    @property
    def is_immutable(self) -> bool:
        said = "immutable" in self.answer.headers["Cache-Control"]
        assert said == bool(self.values(f"{LDES}immutable"))
        assert said or self.answer.headers["Cache-Control"] == "no-cache"
        return said


def walk(client: FlaskClient, address: str = ROOT) -> Iterator[Page]:
    """Yield all nodes of a tree, as a client finds them."""
    page = Page(client, address)
    yield page
    for node in page.nodes:
        yield from walk(client, node)


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with 250 versions of 125 records."""
    registry = empty_registry(tmp_path_factory.mktemp("long"))
    publish(registry, range(1, 126), "one")
    publish(registry, range(1, 126), "two")
    return registry


@pytest.fixture(scope="module")
def client(long: Registry) -> FlaskClient:
    return create_app(long.settings).test_client()


@pytest.mark.parametrize("address", [ROOT, f"{ROOT}/by-sequence"])
def test_every_version_is_a_member_once_and_in_order(client: FlaskClient, address: str) -> None:
    pages = list(walk(client, address))
    members = [member for page in pages for member in page.members]
    assert members == [
        f"{BASE}/graph/{ctid_number(n)}/versions/{v}" for v in (1, 2) for n in range(1, 126)
    ]
    sequence = [int(v.value) for page in pages for v in page.values(f"{CTG}sequence")]
    assert sequence == list(range(1, 251))
    assert [len(page.members) for page in pages] == [0, 0, 100, 100, 50]
    assert [page.is_immutable for page in pages] == [False, False, True, True, False]


def test_the_root_describes_the_stream(client: FlaskClient) -> None:
    page = Page(client, ROOT, "text/turtle")
    stream = ox.NamedNode(f"{ROOT}#stream")
    assert f"{LDES}EventStream" in [one.value for one in page.values(f"{RDF}type", stream)]
    said = {
        name: page.values(f"{LDES}{name}", stream)[0].value
        for name in ("timestampPath", "sequencePath", "versionOfPath", "versionDeleteObject")
    }
    assert said == {
        "timestampPath": f"{DCT}created",
        "sequencePath": f"{CTG}sequence",
        "versionOfPath": f"{DCT}isVersionOf",
        "versionDeleteObject": f"{AS}Delete",
    }
    assert page.values(f"{TREE}view", stream)[0].value == ROOT
    [shape] = page.values(f"{TREE}shape", stream)
    assert page.values("http://www.w3.org/ns/shacl#property", shape)


@pytest.mark.parametrize("view", ["", "/by-sequence"])
def test_relations_say_what_lies_behind_them(client: FlaskClient, view: str) -> None:
    node = Page(client, f"{ROOT}{view}/nodes/1")
    path = f"{CTG}sequence" if view else f"{DCT}created"
    assert {one.value for one in node.values(f"{TREE}path")} == {path}
    for address in node.nodes:
        values = [
            int(one.value) if view else one.value for one in Page(client, address).values(path)
        ]
        for relation in {
            q.subject for q in node.quads if getattr(q.object, "value", "") == address
        }:
            [kind], [bound] = (
                node.values(f"{RDF}type", relation),
                node.values(f"{TREE}value", relation),
            )
            limit = int(bound.value) if view else bound.value
            if "Greater" in kind.value:
                assert min(values) >= limit
            else:
                assert max(values) < limit


@pytest.mark.parametrize("accept", FORMATS)
def test_formats_hold_the_same(client: FlaskClient, accept: str) -> None:
    def canonical(page: Page) -> str:
        dataset = ox.Dataset(page.quads)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        return "\n".join(sorted(str(dataset).split("\n")))

    page = Page(client, f"{ROOT}/pages/201", accept)
    assert page.answer.content_type == accept
    assert "Accept" in page.answer.headers["Vary"]
    assert canonical(page) == canonical(Page(client, f"{ROOT}/pages/201"))


def test_a_page_needs_a_format_with_named_graphs(client: FlaskClient) -> None:
    answer = client.get("/ldes/pages/1", headers={"Accept": "text/turtle"})
    assert answer.status_code == 406
    assert client.get("/ldes/nodes/1", headers={"Accept": "text/turtle"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["pages/0", "pages/251", "pages/x", "pages/99999999999", "nodes/2", "nodes/10001", "nodes/0"],
)
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"/ldes/{path}").status_code == 404
    assert client.get(f"/ldes/{path}?limit=1").status_code in (400, 404)


@pytest.mark.parametrize("path", ["", "/nodes/1", "/pages/1", "/pages/201", "/by-sequence"])
def test_a_page_that_is_known_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(f"/ldes{path}")
    again = client.get(f"/ldes{path}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Cache-Control"] == first.headers["Cache-Control"]
    other = client.get(
        f"/ldes{path}",
        headers={"Accept": "application/n-quads", "If-None-Match": first.headers["ETag"]},
    )
    assert other.status_code == 200


def test_full_pages_stay_while_the_registry_grows(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    registry = empty_registry(tmp_path_factory.mktemp("growing"))
    client = create_app(registry.settings).test_client()
    assert [page.members for page in walk(client)] == [[], [], []]
    kept: dict[str, bytes] = {}
    tags: dict[str, str] = {}
    for number in range(1, 9):
        publish(registry, range(1, 34), f"text {number}")
        for page in walk(client):
            data, tag = page.answer.data, page.answer.headers["ETag"]
            assert kept.get(page.address, data) == data
            if page.is_immutable:
                kept[page.address] = data
            # A tag stands for one content.
            assert tags.setdefault(tag, page.answer.text) == page.answer.text
    assert len(kept) == 2
    assert sum(len(page.members) for page in walk(client)) == 8 * 33


def test_a_page_of_long_documents_is_continued(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [member for page in walk(client) for member in page.members]
    monkeypatch.setattr(event_stream, "MAX_PAGE_BYTES", 20_000)
    pages = list(walk(client))
    assert [member for page in pages for member in page.members] == whole
    assert len(pages) > 20
    assert all(len(page.answer.data) < 80_000 for page in pages)
    # A page that is continued is full.
    assert all(page.is_immutable for page in pages if page.members and page.nodes)


def test_a_materialized_view_is_what_the_registry_serves(history: Filled) -> None:
    client = history.client
    views: dict[str, set[ox.Triple]] = {}
    kinds: dict[str, list[str]] = defaultdict(list)
    for page in walk(client):
        for member in page.members:
            node = ox.NamedNode(member)
            [record] = page.values(f"{DCT}isVersionOf", node)
            types = [one.value for one in page.values(f"{RDF}type", node)]
            kinds[record.value] += [one.removeprefix(AS) for one in types if one.startswith(AS)]
            if f"{AS}Delete" in types:
                del views[record.value]
            else:
                views[record.value] = {q.triple for q in page.quads if q.graph_name == node}
    for number in (1, 2):
        served = client.get(f"/graph/{ctid_number(number)}.nq").data
        triples = {q.triple for q in ox.parse(served, format=ox.RdfFormat.N_QUADS)}
        view = views[f"{BASE}/graph/{ctid_number(number)}"]
        found = [ox.Dataset(ox.Quad(*triple) for triple in one) for one in (triples, view)]
        for one in found:
            one.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert found[0] == found[1]
    assert kinds[f"{BASE}/graph/{ctid_number(1)}"] == ["Create", "Update", "Update"]
    assert kinds[f"{BASE}/graph/{ctid_number(2)}"] == ["Create", "Delete", "Create"]


def test_versions_of_one_record_share_no_blank_nodes(history: Filled) -> None:
    labels: dict[str, set[str]] = defaultdict(set)
    for page in walk(history.client):
        for quad in page.quads:
            for term in (quad.subject, quad.object):
                if isinstance(term, ox.BlankNode) and isinstance(quad.graph_name, ox.NamedNode):
                    labels[quad.graph_name.value].add(term.value)
    assert len(labels) == 5
    assert sum(map(len, labels.values())) == len(set().union(*labels.values())) > 0


def test_a_withdrawal_is_told_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    registry = empty_registry(tmp_path_factory.mktemp("withdrawn"))
    client = create_app(registry.settings).test_client()
    changed(registry, 1, "one", "2026-01-01")
    changed(registry, 1, None, "2026-01-02")
    page = Page(client, f"{ROOT}/pages/1")
    gone = ox.NamedNode(page.members[1])
    assert f"{AS}Delete" in [one.value for one in page.values(f"{RDF}type", gone)]
    assert not [quad for quad in page.quads if quad.graph_name == gone]
