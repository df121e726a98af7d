"""The records that a search found, read from the index: cards, distances and snippets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import orjson
import tantivy
from tantivy import Occur, Query

from ctgraph.finder.found import Card, Hit, Place
from ctgraph.finder.query import distance, within
from ctgraph.finder.question import MAX_BY_DISTANCE, Near, Question
from ctgraph.projections.search_fields import STEMMED, schema, stemmed_field
from ctgraph.projections.search_reader import SearchReader

SNIPPET_CHARS = 240
"""The length of a snippet."""


def nearest(reader: SearchReader, question: Question, near: Near, whole: Query) -> list[Hit]:
    """Return a page of hits, the nearest first: those at ever more places, until it is full."""
    wanted = question.page * question.size
    places = sorted(within(near, reader).items(), key=lambda pair: pair[1])
    terms = [term for term, _ in places]
    hits: list[Hit] = []
    done, ring = 0, 1
    while len(hits) < wanted and done < len(terms):
        here = Query.term_set_query(schema(), "place", terms[done : done + ring])
        nearer = Query.term_set_query(schema(), "place", terms[:done])
        query = Query.boolean_query(
            [(Occur.Must, whole), (Occur.Must, here), (Occur.MustNot, nearer)]
        )
        found = reader.searcher.search(query, MAX_BY_DISTANCE, count=False).hits
        if len(found) == MAX_BY_DISTANCE and ring > 1:  # the best are not always the nearest
            ring //= 2
            continue
        some = [placed(Hit(card_at(reader.searcher, at), score), near) for score, at in found]
        hits += sorted(some, key=lambda hit: (hit.kilometres or 0.0, -hit.score))
        done, ring = done + ring, ring * 2
    if len(hits) < wanted and near.city:  # those of the city of which nobody says where they are
        located = Query.term_set_query(schema(), "place", terms)
        query = Query.boolean_query([(Occur.Must, whole), (Occur.MustNot, located)])
        found = reader.searcher.search(query, MAX_BY_DISTANCE, count=False).hits
        hits += [placed(Hit(card_at(reader.searcher, at), score), near) for score, at in found]
    return hits[wanted - question.size : wanted]


def placed(hit: Hit, near: Near) -> Hit:
    """Say how far the nearest place of a hit is."""
    far = [
        distance(near, place.latitude, place.longitude)
        for place in hit.card.places
        if place.latitude is not None and place.longitude is not None and near.is_placed
    ]
    return replace(hit, kilometres=min(far, default=None))


def snippets_of(
    reader: SearchReader, words: Query
) -> Callable[[Card], tuple[tuple[str, bool], ...]]:
    """Return a function that finds the passage of a description that fits the words best."""
    generators = {
        field: tantivy.SnippetGenerator.create(reader.searcher, words, schema(), field)
        for field in ("body", *(stemmed_field("body", language) for language in STEMMED))
    }
    for generator in generators.values():
        generator.set_max_num_chars(SNIPPET_CHARS)

    def snippet(card: Card) -> tuple[tuple[str, bool], ...]:
        field = stemmed_field("body", card.language) if card.language in STEMMED else "body"
        document = tantivy.Document()
        document.add_text(field, card.description)
        return _marked(generators[field].snippet_from_doc(document))

    return snippet


def _marked(snippet: tantivy.Snippet) -> tuple[tuple[str, bool], ...]:
    """Return a snippet in pieces. Its ranges count bytes of UTF-8."""
    text = snippet.fragment().encode()
    pieces: list[tuple[str, bool]] = []
    done = 0
    for piece in snippet.highlighted():
        pieces.append((text[done : piece.start].decode(errors="ignore"), False))
        pieces.append((text[piece.start : piece.end].decode(errors="ignore"), True))
        done = piece.end
    pieces.append((text[done:].decode(errors="ignore"), False))
    return tuple(piece for piece in pieces if piece[0])


def card_at(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Card:
    """Return the card of an entity at an address of the index."""
    stored = orjson.loads(bytes(searcher.doc(address)["card"][0]))
    stored["places"] = tuple(Place(*place) for place in stored["places"])
    stored["level"], stored["delivery"] = tuple(stored["level"]), tuple(stored["delivery"])
    return Card(**stored)
