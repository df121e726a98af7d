"""What crawlers read: robots.txt (RFC 9309), and sitemaps (sitemaps.org 0.9).

A record stands on the page of its first letters for ever, so that a page only changes with its own
records.
"""

from __future__ import annotations

from xml.etree import ElementTree

from flask import Blueprint, Response

from ctgraph.errors import NotFound
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("sitemaps", __name__)
MAX_ADDRESSES = 50_000
"""Addresses of one sitemap, as the protocol allows."""
USUAL_ADDRESSES = 5_000
"""Addresses that a sitemap has on average at most."""
DIGITS = "0123456789abcdef"
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML = "application/xml"
_ALL = "all"
_CLOSED = ("/account", "/staff", "/sparql", "/search?*&", "/search/", "/compare", "/widget")
"""The beginnings of addresses that crawlers leave alone: they have no end, or are for members."""


@blueprint.get("/robots.txt")
@reads()
def robots() -> Response:
    """Tell crawlers what to leave alone, and where the sitemaps are."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED)]
    # A resource list is a sitemap, too: ResourceSync clients find it here (ANSI/NISO Z39.99-2017,
    # section 6.3.4). That of the pages stands first.
    for path in ("/sitemap.xml", "/resourcesync/resourcelist.xml"):
        lines.append(f"Sitemap: {state().settings.base_url}{path}")
    return respond.content("\n".join([*lines, ""]), "text/plain")


@blueprint.get("/sitemap.xml")
@reads()
def index() -> Response:
    """Return the list of the sitemaps."""
    root = ElementTree.Element("sitemapindex", xmlns=NAMESPACE)
    changed = state().ledger.changes.newest_moment()
    for name in _names():
        _address(root, "sitemap", f"/sitemaps/{name}.xml", changed)
    return _xml(root)


@blueprint.get("/sitemaps/<name>.xml")
@reads()
def sitemap(name: str) -> Response:
    """Return the addresses of the records whose CTIDs begin with some digits."""
    if name != _ALL and (set(name) - set(DIGITS) or len(name) > 3):
        raise NotFound(f"There is no sitemap {name[:40]!r}. /sitemap.xml lists them.")
    begin = "ce-" if name == _ALL else f"ce-{name}"
    root = ElementTree.Element("urlset", xmlns=NAMESPACE)
    for record, changed in state().ledger.records.current(begin, MAX_ADDRESSES):
        _address(root, "url", f"/resources/{record}", changed)
    return _xml(root)


def _names() -> list[str]:
    """Return the names of the sitemaps: as many leading digits as keep each of them small."""
    total = sum(state().records_by_class().values())
    names = [""]
    while total > USUAL_ADDRESSES * len(names):
        names = [name + digit for name in names for digit in DIGITS]
    return [name or _ALL for name in names]


def _address(root: ElementTree.Element, kind: str, path: str, changed: str) -> None:
    one = ElementTree.SubElement(root, kind)
    ElementTree.SubElement(one, "loc").text = f"{state().settings.base_url}{path}"
    if changed:
        ElementTree.SubElement(one, "lastmod").text = changed


def _xml(root: ElementTree.Element) -> Response:
    body = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return respond.unchanging(respond.content(body, XML))
