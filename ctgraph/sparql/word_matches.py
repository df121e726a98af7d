"""Answering ctg:matches: the search index of the snapshot finds the records of a pattern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
import tantivy
from tantivy import Occur, Query, SnippetGenerator

from ctgraph.projections.search_fields import STEMMED, Facet, schema, stemmed_field
from ctgraph.projections.search_index import opened
from ctgraph.projections.search_query import words_query
from ctgraph.projections.search_words import pieces_of
from ctgraph.sparql.word_patterns import Match, take_out

SNIPPET_CHARS = 200
"""The length of a snippet."""


class WordMatches:
    """The search index of one snapshot.

    :raises OSError: when it is damaged.
    """

    def __init__(self, snapshot: Path) -> None:
        try:
            self._searcher = opened(snapshot).searcher()
        except ValueError as error:
            raise OSError(f"Corruption: the search index cannot be read: {error}") from error

    def rewritten(self, text: str, prefixes: Mapping[str, str], resources: str) -> str:
        """Return a query with the records that its patterns find in their place.

        :param resources: the beginning of the IRIs of records.
        :raises SyntaxError: when a pattern cannot be understood.
        """
        plain, matches = take_out(text, prefixes)
        for match in reversed(matches):
            block = " ".join(self._values(match, resources))
            plain = f"{plain[: match.place]}{block}{plain[match.place :]}"
        return plain

    def _values(self, match: Match, resources: str) -> Iterator[str]:
        """Yield the parts of the block with what a pattern finds, on one line."""
        yield f"VALUES ({' '.join(match.variables)}) {{"
        query = _query(match)
        snippets = _Snippets(self._searcher, query) if match.snippet else None
        for score, address in self._searcher.search(query, match.limit, count=False).hits:
            card = orjson.loads(bytes(self._searcher.doc(address)["card"][0]))
            cells = [f"<{resources}{card['record']}>"]
            if match.score:
                cells.append(str(ox.Literal(round(float(score), 4))))
            if snippets:
                cells.append(str(ox.Literal(snippets.of(card))))
            yield f"({' '.join(cells)})"
        yield "}"


class _Snippets:
    """The passages that fit a query best."""

    def __init__(self, searcher: tantivy.Searcher, query: Query) -> None:
        self._generators = {
            field: SnippetGenerator.create(searcher, query, schema(), field)
            for field in ("body", *(stemmed_field("body", language) for language in STEMMED))
        }
        for generator in self._generators.values():
            generator.set_max_num_chars(SNIPPET_CHARS)

    def of(self, card: dict[str, Any]) -> str:
        """Return the passage of a record's description; its name where no passage fits."""
        language = card["language"]
        field = stemmed_field("body", language) if language in STEMMED else "body"
        document = tantivy.Document()
        document.add_text(field, card["description"])
        found = self._generators[field].snippet_from_doc(document)
        return str(found.fragment()) or str(card["name"])


def _query(match: Match) -> Query:
    if all(piece.is_unwanted for piece in pieces_of(match.words)):  # all others would fit
        return Query.empty_query()
    query = words_query(match.words)
    if match.language:
        spoken = Query.term_query(schema(), Facet.LANGUAGE, match.language)
        query = Query.boolean_query(
            [(Occur.Must, query), (Occur.Must, Query.const_score_query(spoken, 0.0))]
        )
    return query
