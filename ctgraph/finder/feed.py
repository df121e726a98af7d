"""Search results as an Atom feed (RFC 4287)."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from ctgraph.finder.found import Found
from ctgraph.identity import Identity

ATOM = "http://www.w3.org/2005/Atom"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_atom(found: Found, identity: Identity, address: str, title: str, now: str) -> bytes:
    """Return the answer to a search as a feed.

    :param address: the address of the search, by which the feed is known.
    :param now: the time that the feed bears where nothing is found, ISO 8601 in UTC.
    """
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", address)
    _add(feed, "title", title)
    newest = max((hit.card.updated for hit in found.hits), default="")
    _add(feed, "updated", f"{newest}T00:00:00Z" if newest else now)
    _link(feed, "self", address)
    for hit in found.hits:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        iri = identity.resource(hit.card.record)
        _add(entry, "id", iri)
        _add(entry, "title", hit.card.name or hit.card.record)
        _add(entry, "published", f"{hit.card.created}T00:00:00Z")
        _add(entry, "updated", f"{hit.card.updated}T00:00:00Z")
        _link(entry, "alternate", iri)
        author = ElementTree.SubElement(entry, f"{{{ATOM}}}author")
        _add(author, "name", hit.card.provider_name or hit.card.provider or "unknown")
        _add(entry, "summary", hit.card.description)
    return bytes(ElementTree.tostring(feed, "utf-8", xml_declaration=True))


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = _FORBIDDEN.sub("", text)


def _link(parent: ElementTree.Element, relation: str, address: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", rel=relation, href=address)
