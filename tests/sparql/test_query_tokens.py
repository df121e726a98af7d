"""The tokens of a query: what each is, and that nothing is lost, whatever stands in the query."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.sparql.mistakes import MAX_WRITTEN_CHARACTERS, cause
from ctgraph.sparql.query_tokens import tokens_of

SIGNS = st.sampled_from([*"ab1.-+:'\"\\ {}\n?$@<>%4_é#;,", "'''", '"""', "PREFIX ", "ex:"])


def kinds(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.text) for token in tokens_of(text, {})]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ex:a.b-c. ?x", [("name", "ex:a.b-c"), ("mark", "."), ("variable", "?x")]),
        ("ex:a..b..", [("name", "ex:a..b"), ("mark", "."), ("mark", ".")]),
        ("a.b:c:d%4F\\-e", [("name", "a.b:c:d%4F\\-e")]),
        ("-1.5 +2.5.", [("number", "-1.5"), ("number", "+2.5"), ("mark", ".")]),
        ("1.2.3", [("number", "1.2"), ("mark", "."), ("number", "3")]),
        ("not-5", [("word", "not"), ("number", "-5")]),
        ("'it''s'", [("string", "'it'"), ("string", "'s'")]),
        ("'it\\'s' @en-GB", [("string", "'it\\'s'"), ("tag", "@en-GB")]),
        ("''' a ' b \n''' ''", [("string", "''' a ' b \n'''"), ("string", "''")]),
        ("'it }\n{", [("open", "'it }"), ("mark", "{")]),
        ('"""it }\n{', [("open", '"""it }\n{')]),
        ("<a:b> <a b # '", [("iri", "<a:b>"), ("mark", "<"), ("word", "a"), ("word", "b")]),
    ],
)
def test_what_each_token_is(text: str, found: list[tuple[str, str]]) -> None:
    assert kinds(text) == found


@given(st.lists(SIGNS, max_size=30).map("".join))
def test_nothing_is_lost(text: str) -> None:
    end = 0
    for token in tokens_of(text, {}):
        assert text[token.start : token.end] == token.text
        between = text[end : token.start].strip()
        assert not between or between.startswith("#")
        end = token.end
    assert not text[end:].strip() or text[end:].strip().startswith("#")


@pytest.mark.parametrize(
    "text", ["ex:" + "." * 300_000 + "a", "." * 300_000, "1." * 150_000, "'\\" * 150_000]
)
def test_what_repeats_is_not_read_again_at_each_place(text: str) -> None:
    assert tokens_of(text, {})  # read anew at each place, it would take minutes


def test_mistakes_are_looked_for_in_what_somebody_wrote() -> None:
    assert cause("ASK { ?s ?p 'it }", "")
    assert cause(f"ASK {{ ?s ?p 'it }}{' ' * MAX_WRITTEN_CHARACTERS}", "") == ""
