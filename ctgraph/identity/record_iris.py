"""Canonical IRIs: one record has one IRI, however a document spells it.

Records link to each other by ``{base}/resources/{ctid}``. Real documents spell such links with
the hosts of other registries, with ``/graph/``, ``/graphs/`` or ``/envelopes/``, with http, and
with upper case. All spellings are brought to the one canonical form, so that links to one record
are equal.
"""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urlsplit

from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid, NodeId, NoId, is_ctid
from ctgraph.rdf.namespaces import OWN, BlankLabel, Iri
from ctgraph.settings import Settings

_CTID = re.compile(ctid.PATTERN, re.ASCII | re.IGNORECASE)
_HTTP = re.compile(
    r"https?:[/\\]*(?:[^/\\?#]*@)?(\[[^]]*\]|[^/\\?#:]*)(?::0*([0-9]*))?([/\\][^?#]*)?(?:[?#].*)?",
    re.IGNORECASE | re.DOTALL,
)
_DEFAULT_PORTS = ("80", "443")


@dataclass(frozen=True)
class Identity:
    """The IRIs of one registry.

    :param base: base of the canonical IRIs, without a trailing slash.
    :param alias_hosts: further hosts (with port) whose record IRIs mean records of this registry.
    """

    base: str
    alias_hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Identity:
        """Return the identity that the settings describe."""
        return cls(settings.base_url, settings.alias_hosts)

    @property
    def resources(self) -> str:
        """The beginning of the IRIs of all entities."""
        return f"{self.base}/resources/"

    def resource(self, record: Ctid) -> Iri:
        """Return the IRI of an entity."""
        return Iri(f"{self.base}/resources/{record}")

    def node(self, id: NodeId | NoId) -> Iri | BlankLabel:
        """Return the IRI of a node; a blank node keeps its label, and '' stays."""
        if is_ctid(id):
            return self.resource(id)
        return BlankLabel(id) if id.startswith("_:") else Iri(id)

    def graph(self, record: Ctid) -> Iri:
        """Return the IRI of a graph document, which is the name of its named graph."""
        return Iri(f"{self.base}/graph/{record}")

    def envelope(self, record: Ctid) -> Iri:
        """Return the IRI of the named graph of the registry's statements about a document."""
        return Iri(f"{self.base}/envelopes/{record}")

    def history(self, record: Ctid) -> Iri:
        """Return the IRI of the named graph that holds the versions of a document."""
        return Iri(f"{self.base}/history/{record}")

    def external(self, record: Ctid, digest: str) -> Iri:
        """Return the IRI of a thing that a document describes and that has no IRI of its own.

        A skolem IRI (RDF 1.1 Concepts, section 3.5).

        :param digest: made of what the document says of the thing.
        """
        return Iri(f"{self.base}/.well-known/genid/{record}/{digest}")

    @property
    def vocabulary(self) -> Iri:
        """The IRI of the named graph that holds the vocabulary."""
        return Iri(f"{self.base}/vocab")

    @property
    def statistics(self) -> Iri:
        """The IRI of the named graph that describes the dataset and counts what is in it."""
        return Iri(f"{self.base}/void")

    @property
    def registry(self) -> Iri:
        """The IRI of the named graph in which a store says which changes it holds."""
        return Iri(f"{self.base}/envelopes")

    def links(self, record: Ctid) -> Iri:
        """Return the IRI of the named graph that holds the links which a document asserts."""
        return Iri(f"{self.base}/links/{record}")

    @cached_property
    def _alias(self) -> re.Pattern[str]:
        own = urlsplit(self.base)
        roots = [re.escape(own.netloc + own.path), *map(re.escape, self.alias_hosts)]
        return re.compile(
            rf"https?://(?:{'|'.join(roots)})(?:/(?!resources/|graphs?/|envelopes/)[\w-]+)?"
            rf"/(?:resources|graphs?|envelopes)/({ctid.PATTERN})/?",
            re.IGNORECASE,
        )

    def ctid_of(self, iri: str) -> Ctid | None:
        """Return the CTID of a record's IRI in any of its spellings, or None for other IRIs."""
        # Most values are not links, and this test is cheaper than the expression.
        if "/ce-" not in iri.lower():
            return None
        match = self._alias.fullmatch(iri)
        return ctid.canonical(match[1]) if match else None

    @cached_property
    def _roots(self) -> set[tuple[str, str, str]]:
        """The base and the alias hosts: host, port and path of each."""
        addresses = (self.base.partition("://")[2], *self.alias_hosts)
        return {found for root in addresses if (found := _parts(f"http://{root}"))}

    def holds(self, iri: str) -> bool:
        """Tell whether this registry serves an IRI, in any spelling that leads there.

        That is an IRI under the base or on an alias host, or one of the registry's own terms.
        """
        if iri.startswith(OWN):
            return True
        parts = _parts(iri)
        return parts is not None and any(
            parts[:2] == root[:2] and f"{parts[2]}/".startswith(f"{root[2]}/")
            for root in self._roots
        )

    def leads_to(self, iri: str) -> Ctid | None:
        """Return the CTID anywhere in an IRI that this registry serves, or None."""
        record = self.ctid_of(iri)
        if record or not self.holds(iri):
            return record
        found = _CTID.search(unquote(iri))
        return ctid.canonical(found[0]) if found else None

    def canonical(self, iri: str) -> Iri:
        """Return the canonical spelling of an IRI."""
        record = self.ctid_of(iri)
        return self.resource(record) if record else Iri(iri)


def _parts(iri: str) -> tuple[str, str, str] | None:
    """Return host, port and path of an HTTP IRI as clients understand them (URL Standard).

    The port is empty if it is a default one, and the path has no slash at its end. The result for
    other IRIs is None.
    """
    match = _HTTP.fullmatch(iri)
    if match is None:
        return None
    host, port, path = unquote(match[1]), match[2] or "", unquote(match[3] or "")
    with suppress(UnicodeError):  # such a name cannot be looked up
        host = host.encode("idna").decode()
    plain = posixpath.normpath("/" + path.replace("\\", "/").lstrip("/")).rstrip("/")
    port = "" if port in _DEFAULT_PORTS else port
    return host.lower().removesuffix("."), port, plain.lower()
