"""Questions about pathways: the index, the page of a record, and answers in many formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, request

from ctgraph.errors import BadParameter
from ctgraph.finder.schema_org import item_list
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Envelope
from ctgraph.pathways import LINKED, Asked, Pathways
from ctgraph.pathways.families import Family
from ctgraph.pathways.formats import FORMATS
from ctgraph.pathways.graph_json import to_json
from ctgraph.pathways.model import Cut, Graph, Node, Question
from ctgraph.pathways.structure import Structure
from ctgraph.pathways.structure import to_json as structure_json
from ctgraph.pathways.traversal import MAX_DEPTH_STEPS, PAGE_NODES
from ctgraph.rdf.namespaces import Curie
from ctgraph.web.http import questions, respond
from ctgraph.web.http.negotiation import HTML, choose, extension
from ctgraph.web.http.page_limit import fitting
from ctgraph.web.http.parameters import (
    flag,
    number,
    organizations,
    others_than,
    reads,
    several,
    words,
)
from ctgraph.web.http.registry import state

blueprint = Blueprint("pathways", __name__)

OFFERS = {format.name: format.media_type for format in FORMATS.values()}
OFFERS_AND_PAGE = {**OFFERS, "html": HTML}
QUESTIONS = {
    Question.PRECEDING: Pathways.preceding,
    Question.SUCCEEDING: Pathways.succeeding,
    Question.NEIGHBOURHOOD: Pathways.neighbourhood,
    Question.STACK: Pathways.stack,
    Question.VERSIONS: Pathways.versions,
}
USUAL_STEPS = Asked().depth
"""Steps that a question follows when the request does not say how many."""
USUAL_STEPS_OF = {Question.NEIGHBOURHOOD: 1, Question.VERSIONS: MAX_DEPTH_STEPS}
"""Default steps of questions that usually go a shorter or a longer way."""
PAGE_STEPS = 2
"""Default steps of the picture on the page of a record."""
COMMON_STEPS = 5
"""Default steps of the question for the common goals of several records."""
MAX_LISTED_RECORDS = 200
"""Pathways of each class that the index lists. The list of records has all of them, in pages."""
MAX_SHOWN_NODES = 300
"""Nodes on the page of a record. A longer table takes browsers seconds."""
MAX_SHOWN_STEPS = 1_000
"""Steps on the page of a published pathway."""
REACH = ("depth", "strength", "kind", "provider", "credentials", "limit", "cursor")
FEW = Asked(depth=MAX_DEPTH_STEPS, limit=100)
"""How far the page of a record looks for parts, wholes and versions."""


@blueprint.get("/pathways")
@reads("format", "q")
def index() -> Response:
    """Return the published pathways; for people, the page with the questions that can be asked."""
    found, cut = _listed()
    if choose(respond.JSON_OR_PAGE, usual="html") == "json":
        base = state().settings.base_url
        pathways = [
            {
                "ctid": e.ctid,
                "name": e.name,
                "type": e.type,
                "owner": e.owner,
                "url": f"{base}/pathways/{e.ctid}",
            }
            for e in found
        ]
        return respond.json({"pathways": pathways, "cut": list(map(asdict, cut))})
    text = words("q")
    return respond.page(
        "pathways/pathways.html",
        found=sorted(found, key=lambda envelope: envelope.name.lower()),
        owners=state().ledger.records.names({envelope.owner for envelope in found}),
        text=text,
        named=state().ask(questions.pathways, Pathways.search, text) if text.strip() else None,
        cut=cut,
        markup=[item_list((state().identity.resource(one.ctid), one.name) for one in found)],
    )


def _listed() -> tuple[list[Envelope], list[Cut]]:
    """Return the published pathways and sets of pathways, and a cut for each list that is cut."""
    found: list[Envelope] = []
    cut = []
    for kind in (Curie("ceterms:Pathway"), Curie("ceterms:PathwaySet")):
        listed = state().ledger.records.envelopes(MAX_LISTED_RECORDS + 1, kinds=[kind])
        found += listed[:MAX_LISTED_RECORDS]
        if len(listed) > MAX_LISTED_RECORDS:
            cut.append(
                Cut(
                    f"Only {MAX_LISTED_RECORDS} records of the class {kind} are listed. "
                    f"See /records?type={kind} for all of them, in pages."
                )
            )
    return found, cut


@blueprint.get("/pathways/search")
@reads("format", "q", "kind")
def search() -> Response:
    """Return the records whose names contain some words."""
    if extension() or request.args.get("format"):  # without one, browsers get JSON, too
        choose({"json": respond.JSON})
    kinds = Asked(kinds=frozenset(several("kind"))).kinds
    found: list[Node] = state().ask(questions.pathways, Pathways.search, words("q"), kinds)
    return respond.json({"records": to_json(Graph(Question.SEARCH, (), tuple(found), ()))["nodes"]})


@blueprint.get("/pathways/<record>")
@reads("format", *REACH)
def pathway(record: str) -> Response:
    """Return the neighbourhood of a record; for people, as a picture with tables."""
    canonical = ctid.canonical(record)
    if canonical != record:
        return _lead(canonical, "", 301)
    name = choose(OFFERS_AND_PAGE)
    asked = _asked(PAGE_STEPS)
    if name == "html":
        return _page(canonical, asked)
    return _graph(name, Pathways.neighbourhood, canonical, asked)


def _page(record: Ctid, asked: Asked) -> Response:
    """Return the page of a record."""
    graph, described, stack, versions = state().ask(
        questions.around, record, replace(asked, limit=MAX_SHOWN_NODES, cursor=""), FEW
    )
    graph = _fitting_page(graph)
    structure = structure_json(described) if described else {}
    steps = len(structure.get("components", ()))
    structure = {
        name: fitting(found, MAX_SHOWN_STEPS) if isinstance(found, tuple) else found
        for name, found in structure.items()
    }
    query = {
        "depth": asked.depth,
        "strength": sorted(asked.strengths),
        "kind": ",".join(several("kind")),
        "provider": ",".join(sorted(asked.providers)),
        "credentials": flag("credentials"),
    }
    return respond.page(
        "pathways/pathway.html",
        record=record,
        start=next(node for node in graph.nodes if node.id == record),
        graph=graph,
        query=query,
        structure=structure if structure.get("components") else None,
        steps=steps,
        pathways=structure.get("pathways", ()),
        # "</script>" in a name must not end the element that holds the data.
        payload=orjson.dumps(to_json(graph)).decode().replace("<", "\\u003c"),
        providers=sorted({(n.owner, n.owner_name) for n in graph.nodes if n.owner}),
        stack=stack,
        versions=versions,
    )


def _fitting_page(graph: Graph) -> Graph:
    """Return the part of an answer that fits a page, with a cut for the rest."""
    cut = list(graph.cut)
    if graph.next:
        cut.append(Cut(f"Only the nearest {MAX_SHOWN_NODES:,} are on this page."))
    edges = fitting(graph.edges, len(graph.edges))
    if len(edges) < len(graph.edges):
        cut.append(
            Cut(
                f"Only {len(edges):,} of {len(graph.edges):,} links are on this page. "
                "The formats for programs have all of them."
            )
        )
    return replace(graph, edges=tuple(edges), cut=tuple(cut))


@blueprint.get(f"/pathways/<record>/<any({', '.join(QUESTIONS)}):question>")
@reads("format", *REACH)
def question(record: str, question: str) -> Response:
    """Return the answer to a question about a record; redirect browsers to the page that has it."""
    canonical = ctid.canonical(record)
    if canonical != record:
        return _lead(canonical, f"/{question}", 301)
    name = choose(OFFERS_AND_PAGE)
    if name == "html":
        return _lead(canonical, "", 303)
    about = Question(question)
    return _graph(name, QUESTIONS[about], canonical, _asked(USUAL_STEPS_OF.get(about, USUAL_STEPS)))


@blueprint.get("/pathways/<record>/structure")
@reads("format")
def structure(record: str) -> Response:
    """Return the structure of a published pathway: components, conditions, levels."""
    canonical = ctid.canonical(record)
    if canonical != record:
        return _lead(canonical, "/structure", 301)
    found: Structure = state().ask(questions.pathways, Pathways.structure, canonical)
    if choose(respond.JSON_OR_PAGE) == "html":
        return _lead(canonical, "", 303)
    return respond.json(structure_json(found))


@blueprint.get("/pathways/common")
@reads("format", "ctids", *REACH)
def common() -> Response:
    """Return the records that several records all lead to."""
    name = choose(OFFERS_AND_PAGE)
    asked = _asked(COMMON_STEPS)
    if name != "html":
        records = several("ctids")
        if not records:
            raise BadParameter("Name the records: ?ctids=CTID,CTID.")
        return _graph(name, Pathways.common, records, asked)
    picks = state().ask(questions.picks, request.args.getlist("ctids"), LINKED)
    records = [pick.record for pick in picks if pick.record]
    if len(records) < max(2, len(picks)):
        return respond.page("pathways/common.html", found=None, picks=picks)
    found: Graph = state().ask(questions.pathways, Pathways.common, records, asked)
    return respond.page(
        "pathways/common.html",
        found=found,
        picks=picks,
        depth=asked.depth,
        credentials=flag("credentials"),
        given=[("ctids", " ".join(records)), *others_than("format", "ctids")],
        nodes={node.id: node for node in found.nodes},
    )


def _asked(usual_steps: int) -> Asked:
    """Return the reach of the question that the request asks."""
    return Asked(
        depth=number("depth", usual_steps),
        strengths=frozenset(several("strength")),
        kinds=frozenset([Family.CREDENTIAL] if flag("credentials") else several("kind")),
        providers=organizations("provider"),
        limit=number("limit", PAGE_NODES),
        cursor=request.args.get("cursor", ""),
    )


def _lead(record: Ctid, question: str, status: int) -> Response:
    """Redirect to another address of a record, with the same parameters."""
    return respond.lead(f"/pathways/{record}{question}", status)


def _graph(name: str, question: Callable[..., Graph], *given: Any) -> Response:
    """Return the answer to a question in the format with a name."""
    return written(*state().ask(questions.drawn, name, question, *given), name)


def written(body: bytes, cursor: str | None, name: str) -> Response:
    """Return a response with a written graph, and a link to its next page, if any (RFC 8288)."""
    response = respond.content(body, OFFERS[name])
    if cursor:
        query = urlencode([*others_than("cursor"), ("cursor", cursor)])
        # Clients may reach this registry by another address than its base, so this is relative.
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response
