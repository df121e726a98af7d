"""The records that refer to something of an organization: who loses what when it goes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
import pyoxigraph as ox

from ctgraph.documents.node_values import each, texts_in
from ctgraph.errors import NotFound, QueryLimit, StoreError
from ctgraph.forms.places import place_fields
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.sparql.description import RunCsv, rows

MAX_TARGETS = 200
"""Things that are looked up at once: an entry of a framework may have thousands below it."""
MAX_COUNTED = 1_000
"""Records that are counted: a number that nobody compares any more."""
MAX_NAMED = 10
"""Records that are named."""
MAX_SECONDS = 2.0
"""How long the count may take; without it, the page shows what the drafts tell."""
_TO = f"""SELECT DISTINCT ?record WHERE {{
  VALUES ?target {{ %s }}
  ?document ctg:refersTo ?target ; ctg:about ?record
}} LIMIT {MAX_COUNTED}"""
_AT = f"""SELECT DISTINCT ?record WHERE {{
  ?place ceterms:identifier/ceterms:identifierValueCode %s .
  ?thing ceterms:availableAt ?place
  GRAPH ?document {{ ?thing ceterms:availableAt ?place }}
  ?document ctg:owner <%s> ; ctg:about ?record
}} LIMIT {MAX_COUNTED}"""


class Referrer(NamedTuple):
    """A record that refers to something.

    :param is_draft: whether only a draft of the organization does.
    :param owner: the name of the organization that it belongs to; empty where that is this one.
    """

    record: Ctid
    name: str
    is_draft: bool
    owner: str


@dataclass(frozen=True)
class Referrers:
    """The records that refer to something.

    :param first: the first :data:`MAX_NAMED` of them, the published ones before the drafts.
    :param is_cut: whether there may be more than the number says.
    """

    number: int
    first: tuple[Referrer, ...]
    is_cut: bool


@dataclass(frozen=True)
class Referring:
    """What refers to things of an organization, in public records and in its own drafts.

    :param run: runs a query and returns its whole result as CSV.
    """

    identity: Identity
    ledger: Ledger
    run: RunCsv
    owner: Ctid

    def to(self, targets: Collection[Ctid], but: Ctid) -> Referrers:
        """Return the records that refer to some things.

        :param targets: the first :data:`MAX_TARGETS` of them are looked up.
        :param but: the record that holds them, which does not count.
        """
        looked_up = {*sorted(targets, key=lambda one: (one != but, one))[:MAX_TARGETS]}
        query = _TO % " ".join(f"<{self.identity.resource(one)}>" for one in sorted(looked_up))

        def refers(document: Any) -> bool:
            return any(self.identity.ctid_of(text) in looked_up for text in texts_in(document))

        return self._found(query, refers, but, len(looked_up) < len(targets))

    def available_at(self, code: str) -> Referrers:
        """Return the records of the organization that are available at the campus with a code."""

        def refers(document: Any) -> bool:
            nodes = document.get("@graph") if isinstance(document, dict) else None
            return any(
                place_fields(place)["ceterms:identifier"] == code
                for node in each(nodes)
                if isinstance(node, dict)
                for place in each(node.get("ceterms:availableAt"))
                if isinstance(place, dict)
            )

        query = _AT % (ox.Literal(code), self.identity.resource(self.owner))
        return self._found(query, refers, self.owner, False)

    def _found(
        self, query: str, refers: Callable[[Any], bool], but: Ctid, is_cut: bool
    ) -> Referrers:
        try:
            found = [self.identity.ctid_of(one) for (one,) in rows(self.run, query, MAX_SECONDS)]
            is_cut = is_cut or len(found) == MAX_COUNTED
        except (QueryLimit, StoreError):
            found, is_cut = [], True
        public = sorted({one for one in found if one and one != but})
        drafts = [one for one in self._drafted(refers) if one.record not in (but, *public)]
        first = (*self._named(public[:MAX_NAMED]), *drafts)[:MAX_NAMED]
        return Referrers(len(public) + len(drafts), first, is_cut)

    def _named(self, public: Collection[Ctid]) -> Iterator[Referrer]:
        """Yield published records with their names and those of the others that own them."""
        records = self.ledger.records
        owners = {one: held.owner for one in public if (held := records.find(one))}
        names = records.names({*public, *owners.values()})
        for one in public:
            owner = owners.get(one, self.owner)
            other = "" if owner == self.owner else names.get(owner) or owner
            yield Referrer(one, names.get(one) or one, False, other)

    def _drafted(self, refers: Callable[[Any], bool]) -> Iterator[Referrer]:
        """Yield the drafts of the organization that refer to something. They are bounded."""
        for one in self.ledger.drafts.of(self.owner):
            try:
                document = self.ledger.drafts.document(self.owner, one.ctid)
            except NotFound:
                continue  # somebody discards it at this moment
            if refers(orjson.loads(document)):
                yield Referrer(one.ctid, one.name or one.ctid, True, "")
