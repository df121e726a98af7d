"""What precedes and what succeeds: questions, their answers in many formats, and the picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, request

from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, InvalidDocument
from ctgraph.identity import ctid
from ctgraph.ledger.values import Envelope
from ctgraph.links.model import Cut, Graph
from ctgraph.pathways import Asked, Pathways
from ctgraph.pathways.formats import FORMATS, to_json, write
from ctgraph.pathways.learner_check import MOST_HELD, Checked, Prospect
from ctgraph.pathways.routes import MEASURES, MOST_ROUTES, routes_json
from ctgraph.pathways.structure import to_json as structure_json
from ctgraph.pathways.traversal import PAGE
from ctgraph.vocab import vocabulary
from ctgraph.web.http import questions, respond
from ctgraph.web.http.fitting import fitting
from ctgraph.web.http.negotiation import HTML, choose
from ctgraph.web.http.registry import state

blueprint = Blueprint("pathways", __name__)
T = TypeVar("T")

OFFERS = {format.name: format.media_type for format in FORMATS.values()}
PAGES = {**OFFERS, "html": HTML}
BOTH = {"json": "application/json", "html": HTML}
QUESTIONS = {
    "preceding": Pathways.preceding,
    "succeeding": Pathways.succeeding,
    "neighbourhood": Pathways.neighbourhood,
    "stack": Pathways.stack,
    "versions": Pathways.versions,
}
DEPTHS = {"neighbourhood": 1, "versions": 10}
LISTED = 200
SHOWN, MOST_STEPS = 300, 1_000
"""How many nodes, and how many steps of a published pathway, a page for people has."""
FEW = Asked(depth=10, limit=100)


@blueprint.get("/pathways")
def index() -> Response:
    """The pathways that are published, and the questions that can be reach."""
    found: list[Envelope] = []
    cut = []
    for kind in ("ceterms:Pathway", "ceterms:PathwaySet"):
        listed = state().ledger.records.envelopes(LISTED + 1, kind=kind)
        found += listed[:LISTED]
        if len(listed) > LISTED:
            cut.append(
                Cut(
                    f"Only {LISTED} of the class {kind} are listed; "
                    f"/records?type={kind} has all, in pages."
                )
            )
    if choose(BOTH) == "json":
        return respond.json(
            {
                "pathways": [
                    {
                        "ctid": e.ctid,
                        "name": e.name,
                        "type": e.type,
                        "owner": e.owner,
                        "url": f"{state().settings.base_url}/pathways/{e.ctid}",
                    }
                    for e in found
                ],
                "cut": [asdict(one) for one in cut],
            }
        )
    owners = state().ledger.records.names({envelope.owner for envelope in found})
    text = request.args.get("q", "").replace("\0", "")
    found.sort(key=lambda e: e.name.lower())
    named = _ask(Pathways.search, text) if text.strip() else None
    return respond.page(
        "pathways/pathways.html",
        found=found,
        owners=owners,
        text=text,
        named=named,
        cut=cut,
        label=vocabulary().label,
    )


@blueprint.get("/pathways/<record>")
def pathway(record: str) -> Response:
    """What is around a record: as a picture with tables, or as the other questions are answered."""
    if record != ctid.canonical(record):
        return _led(record, "", 301)
    name = choose(PAGES)
    reach = _asked(2, PAGE)
    if name != "html":
        return _graph(name, Pathways.neighbourhood, record, reach)
    graph, described, stack, versions = state().ask(
        questions.around, record, replace(reach, limit=SHOWN, cursor=""), FEW
    )
    graph = _on_page(graph)
    start = next(node for node in graph.nodes if node.id == record)
    structure = structure_json(described) if described else {}
    steps = len(structure.get("components", ()))
    structure = {
        name: fitting(found, MOST_STEPS) if isinstance(found, tuple) else found
        for name, found in structure.items()
    }
    query = {
        "depth": reach.depth,
        "strength": sorted(reach.strengths),
        "kind": ",".join(_several("kind")),
        "provider": ",".join(sorted(reach.providers)),
        "credentials": _flag("credentials"),
    }
    return respond.page(
        "pathways/pathway.html",
        record=record,
        start=start,
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
        label=vocabulary().label,
    )


@blueprint.get(f"/pathways/<record>/<any({', '.join(QUESTIONS)}):question>")
def question(record: str, question: str) -> Response:
    """One question about a record; browsers get the page that has the answer in it."""
    if record != ctid.canonical(record):
        return _led(record, f"/{question}", 301)
    name = choose(PAGES)
    if name == "html":
        return _led(record, "", 303)
    reach = _asked(DEPTHS.get(question, 3), PAGE)
    return _graph(name, QUESTIONS[question], record, reach)


@blueprint.get("/pathways/<record>/structure")
def structure(record: str) -> Response:
    """The structure of a published pathway: components, conditions, levels."""
    if record != ctid.canonical(record):
        return _led(record, "/structure", 301)
    found = _ask(Pathways.structure, record)
    if choose(BOTH) == "html":
        return _led(record, "", 303)
    return respond.json(structure_json(found))


@blueprint.get("/pathways/route")
def route() -> Response:
    """The best routes from one record to another."""
    name = choose(PAGES)
    start, goal = (request.args.get(end, "").strip() for end in ("from", "to"))
    by, k = request.args.get("by", "steps"), _number("k", 3)
    reach = {
        "start": start,
        "goal": goal,
        "by": by,
        "k": k,
        "measures": MEASURES,
        "most": MOST_ROUTES,
    }
    if name == "html" and not (start and goal):
        return respond.page("pathways/route.html", found=None, **reach)
    if not (start and goal):
        raise BadParameter("Name both ends: ?from=CTID&to=CTID.")
    found = _ask(Pathways.route, start, goal, k, by)
    if name == "html":
        return respond.page(
            "pathways/route.html",
            found=found,
            **reach,
            nodes={node.id: node for node in found.graph.nodes},
            edges={(e.source, e.target): e for e in found.graph.edges},
        )
    if name == "json":
        return respond.json(routes_json(found))
    return _written(write(found.graph, name, state().identity), found.graph.next, name)


@blueprint.get("/pathways/common")
def common() -> Response:
    """What several records all lead to."""
    name = choose(PAGES)
    records, reach = _several("ctids"), _asked(5, PAGE)
    if name == "html" and not records:
        return respond.page("pathways/common.html", found=None, records=records)
    if not records:
        raise BadParameter("Name the records: ?ctids=CTID,CTID.")
    if name == "html":
        found = _ask(Pathways.common, records, reach)
        return respond.page(
            "pathways/common.html",
            found=found,
            records=records,
            depth=reach.depth,
            credentials=_flag("credentials"),
            given=_given("format"),
            nodes={node.id: node for node in found.nodes},
            label=vocabulary().label,
        )
    return _graph(name, Pathways.common, records, reach)


@blueprint.get("/pathways/check")
@blueprint.post("/pathways/check")
def check() -> Response:
    """What is open to who holds some records, and what is one step away."""
    name = choose(BOTH)
    records = _held()
    if name == "html" and not records:
        return respond.page("pathways/check.html", found=None, records=records)
    if not 1 <= len(records) <= MOST_HELD:
        raise BadParameter(f"Name from 1 to {MOST_HELD} records: ?held=CTID,CTID.")
    found = _ask(Pathways.check, records)
    if name == "html":
        return respond.page(
            "pathways/check.html", found=found, records=records, label=vocabulary().label
        )
    return respond.json(_checked_json(found))


@blueprint.get("/pathways/search")
def search() -> Response:
    """Records by words of their names, for who looks for the ends of a question."""
    kinds = Asked(kinds=frozenset(_several("kind"))).kinds
    found = _ask(Pathways.search, request.args.get("q", "").replace("\0", ""), kinds)
    nodes = to_json(Graph("search", (), tuple(found), ()))["nodes"]
    return respond.json({"records": nodes})


def _ask(question: Callable[..., T], *given: Any) -> T:
    """Ask a question of :class:`Pathways`, in the turn of who asks."""
    answer: T = state().ask(questions.pathways, question, *given)
    return answer


def _led(record: str, question: str, status: int) -> Response:
    """Lead to another address of a record, with the same parameters."""
    return respond.lead(f"/pathways/{ctid.canonical(record)}{question}", status)


def _asked(depth: int, limit: int) -> Asked:
    """Return how far the request reaches.

    :param depth: the depth without a parameter, and `limit` the size of a page.
    """
    return Asked(
        depth=_number("depth", depth),
        strengths=frozenset(_several("strength")),
        kinds=frozenset(["credential"] if _flag("credentials") else _several("kind")),
        providers=frozenset(map(ctid.canonical, _several("provider"))),
        limit=_number("limit", limit),
        cursor=request.args.get("cursor", ""),
    )


def _on_page(graph: Graph) -> Graph:
    """Return as much of an answer as a page shows; the answer tells what is left out."""
    cut = list(graph.cut)
    if graph.next:
        cut.append(Cut(f"Only the nearest {SHOWN:,} are on this page."))
    edges = fitting(graph.edges, len(graph.edges))
    if len(edges) < len(graph.edges):
        cut.append(
            Cut(
                f"Only {len(edges):,} of {len(graph.edges):,} links are on this page; "
                "the formats for programs have all of them."
            )
        )
    return replace(graph, edges=tuple(edges), cut=tuple(cut))


def _several(name: str) -> list[str]:
    """Return the values of a parameter that may be repeated, or hold several with commas."""
    values = chain.from_iterable(v.replace(",", " ").split() for v in request.values.getlist(name))
    return list(dict.fromkeys(values))


def _held() -> list[str]:
    """Return the records that somebody holds; POST may send them as a JSON array or object."""
    if request.method != "POST" or not request.is_json:
        return _several("held")
    remedy = 'Send the records in JSON as {"held": ["ce-…", …]}, or as an array.'
    try:
        body = read_json(request.get_data(cache=False))
    except InvalidDocument as error:
        raise BadParameter(f"{error.message} {remedy}", error.problems) from error
    given = body.get("held") if isinstance(body, dict) else body
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise BadParameter(remedy)
    return list(dict.fromkeys(given))


def _given(left_out: str) -> list[tuple[str, str]]:
    """Return the parameters of the request but for one."""
    return [(name, value) for name, value in request.args.items(multi=True) if name != left_out]


def _flag(name: str) -> bool:
    given = request.args.get(name, "").lower()
    if given not in ("", "true", "1", "yes", "false", "0", "no"):
        raise BadParameter(f"{name}={given[:40]!r} is neither true nor false.")
    return given in ("true", "1", "yes")


def _number(name: str, usual: int) -> int:
    given = request.args.get(name, "") or str(usual)
    if not given.isascii() or not given.isdecimal() or len(given) > 6:
        raise BadParameter(f"{name}={given[:40]!r} is no number such as {usual}.")
    return int(given)


def _checked_json(found: Checked) -> dict[str, Any]:
    nodes = to_json(Graph("check", found.held, tuple(found.nodes.values()), ()))["nodes"]

    def prospect(one: Prospect) -> dict[str, Any]:
        missing = [
            {"anyOf": m.any_of, "property": m.property, "condition": m.condition}
            for m in one.missing
        ]
        return {
            "record": one.record,
            "name": found.nodes[one.record].name,
            "because": one.because,
            "missing": missing,
            "words": one.words,
        }

    return {
        "question": "check",
        "held": found.held,
        "open": list(map(prospect, found.open)),
        "oneStepAway": list(map(prospect, found.one_step)),
        "nodes": nodes,
        "cut": [asdict(cut) for cut in found.cut],
    }


def _graph(name: str, question: Callable[..., Graph], *given: Any) -> Response:
    """Answer a question in the format with a name."""
    return _written(*state().ask(questions.drawn, name, question, *given), name)


def _written(body: bytes, cursor: str | None, name: str) -> Response:
    response = respond.content(body, OFFERS[name])
    if cursor:  # the next page of the same answer (RFC 8288)
        query = urlencode([*_given("cursor"), ("cursor", cursor)])
        # Relative: clients may reach this registry by another address than its base.
        response.headers["Link"] = f'<{request.path}?{query}>; rel="next"'
    return response
