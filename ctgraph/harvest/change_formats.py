"""The change feed as JSON-LD and as Atom."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from ctgraph.harvest.changes import Page, items, page_json, version_address
from ctgraph.ledger.feed import Happened
from ctgraph.rdf.namespaces import CTG, DCT, XSD
from ctgraph.vocab import vocabulary

ACTIVITY_STREAMS = "https://www.w3.org/ns/activitystreams#"
ATOM = "http://www.w3.org/2005/Atom"
HISTORY = "http://purl.org/syndication/history/1.0"
ATOM_TYPE = "application/atom+xml"
_PREFIXES = {"as": ACTIVITY_STREAMS, "ctg": CTG, "dct": DCT, "xsd": XSD}
_EVENTS = {"create": "Create", "update": "Update", "withdraw": "Delete", "transfer": "Move"}


def as_json_ld(page: Page) -> dict[str, Any]:
    """Return a page as an OrderedCollectionPage of ActivityStreams 2.0.

    It is the page in JSON with a context: each change is an activity whose object is the version
    that it made, and whose actor is the organization that published the version. Harvesters know
    such pages from the IIIF Change Discovery API.
    """
    changes = [
        {**one, "published_by": one["published_by"] or one["owner"]}
        for one in items(page.changes, page.base)
    ]
    return {
        "@context": _context(page),
        "@id": page.address(page.after),
        "@type": "as:OrderedCollectionPage",
        "partOf": f"{page.base}/changes",
        **page_json(page),
        "changes": changes,
    }


def _context(page: Page) -> dict[str, Any]:
    resources = f"{page.base}/resources/"
    classes = " ".join({f"<{vocabulary().expand(one.type)}" for one in page.changes})
    activity: dict[str, Any] = {
        "@base": resources,
        "seq": "ctg:sequence",
        "event": "@type",
        **{event: f"as:{name}" for event, name in _EVENTS.items()},
        "ctid": "dct:identifier",
        "version": "ctg:number",
        "sha256": "ctg:contentHash",
        "time": {"@id": "as:published", "@type": "xsd:dateTime"},
        "owner": {"@id": "ctg:owner", "@type": "@id"},
        "published_by": {"@id": "as:actor", "@type": "@id"},
        "type": {"@id": "dct:type", "@type": "@vocab"},
        "url": {"@id": "as:object", "@type": "@id"},
    }
    if any(one.reason for one in page.changes):  # full pages from before reasons stay as they are
        activity["reason"] = "ctg:reason"
    if any(one.replaced_by for one in page.changes):
        activity["replaced_by"] = {"@id": "dct:isReplacedBy", "@type": "@id"}
    return {
        **vocabulary().prefixes_in(classes),
        **_PREFIXES,
        "partOf": {"@id": "as:partOf", "@type": "@id"},
        "registry": {"@id": "dct:isPartOf", "@type": "@id"},
        "incarnation": "dct:identifier",
        "after": "as:startIndex",
        "last": "ctg:sequence",
        "next": {"@id": "as:next", "@type": "@id"},
        "changes": {"@id": "as:items", "@container": "@list", "@context": activity},
    }


def as_atom(page: Page, title: str, updated: str, license: str, is_archived: bool) -> bytes:
    """Return a page as a feed (RFC 4287) with links to others (RFC 5005).

    A full page is an archive document (RFC 5005, section 4); the newest one is the subscription
    document.

    :param updated: when the registry changed last, for a page without entries.
    :param is_archived: whether it is an archive document.
    """
    ElementTree.register_namespace("", ATOM)
    ElementTree.register_namespace("fh", HISTORY)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")
    here = f"{page.address(page.after)}&format=atom"
    _add(feed, "id", here)
    _add(feed, "title", title)
    _add(feed, "updated", page.changes[-1].created_at if page.changes else updated)
    author = ElementTree.SubElement(feed, f"{{{ATOM}}}author")
    _add(author, "name", title)
    _add(author, "uri", page.base)
    _link(feed, "self", here)
    _link(feed, "current", f"{page.base}/changes?format=atom")
    _link(feed, "license", license)
    if is_archived:
        ElementTree.SubElement(feed, f"{{{HISTORY}}}archive")
    for relation, address in _neighbours(page).items():
        _link(feed, relation, f"{address}&format=atom")
    for one in reversed(page.changes):
        _entry(feed, one, page.base)
    return bytes(ElementTree.tostring(feed, "utf-8", xml_declaration=True))


def _neighbours(page: Page) -> dict[str, str]:
    """Return the addresses of the pages around one, by their relations to it."""
    found = {"first": page.address(0)}
    if page.preceding:
        found |= {"previous": page.preceding, "prev-archive": page.preceding}
    if page.following:
        found |= {"next": page.following, "next-archive": page.following}
    return found


def _entry(feed: ElementTree.Element, one: Happened, base: str) -> None:
    entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
    address = version_address(one, base)
    _add(entry, "id", address)
    _add(entry, "title", f"{one.event} {one.ctid} (version {one.number}, change {one.seq})")
    _add(entry, "updated", one.created_at)
    ElementTree.SubElement(entry, f"{{{ATOM}}}category", term=one.event)
    ElementTree.SubElement(entry, f"{{{ATOM}}}category", term=one.type)
    _link(entry, "alternate", address)
    _link(entry, "related", f"{base}/resources/{one.ctid}")
    why = f" Reason: {one.reason}" if one.reason else ""
    _add(entry, "summary", f"Version {one.number} of {one.ctid}, of {one.owner}.{why}")


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: ElementTree.Element, relation: str, address: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", rel=relation, href=address)
