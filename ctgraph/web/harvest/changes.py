"""The change feed: pages for machines and people, and events for those who stay connected."""

from __future__ import annotations

from itertools import chain
from urllib.parse import quote

from flask import Blueprint, Response, request

from ctgraph import __version__
from ctgraph.errors import BadParameter
from ctgraph.harvest.change_formats import ATOM_TYPE, as_atom, as_json_ld
from ctgraph.harvest.changes import PAGE_CHANGES, Page, newest_page, page_after, page_json
from ctgraph.harvest.live import MAX_FOLLOWERS, MAX_WAITING_FOLLOWERS, MEDIA_TYPE
from ctgraph.rdf.formats import JSON_LD
from ctgraph.web.http import respond
from ctgraph.web.http.languages import language
from ctgraph.web.http.negotiation import HTML, choose, etag, extension
from ctgraph.web.http.parameters import reads, words
from ctgraph.web.http.registry import state
from ctgraph.work.clients import client_of

blueprint = Blueprint("changes", __name__)
FORMATS = {
    "json": respond.JSON,
    "html": HTML,
    "jsonld": JSON_LD.media_type,
    "atom": ATOM_TYPE,
}
PAGE_ROWS = 100
"""Changes of a page for people."""
MAX_SEQUENCE_DIGITS = 10
"""Digits of a sequence number in a request."""
NOW = "now"
"""What stands for the number of the newest change."""


@blueprint.get("/changes")
@reads("after", "format")
def changes() -> Response:
    """Return what happened after a sequence number, as a page or as it happens."""
    is_named = request.args.get("format") or extension()
    if request.accept_mimetypes.best == MEDIA_TYPE and not is_named:
        return _events()
    name = choose(FORMATS)
    ledger, size = state().ledger, PAGE_ROWS if name == "html" else PAGE_CHANGES
    # People and readers of feeds want to see what is new.
    usual = newest_page(ledger, size) if name in ("html", "atom") else 0
    page = page_after(ledger, state().identity, _number("after", words("after"), usual), size)
    # The address without a number is that of the subscription: what it leads to changes.
    is_subscription = name == "atom" and words("after") in ("", NOW)
    is_archived = page.is_full and name != "html" and not is_subscription
    response = _written(page, name, is_archived)
    response.headers["Link"] = _links(page)
    caching = respond.Caching.FOREVER if is_archived else respond.Caching.REVALIDATE
    response.headers["Cache-Control"] = caching
    told = page.incarnation, page.after, page.last, page.following, language()
    response.set_etag(etag(name, __version__, state().settings.license, *told))
    response.make_conditional(request)
    return response


def _written(page: Page, name: str, is_archived: bool) -> Response:
    if name == "html":
        names = state().ledger.records.names({one.ctid for one in page.changes})
        return respond.page("harvest/changes.html", page=page, names=names)
    if name == "atom":
        updated = state().ledger.changes.newest_moment() or "1970-01-01T00:00:00Z"
        title = f"Changes of {page.base}"
        feed = as_atom(page, title, updated, state().settings.license, is_archived)
        return respond.content(feed, ATOM_TYPE)
    body = as_json_ld(page) if name == "jsonld" else page_json(page)
    return respond.json(body, media_type=FORMATS[name])


def _links(page: Page) -> str:
    """Return the licence, and the pages around one in the same format (RFC 8288)."""
    ending = "".join(f"&format={quote(name)}" for name in request.args.getlist("format"))
    around = {"prev": page.preceding, "next": page.following}
    found = [
        f'<{address}{ending}>; rel="{relation}"' for relation, address in around.items() if address
    ]
    return ", ".join([f'<{state().settings.license}>; rel="license"', *found])


def _events() -> Response:
    """Begin an answer that goes on with each change.

    The server sends what follows the greeting, where it can do that without a thread.
    """
    newest = state().ledger.changes.last_sequence()
    given = request.headers.get("Last-Event-ID", "")
    name, value = ("Last-Event-ID", given) if given else ("after", words("after"))
    after = _number(name, value, 0)
    if after > newest:
        raise BadParameter(
            f"{name}={after} is not reached: the newest change has the number {newest}. "
            "If this registry had it before, it was restored from a backup: harvest it anew."
        )
    response = respond.content(b"", MEDIA_TYPE, caching=respond.Caching.NEVER)
    response.headers["X-Accel-Buffering"] = "no"  # nginx would collect the events
    if request.method == "HEAD":
        return response
    follow = request.environ.get("ctgraph.follow")
    most = MAX_FOLLOWERS if follow else MAX_WAITING_FOLLOWERS
    follower = state().live.follow(client_of(request.remote_addr or ""), after, most)
    greeting = [follower.greeting(tells_number=value == NOW), state().live.standing()]
    if follow:
        follow(follower)
        response.response = iter(greeting)
    else:
        response.response = chain(greeting, follower.stream())
        response.call_on_close(follower.close)
    del response.headers["Content-Length"]
    return response


def _number(name: str, given: str, usual: int) -> int:
    """Return a sequence number that a request names."""
    if given == NOW:
        return state().ledger.changes.last_sequence()
    value = given or str(usual)
    if not value.isascii() or not value.isdecimal() or len(value) > MAX_SEQUENCE_DIGITS:
        raise BadParameter(
            f"Invalid {name}={value[:40]!r}. Use a sequence number such as 0, or {NOW!r}."
        )
    return int(value)
