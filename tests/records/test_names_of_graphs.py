"""Every name under the base that stands in a graph leads to what the registry says of it."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request

import pyoxigraph as ox

from ctgraph.vocab import vocabulary
from tests.support.paths import DATA
from tests.support.sample import Sample, each

BASE = "http://localhost:8000"
NAMES = """SELECT DISTINCT ?name {
  { GRAPH ?g { ?name ?p ?o } } UNION { GRAPH ?g { ?s ?p ?name } } UNION { GRAPH ?name { ?s ?p ?o } }
  FILTER (ISIRI(?name) && STRSTARTS(STR(?name), "http://localhost:8000/"))
}"""


def ask(served: str, query: str) -> list[str]:
    address = f"{served}/sparql?{urllib.parse.urlencode({'query': query, 'format': 'csv'})}"
    with urllib.request.urlopen(address) as answer:
        return [str(line) for line in answer.read().decode().split()[1:]]


def get(served: str, name: str, accept: str) -> tuple[int, bytes]:
    address = served + name.removeprefix(BASE).partition("#")[0]
    request = urllib.request.Request(address, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, b""


def test_every_name_in_the_store_leads_somewhere(served: str) -> None:
    found = {name.partition("#")[0] for name in ask(served, NAMES)}
    for kind in (
        "/resources/",
        "/graph/",
        "/envelopes/",
        "/history/",
        "/links/",
        "/vocab",
        "genid",
    ):
        assert any(kind in name for name in found), kind
    codes = {name: get(served, name, "text/turtle")[0] for name in found}
    assert {name: code for name, code in codes.items() if code not in (200, 410)} == {}


def test_external_things_answer_in_rdf_and_as_a_page(served: str) -> None:
    """An external thing is an IRI in queries, and the same statements stand at its address."""
    things = [name for name in ask(served, NAMES) if "/genid/" in name]
    assert things
    for name in things:
        status, text = get(served, name, "application/n-triples")
        assert status == 200
        said = list(ox.parse(text, format=ox.RdfFormat.N_TRIPLES))
        own = {quad.predicate.value for quad in said if quad.subject == ox.NamedNode(name)}
        assert own == set(
            ask(
                served,
                f"SELECT DISTINCT ?p {{ <{name}> ?p ?o MINUS {{"
                " GRAPH ?l { ?link ctg:earlier|ctg:later ?x } "
                f"GRAPH ?l {{ <{name}> ?p ?o }} }} }}",
            )
        )
        assert get(served, name, "text/html")[0] == 200


def test_a_history_is_its_graph(served: str) -> None:
    """The address of a history gives the statements of its named graph."""
    [graph] = ask(served, "SELECT ?g { GRAPH ?g { ?v ctg:number 3 } } ORDER BY ?g LIMIT 1")
    triples = ox.parse(
        get(served, graph, "application/n-triples")[1], format=ox.RdfFormat.N_TRIPLES
    )
    wanted = ask(served, f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")
    assert [str(len(set(triples)))] == wanted


def test_the_vocabulary_is_data(served: str) -> None:
    """Classes have their hierarchy and labels, and the counts of the dataset leave them out."""
    credentials = {
        node["@id"]
        for _, node in Sample(DATA).records()
        if any(vocabulary().is_a(kind, "ceterms:Credential") for kind in each(node["@type"]))
    }
    kind = "?record ctg:about ?s . ?s a/rdfs:subClassOf* ceterms:Credential"
    assert set(ask(served, f"SELECT DISTINCT ?s {{ {kind} }}")) == credentials
    label = 'SELECT ?label { ceterms:Course rdfs:label ?label FILTER (LANG(?label) = "en") }'
    assert ask(served, label) == ["Course"]
    status, text = get(served, f"{BASE}/void", "application/n-triples")
    assert status == 200
    assert b"http://www.w3.org/2000/01/rdf-schema#Class" not in text


def test_paths_follow_one_strength(served: str) -> None:
    """The order by strength is a part of the whole order, and every step has a strength."""
    for_each = "ctg:requiredFor|ctg:advancedStandingFor|ctg:preparationFor|ctg:recommendedFor"
    pairs = "SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT ?a ?b {{ ?a {} ?b }} }}"
    everything = ask(served, pairs.format("ctg:precedes"))
    assert ask(served, pairs.format(f"{for_each}|ctg:weaklyPrecedes")) == everything
    assert int(ask(served, pairs.format("ctg:requiredFor"))[0]) < int(everything[0])
    assert ask(served, "SELECT (COUNT(*) AS ?n) { ?v a ctg:Version ; ctg:sequence ?q }") == ["199"]
