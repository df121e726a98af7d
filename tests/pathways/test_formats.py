"""Answers about pathways in every format, each read back by a reader that is not ours."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from ctgraph.identity import Identity
from ctgraph.links.model import STRENGTHS, VIAS, Condition, Strength, Via
from ctgraph.pathways.families import Family
from ctgraph.pathways.formats import FORMATS, write
from ctgraph.pathways.graph_json import to_json
from ctgraph.ledger.values import Status
from ctgraph.pathways.model import Assertion, Cut, Edge, Graph, Node, Question, Side
from ctgraph.rdf.namespaces import CTG
from tests.support.queries import solutions
from tests.support.registry import ctid_number

IDENTITY = Identity("https://registry.example")
CETERMS = "https://purl.org/ctdl/terms/"
OWNER, HEARSAY = ctid_number(90), ctid_number(91)
EXAM = "https://exams.example/entry?a=1&b=2"
WEIRD = (
    'say "hi"',
    'a"]-->b["',
    "x --> y",
    "<b>&amp;</b> & c",
    "line\r\nbreak\ttab",
    "nul\0\x1b",
    "🎓👩‍🚀",
    "شهادة (CCNA)",
    "\u202eevil",
    "C#; C++",
    "%% {init}",
    "style a:#b;",
    "1. First",
    "- item",
    "\\",
    '\\"',
    "back\\slash\\n",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'=1",
    "a|b",
    "end",
    " ",
    "#quot;",
    "a\u2028b",
    "\ufffe",
)


def course(number: int, **more: Any) -> Node:
    """Return the node of a course of the one provider."""
    return replace(
        Node(
            ctid_number(number),
            IDENTITY.resource(ctid_number(number)),
            "ceterms:Course",
            Family.LEARNING,
            f"Course {number}",
            OWNER,
            "College",
        ),
        **more,
    )


def said(number: int, **more: Any) -> Assertion:
    """Return a statement of a course."""
    by = ctid_number(number)
    return replace(
        Assertion(
            by,
            OWNER,
            by,
            "ceterms:requires",
            Strength.REQUIRED,
            Via.DIRECT,
            Side.TARGET,
            owner_name="College",
        ),
        **more,
    )


ENTRY = Condition("_:c1", "Entry", "One is enough.", "_:c0")
SMALL = Graph(
    question=Question.PRECEDING,
    start=(ctid_number(3),),
    nodes=(
        course(1, name="Anatomy", depth=-1, cost=450.5, currency="USD", days=112.0),
        Node(
            EXAM,
            EXAM,
            "ceterms:Assessment",
            Family.ASSESSMENT,
            "Exam",
            status=Status.EXTERNAL,
            depth=-1,
        ),
        course(3, name="Nursing", webpage="https://college.example/nursing"),
        course(4, name="Alone", status=Status.WITHDRAWN, latest=ctid_number(3)),
    ),
    edges=(
        Edge(
            ctid_number(1),
            ctid_number(3),
            Strength.REQUIRED,
            Side.BOTH,
            True,
            (
                said(3, condition=ENTRY, via=Via.CONDITION),
                said(
                    1,
                    property="ceterms:isPreparationFor",
                    strength=Strength.PREPARATION,
                    side=Side.SOURCE,
                ),
            ),
        ),
        Edge(
            EXAM,
            ctid_number(3),
            Strength.RECOMMENDED,
            Side.OTHER,
            False,
            (
                said(
                    91,
                    strength=Strength.RECOMMENDED,
                    side=Side.OTHER,
                    condition=Condition("_:c2", "Scores", required=2),
                ),
            ),
        ),
        Edge(
            ctid_number(1),
            EXAM,
            Strength.WEAK,
            Side.TARGET,
            False,
            (),
            (ctid_number(7), ctid_number(8)),
        ),
    ),
    cut=(Cut("Only 4 nodes are shown.", ctid_number(1)),),
    next="cursor",
)

texts = st.sampled_from(WEIRD) | st.text(st.characters(codec="utf-8"), max_size=20)
ids = st.sampled_from([*map(ctid_number, range(4)), EXAM, "_:b7", "https://x.example/é#f"])
conditions = st.builds(
    Condition,
    st.sampled_from(["_:c1", "_:c2", "https://x.example/c"]),
    texts,
    texts,
    st.sampled_from(["", "_:c0"]),
    st.none() | st.integers(1, 9),
)
assertions = st.builds(
    Assertion,
    ids,
    ids,
    st.sampled_from([ctid_number(1), ctid_number(2)]),
    st.just("ceterms:requires"),
    st.sampled_from(STRENGTHS),
    st.sampled_from(VIAS),
    st.sampled_from([Side.SOURCE, Side.TARGET, Side.OTHER]),
    st.none() | conditions,
    texts,
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Return a graph of any names; its edges may reach nodes of another page."""
    amount = st.none() | st.floats(0, 1e9)
    nodes = st.builds(
        Node,
        ids,
        st.just(""),
        st.sampled_from(["", "ceterms:Course", "ceterms:License"]),
        st.sampled_from([*Family]),
        texts,
        ids,
        texts,
        st.sampled_from([Status.CURRENT, Status.UNKNOWN]),
        depth=st.integers(-9, 9),
        cost=amount,
        currency=st.sampled_from(["", "USD"]),
        days=amount,
    )
    edges = st.builds(
        Edge,
        ids,
        ids,
        st.sampled_from([*Strength]),
        st.sampled_from([Side.BOTH, Side.OTHER]),
        st.booleans(),
        st.lists(assertions, max_size=3).map(tuple),
        st.lists(ids, max_size=2).map(tuple),
    )
    found = draw(st.lists(nodes, max_size=5, unique_by=lambda node: node.id))
    return Graph(
        draw(st.sampled_from([Question.PRECEDING, Question.STACK, Question.VERSIONS])),
        tuple(draw(st.lists(ids, max_size=2))),
        tuple(replace(node, iri=full(node.id)) for node in found),
        tuple(draw(st.lists(edges, max_size=5, unique_by=lambda e: (e.source, e.target)))),
        tuple(draw(st.lists(st.builds(Cut, texts, ids), max_size=2))),
        draw(st.none() | texts),
    )


def full(id: str) -> str:
    return IDENTITY.resource(id) if id.startswith("ce-") else id


def legible(text: str) -> str:
    """Return a text as XML 1.0 can carry it."""
    return re.sub("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)


def line(text: str) -> str:
    """Return a text as it stands on one line of a drawing."""
    return " ".join(legible(text).split())


def statements(graph: Graph) -> list[tuple[Edge, Assertion | None]]:
    return [(edge, said) for edge in graph.edges for said in edge.assertions or (None,)]


def test_the_formats_have_the_media_types_that_are_promised() -> None:
    assert {name: format.media_type for name, format in FORMATS.items()} == {
        "json": "application/json",
        "jsonld": "application/ld+json",
        "graphml": "application/graphml+xml",
        "dot": "text/vnd.graphviz",
        "mermaid": "text/vnd.mermaid",
        "csv": "text/csv",
    }
    with pytest.raises(KeyError):
        write(SMALL, "xlsx", IDENTITY)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_answer_can_be_written(name: str) -> None:
    assert b"preceding" in write(Graph(Question.PRECEDING, (), (), ()), name, IDENTITY) or name in (
        "dot",
        "mermaid",
        "csv",
    )


# JSON


def snake(value: Any) -> Any:
    """Return decoded JSON with the names of the values' fields."""
    if isinstance(value, list):
        return tuple(map(snake, value))
    if isinstance(value, dict):
        return {
            re.sub("[A-Z]", lambda sign: f"_{sign[0].lower()}", key): snake(item)
            for key, item in value.items()
        }
    return value


def assertion_of(facts: dict[str, Any]) -> Assertion:
    condition = facts.pop("condition")
    return Assertion(**facts, condition=condition and Condition(**condition))


@given(graphs())
def test_json_says_everything(graph: Graph) -> None:
    found = snake(json.loads(write(graph, "json", IDENTITY)))
    for node in found["nodes"]:
        node.pop("type_label")
    found["nodes"] = tuple(Node(**node) for node in found["nodes"])
    found["cut"] = tuple(Cut(**cut) for cut in found["cut"])
    found["edges"] = tuple(
        Edge(**edge | {"assertions": tuple(map(assertion_of, edge["assertions"]))})
        for edge in found["edges"]
    )
    assert Graph(**found) == graph


def test_json_has_the_keys_that_scripts_rely_on() -> None:
    found = to_json(SMALL)
    assert list(found) == ["question", "start", "nodes", "edges", "cut", "next"]
    assert set(found["nodes"][0]) == {
        "id",
        "iri",
        "type",
        "typeLabel",
        "family",
        "name",
        "owner",
        "ownerName",
        "status",
        "webpage",
        "depth",
        "latest",
        "cost",
        "currency",
        "days",
    }
    assert [node["typeLabel"] for node in found["nodes"][:2]] == ["Course", "Assessment"]
    assert set(found["edges"][0]) == {
        "source",
        "target",
        "strength",
        "agreed",
        "alternative",
        "through",
        "assertions",
    }
    first, second = found["edges"][0]["assertions"]
    assert set(first) == {
        "by",
        "owner",
        "ownerName",
        "document",
        "property",
        "strength",
        "via",
        "side",
        "condition",
    }
    assert first["condition"] == {
        "id": "_:c1",
        "name": "Entry",
        "description": "One is enough.",
        "group": "_:c0",
        "required": None,
    }
    assert second["condition"] is None
    assert found["cut"] == [{"reason": "Only 4 nodes are shown.", "at": ctid_number(1)}]
    assert json.loads(json.dumps(found)) == json.loads(write(SMALL, "json", IDENTITY))


# JSON-LD


def canonical(quads: Any) -> ox.Dataset:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def triples(graph: Graph) -> list[ox.Quad]:
    return list(ox.parse(write(graph, "jsonld", IDENTITY), format=ox.RdfFormat.JSON_LD))


@given(graphs())
@settings(max_examples=50)
def test_json_ld_is_the_same_triples_for_every_processor(graph: Graph) -> None:
    text = jsonld.to_rdf(
        json.loads(write(graph, "jsonld", IDENTITY)), {"format": "application/n-quads"}
    )
    assert canonical(triples(graph)) == canonical(ox.parse(text, format=ox.RdfFormat.N_QUADS))


@given(graphs())
def test_json_ld_has_a_triple_for_an_edge_and_a_link_for_a_statement(graph: Graph) -> None:
    found = triples(graph)
    relation = {
        "preceding": f"{CTG}precedes",
        "stack": f"{CETERMS}isPartOf",
        "versions": f"{CTG}replacedBy",
    }[graph.question]
    edges = [quad for quad in found if quad.predicate.value == relation]
    assert len(set(edges)) == len(graph.edges)
    links = {quad.subject for quad in found if quad.object == ox.NamedNode(f"{CTG}Link")}
    assert len(links) == sum(len(edge.assertions) for edge in graph.edges)
    names = Counter(
        quad.object.value
        for quad in found
        if quad.predicate.value == f"{CETERMS}name" and isinstance(quad.object, ox.Literal)
    )
    assert not [node for node in graph.nodes if node.name and not names[node.name]]


def test_json_ld_answers_a_query() -> None:
    store = ox.Store()
    store.extend(triples(SMALL))
    query = f"""
        PREFIX ctg: <{CTG}> PREFIX ceterms: <{CETERMS}> PREFIX dct: <http://purl.org/dc/terms/>
        SELECT ?name ?strength ?via ?with ?owner ?entry ?group ?document WHERE {{
          ?earlier ctg:precedes ?later ; a ceterms:Course ; ceterms:name ?name .
          ?link a ctg:Link ; ctg:earlier ?earlier ; ctg:later ?later ; ctg:strength ?strength ;
            ctg:via ?via ; ctg:assertedBy ?later ; ctg:assertedWith ?with ; ctg:owner ?owner ;
            ctg:condition ?condition ; ctg:alternativeOf ?group ; dct:source ?document .
          ?condition ceterms:name ?entry . }}"""
    [row] = solutions(store, query)
    assert [row[name].value for name in ("name", "strength", "via", "with", "owner", "entry")] == [
        "Anatomy",
        "required",
        "condition",
        f"{CETERMS}requires",
        full(OWNER),
        "Entry",
    ]
    assert row["document"].value == IDENTITY.graph(ctid_number(3))
    number = ox.Literal(2)
    assert [quad.predicate.value for quad in store if quad.object == number] == [
        f"{CTG}requiredNumber"
    ]


# GraphML


def read_graphml(graph: Graph) -> Any:
    return nx.read_graphml(io.BytesIO(write(graph, "graphml", IDENTITY)), force_multigraph=True)


@given(graphs())
def test_graphml_loads_again(graph: Graph) -> None:
    found = read_graphml(graph)
    for node in graph.nodes:
        facts = found.nodes[node.id]
        assert facts["name"] == legible(node.name)
        assert (facts["depth"], facts.get("cost"), facts.get("days")) == (
            node.depth,
            node.cost,
            node.days,
        )
        assert facts["start"] is (node.id in graph.start)
    assert Counter(
        (a, b, facts["alternative"], facts.get("condition_required"), facts["condition_name"])
        for a, b, facts in found.edges(data=True)
    ) == Counter(
        (
            edge.source,
            edge.target,
            edge.alternative,
            said and said.condition and said.condition.required,
            legible(said.condition.name) if said and said.condition else "",
        )
        for edge, said in statements(graph)
    )


def test_graphml_keeps_numbers_and_truths_as_what_they_are() -> None:
    text = write(SMALL, "graphml", IDENTITY)
    space = "{http://graphml.graphdrawing.org/xmlns}"
    types = {
        key.get("attr.name"): key.get("attr.type")
        for key in ElementTree.fromstring(text).iter(f"{space}key")
    }
    assert (types["depth"], types["cost"], types["alternative"], types["condition_required"]) == (
        "long",
        "double",
        "boolean",
        "long",
    )
    found = read_graphml(SMALL)
    assert (found.graph["question"], found.graph["next"]) == ("preceding", "cursor")
    assert found.graph["cut"] == "Only 4 nodes are shown."
    assert "cost" not in found.nodes[EXAM]
    assert [facts["strength"] for _, _, facts in found.in_edges(ctid_number(3), data=True)] == [
        "required",
        "preparation",
        "recommended",
    ]


# CSV


def rows(graph: Graph) -> list[dict[str, str]]:
    text = write(graph, "csv", IDENTITY).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@given(graphs())
def test_csv_has_a_row_for_each_statement_and_each_lonely_node(graph: Graph) -> None:
    found = rows(graph)
    linked = {end for edge in graph.edges for end in (edge.source, edge.target)}
    assert [(row["source"], row["target"], row["asserted_by"]) for row in found] == [
        *((edge.source, edge.target, said.by if said else "") for edge, said in statements(graph)),
        *((node.id, "", "") for node in graph.nodes if node.id not in linked),
    ]
    names = {row[end]: row[f"{end}_name"] for row in found for end in ("source", "target")}
    for node in graph.nodes:
        assert names[node.id].removeprefix("'") == node.name.removeprefix("'")
    assert not [cell for row in found for cell in row.values() if cell[:1] in set("=+-@\t\r\n")]


def test_csv_says_what_json_says() -> None:
    first, second, exam, collapsed, alone = rows(SMALL)
    assert first == {
        "source": ctid_number(1),
        "source_name": "Anatomy",
        "source_type": "ceterms:Course",
        "source_owner": OWNER,
        "source_owner_name": "College",
        "target": ctid_number(3),
        "target_name": "Nursing",
        "target_type": "ceterms:Course",
        "target_owner": OWNER,
        "target_owner_name": "College",
        "strength": "required",
        "agreed": "both",
        "alternative": "true",
        "property": "ceterms:requires",
        "via": "condition",
        "side": "target",
        "asserted_by": ctid_number(3),
        "owner": OWNER,
        "owner_name": "College",
        "document": ctid_number(3),
        "condition": "_:c1",
        "condition_name": "Entry",
        "condition_description": "One is enough.",
        "condition_group": "_:c0",
        "condition_required": "",
        "through": "",
    }
    assert (second["strength"], second["side"]) == ("preparation", "source")
    assert (exam["condition_required"], exam["alternative"]) == ("2", "false")
    assert collapsed["through"] == f"{ctid_number(7)} {ctid_number(8)}"
    assert (collapsed["strength"], collapsed["asserted_by"]) == ("weak", "")
    assert [key for key, cell in alone.items() if cell] == [
        "source",
        "source_name",
        "source_type",
        "source_owner",
        "source_owner_name",
    ]


# Graphviz


def drawn(graph: Graph) -> dict[str, list[str]]:
    """Return the lines of text in each node and edge of the picture that Graphviz makes."""
    if not shutil.which("dot"):
        pytest.skip("needs the dot command of Graphviz")
    done = subprocess.run(
        ["dot", "-Tsvg"], input=write(graph, "dot", IDENTITY), capture_output=True, check=True
    )
    assert b"rror" not in done.stderr
    space = "{http://www.w3.org/2000/svg}"
    return {
        group.findtext(f"{space}title", ""): [
            line(text.text or "") for text in group.iterfind(f".//{space}text")
        ]
        for group in ElementTree.fromstring(done.stdout).iter(f"{space}g")
        if group.get("class") in ("node", "edge")
    }


@given(graphs())
@settings(max_examples=40)
def test_graphviz_shows_any_name(graph: Graph) -> None:
    found = drawn(graph)
    for node in graph.nodes:
        assert found[node.id][0] == (line(node.name) or node.id)
    assert {f"{edge.source}->{edge.target}" for edge in graph.edges} <= set(found)


def test_graphviz_shows_type_provider_state_and_conditions() -> None:
    found = drawn(SMALL)
    assert found[ctid_number(1)] == ["Anatomy", "Course", "College"]
    assert found[EXAM] == ["Exam", "Assessment", "(external)"]
    assert found[f"{ctid_number(1)}->{ctid_number(3)}"] == ["one way: Entry"]
    assert found[f"{EXAM}->{ctid_number(3)}"] == ["any 2 of: Scores"]
    assert found[f"{ctid_number(1)}->{EXAM}"] == []
    lines = write(SMALL, "dot", IDENTITY).decode().splitlines()
    [agreed] = [text for text in lines if "style=solid" in text]
    assert "one way: Entry" in agreed
    assert "penwidth=3.0" in agreed
    assert sum("style=dashed" in text for text in lines) == 2
    assert '  label="Only 4 nodes are shown.";' in lines


# Mermaid


def unescaped(label: str) -> list[str]:
    """Return the lines of a label as Mermaid shows them: #35; is a hash, 8203 has no width."""
    text = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)
    return [part.removeprefix("\u200b") for part in text.split("<br/>")]


@given(graphs())
def test_mermaid_has_nothing_in_its_labels_that_is_more_than_text(graph: Graph) -> None:
    labels = {}
    first, *lines, last = write(graph, "mermaid", IDENTITY).decode().split("\n")
    assert (first, last) == ("flowchart LR", "")
    for text in lines:
        found = re.fullmatch(
            r'  (?:(n\d+)\["([^"\n]*)"\]:::[a-z]+'
            r'|n\d+ (?:==>|-->|-\.->)(?:\|"([^"\n]*)"\|)? n\d+|cut\["([^"\n]*)"\]'
            r"|class n\d+ start|classDef [a-z]+ [a-z0-9:#,-]+)",
            text,
        )
        assert found, text
        plain = "".join(filter(None, found.groups()[1:])).replace("<br/>", "")
        assert not re.search(r"[][{}<>|`$%:\\*_~=@!?^+&\"]|#(?!\d+;)", plain)
        if found[1]:
            labels[found[1]] = unescaped(found[2])
    shown = Counter(label[0] for label in labels.values())
    assert not Counter(line(node.name) or node.id for node in graph.nodes) - shown


def test_mermaid_draws_strengths_families_and_alternatives() -> None:
    assert write(SMALL, "mermaid", IDENTITY).decode().splitlines()[1:10] == [
        '  n0["Anatomy<br/>Course<br/>College"]:::learning',
        '  n1["Exam<br/>Assessment<br/>(external)"]:::assessment',
        '  n2["Nursing<br/>Course<br/>College"]:::learning',
        '  n3["Alone<br/>Course<br/>College<br/>(withdrawn)"]:::learning',
        '  n0 ==>|"one way#58; Entry"| n2',
        '  n1 -.->|"any 2 of#58; Scores"| n2',
        "  n0 -.-> n1",
        '  cut["Only 4 nodes are shown."]',
        "  class n2 start",
    ]


def test_a_node_of_another_page_is_drawn_by_its_id() -> None:
    page = replace(SMALL, nodes=SMALL.nodes[1:])
    assert f'["{ctid_number(1)}"]:::other' in write(page, "mermaid", IDENTITY).decode()
    assert f'[label="{ctid_number(1)}", shape=note' in write(page, "dot", IDENTITY).decode()
