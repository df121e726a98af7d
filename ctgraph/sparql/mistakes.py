"""Why a query does not parse, where that is certain. The parser only says what it expected."""

from __future__ import annotations

from ctgraph.sparql.query_tokens import Token, tokens_of

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


def cause(text: str, message: str) -> str:
    """Return why a query does not parse, with the remedy; '' where that is not certain.

    :param message: what the parser says.
    """
    for said, meaning in _MEANINGS.items():
        if said in message:
            return meaning
    opened: list[Token] = []
    for token in tokens_of(text, {}):
        if token.text in ("'", '"'):  # a whole text is one token
            return _has_no_end(text, token, token.text)
        if token.text in _CLOSING:
            opened.append(token)
        elif token.text in _CLOSING.values() and (
            not opened or _CLOSING[opened.pop().text] != token.text
        ):
            return ""
    return _has_no_end(text, opened[-1], _CLOSING[opened[-1].text]) if opened else ""


def _has_no_end(text: str, token: Token, end: str) -> str:
    line = text.count("\n", 0, token.start) + 1
    column = token.start - text.rfind("\n", 0, token.start)
    return f"the {token.text} of line {line}:{column} has no end. Add {end} where it ends."
