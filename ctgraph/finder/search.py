"""Questions to the search index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from string import ascii_lowercase
from typing import Any

from tantivy import Occur, Order, Query

from ctgraph.errors import BadParameter, StoreError
from ctgraph.finder import question as asked
from ctgraph.finder.found import Card, Count, Fit, Found, Hit, Suggestion
from ctgraph.finder.hits import card_at, nearest, placed, snippets_of
from ctgraph.finder.labels import label_of
from ctgraph.finder.query import any_of, attempts, filter_queries, joined
from ctgraph.finder.question import MAX_PAGE_RECORDS, Question, reach
from ctgraph.finder.towns import Town, towns
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.ledger import shared_ledger
from ctgraph.projections.search_fields import STEMMED, Facet, schema, stemmed_field
from ctgraph.projections.search_query import words_query
from ctgraph.projections.search_reader import SearchReader, newest_reader
from ctgraph.projections.search_words import MAX_TYPED_CHARS, MIN_PREFIX_CHARS, words_of
from ctgraph.settings import Settings

MAX_COUNTED = 200
"""Values of a facet that are counted: the most frequent ones."""
MAX_PLACES = 20_000
"""Places that a map has at once: those with the most records."""
_NUMERIC = {
    asked.Order.DATE: ("updated", Order.Desc),
    asked.Order.COST: ("cost-order", Order.Asc),
    asked.Order.COMPLETENESS: ("completeness", Order.Desc),
    asked.Order.CONFIRMED: ("confirmed", Order.Desc),
    asked.Order.NAME: ("label", Order.Asc),
}
"""The fields that results are sorted by, other than by relevance and distance."""


class Search:
    """Asks the search index of one registry, always in the snapshot that readers see."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def ask(self, question: Question) -> Found:
        """Return the records that fit a question, and the counts of its facets.

        If nothing has all its words, records with words that are spelt almost like them are found,
        else those that have any of them. A strict question has no such second attempts.

        :raises BadParameter: when a part of the question is malformed.
        :raises StoreError: while the index is being built.
        """
        reader = self._reader()
        _check(question)
        filters = filter_queries(question, reader)
        fit, words, whole, total = self._best(reader, question, filters)
        hits = self._hits(reader, question, words, whole)
        counts = self._counts(reader, question, words, filters)
        return Found(total, tuple(self._named(hits)), counts, reader.sequence, fit)

    def towns(self, name: str) -> list[Town]:
        """Return the cities that addresses in the registry name so; none without an index."""
        try:
            return towns(self._reader(), name)
        except StoreError:  # the search itself tells that
            return []

    def sequence(self) -> int:
        """Return the sequence number of the last change that is in the index.

        :raises StoreError: while the index is being built.
        """
        return self._reader().sequence

    def places(self, question: Question) -> list[tuple[float, float, int]]:
        """Return where the records that fit a question are, and how many of them are there.

        :returns: latitude, longitude and number, the largest numbers first. A record that is at
            several places counts at each.
        """
        reader = self._reader()
        _, _, whole, _ = self._best(reader, question, filter_queries(question, reader))
        wanted = {"places": {"terms": {"field": "place", "size": MAX_PLACES}}}
        buckets = reader.searcher.aggregate(whole, wanted)["places"]["buckets"]
        points = ((*one["key"].split(","), one["doc_count"]) for one in buckets)
        return [(float(lat), float(lon), number) for lat, lon, number in points]

    def suggest(self, typed: str, kinds: Collection[str] = (), limit: int = 8) -> list[Suggestion]:
        """Return records whose names have words that begin as typed, the best first."""
        words = words_of(typed[:MAX_TYPED_CHARS])
        if not words or len(words[-1]) < MIN_PREFIX_CHARS:
            return []
        query = words_query(" ".join(words[:-1]) + f" {words[-1]}*", fields=("name",))
        narrowed = [query, Query.term_query(schema(), "is-part", 0)]
        if kinds:
            narrowed.append(any_of(Facet.KIND, kinds))
        reader = self._reader()
        found = reader.searcher.search(
            Query.boolean_query([(Occur.Must, one) for one in narrowed]), limit, count=False
        )
        cards = [card_at(reader.searcher, address) for _, address in found.hits]
        return [Suggestion(card.record, card.name, card.kind) for card in cards]

    def cards(self, records: Sequence[Ctid]) -> dict[Ctid, Card]:
        """Return the cards of some records; those that are not held are left out."""
        reader = self._reader()
        wanted = list(dict.fromkeys(records))[:MAX_PAGE_RECORDS]
        query = Query.term_set_query(schema(), "entity", wanted)
        found = reader.searcher.search(query, max(1, len(wanted)), count=False)
        hits = [Hit(card_at(reader.searcher, address), 0) for _, address in found.hits]
        return {hit.card.record: hit.card for hit in self._named(hits)}

    def numbers(self, facet: Facet, values: Collection[str]) -> dict[str, int]:
        """Return how many records have each of some values of a facet."""
        searcher = self._reader().searcher
        own = Query.term_query(schema(), "is-part", 0)
        wanted = {
            "values": {
                "terms": {"field": facet.value, "include": list(values), "size": len(values)}
            }
        }
        query = Query.boolean_query([(Occur.Must, own), (Occur.Must, any_of(facet, values))])
        buckets = searcher.aggregate(query, wanted)["values"]["buckets"]
        return {bucket["key"]: bucket["doc_count"] for bucket in buckets}

    def sharing(self, facet: Facet, values: Collection[str], limit: int) -> list[Hit]:
        """Return records that have some values of a facet, those with most of them first.

        The score of each is how many of them it has.
        """
        searcher = self._reader().searcher
        each = [
            (Occur.Should, Query.const_score_query(Query.term_query(schema(), facet, one), 1.0))
            for one in values
        ]
        own = Query.const_score_query(Query.term_query(schema(), "is-part", 0), 0.0)
        query = Query.boolean_query([(Occur.Must, Query.boolean_query(each)), (Occur.Must, own)])
        found = searcher.search(query, limit, count=False)
        return self._named(Hit(card_at(searcher, at), float(score)) for score, at in found.hits)

    def similar(self, record: Ctid, limit: int = 6) -> list[Card]:
        """Return records whose name, description and subjects resemble those of a record."""
        reader = self._reader()
        own = Query.term_query(schema(), "entity", record)
        found = reader.searcher.search(own, 1, count=False).hits
        if not found:
            return []
        card = card_at(reader.searcher, found[0][1])
        texts = {"name": [card.name], "body": [card.description]}
        if card.language in STEMMED:
            texts = {stemmed_field(name, card.language): text for name, text in texts.items()}
        like = Query.more_like_this_document_fields_query(
            schema(), texts, min_doc_frequency=2, min_term_frequency=1
        )
        others = Query.boolean_query(
            [
                (Occur.Must, like),
                (Occur.MustNot, own),
                (Occur.Must, Query.term_query(schema(), "is-part", 0)),
            ]
        )
        hits = reader.searcher.search(others, limit, count=False).hits
        named = self._named(Hit(card_at(reader.searcher, address), 0) for _, address in hits)
        return [hit.card for hit in named]

    def initials(self, question: Question) -> str:
        """Return the letters from A to Z with which names of what a search finds begin."""
        reader = self._reader()
        return "".join(
            letter
            for letter in ascii_lowercase
            for narrowed in (replace(question, initial=letter),)
            if self._best(reader, narrowed, filter_queries(narrowed, reader))[3]
        ).upper()

    def _reader(self) -> SearchReader:
        return newest_reader(self._settings)

    def _best(
        self, reader: SearchReader, question: Question, filters: Mapping[Facet | None, Query]
    ) -> tuple[Fit, Query, Query, int]:
        """Return the narrowest query for the words that finds something, and how much it finds.

        :returns: how it fits the words, the query for them, the whole query, and the number of
            records.
        """
        ways = attempts(Identity.of(self._settings), question.words)
        for fit, words in ways[:1] if question.is_strict else ways:
            whole = joined(words, filters)
            if total := _count(reader, whole):
                return fit, words, whole, total
        return fit, words, whole, 0

    def _hits(
        self, reader: SearchReader, question: Question, words: Query, whole: Query
    ) -> list[Hit]:
        if question.order is asked.Order.DISTANCE and question.near:
            return nearest(reader, question, question.near, whole)
        offset = (question.page - 1) * question.size
        field, order = _NUMERIC.get(question.order, (None, Order.Desc))
        if question.size == 0:
            return []
        found = reader.searcher.search(
            whole, question.size, False, order_by_field=field, offset=offset, order=order
        )
        made = [
            Hit(card_at(reader.searcher, at), key if isinstance(key, float) and not field else 0.0)
            for key, at in found.hits
        ]
        snippets = snippets_of(reader, words) if question.words else None
        if snippets:
            made = [replace(hit, snippet=snippets(hit.card)) for hit in made]
        if question.near:
            made = [placed(hit, question.near) for hit in made]
        return made

    def _counts(
        self,
        reader: SearchReader,
        question: Question,
        words: Query,
        filters: Mapping[Facet | None, Query],
    ) -> dict[Facet, tuple[Count, ...]]:
        """Count the values of facets: those that are filtered by each without its own filter."""
        chosen = [facet for facet in question.counted if facet in filters]
        free = [facet for facet in question.counted if facet not in filters]
        counted: dict[Facet, list[dict[str, Any]]] = {}
        for but, facets in ((None, free), *((facet, [facet]) for facet in chosen)):
            if facets:
                wanted = {
                    facet.value: {"terms": {"field": facet.value, "size": MAX_COUNTED}}
                    for facet in facets
                }
                found = reader.searcher.aggregate(joined(words, filters, but), wanted)
                counted |= {facet: found[facet.value]["buckets"] for facet in facets}
        return self._labelled(counted)

    def _labelled(
        self, counted: Mapping[Facet, list[dict[str, Any]]]
    ) -> dict[Facet, tuple[Count, ...]]:
        organizations = {
            Ctid(bucket["key"])
            for facet in (Facet.PROVIDER, Facet.ASSURER, Facet.COLLECTION)
            for bucket in counted.get(facet, ())
            if is_ctid(bucket["key"])
        }
        names = self._names(organizations)
        return {
            facet: tuple(
                Count(
                    bucket["key"],
                    names.get(bucket["key"]) or label_of(facet, bucket["key"]),
                    bucket["doc_count"],
                )
                for bucket in buckets
            )
            for facet, buckets in counted.items()
        }

    def _named(self, hits: Iterable[Hit]) -> list[Hit]:
        """Give hits the present names of their providers."""
        hits = list(hits)
        names = self._names({Ctid(h.card.provider) for h in hits if is_ctid(h.card.provider)})
        return [
            replace(hit, card=replace(hit.card, provider_name=names[Ctid(hit.card.provider)]))
            if names.get(Ctid(hit.card.provider))
            else hit
            for hit in hits
        ]

    def _names(self, records: Collection[Ctid]) -> dict[Ctid, str]:
        return shared_ledger(self._settings).records.names(set(records)) if records else {}


def _check(question: Question) -> None:
    """Refuse a page that no search reaches.

    :raises BadParameter: when the page or its size is out of bounds.
    """
    if not 0 <= question.size <= MAX_PAGE_RECORDS:
        raise BadParameter(f"A page has at most {MAX_PAGE_RECORDS} records.")
    most = reach(question)
    if question.page < 1 or question.page * question.size > most:
        raise BadParameter(
            f"Pages are numbered from 1, and reach the first {most:,} records. "
            "Narrow the search to see others."
        )


def _count(reader: SearchReader, query: Query) -> int:
    counted = reader.searcher.aggregate(query, {"all": {"value_count": {"field": "is-part"}}})
    return int(counted["all"]["value"])
