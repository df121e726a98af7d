"""The named graphs that a store should have by the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import NamedTuple

import pyoxigraph as ox

from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.projections.link_graphs import link_quads
from ctgraph.projections.link_index import LinkIndex
from ctgraph.projections.maintenance import Progress, last_changes
from ctgraph.projections.record_quads import read_record
from ctgraph.projections.registry_graphs import history_quads
from ctgraph.projections.search_digests import SearchDigests
from ctgraph.projections.vocabulary_graph import vocabulary_quads
from ctgraph.rdf.namespaces import Iri

Quads = list[ox.Quad]


class Expected(NamedTuple):
    """What a store should hold at one moment of a ledger.

    :param seq: the moment.
    :param definitions: the sentences that define terms, where an operator imported them.
    """

    ledger: Ledger
    identity: Identity
    definitions: Mapping[Iri, str]
    seq: int

    def graphs(
        self, links: LinkIndex, progress: Progress, search: SearchDigests | None = None
    ) -> Iterator[Quads]:
        """Yield the quads of some graphs at a time, of each in full; fill a link index.

        :param progress: called with the number of further records that are done.
        :param search: takes what the search index should hold.
        """
        yield list(vocabulary_quads(self.identity, self.definitions))
        with links.filling(self.seq) as take:
            for change in last_changes(self.ledger, self.seq):
                quads, said, entries = read_record(change, self.identity)
                if search:
                    search.add(entries)
                yield quads
                for sure in take([said]):
                    yield link_quads(*sure, self.identity)
                progress(1)
        for document in links.unsure():
            yield link_quads(*links.links(document), self.identity)
        for _, changes in groupby(self.ledger.changes.history(self.seq), key=lambda c: c.ctid):
            yield [quad for change in changes for quad in history_quads(change, self.identity)]
