"""What leads to a record, and what it leads to, as a search of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_babel import lazy_gettext

from ctgraph.errors import BadParameter
from ctgraph.finder import address as search_address
from ctgraph.finder.found import Card
from ctgraph.finder.labels import PARTS
from ctgraph.finder.leads import Leads, leads, leads_json
from ctgraph.finder.question import Facet, Order, Question, last_page, on_a_page
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.pathways import LINKED
from ctgraph.pathways.model import Node
from ctgraph.pathways.picking import NOTHING, Pick
from ctgraph.pathways.traversal import MAX_DEPTH_STEPS, Asked
from ctgraph.projections.search_words import MAX_TYPED_CHARS
from ctgraph.web.http import respond
from ctgraph.web.http.messages import worded
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import number, reads, several, words
from ctgraph.web.http.registry import state

blueprint = Blueprint("leads", __name__)
ENDS = ("to", "from")
STEPS = "steps"
"""The usual order: the fewest steps first."""
MAX_CHOICES = 12
"""Records that are offered where words name several."""
ENDING = ("credential", "learning", "assessment", "work", "pathway")
"""The families of records that others lead to."""
COUNTED = (Facet.FAMILY, Facet.DELIVERY, Facet.REGION)
SORTS = {
    Order.RELEVANCE: lazy_gettext("Fewest steps first"),
    Order.DISTANCE: lazy_gettext("Nearest first"),
    Order.COST: lazy_gettext("Cheapest first"),
    Order.NAME: lazy_gettext("Name"),
}


@dataclass(frozen=True)
class Search:
    """What the address asks.

    :param end: `to` or `from`, by which the record is given.
    :param pick: the record, or what was typed with the records that may be meant.
    :param own: the parameters that a search has not, for further addresses.
    :param unread: what was typed where a number or a day belongs, by its parameter.
    """

    end: str
    pick: Pick
    reach: Asked
    narrowed: search_address.Asked
    own: tuple[tuple[str, str], ...]
    unread: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_goal(self) -> bool:
        """Whether the others lead to the record, else it leads to them."""
        return self.end == "to"

    def address(self, parameters: Sequence[tuple[str, str]]) -> str:
        """Return the address of the same question with other parameters of the search."""
        return f"/leads?{urlencode([*self.own, *parameters])}"

    @property
    def turned(self) -> str:
        """The address of the question in the other direction."""
        return f"/leads?{urlencode([('from' if self.is_goal else 'to', self.pick.text)])}"


@blueprint.get("/leads")
@reads(
    *ENDS,
    "depth",
    "strength",
    *search_address.PARAMETERS,
    "format",
    many=search_address.REPEATABLE,
)
def what_leads() -> Response:
    """Return a page of the records that lead to one, or that it leads to."""
    is_page = choose(respond.JSON_OR_PAGE, usual="html") == "html"
    try:
        asked = _asked(is_page)
        record = asked.pick.record
        if record is None:
            return _form(asked) if is_page else _unnamed(asked)
        question = asked.narrowed.question
        found: Leads = state().ask(
            leads,
            record,
            asked.is_goal,
            asked.reach,
            on_a_page(question) if is_page else question,
        )
    except BadParameter as error:
        if not is_page:
            raise
        return _refused(worded(error.message))
    last = last_page(question, found.found.total)
    if is_page and question.page > last:
        return respond.redirect(asked.address([*asked.narrowed.given, ("page", str(last))]), 302)
    if is_page:
        return _form(asked, found, last=last)
    base = state().settings.base_url
    answer = respond.json(leads_json(found, asked.is_goal, state().identity, base))
    if question.page < last:
        following = asked.address([*asked.narrowed.given, ("page", str(question.page + 1))])
        answer.headers["Link"] = f'<{base}{following}>; rel="next"'
    return answer


def _asked(is_page: bool) -> Search:
    given = {end: words(end).strip() for end in ENDS}
    if all(given.values()):
        raise BadParameter("Name one record: to, or from. /pathways/route takes both.")
    end = "from" if given["from"] else "to"
    reach = Asked(depth=number("depth", Asked().depth), strengths=frozenset(several("strength")))
    items = [one for one in request.args.items(multi=True) if one != ("sort", STEPS)]
    narrowed, unread = (
        search_address.readable(items, COUNTED, towns=state().finder.towns)
        if is_page
        else (search_address.asked(items, COUNTED, towns=state().finder.towns), {})
    )
    pick = _pick(given[end])
    own = [(end, pick.record or pick.text)]
    own += [(name, value) for name in ("depth", "strength") for value in several(name)]
    return Search(end, pick, reach, narrowed, tuple(own), unread)


def _pick(text: str) -> Pick:
    """Return the record that a text names, by its CTID, its address or the words of its name."""
    if not text:
        return NOTHING
    record = state().identity.ctid_of(text) or text.lower()
    if is_ctid(record):
        card = state().finder.cards([Ctid(record)]).get(Ctid(record))
        return Pick(record, Ctid(record), card.name if card else "")
    if len(text) > MAX_TYPED_CHARS:
        raise BadParameter("The name is too long. Search for fewer words.")
    found = state().search(Question(text, {Facet.FAMILY: ENDING}, size=MAX_CHOICES))
    cards = [hit.card for hit in found.hits]
    same = [card for card in cards if card.name.casefold() == text.casefold()] or cards
    if len(same) == 1:
        return Pick(same[0].record, same[0].record, same[0].name)
    return Pick(text, matches=tuple(map(_choice, cards)))


def _choice(card: Card) -> Node:
    iri = state().identity.resource(card.record)
    return Node(card.record, iri, card.kind, name=card.name, owner_name=card.provider_name)


def _unnamed(asked: Search) -> Response:
    """Refuse a question of a program that names no single record.

    :raises BadParameter: always; it lists what may be meant.
    """
    if asked.pick.matches:
        meant = "; ".join(f"{node.id} ({node.name})" for node in asked.pick.matches)
        raise BadParameter(f"{asked.end} may be one of several records. Name one: {meant}.")
    raise BadParameter(
        f"No record has {asked.pick.text[:80]!r} in its name. Use other words, or a CTID."
        if asked.pick.text
        else "Name the record: ?to=CTID for what leads to it, ?from=CTID for what it leads to."
    )


def _refused(problem: str) -> Response:
    """Return the page for a question that cannot be asked; it keeps the name that was typed."""
    end = "from" if words("from") and not words("to") else "to"
    text = words(end)[:MAX_TYPED_CHARS]
    nothing = Search(end, Pick(text), Asked(), search_address.asked([]), ((end, text),))
    answer = _form(nothing, problem=problem)
    answer.status_code = 400
    return answer


def _form(asked: Search, found: Leads | None = None, **more: object) -> Response:
    answer = respond.page(
        "finder/leads.html",
        asked=asked,
        found=found,
        kinds=LINKED,
        depths=range(1, MAX_DEPTH_STEPS + 1),
        sorts={
            order: title
            for order, title in SORTS.items()
            if order is not Order.DISTANCE or asked.narrowed.question.near
        },
        parts=PARTS,
        **more,
    )
    answer.status_code = 400 if asked.unread else 200
    return answer
