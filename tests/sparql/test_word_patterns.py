"""Patterns with ctg:matches, taken out of the text of queries."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.rdf.namespaces import CTG
from ctgraph.sparql.query_tokens import string_value
from ctgraph.sparql.word_patterns import Match, Misplaced, take_out

PREFIXES = {"ctg": CTG}


def found(text: str) -> list[Match]:
    return take_out(text, PREFIXES)[1]


@pytest.mark.parametrize(
    ("query", "words", "limit", "language"),
    [
        ('SELECT * { ?r ctg:matches "nurse" }', "nurse", 100, ""),
        ("SELECT * { ?r ctg:matches 'nurse' . }", "nurse", 100, ""),
        ('SELECT * { ?r ctg:matches """two\nlines""" }', "two\nlines", 100, ""),
        ('SELECT * { ?r ctg:matches ("nurs*" 50) }', "nurs*", 50, ""),
        ('SELECT * { ?r ctg:matches ("nurs*" 50 "en-US") }', "nurs*", 50, "en"),
        ('SELECT * { ?r ctg:matches "nurse"@es }', "nurse", 100, "es"),
        (f'SELECT * {{ ?r <{CTG}matches> "a" }}', "a", 100, ""),
        (f'PREFIX x: <{CTG}> SELECT * {{ ?r x:matches "a" }}', "a", 100, ""),
        ('SELECT * { ?r a ?c ; ctg:matches "a" ; ?p ?o }', "a", 100, ""),
        ('SELECT * { FILTER (?x > 1) ?r a ?c ; ctg:matches "a" }', "a", 100, ""),
        ('SELECT * { OPTIONAL { ?r ctg:matches "a" } }', "a", 100, ""),
        ('SELECT * { { ?x ?y ?z } UNION { ?r ctg:matches "a" } }', "a", 100, ""),
        ('SELECT * { GRAPH ?g { ?r ctg:matches "a" } }', "a", 100, ""),
        ('SELECT * { { SELECT ?r { ?r ctg:matches "a" } LIMIT 3 } }', "a", 100, ""),
        ('ASK { FILTER EXISTS { ?r ctg:matches "a" } }', "a", 100, ""),
        ('SELECT * { VALUES ?w { "a" } ?r ctg:matches ?w }', "a", 100, ""),
        ('SELECT * { ?x ?y [ ?p ?o ] . ?r ctg:matches "a" }', "a", 100, ""),
        ('SELECT * { BIND (1 AS ?one) ?r ctg:matches "a" # the end\n }', "a", 100, ""),
        ('CONSTRUCT { ?r ?p ?o } WHERE { ?r ctg:matches "a" ; ?p ?o }', "a", 100, ""),
        ('SELECT * { ?r ceterms:a/ceterms:b ?c ; ctg:matches "a" }', "a", 100, ""),
    ],
)
def test_a_pattern_is_read(query: str, words: str, limit: int, language: str) -> None:
    (match,) = found(query)
    assert (match.words, match.limit, match.language) == (words, limit, language)
    assert match.variable == "?r"


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?r ctg:matches "a" }',
        'SELECT * { ?r ctg:matches "a" ; ctg:score ?s ; ctg:snippet ?t }',
        'SELECT * { ?r a ?c ; ctg:matches "a" ; ctg:score ?s . ?r ?p ?o }',
        'SELECT * { ?r ctg:matches "a" ; a ?c , ?d }',
        'SELECT * { ?r ctg:matches "a" . OPTIONAL { ?r ?p ?o } }',
        'SELECT * { ?r ctg:score ?s . ?r a ?c . ?r ctg:matches "a" }',
        'SELECT * { { ?r ctg:matches "a" } UNION { ?r ctg:matches "b" . ?r ?p ?o } }',
        'SELECT * { ?r ctg:matches ("a" 5 "en") ; ctg:score ?s\n  FILTER (?s > 1) }',
    ],
)
def test_what_is_left_is_a_query_without_the_pattern(query: str) -> None:
    text, matches = take_out(query, PREFIXES)
    assert matches
    assert len(text) == len(query)
    for name in ("matches", "score", "snippet"):
        assert f"ctg:{name}" not in text
    for match in reversed(matches):
        names = " ".join(n for n in (match.variable, match.score, match.snippet) if n)
        text = f"{text[: match.place]}VALUES ({names}) {{}}{text[match.place :]}"
    ox.Store().query(text, prefixes=PREFIXES)


def test_the_score_and_the_snippet_belong_to_their_record() -> None:
    first, second = found(
        'SELECT * { ?a ctg:matches "x" ; ctg:score ?s . ?b ctg:matches "y" ; ctg:snippet ?t }'
    )
    assert (first.variable, first.score, first.snippet) == ("?a", "?s", "")
    assert (second.variable, second.score, second.snippet) == ("?b", "", "?t")


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ('SELECT * { <http://x> ctg:matches "a" }', "1:23"),
        ('SELECT * {\n  [] ctg:matches "a" }', "2:6"),
        ('SELECT * { [ ctg:matches "a" ] a ?c }', "1:14"),
        ("SELECT * { ?r ctg:matches ?words }", "1:15"),
        ("SELECT * { ?r ctg:matches 5 }", "1:15"),
        ('SELECT * { ?r ctg:matches ("a" 0) }', "1:32"),
        ('SELECT * { ?r ctg:matches ("a" 99999) }', "1:32"),
        ('SELECT * { ?r ctg:matches ("a" ?n) }', "1:32"),
        ('SELECT * { ?r ctg:matches "a" ; ctg:score 5 }', "1:33"),
        ('SELECT * { ?r (ctg:matches|a) "a" }', "1:16"),
    ],
)
def test_a_pattern_that_cannot_be_understood_is_named_with_its_place(
    query: str, place: str
) -> None:
    with pytest.raises(Misplaced, match=f"error at {place}: ctg:"):
        take_out(query, PREFIXES)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?r ?p "ctg:matches" }',
        "SELECT * { ?r ?p ?o } # ?r ctg:matches 'a'",
        "SELECT * { ?r <http://other#matches> 'a' }",
        "SELECT * { ?matches ?p ?o }",
        "nonsense matches {{{ }} ( [",
    ],
)
def test_other_queries_are_left_alone(query: str) -> None:
    assert take_out(query, PREFIXES) == (query, [])


@given(st.text(max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    assert take_out(text, PREFIXES)[0] == text or "matches" in text


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_words_are_those_of_their_literal(words: str) -> None:
    literal = str(ox.Literal(words))
    assert string_value(literal) == words
    (match,) = found(f"SELECT * {{ ?r ctg:matches {literal} }}")
    assert match.words == words
