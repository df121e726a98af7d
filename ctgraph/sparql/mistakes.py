"""Why a query does not parse, where that is certain. The parser only says what it expected."""

from __future__ import annotations

from itertools import pairwise

from ctgraph.sparql.query_tokens import LONG_QUOTES, Token, position, tokens_of

_MEANINGS = {
    "The SELECT contains a variable that is unbound": (
        "the SELECT has a variable that is neither grouped nor aggregated. Add it to GROUP BY, or "
        "aggregate it, such as (SAMPLE(?name) AS ?one)."
    ),
    "The SELECT overrides an existing variable using an expression": (
        "the SELECT gives an expression the name of a variable that the query has already. Choose "
        "another name after AS."
    ),
}
"""What the parser says among the tokens that it expected, and what that means."""
_CLOSING = {"{": "}", "(": ")", "[": "]"}
MAX_WRITTEN_CHARACTERS = 10_000
"""The longest query in which mistakes are looked for: nobody writes a longer one by hand."""


def cause(text: str, message: str) -> str:
    """Return why a query does not parse, with the remedy; '' where that is not certain.

    :param message: what the parser says.
    """
    for said, meaning in _MEANINGS.items():
        if said in message:
            return meaning
    return _unended(text, tokens_of(text, {})) if len(text) <= MAX_WRITTEN_CHARACTERS else ""


def _unended(text: str, tokens: list[Token]) -> str:
    """Return which bracket or text has no end; '' where brackets do not fit each other."""
    opened: list[Token] = []
    for number, token in enumerate(tokens):
        if token.kind == "open":
            quote = token.text[:3] if token.text[:3] in LONG_QUOTES else token.text[0]
            before = tokens[max(0, number - 2) : number + 1]
            if [one.kind for one in before[:-1]] == ["string", "word"] and _are_joined(before):
                return _ends_early(text, before[0], quote)
            return _has_no_end(text, token, quote)
        if token.text in _CLOSING:
            opened.append(token)
        elif token.text in _CLOSING.values() and (
            not opened or _CLOSING[opened.pop().text] != token.text
        ):
            return ""
    return _has_no_end(text, opened[-1], _CLOSING[opened[-1].text]) if opened else ""


def _are_joined(tokens: list[Token]) -> bool:
    """Tell whether nothing stands between some tokens, as in 'it's'."""
    return all(one.end == other.start for one, other in pairwise(tokens))


def _ends_early(text: str, token: Token, quote: str) -> str:
    place = _place(text, token)
    return f"the text of line {place} ends at the {quote} within it. Write \\{quote} there."


def _has_no_end(text: str, token: Token, end: str) -> str:
    begin = end if token.kind == "open" else token.text
    return f"the {begin} of line {_place(text, token)} has no end. Add {end} where it ends."


def _place(text: str, token: Token) -> str:
    line, column = position(text, token.start)
    return f"{line}:{column}"
