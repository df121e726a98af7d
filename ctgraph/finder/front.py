"""What the home page shows of the search index."""

from __future__ import annotations

from dataclasses import replace

from ctgraph.finder.found import Found
from ctgraph.finder.question import Facet, Order, Question
from ctgraph.finder.search import Search

NEWEST = Question(
    filters={Facet.FAMILY: ("credential", "learning", "assessment", "pathway")},
    order=Order.DATE,
    size=8,
)
COUNTS = Question(counted=(Facet.PROVIDER,), size=0)


class Front:
    """The newest records of what people look for, and who offers most.

    The answer is kept until the index has another change.
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._kept: Found | None = None

    def found(self) -> Found:
        """Return the newest records, and the counts of all.

        :raises StoreError: while the index is being built.
        """
        if self._kept is None or self._kept.sequence != self._search.sequence():
            self._kept = replace(self._search.ask(COUNTS), hits=self._search.ask(NEWEST).hits)
        return self._kept
