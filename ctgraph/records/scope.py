"""What an address of a record stands for."""

from __future__ import annotations

from enum import StrEnum

from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.rdf.namespaces import Iri


class Scope(StrEnum):
    """The part of a document that an address stands for. The value begins the address."""

    ENTITY = "resources"
    DOCUMENT = "graph"

    def iri(self, identity: Identity, record: Ctid) -> Iri:
        """Return the IRI of that part."""
        return identity.resource(record) if self is Scope.ENTITY else identity.graph(record)
