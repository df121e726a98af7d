"""The SPARQL service: turns, streams, compression, the cache, deadlines, descriptions."""

from __future__ import annotations

import csv
import gzip
import io
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient
from flask_compress.compat import compression
from rdflib.namespace import XSD
from werkzeug.test import TestResponse

from ctgraph.errors import CtgraphError
from ctgraph.rdf.namespaces import CTG
from ctgraph.sparql.cache import AnswerCache
from ctgraph.sparql.formats import GRAPH_TYPES
from ctgraph.sparql.pool import QueryPool
from ctgraph.sparql.query import Query, require_allowed, words
from ctgraph.sparql.results import Complete
from ctgraph.sparql.worker import HEADER
from ctgraph.web import create_app
from ctgraph.work.admission import Admission, never
from ctgraph.work.process import WorkerProcess
from tests.support.queries import CROSS, HEAVY
from tests.support.registry import Registry, ctid_number, fill, publish
from tests.support.waiting import until

PATIENCE = 30.0
"""How long a slow machine may take, in seconds."""
OWN = ", ".join(f"<http://localhost:8000/{name}>" for name in ("vocab", "void", "envelopes"))
HELD = f"FILTER(?g NOT IN ({OWN}))"
"""The registry's own graphs are not counted as part of what it holds."""
NAMES = "SELECT ?n { ?s ceterms:name ?n } ORDER BY ?n"


def pool_of(client: FlaskClient) -> QueryPool:
    pool: QueryPool = client.application.extensions["ctgraph"].work.pool
    return pool


def ask(client: FlaskClient, query: str, address: str = "127.0.0.1", **more: Any) -> TestResponse:
    """Ask from an address; `more` are parameters."""
    base = {"REMOTE_ADDR": address}
    return client.get("/sparql", query_string={"query": query, **more}, environ_base=base)


def admission_in(client: FlaskClient) -> Admission:
    admission: Admission = client.application.extensions["ctgraph"].work.calls.admission
    return admission


@contextmanager
def occupied(client: FlaskClient, address: str) -> Iterator[Admission]:
    """Hold a place for a block, as a client's running query does."""
    admission = admission_in(client)
    with admission.turn(address, never):
        yield admission


# Turns over HTTP


def test_too_many_waiting_is_429_and_no_place_in_time_is_503(
    make_registry: Callable[..., Registry],
) -> None:
    client = fill(make_registry(query_workers=1, query_waiting=1, query_queue=0.3))
    with occupied(client, "127.0.0.2") as admission, ThreadPoolExecutor(1) as threads:
        late = ask(client, NAMES, "127.0.0.3")
        waits = threads.submit(ask, client.application.test_client(), NAMES, "127.0.0.2")
        until(lambda: len(admission._turns) == 2 or waits.done())
        many = ask(client, NAMES, "127.0.0.2")
        assert waits.result(PATIENCE).status_code == 503
    assert late.status_code == 503
    assert "busy" in late.json["detail"]
    assert many.status_code == 429
    assert int(many.headers["Retry-After"]) > 0 < int(late.headers["Retry-After"])
    assert many.headers["Access-Control-Allow-Origin"] == "*"
    assert ask(client, NAMES, "127.0.0.2").status_code == 200


def test_a_client_with_many_waiting_does_not_delay_another(
    make_registry: Callable[..., Registry],
) -> None:
    client = fill(make_registry(query_workers=1, query_queue=PATIENCE, query_cache=0))
    order: list[str] = []

    def send(address: str) -> None:
        own = client.application.test_client()
        assert ask(own, NAMES, address).status_code == 200
        order.append(address)

    threads: list[threading.Thread] = []
    with occupied(client, "127.0.0.2") as admission:
        for address in ["127.0.0.2"] * 4 + ["127.0.0.3"]:
            threads.append(threading.Thread(target=send, args=(address,)))
            threads[-1].start()
            until(lambda: len(admission._turns) == len(threads) + 1)
    for thread in threads:
        thread.join(PATIENCE)
    assert len(order) == 5
    assert order.index("127.0.0.3") <= 1


def test_a_worker_that_dies_while_it_sends_gives_back_one_place(
    make_registry: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = fill(make_registry(query_workers=1, query_queue=0))
    read = WorkerProcess.frame

    def dying(self: Any, *arguments: Any) -> tuple[bytes, bytes]:
        kind, payload = read(self, *arguments)
        if kind != HEADER:
            self._process.kill()
            return b"", b""
        return kind, payload

    monkeypatch.setattr(WorkerProcess, "frame", dying)
    assert ask(client, NAMES).status_code == 503
    monkeypatch.undo()
    with occupied(client, "127.0.0.2"):
        assert ask(client, "ASK {}", "127.0.0.3").status_code == 503
    assert ask(client, NAMES).status_code == 200


def test_an_idle_worker_that_died_is_replaced(make_registry: Callable[..., Registry]) -> None:
    client = fill(make_registry(query_workers=1, query_cache=0))
    assert ask(client, NAMES).status_code == 200
    for worker, _ in pool_of(client)._crew._idle:
        worker._process.kill()
        worker._process.join()
    assert ask(client, NAMES).status_code == 200


@pytest.mark.parametrize("text", ["-", "a-", '\\"', "\\'''\n"])
def test_reading_a_query_for_its_words_takes_no_longer_than_it_must(text: str) -> None:
    """The endpoint reads the words itself, not in a worker with a deadline."""

    started = time.thread_time()
    words('"' + text * (30_000 // len(text)))
    words(text * (30_000 // len(text)))
    assert time.thread_time() - started < 1.5


@pytest.mark.parametrize(
    "query",
    [
        "PREFIX : <http://x.example/> SELECT * { SERVICE:q { ?s ?p ?o } }",
        "SELECT * { ?s ex:a ex:b# '''\n . SERVICE <http://x.example/> { ?s ?p ?o } #'''\n }",
        "SELECT * { { ex:a\\' ?a 1 } SERVICE <http://x.example/> { ?s ?p ?o } { ?b ?c '' } }",
        "SELECT * { VALUES ?z { '''a' } SERVICE <http://x.example/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1.SERVICE<http://x.example/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 5SERVICE <http://x.example/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p trueSERVICE <http://x.example/> { ?s ?p ?o } }",
        "SELECT * { SERVICESILENT <http://x.example/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p 1 SERVICE:q # '{\n {} }",
    ],
)
def test_no_disguise_lets_a_query_call_another_endpoint(query: str) -> None:
    """Each of these is a call for the parser that runs queries."""
    with pytest.raises(CtgraphError):
        require_allowed("PREFIX ex: <urn:x:> " + query)


# Compression, the cache, deadlines


@pytest.mark.parametrize("query", [NAMES, f"{CROSS} LIMIT 20000"], ids=["small", "streamed"])
def test_compression_is_as_the_client_accepts_it(
    make_registry: Callable[..., Registry], query: str
) -> None:
    client = fill(make_registry())
    read: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        "gzip": gzip.decompress,
        "zstd": compression.zstd.decompress,
    }
    bodies, tags = set(), set()
    for encoding, decompress in read.items():
        headers = {"Accept-Encoding": encoding} if encoding else {}
        answer = client.get("/sparql", query_string={"query": query}, headers=headers)
        assert answer.headers.get("Content-Encoding", "") == encoding
        assert {"accept", "accept-encoding"} <= {part.lower() for part in answer.vary}
        assert ("Ctgraph-Result-Cut" in answer.headers) == ("LIMIT" in query)
        bodies.add(decompress(answer.data))
        tags.add(answer.get_etag()[0])
        headers["If-None-Match"] = answer.headers["ETag"]
        again = client.get("/sparql", query_string={"query": query}, headers=headers)
        assert again.status_code == 304
        assert not again.data
    assert len(bodies) == 1
    assert len(tags) == 3


def test_an_answer_too_short_for_compression_is_the_same_for_everybody(
    make_registry: Callable[..., Registry],
) -> None:
    client, query = fill(make_registry()), {"query": "ASK {}"}
    plain = client.get("/sparql", query_string=query)
    asking = client.get("/sparql", query_string=query, headers={"Accept-Encoding": "gzip"})
    assert plain.data == asking.data
    assert plain.json == {"head": {}, "boolean": True}
    assert "Content-Encoding" not in asking.headers
    assert plain.headers == asking.headers


@pytest.mark.parametrize("query", [NAMES, f"{CROSS} LIMIT 5000"], ids=["small", "700 KB"])
def test_a_repeated_query_needs_no_worker(
    make_registry: Callable[..., Registry], query: str
) -> None:
    client = fill(make_registry(query_workers=1, query_queue=0))
    first = ask(client, query, format="json")
    assert "Ctgraph-Result-Cut" not in first.headers
    with occupied(client, "127.0.0.2"):
        second = ask(client, query, format="json")
    assert second.status_code == 200
    assert second.data == first.data
    assert second.headers["ETag"] == first.headers["ETag"]


def test_the_cache_stays_within_its_size_whatever_fills_it() -> None:
    cache, most = AnswerCache(100_000), 100_000
    queries = [Query(f"ASK {{}} #{number} {'x' * 8000}") for number in range(100)]
    for query in queries:
        cache.put(("state", query), Complete("text/csv", False, b"true\n"), query.text)
    kept = [query for query in queries if cache.get(("state", query), Complete)]
    assert sum(len(query.text) for query in kept) <= most
    small = Query("ASK {}")
    cache.put(("state", small), Complete("text/csv", False, b"x" * (most // 4)), small.text)
    assert cache.get(("state", small), Complete) is None
    cache.put(("state", small), Complete("text/csv", False, b"true\n"), small.text)
    assert cache.get(("state", small), Complete)


def test_a_change_is_seen_at_once_and_has_another_tag(registry: Registry) -> None:
    client = fill(registry, 3)
    query = "SELECT ?k { ?s ceterms:keyword ?k }"
    first = ask(client, query)
    publish(registry, range(1, 2), "renewed")
    registry.project()
    known = {"If-None-Match": first.headers["ETag"]}
    second = client.get("/sparql", query_string={"query": query}, headers=known)
    assert second.status_code == 200
    assert second.headers["ETag"] != first.headers["ETag"]
    assert b"renewed" not in first.data
    assert b"renewed" in second.data


def test_what_makes_a_difference_makes_another_tag(registry: Registry) -> None:
    client = fill(registry, 3)
    third = f"http://localhost:8000/graph/{ctid_number(3)}"
    variants: list[dict[str, str]] = [
        {},
        {"format": "csv"},
        {"timeout": "7"},
        {"default-graph-uri": third},
        {"named-graph-uri": third},
    ]
    answers = [ask(client, NAMES, **more) for more in variants]
    assert len({answer.headers["ETag"] for answer in answers}) == len(answers)
    assert answers[1].mimetype == "text/csv"
    assert answers[0].data == answers[2].data
    assert [len(a.json["results"]["bindings"]) for a in answers if a.is_json] == [3, 3, 1, 0]
    head = client.head("/sparql", query_string={"query": NAMES})
    assert head.headers["ETag"] == answers[0].headers["ETag"]
    assert not head.data
    assert head.content_length == len(answers[0].data)


def test_the_deadline_that_a_client_asks_for(make_registry: Callable[..., Registry]) -> None:
    client = fill(make_registry(query_timeout=20))
    assert ask(client, NAMES).headers["Ctgraph-Timeout"] == "20"
    assert ask(client, NAMES, timeout="7.5").headers["Ctgraph-Timeout"] == "7.5"
    assert ask(client, NAMES, timeout="1000").headers["Ctgraph-Timeout"] == "20"
    late = ask(client, HEAVY, timeout="0.5")
    assert late.status_code == 503
    assert "0.5 seconds" in late.json["detail"]
    for nonsense in ("soon", "0", "-1", "nan", "inf"):
        assert ask(client, NAMES, timeout=nonsense).status_code == 400, nonsense


# Descriptions and the protocol's edges

RDF = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/ld+json": ox.RdfFormat.JSON_LD,
}


def described(client: FlaskClient, path: str, media_type: str) -> ox.Store:
    """Return a description in a store."""
    answer = client.get(path, headers={"Accept": media_type})
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    store = ox.Store()
    store.extend(ox.parse(answer.data, format=RDF[media_type]))
    return store


@pytest.mark.parametrize("media_type", RDF)
def test_the_service_is_described(registry: Registry, media_type: str) -> None:
    client = fill(registry, 3)
    store = described(client, "/sparql", media_type)
    query = """
        PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
        PREFIX dcat: <http://www.w3.org/ns/dcat#> PREFIX ctg: <https://w3id.org/ctgraph/terms#>
        ASK { <http://localhost:8000/sparql> a sd:Service ; sd:endpoint ?e ;
            sd:supportedLanguage sd:SPARQL11Query ; sd:feature sd:UnionDefaultGraph ;
            sd:defaultDataset [ sd:defaultGraph [ a sd:Graph ] ] ; ctg:rowLimit 100000 ;
            dcat:servesDataset <http://localhost:8000/void#registry> }"""
    assert store.query(query)


@pytest.mark.parametrize("media_type", RDF)
def test_the_counts_of_the_dataset_are_those_that_queries_find(
    registry: Registry, media_type: str
) -> None:
    client = fill(registry, 5)
    store = described(client, "/void", media_type)

    def counted(query: str) -> dict[str, str]:
        answer = ask(client, query, format="csv")
        return {row[0]: row[1] for row in list(csv.reader(io.StringIO(answer.text)))[1:]}

    def told(pattern: str) -> dict[str, str]:
        prefix = "PREFIX void: <http://rdfs.org/ns/void#>"
        results: Any = store.query(f"{prefix} SELECT ?of ?n {pattern}")
        return {row[0].value: row[1].value for row in results}

    classes = counted(
        f"SELECT ?c (COUNT(DISTINCT ?s) AS ?n) {{ GRAPH ?g {{ ?s a ?c }} {HELD} }} GROUP BY ?c"
    )
    once = f"SELECT DISTINCT ?s ?p ?o {{ GRAPH ?g {{ ?s ?p ?o }} {HELD} }}"
    every = counted(f"SELECT ?p (COUNT(*) AS ?n) {{ {{ {once} }} }} GROUP BY ?p")
    assert classes
    assert told("{ ?part void:class ?of ; void:entities ?n }") == classes
    assert every
    assert told("{ ?part void:property ?of ; void:triples ?n }") == every
    numbers = f"{len(classes)} ; void:properties {len(every)} ; void:documents 5"
    total = sum(map(int, every.values()))
    assert told(f"{{ ?of void:classes {numbers} ; void:triples ?n }}") == {
        "http://localhost:8000/void#registry": str(total)
    }


def test_descriptions_have_pages_and_a_well_known_place(registry: Registry) -> None:
    client = fill(registry, 3)
    known = client.get("/.well-known/void")
    assert known.status_code == 302
    assert known.headers["Location"].endswith("/void")
    for path, shown in (("/sparql", "<textarea"), ("/void", "Certificate")):
        page = client.get(path, headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert page.mimetype == "text/html"
        assert shown in page.text


def test_the_query_timeout_is_one_literal_in_every_format(registry: Registry) -> None:
    client = fill(registry, 1)
    expected = ox.Literal(str(registry.settings.query_timeout), datatype=ox.NamedNode(XSD.decimal))
    for name, media_type in GRAPH_TYPES.items():
        answer = client.get("/sparql", query_string={"format": name})
        format = ox.RdfFormat.from_media_type(media_type)
        described = ox.parse(answer.data, format=format)
        found = [quad.object for quad in described if quad.predicate.value == f"{CTG}queryTimeout"]
        assert found == [expected], name


def test_scripts_of_other_sites_may_ask(registry: Registry) -> None:
    client = create_app(registry.settings).test_client()
    answer = client.options("/sparql", headers={"Origin": "https://other.example"})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    methods = answer.headers["Access-Control-Allow-Methods"]
    assert "GET" in methods
    assert "POST" in methods
    assert "Content-Type" in answer.headers["Access-Control-Allow-Headers"]
    exposed = answer.headers["Access-Control-Expose-Headers"]
    assert {"ETag", "Retry-After", "Ctgraph-Result-Cut"} <= set(exposed.split(", "))


def test_queries_that_are_too_long_or_in_another_charset(registry: Registry) -> None:
    client = fill(registry, 1)
    comment = "#" + "x" * 999_980
    typed = "application/sparql-query"
    assert client.post("/sparql", data="ASK {}" + comment, content_type=typed).json["boolean"]
    for body in (
        {"data": "ASK {}" + comment + "x" * 30, "content_type": typed},
        {"data": {"query": "ASK {}" + comment + "x" * 30}},
    ):
        assert client.post("/sparql", **body).status_code == 413
    for charset, status in (("utf-8", 200), ("latin-1", 415), ("utf-16", 415)):
        kind = f"{typed}; charset={charset}"
        assert client.post("/sparql", data="ASK {}", content_type=kind).status_code == status
    assert client.post("/sparql", data=b"ASK {} #\xff", content_type=typed).status_code == 400
