"""The search: a page with filters, and the same results for programs."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ctgraph.errors import BadParameter, CtgraphError
from ctgraph.finder import address as search_address
from ctgraph.finder.address import Asked
from ctgraph.finder.feed import as_atom
from ctgraph.finder.formats import as_csv, as_xlsx, found_json
from ctgraph.finder.found import Found
from ctgraph.finder.labels import PARTS, TITLES, label_of
from ctgraph.finder.question import Facet, Order, last_page, on_a_page
from ctgraph.finder.schema_org import item_list
from ctgraph.ledger.values import now
from ctgraph.web.http import respond
from ctgraph.web.http.messages import worded
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads, words
from ctgraph.web.http.registry import state

blueprint = Blueprint("search", __name__)
FORMATS = {
    "json": respond.JSON,
    "html": "text/html",
    "jsonld": "application/ld+json",
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "atom": "application/atom+xml",
}
"""The formats of results."""
MAX_TABLE_ROWS = 100
"""Rows of a page of results as CSV or as a workbook, unless `size` asks for fewer."""
MAX_SHOWN = 8
"""Values of a filter that are shown at once. The others unfold."""
MAX_WIDER = 5
"""Parts of a search that are left out in turn, where it finds nothing."""
SORTS = {
    Order.RELEVANCE: "Best match",
    Order.NAME: "Name",
    Order.DATE: "Newest first",
    Order.DISTANCE: "Nearest first",
    Order.COST: "Cheapest first",
    Order.COMPLETENESS: "Most complete first",
    Order.CONFIRMED: "Last confirmed first",
}


@blueprint.get("/search")
@reads(*search_address.PARAMETERS, "format", many=search_address.REPEATABLE)
def search() -> Response:
    """Return a page of the records that fit a search, with counts for its filters."""
    kind = choose(FORMATS, usual="html")
    counted = tuple(Facet) if kind in ("html", "json") else ()
    items = list(request.args.items(multi=True))
    if kind == "html":
        return _read(items, counted)
    asked = search_address.asked(items, counted, towns=state().finder.towns)
    if kind in ("csv", "xlsx") and not asked.first("size"):
        asked = replace(asked, question=replace(asked.question, size=MAX_TABLE_ROWS))
    if kind == "atom" and not asked.first("sort"):  # readers of feeds expect what is new
        asked = replace(asked, question=replace(asked.question, order=Order.DATE))
    found = state().search(asked.question)
    answer = _written(kind, asked, found)
    answer.headers["Link"] = _links(asked, found)
    return answer


def _read(items: list[tuple[str, str]], counted: tuple[Facet, ...]) -> Response:
    """Return the page of a search; a page after the last one leads there."""
    try:
        asked, unread = search_address.readable(items, counted, towns=state().finder.towns)
        found = state().search(on_a_page(asked.question))
    except BadParameter as error:
        return _refused(items, worded(error.message))
    last = last_page(asked.question, found.total)
    if asked.question.page > last:
        return respond.redirect(f"/search?{urlencode([*asked.given, ('page', str(last))])}", 302)
    answer = _page(asked, found, unread)
    answer.headers["Link"] = _links(asked, found)
    return answer


@blueprint.get("/search/suggest")
@reads("q", "type")
def suggest() -> Response:
    """Return names of records with words that begin as typed."""
    found = state().finder.suggest(words("q"), request.args.getlist("type")[:1])
    return respond.json(
        {"suggestions": [{"ctid": s.record, "name": s.name, "type": s.kind} for s in found]}
    )


def _written(kind: str, asked: Asked, found: Found) -> Response:
    identity, here = state().identity, _address(asked.given)
    cards = [hit.card for hit in found.hits]
    if kind == "json":
        return respond.json(found_json(found, identity))
    if kind == "jsonld":
        return respond.json(_item_list(asked, found) | {"url": here}, media_type=FORMATS[kind])
    if kind == "atom":
        title = f"Search: {asked.question.words}" if asked.question.words else "All records"
        body = as_atom(found, identity, f"{here}&format=atom", title, now())
        return respond.content(body, FORMATS[kind])
    body = as_csv(cards) if kind == "csv" else as_xlsx(cards)
    answer = respond.content(body, FORMATS[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="results.{kind}"'
    return answer


def _page(asked: Asked, found: Found, unread: dict[str, str]) -> Response:
    question = asked.question
    answer = respond.page(
        "finder/search.html",
        asked=asked,
        found=found,
        chosen=_chosen(asked, found),
        titles=TITLES,
        shown=MAX_SHOWN,
        sorts={o: t for o, t in SORTS.items() if o is not Order.DISTANCE or question.near},
        last=last_page(question, found.total),
        wider=_wider(asked) if not found.total else [],
        markup=[_item_list(asked, found)] if found.hits else [],
        encode=urlencode,
        titles_of_parts=PARTS,
        problem="",
        unread=unread,
    )
    answer.status_code = 400 if unread else 200
    return answer


def _item_list(asked: Asked, found: Found) -> dict[str, object]:
    """Return the results for search engines (schema.org)."""
    question, identity = asked.question, state().identity
    items = ((identity.resource(hit.card.record), hit.card.name) for hit in found.hits)
    return item_list(items, found.total, (question.page - 1) * question.size + 1)


def _refused(items: list[tuple[str, str]], problem: str) -> Response:
    """Return the page for a search that cannot be asked; it keeps what was typed."""
    given = tuple((n, v[:200]) for n, v in items if n in search_address.PARAMETERS and v)
    nothing = Asked(search_address.asked([]).question, given[: search_address.MAX_CHOSEN])
    found = Found(0, (), {}, 0)
    answer = respond.page(
        "finder/search.html",
        asked=nothing,
        found=found,
        chosen=[],
        titles=TITLES,
        shown=MAX_SHOWN,
        sorts=SORTS,
        last=1,
        wider=[],
        encode=urlencode,
        problem=problem,
        unread={},
    )
    answer.status_code = 400
    return answer


def _chosen(asked: Asked, found: Found) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return what results are narrowed by: a title, the value in words, and the rest without it."""
    labels = {(facet, one.value): one.label for facet, many in found.facets.items() for one in many}
    chips = [
        (TITLES[facet], labels.get((facet, value)) or label_of(facet, value))
        for facet, values in asked.question.filters.items()
        for value in values
    ]
    rests = [
        asked.without(facet.value, value=value)
        for facet, values in asked.question.filters.items()
        for value in values
    ]
    if asked.question.box:
        chips.append(("Place", "Part of the map"))
        rests.append(asked.without("box"))
    return [(title, label, rest) for (title, label), rest in zip(chips, rests, strict=True)]


def _wider(asked: Asked) -> list[tuple[str, int, list[tuple[str, str]]]]:
    """Return wider searches that find something: what each leaves out, and how much it finds."""
    names = dict.fromkeys(name for name, _ in asked.given if name in PARTS)
    found = []
    for name in list(names)[:MAX_WIDER]:
        rest = asked.without(*({"near", "within"} if name == "near" else {name}), "sort")
        question = replace(
            search_address.asked(rest, towns=state().finder.towns).question, size=0, is_strict=True
        )
        with suppress(CtgraphError):  # the answer itself is there already
            total = state().search(question).total
            if total:
                found.append((PARTS[name], total, rest))
    return sorted(found, key=lambda one: one[1])


def _links(asked: Asked, found: Found) -> str:
    """Return the pages before and after this one (RFC 8288)."""
    page, last = asked.question.page, last_page(asked.question, found.total)
    pages = {"first": 1, "last": last}
    if page > 1:
        pages["prev"] = min(page - 1, last)
    if page < last:
        pages["next"] = page + 1
    kept = [(n, v) for n, v in request.args.items(multi=True) if n == "format"]
    return ", ".join(
        f'<{_address([*asked.given, *kept, ("page", str(number))])}>; rel="{relation}"'
        for relation, number in pages.items()
    )


def _address(given: object) -> str:
    return f"{state().settings.base_url}/search?{urlencode(list(given))}"  # type: ignore[call-overload]
