"""The words of a search in the terms of the search index."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from tantivy import Occur, Query

from ctgraph.projections.search_fields import (
    PLAIN_FIELDS,
    STEMMED,
    analyzer,
    schema,
    stemmed_field,
)
from ctgraph.projections.search_words import Piece, pieces_of

WEIGHTS = {"name": 6.0, "extra": 2.0, "body": 1.0}
"""How much a word counts in each field."""
STEM_WEIGHT = 0.8
"""How much the stem of a word counts, against the word itself."""
FUZZY_WEIGHT = 0.3
"""How much a word that is spelt almost like one of the search counts."""
FUZZY_CHARS, VERY_FUZZY_CHARS = 5, 9
"""From how many letters on a word may differ by one letter, and by two."""


def words_query(
    typed: str,
    is_fuzzy: bool = False,
    needs_all: bool = True,
    fields: Collection[str] = PLAIN_FIELDS,
) -> Query:
    """Return the query for the words of a search; all records fit an empty one.

    :param fields: the fields, of PLAIN_FIELDS, that may have the words.
    """
    pieces = pieces_of(typed)
    wanted = [_piece(piece, is_fuzzy, fields) for piece in pieces if not piece.is_unwanted]
    unwanted = [_piece(piece, False, fields) for piece in pieces if piece.is_unwanted]
    if not wanted:
        wanted = [Query.const_score_query(Query.all_query(), 0.0)]
    occur = Occur.Must if needs_all else Occur.Should
    found = Query.boolean_query([(occur, query) for query in wanted])
    whole = _whole_phrase(pieces)
    if whole:  # the words side by side in the name are what was meant
        found = Query.boolean_query([(Occur.Must, found), (Occur.Should, whole)])
    if unwanted:
        found = Query.boolean_query(
            [(Occur.Must, found), *((Occur.MustNot, query) for query in unwanted)]
        )
    return found


def _whole_phrase(pieces: list[Piece]) -> Query | None:
    words: list[str | tuple[int, str]] = [
        word for piece in pieces if not piece.is_unwanted for word in piece.words
    ]
    if len(words) < 2:
        return None
    return Query.boost_query(Query.phrase_query(schema(), "name", words), WEIGHTS["name"])


def _piece(piece: Piece, is_fuzzy: bool, fields: Collection[str]) -> Query:
    return Query.disjunction_max_query(list(_ways(piece, is_fuzzy, fields)), 0.1)


def _ways(piece: Piece, is_fuzzy: bool, fields: Collection[str]) -> Iterator[Query]:
    """Yield the ways in which a record may have a piece of a search."""
    word = piece.words[0]
    for field in fields:
        weight = WEIGHTS[field]
        if len(piece.words) > 1:
            yield Query.boost_query(Query.phrase_query(schema(), field, [*piece.words]), weight)
            continue
        yield Query.boost_query(Query.term_query(schema(), field, word, "freq"), weight)
        if piece.is_prefix:
            begun = Query.regex_query(schema(), field, f"{re.escape(word)}.*")
            yield Query.boost_query(begun, weight * STEM_WEIGHT)
            continue
        for language in STEMMED:
            stems = analyzer(language).analyze(word)
            if stems:
                stemmed = stemmed_field(field, language)
                query = Query.term_query(schema(), stemmed, stems[0], "freq")
                yield Query.boost_query(query, weight * STEM_WEIGHT)
        if is_fuzzy and len(word) >= FUZZY_CHARS:
            distance = 2 if len(word) >= VERY_FUZZY_CHARS else 1
            near = Query.fuzzy_term_query(schema(), field, word, distance)
            yield Query.boost_query(near, weight * FUZZY_WEIGHT)
