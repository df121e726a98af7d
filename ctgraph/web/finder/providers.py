"""The organizations that publish or offer something, with how much."""

from __future__ import annotations

from collections.abc import Collection
from string import ascii_uppercase
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ctgraph.errors import BadParameter
from ctgraph.finder import address
from ctgraph.finder.question import Facet, Order, Question, last_page, on_a_page
from ctgraph.finder.schema_org import item_list
from ctgraph.projections.search_words import MAX_TYPED_CHARS
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import number, reads, words
from ctgraph.web.http.registry import state

blueprint = Blueprint("providers", __name__)
PAGE_PROVIDERS = 50
"""Organizations that one page lists."""


@blueprint.get("/providers")
@reads("q", "letter", "region", "page", "format")
def providers() -> Response:
    """Return a page of the organizations, by name, with the number of records of each."""
    regions = tuple(one for one in request.args.getlist("region") if one)[: address.MAX_CHOSEN]
    filters: dict[Facet, tuple[str, ...]] = {Facet.FAMILY: ("organization",)}
    if regions:
        filters[Facet.REGION] = regions
    page, letter = max(1, number("page", 1)), _letter()
    question = Question(
        words=words("q")[:MAX_TYPED_CHARS],
        filters=filters,
        order=Order.NAME,
        counted=(Facet.REGION,),
        page=page,
        size=PAGE_PROVIDERS,
        initial=letter.lower(),
    )
    is_page = choose(respond.JSON_OR_PAGE, usual="html") == "html"
    found = state().search(on_a_page(question) if is_page else question)
    last = last_page(question, found.total)
    given = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name in ("q", "letter", "region") and value
    ]
    if is_page and page > last:
        return respond.redirect(f"/providers?{urlencode([*given, ('page', str(last))])}", 302)
    held = [hit.card.record for hit in found.hits]
    offered = _offered(held)
    if not is_page:
        listed = [
            {
                "ctid": hit.card.record,
                "iri": state().identity.resource(hit.card.record),
                "name": hit.card.name,
                "records": offered.get(hit.card.record, 0),
            }
            for hit in found.hits
        ]
        return respond.json({"total": found.total, "providers": listed})
    return respond.page(
        "finder/providers.html",
        found=found,
        offered=offered,
        regions=regions,
        words=words("q"),
        letters=tuple(ascii_uppercase),
        initials=state().finder.initials(question),
        given=given,
        letter=letter,
        page=page,
        last=last,
        markup=[
            item_list(
                ((state().identity.resource(hit.card.record), hit.card.name) for hit in found.hits),
                found.total,
                (page - 1) * PAGE_PROVIDERS + 1,
            )
        ],
    )


def _letter() -> str:
    """Return the letter that names begin with, upper case; empty for any."""
    given = words("letter").upper()
    if given and given not in tuple(ascii_uppercase):
        raise BadParameter(f"Invalid letter={given[:40]!r}. Use one from A to Z.")
    return given


def _offered(providers: Collection[str]) -> dict[str, int]:
    """Return how many records each of some organizations offers or owns."""
    if not providers:
        return {}
    return state().finder.numbers(Facet.PROVIDER, providers)
