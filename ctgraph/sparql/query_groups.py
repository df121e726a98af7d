"""The groups of a query and the statements in them.

Only as much of the grammar is read as tells a subject, a verb and an object apart. What the engine
would refuse is read somehow: the engine refuses it later.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ctgraph.sparql.query_tokens import Token

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_WITH_EXPRESSION = ("FILTER", "BIND", "HAVING")
_UP_TO_A_GROUP = ("SELECT", "ORDER", "GROUP", "LIMIT", "OFFSET", "DESCRIBE")


@dataclass
class Pair:
    """A verb with the tokens of its objects."""

    verb: Token
    objects: list[Token]

    @property
    def end(self) -> int:
        """Where it ends in the text."""
        return (self.objects or [self.verb])[-1].end


@dataclass
class Statement:
    """A subject with its pairs.

    :param end: where it ends in the text, with the full stop behind it.
    """

    subject: Token
    pairs: list[Pair] = field(default_factory=list)
    end: int = 0


class Groups:
    """Reads the groups of a query.

    :param templates: when all is read, where the templates of CONSTRUCT begin and end in the text.
    """

    def __init__(self, tokens: list[Token]) -> None:
        self.templates: list[tuple[int, int]] = []
        self._tokens = tokens
        self._at = 0

    def __iter__(self) -> Iterator[list[Statement]]:
        """Yield the statements of each group, the inner groups first."""
        open_brackets: list[list[Statement] | None] = []  # None for those of an expression
        while self._at < len(self._tokens):
            token, within = self._tokens[self._at], open_brackets[-1:]
            if token.text == "{":
                open_brackets.append([])
                self._at += 1
            elif token.text in ("}", ")") and (token.text == "}" or within == [None]):
                closed = open_brackets.pop() if open_brackets else None
                if closed:
                    yield closed
                self._at += 1
            elif token.text == "(" and within in ([], [None]):
                open_brackets.append(None)
                self._at += 1
            elif token.kind == "word":
                self._at += 1
                if self._pass_clause(token.keyword):
                    open_brackets.append(None)
            elif within in ([], [None]) or token.text in (".", ";", ","):
                self._at += 1
            elif within[0] is not None:
                within[0].append(self._statement())
        yield from (statements for statements in open_brackets if statements)

    def _next(self) -> str:
        return self._tokens[self._at].text if self._at < len(self._tokens) else ""

    def _pass_clause(self, keyword: str) -> bool:
        """Pass what belongs to a keyword; tell whether that is the bracket of an expression."""
        if keyword == "VALUES":
            while self._next() not in ("{", ""):
                self._at += 1
            self._pass_balanced()
        elif keyword in ("GRAPH", "SERVICE"):
            self._at += 1
        elif keyword == "CONSTRUCT" and self._next() == "{":
            begin = self._at
            self._pass_balanced()
            self.templates.append((self._tokens[begin].start, self._tokens[self._at - 1].end))
        elif keyword in _WITH_EXPRESSION:
            return self._pass_to_expression()
        elif keyword in _UP_TO_A_GROUP:
            while self._next() not in ("{", "}", ""):
                self._pass_term()
        return False

    def _pass_to_expression(self) -> bool:
        """Pass the name of a function, or NOT EXISTS, and the bracket behind it if there is one."""
        while self._next() not in ("(", "{", "}", ""):
            self._at += 1
        if self._next() != "(":
            return False
        self._at += 1
        return True

    def _pass_balanced(self) -> None:
        """Pass a bracket and what it encloses."""
        depth = 0
        while self._at < len(self._tokens):
            text = self._tokens[self._at].text
            depth += text in _CLOSING
            depth -= text in _CLOSING.values()
            self._at += 1
            if depth <= 0:
                return

    def _pass_term(self) -> None:
        if self._next() in _CLOSING:
            self._pass_balanced()
        else:
            self._at += 1

    def _statement(self) -> Statement:
        statement = Statement(self._tokens[self._at])
        self._pass_term()
        while not self._ends():
            if self._next() == ";":
                self._at += 1
            else:
                statement.pairs.append(self._pair())
        statement.end = self._tokens[self._at - 1].end
        if self._next() == ".":
            statement.end = self._tokens[self._at].end
            self._at += 1
        return statement

    def _pair(self) -> Pair:
        verb = self._tokens[self._at]
        self._pass_verb()
        first = self._at
        while not self._ends() and self._next() != ";":
            self._pass_term()
        return Pair(verb, self._tokens[first : self._at])

    def _pass_verb(self) -> None:
        """Pass a verb, which may be a path."""
        self._pass_term()
        while self._next() and self._next() in "/|^*+?!":
            is_infix = self._next() in "/|^!"
            self._at += 1
            if is_infix:
                self._pass_term()

    def _ends(self) -> bool:
        if self._at >= len(self._tokens):
            return True
        token = self._tokens[self._at]
        return token.text in (".", "}", "{") or (
            token.kind == "word" and token.keyword not in ("A", "TRUE", "FALSE")
        )
