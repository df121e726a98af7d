"""The questions of CASE: lists of frameworks, and single things of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

import orjson

from ctgraph.documents.node_values import type_of
from ctgraph.errors import BadParameter, NotFound
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.frameworks import Order, page_of
from ctgraph.ledger.lookups import look_up
from ctgraph.ledger.values import Envelope
from ctgraph.ler.case.definitions import SETS
from ctgraph.ler.case.export import COMPETENCY, FRAMEWORK, Framework, framework_of, item_of
from ctgraph.ler.case.fields import Edition, Node, record_of
from ctgraph.ler.case.filters import filter_of
from ctgraph.ler.case.identifiers import records_of
from ctgraph.ler.case.rubrics import rubric_of
from ctgraph.rdf.namespaces import Curie

MAX_LIMIT = 100
"""Frameworks of one page of a list, and how many there are without a limit."""
MAX_OFFSET = 100_000
"""Frameworks that a page of a list may leave out before it."""
MAX_LISTED_BYTES = 1_000_000
"""Bytes of a framework that a list reads. Of a larger one it has the name and owner alone."""
MAX_FILTERED = 1_000
"""Frameworks that a filter reads. Where there are more, it is refused."""
INVALID_SORT, INVALID_UUID = "invalid_sort_field", "invalid_uuid"
"""The minor codes of errors that their status does not tell (CASE 1.1, section 7.1.38.2)."""
FIELDS = (
    *("identifier", "uri", "caseVersion", "creator", "title", "lastChangeDateTime"),
    *("officialSourceURL", "publisher", "description", "subject", "language", "version"),
    *("adoptionStatus", "statusStartDate", "statusEndDate", "CFPackageURI"),
    *("subjectURI", "licenseURI"),
)
"""The fields of a CFDocument."""


@dataclass(frozen=True)
class Case:
    """The questions of one edition.

    :param counted: returns how many records of each class the registry has.
    """

    ledger: Ledger
    identity: Identity
    edition: Edition
    counted: Callable[[], Mapping[Curie, int]]

    def documents(
        self,
        sort: str,
        is_descending: bool,
        limit: int,
        offset: int,
        fields: Collection[str],
        filter: str = "",
    ) -> tuple[list[Node], int]:
        """Return a page of all frameworks, and how many there are on all pages.

        :param fields: the fields that are wanted; empty for all.
        :param filter: what the frameworks have to fulfil; empty for all.
        :raises BadParameter: when a field, an order, a number or the filter is none that there is.
        """
        if sort not in [*Order]:
            raise BadParameter(
                f"Frameworks are not sorted by {sort[:40]!r}. Use {', '.join(Order)}.",
                code=INVALID_SORT,
            )
        for field in fields:
            if field not in FIELDS:
                raise BadParameter(
                    f"A CFDocument has no field {field[:40]!r}. Use some of {', '.join(FIELDS)}."
                )
        if limit < 1 or offset > MAX_OFFSET:
            raise BadParameter(f"Use a limit of 1 or more, and an offset up to {MAX_OFFSET:,}.")
        order, most = (Order(sort), is_descending), min(limit, MAX_LIMIT)
        if filter:
            passed = self._passed(filter_of(filter, FIELDS), *order)
            page, total = passed[offset : offset + most], len(passed)
        else:
            page = [*self._documents(*order, most, offset)]
            total = self._number()
        return [{k: v for k, v in one.items() if k in fields or not fields} for one in page], total

    def _passed(
        self, passes: Callable[[Node], bool], order: Order, is_descending: bool
    ) -> list[Node]:
        if self._number() > MAX_FILTERED:
            raise BadParameter(
                f"This registry has more than {MAX_FILTERED:,} frameworks: too many to filter. "
                "Read the list in pages without a filter."
            )
        return [*filter(passes, self._documents(order, is_descending, MAX_FILTERED, 0))]

    def _documents(
        self, order: Order, is_descending: bool, most: int, offset: int
    ) -> Iterator[Node]:
        kind = Curie(FRAMEWORK)
        page = page_of(self.ledger.database, kind, order, is_descending, most, offset)
        return (self._listed(envelope).document() for envelope in page)

    def _number(self) -> int:
        return self.counted().get(Curie(FRAMEWORK), 0)

    def framework(self, identifier: str) -> Framework:
        """Return a framework by its identifier.

        :raises NotFound: when there is none.
        """
        record = self._record(identifier)
        found = framework_of(self.ledger, self.identity, self.edition, record)
        if found.envelope.ctid != record:
            raise NotFound(f"{identifier} is a competency. Ask for it at CFItems.")
        return found

    def item(self, identifier: str) -> Node:
        """Return a competency by its identifier.

        :raises NotFound: when there is none.
        """
        found, node = self._item(identifier)
        return found.item(node)

    def item_associations(self, identifier: str) -> Node:
        """Return a competency, and the associations that begin or end at it.

        :raises NotFound: when there is none.
        """
        found, node = self._item(identifier)
        return {
            "CFItem": found.item(node),
            "CFAssociations": [
                found.association(one, alone=False)
                for one in found.associations
                if node["@id"] in (one.origin, one.destination)
            ],
        }

    def association(self, identifier: str) -> Node:
        """Return an association by its identifier.

        :raises NotFound: when there is none.
        """
        for found in self._frameworks(identifier):
            for one in found.associations:
                if one.identifier == identifier.lower():
                    return found.association(one)
        raise NotFound(f"There is no association {identifier} in this registry.")

    def definition(self, collection: str, identifier: str) -> Node:
        """Return a definition of a framework by its collection and identifier.

        :raises NotFound: when there is none.
        """
        for found in self._frameworks(identifier):
            for one in found.definitions.values():
                if (one.collection, one.identifier) == (collection, identifier.lower()):
                    made = found.definition(one)
                    return {collection: [made]} if collection in SETS else made
        raise NotFound(f"There is no {identifier} among the {collection} of this registry.")

    def rubric(self, identifier: str) -> Node:
        """Return a rubric by its identifier.

        :raises NotFound: when there is none.
        """
        return rubric_of(self.ledger, self.identity, self.edition, self._record(identifier))

    def _frameworks(self, identifier: str) -> Iterator[Framework]:
        """Yield the frameworks that may have the association or definition with an identifier."""
        self._record(identifier)
        # The identifier leads back to a few records that may have it, if the registry does.
        for looked in look_up(self.ledger.database, records_of(identifier.lower())).values():
            if not looked.withdrawn_at and looked.type in (FRAMEWORK, COMPETENCY):
                with suppress(NotFound):
                    yield framework_of(self.ledger, self.identity, self.edition, looked.record)

    def _item(self, identifier: str) -> tuple[Framework, Node]:
        record = self._record(identifier)
        found = framework_of(self.ledger, self.identity, self.edition, record)
        return found, item_of(found, record)

    def _record(self, identifier: str) -> Ctid:
        record = record_of(identifier)
        if record is None:
            raise NotFound(
                f"{identifier[:80]!r} is no UUID, such as that of a CTID.", code=INVALID_UUID
            )
        return record

    def _listed(self, envelope: Envelope) -> Framework:
        owner = self.ledger.organizations.get(envelope.owner).name
        bounded = self.ledger.records.read_within(envelope.ctid, MAX_LISTED_BYTES)
        content = bounded.canonical if bounded else None
        graph = orjson.loads(content)["@graph"] if content else ()
        own = [node for node in graph if type_of(node) == FRAMEWORK]
        bare = {
            "@type": FRAMEWORK,
            "@id": self.identity.resource(envelope.ctid),
            "ceasn:name": envelope.name,
        }
        return Framework(self.edition, self.identity, envelope, owner, tuple(own or [bare]))
