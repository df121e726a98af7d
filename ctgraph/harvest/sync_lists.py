"""The documents of ResourceSync (ANSI/NISO Z39.99-2017): sitemaps with metadata and links."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from xml.etree import ElementTree

from ctgraph.rdf.formats import JSON_LD

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
TERMS = "http://www.openarchives.org/rs/terms/"


class Entry(NamedTuple):
    """An entry of a list.

    :param modified: the value of ``lastmod``; empty for none.
    :param metadata: the attributes of ``rs:md``; those without a value are left out.
    """

    address: str
    modified: str = ""
    metadata: Mapping[str, str] = MappingProxyType({})


def written(
    capability: str,
    entries: Iterable[Entry],
    *,
    up: str = "",
    metadata: dict[str, str] | None = None,
    index: bool = False,
) -> bytes:
    """Return a list as XML.

    :param up: the address of the document that names this one; empty for none.
    :param metadata: further attributes of the ``rs:md`` of the list.
    :param index: whether the entries are lists themselves.
    """
    kind, item = ("sitemapindex", "sitemap") if index else ("urlset", "url")
    root = ElementTree.Element(kind, {"xmlns": SITEMAP, "xmlns:rs": TERMS})
    if up:
        ElementTree.SubElement(root, "rs:ln", rel="up", href=up)
    _metadata(root, {"capability": capability} | (metadata or {}))
    for entry in entries:
        one = ElementTree.SubElement(root, item)
        ElementTree.SubElement(one, "loc").text = entry.address
        if entry.modified:
            ElementTree.SubElement(one, "lastmod").text = entry.modified
        _metadata(one, entry.metadata)
    text: bytes = ElementTree.tostring(root, "utf-8", xml_declaration=True)
    return text


def fixity(document: bytes) -> dict[str, str]:
    """Return the attributes that describe the bytes of a document (section 7)."""
    md5 = hashlib.md5(document, usedforsecurity=False).hexdigest()
    return {
        "hash": f"md5:{md5} sha-256:{hashlib.sha256(document).hexdigest()}",
        "length": str(len(document)),
        "type": JSON_LD.media_type,
    }


def just_after(moment: str) -> str:
    """Return the moment one microsecond after a time of the ledger.

    Clients remember the ``lastmod`` of what they have, and then ask for the changes from there on.
    With the time of the change itself they would apply it again; and if the record was withdrawn
    since, they would take it for one that came and went meanwhile, and keep their copy.
    """
    later = datetime.fromisoformat(moment) + timedelta(microseconds=1)
    return later.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _metadata(parent: ElementTree.Element, attributes: Mapping[str, str]) -> None:
    given = {name: value for name, value in attributes.items() if value}
    if given:
        ElementTree.SubElement(parent, "rs:md", given)
