"""The widget: a search as a part of another site, and the page that composes its address."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from ctgraph.errors import BadParameter
from ctgraph.finder import address, widget
from ctgraph.finder.address import Asked
from ctgraph.finder.found import Found
from ctgraph.finder.labels import TITLES, label_of
from ctgraph.finder.question import last_page, on_a_page
from ctgraph.finder.widget import COLOURS, FACETS, FIELDS, Look
from ctgraph.web.http import respond
from ctgraph.web.http.messages import worded
from ctgraph.web.http.parameters import flag, reads
from ctgraph.web.http.policy import policy
from ctgraph.web.http.registry import state

blueprint = Blueprint("widget", __name__)
HEIGHT_PIXELS = 640
"""The height of a widget, until the site that holds it sets another one."""


@blueprint.get("/widget")
@reads(*address.PARAMETERS, *widget.PARAMETERS)
def show() -> Response:
    """Return the widget. It may stand in a frame of every site, as no other page may."""
    items = _items()
    look = widget.look_of(items)
    shown = tuple(facet for facet in FACETS if facet not in look.hidden)
    try:
        asked = address.asked(items, shown, towns=state().finder.towns)
        found = state().search(on_a_page(asked.question))
        if asked.question.page > (last := last_page(asked.question, found.total)):
            return respond.redirect(f"/widget?{urlencode(_to(items, last))}", 302)
        answer = _page(look, items, asked, found, "")
    except BadParameter as error:  # of its reader, who sees why in the frame
        kept = [(name, value[:200]) for name, value in items if name == "q"]
        asked = Asked(address.asked([]).question, tuple(kept))
        answer = _page(look, items, asked, Found(0, (), {}, 0), worded(error.message))
        answer.status_code = 400
    styles = (look.digest,) if look.style else ()
    answer.headers["Content-Security-Policy"] = policy(*styles, frames="*")
    return answer


@blueprint.get("/widget/build")
@reads(*address.PARAMETERS, *widget.PARAMETERS, "always")
def build() -> Response:
    """Return a form that composes the address of a widget, its preview, and the text to copy."""
    problem, look, is_always = "", widget.look_of(()), False
    items = _items()
    try:
        is_always = flag("always")
        if not is_always:  # the form sends all colours, chosen or not
            items = [(n, v) for n, v in items if v != COLOURS.get(n)]
        look = widget.look_of(items)
        address.asked(items, towns=state().finder.towns)
    except BadParameter as error:
        problem = worded(error.message)
    path = f"/widget?{urlencode(items)}"
    title = escape(look.title or "Search for credentials")
    snippet = (
        f'<iframe src="{escape(state().settings.base_url + path)}" title="{title}"\n'
        f'  width="100%" height="{HEIGHT_PIXELS}" loading="lazy"></iframe>'
    )
    answer = respond.page(
        "finder/widget_build.html",
        given=dict(items),
        preset=[(n, v) for n, v in items if n in address.PARAMETERS and n not in _FORM],
        titles=TITLES,
        look=look,
        colours={**COLOURS, **look.colours},
        fields=FIELDS,
        path=path,
        snippet=snippet,
        height=HEIGHT_PIXELS,
        is_always=is_always,
        problem=problem,
        encode=urlencode,
        words=label_of,
    )
    answer.status_code = 400 if problem else 200
    return answer


_FORM = ("q", "near", "within", "size", "page")


def _to(items: list[tuple[str, str]], page: int) -> list[tuple[str, str]]:
    """Return the parameters of a widget with another page."""
    return [*((n, v) for n, v in items if n != "page"), ("page", str(page))]


def _items() -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in request.args.items(multi=True)
        if value.strip() and name != "always"
    ]


def _page(
    look: Look, items: list[tuple[str, str]], asked: Asked, found: Found, problem: str
) -> Response:
    looks = tuple((name, value) for name, value in items if name in widget.PARAMETERS)
    filters = [facet for facet in found.facets if len(asked.values(facet.value)) < 2]
    fields = {facet.value for facet in filters} | ({"q", "near", "within"} - look.hidden)
    if "near" in look.hidden:
        fields.discard("within")
    return respond.page(
        "finder/widget.html",
        look=look,
        asked=asked,
        found=found,
        filters=filters,
        titles=TITLES,
        kept=[*((n, v) for n, v in asked.given if n not in fields), *looks],
        looks=looks,
        last=last_page(asked.question, found.total),
        problem=problem,
        encode=urlencode,
        words=label_of,
    )
