"""Signposts on records (FAIR Signposting Profile): in headers, and in linksets (RFC 9264)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import Any

from ctgraph.harvest.links import Link, header
from ctgraph.harvest.memento import Original
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ler.formats import formats_of
from ctgraph.rdf.formats import FORMATS
from ctgraph.rdf.namespaces import DCT, Curie
from ctgraph.records.read import HeldDocument
from ctgraph.records.scope import Scope
from ctgraph.vocab import vocabulary

LINKSET = "application/linkset"
LINKSET_JSON = "application/linkset+json"
ABOUT_PAGE = "https://schema.org/AboutPage"
"""The type of the page of a record, beside the class of what it is about."""
_SHOWN = ("jsonld", "turtle", "nquads")
"""The formats of a document that a header names. The linkset has all of them."""
_ANY_RECORD, _ANY_OWNER = Ctid("{record}"), Ctid("{owner}")
"""What stands for the CTIDs of a record and of its owner in a header that fits any record. No IRI
has braces."""


@dataclass(frozen=True)
class Signposts:
    """The links of the records of one registry.

    :param license: the IRI of the licence of everything that is served.
    """

    ledger: Ledger
    identity: Identity
    license: str
    _patterns: dict[tuple[Scope, Curie], str] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def header(self, record: Ctid, scope: Scope, held: HeldDocument) -> str:
        """Return the ``Link`` header of a record as it stands now."""
        head = held.envelope
        if record != head.ctid:
            return self._header(record, scope, held)
        # The headers of documents of one class differ only in two CTIDs. Making one takes long.
        pattern = self._patterns.get((scope, head.type))
        if pattern is None:
            any_of_it = replace(head, ctid=_ANY_RECORD, owner=_ANY_OWNER)
            pattern = self._header(_ANY_RECORD, scope, replace(held, envelope=any_of_it))
            self._patterns[scope, head.type] = pattern
        return pattern.replace(_ANY_RECORD, record).replace(_ANY_OWNER, head.owner)

    def _header(self, record: Ctid, scope: Scope, held: HeldDocument) -> str:
        return header([*self.of(record, scope, held), *self.times(record, scope)])

    def of(self, record: Ctid, scope: Scope, held: HeldDocument) -> list[Link]:
        """Return the links of a record or its document, for the ``Link`` header."""
        base, document = self.identity.base, held.envelope.ctid
        iri = self.identity.resource(record)
        links = [
            Link(iri, "canonical"),
            Link(self.identity.graph(document), "describedby", "application/ld+json"),
            Link(self.identity.envelope(document), "describedby", "application/json"),
            Link(f"{iri}/versions", "version-history"),
            *self._about(record, held),
            *self._alternates(record, held),
            Link(f"{base}/linkset/{record}", "linkset", LINKSET_JSON),
        ]
        if scope is Scope.ENTITY:
            return links + self._items(document, _SHOWN)
        whole = Link(self.identity.resource(document), "collection")
        return links if whole in links else [*links, whole]

    def times(self, record: Ctid, scope: Scope) -> list[Link]:
        """Return the links to the TimeGate and the TimeMap of a record."""
        return Original(self.ledger, self.identity, record, scope).links()

    def linkset(self, record: Ctid, held: HeldDocument) -> list[Link]:
        """Return all links of a record, of its document, and of its formats, with their anchors."""
        document = held.envelope.ctid
        iri, graph = self.identity.resource(record), self.identity.graph(document)
        publisher = self.identity.resource(held.published_by or held.envelope.owner)
        formats = self._items(document, tuple(f.name for f in FORMATS))
        own = [
            *self.of(record, Scope.ENTITY, held)[1 : -len(_SHOWN)],
            *formats,
            Link(publisher, f"{DCT}publisher"),
            Link(f"{self.identity.base}/resourcesync/capabilitylist.xml", "resourcesync"),
            *self.times(record, Scope.ENTITY)[1:],
        ]
        of_graph = [
            Link(self.identity.resource(document), "collection"),
            Link(self.identity.envelope(document), "describedby", "application/json"),
            Link(self.license, "license"),
            *self.times(document, Scope.DOCUMENT)[1:],
        ]
        return [
            *(link._replace(anchor=iri) for link in own),
            *(link._replace(anchor=graph) for link in of_graph),
            *(
                link._replace(anchor=one.href)
                for one in formats
                for link in (Link(iri, "collection"), Link(self.license, "license"))
            ),
        ]

    def _about(self, record: Ctid, held: HeldDocument) -> list[Link]:
        """Return what a record is, whose it is, and how to cite and reuse it."""
        head = held.envelope
        kind = head.type
        part_of = []
        if record != head.ctid:
            kind = self.ledger.records.classes([record]).get(record, kind)
            part_of = [Link(self.identity.resource(head.ctid), "collection")]
        return [
            Link(self.identity.resource(record), "cite-as"),
            Link(vocabulary().expand(kind), "type"),
            Link(self.identity.resource(head.owner), "author"),
            Link(self.license, "license"),
            *part_of,
        ]

    def _alternates(self, record: Ctid, held: HeldDocument) -> list[Link]:
        """Return links to the formats for badges and wallets, of a document that bears the CTID."""
        if record != held.envelope.ctid:
            return []
        iri = self.identity.resource(record)
        return [
            Link(f"{iri}?format={format.name}", "alternate", format.type, profile=format.profile)
            for format in formats_of(held.envelope.type)
        ]

    def _items(self, document: Ctid, names: tuple[str, ...]) -> list[Link]:
        graph = self.identity.graph(document)
        return [
            Link(f"{graph}.{format.extension}", "item", format.media_type)
            for format in FORMATS
            if format.name in names
        ]


def linkset_json(links: list[Link]) -> dict[str, Any]:
    """Return links with anchors as application/linkset+json (RFC 9264, section 4.2)."""
    contexts: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for link in links:
        target: dict[str, str | list[str]] = {"href": link.href}
        if link.type:
            target["type"] = link.type
        if link.profile:  # an extension attribute, whose values are always an array
            target["profile"] = [link.profile]
        contexts[link.anchor][link.rel].append(target)
    return {"linkset": [{"anchor": anchor, **targets} for anchor, targets in contexts.items()]}
