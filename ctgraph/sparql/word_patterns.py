"""Patterns with ctg:matches in the text of a query, and what stands in their place.

SPARQL has no property functions, so the pattern is taken out of the query before it is run, and the
records that the search index finds take its place as a VALUES block (SPARQL 1.1 Query, section 10).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ctgraph.rdf.namespaces import CTG
from ctgraph.sparql.query_groups import Groups, Pair, Statement
from ctgraph.sparql.query_tokens import Token, string_value, tokens_of

USUAL_MATCHES = 100
"""Records that a match finds unless it asks for another number."""
MAX_MATCHES = 10_000
"""The most records that a match finds."""
MAX_PATTERNS = 10
"""Matches that one query may have."""
MATCHES, SCORE, SNIPPET = (f"{CTG}{name}" for name in ("matches", "score", "snippet"))
_TAG = re.compile(r"([A-Za-z]{2,8})(?:-[A-Za-z0-9]{1,8})*")
_BEFORE_SUBJECTS = ("{", "}", ".", "")
_BEHIND_OBJECTS = (".", ";", ",", "}", ")", "]", "")
_IN_PATHS = ("/", "|", "^", "!")


class Misplaced(SyntaxError):
    """A pattern with ctg:matches that cannot be understood. The message begins with its place."""


@dataclass
class Match:
    """One pattern with ctg:matches.

    :param variable: of the records.
    :param words: to be found, as typed.
    :param limit: how many records to find.
    :param language: primary tag of the language of the records; empty for any.
    :param place: where in the text the records are to stand.
    :param score: the variable of the score; empty where none is asked for.
    :param snippet: the variable of the snippet; empty where none is asked for.
    """

    variable: str
    words: str
    limit: int = USUAL_MATCHES
    language: str = ""
    place: int = 0
    score: str = ""
    snippet: str = ""

    @property
    def variables(self) -> list[str]:
        """What it binds."""
        return [name for name in (self.variable, self.score, self.snippet) if name]


def has_matches(text: str) -> bool:
    """Tell whether a query may have a pattern with ctg:matches; most have none."""
    return "matches" in text


def take_out(text: str, prefixes: Mapping[str, str]) -> tuple[str, list[Match]]:
    """Take the patterns with ctg:matches out of a query.

    :param prefixes: those that need no declaration.
    :returns: the query with blanks in their places, and what they ask for, in their order.
    :raises Misplaced: when one stands where it cannot be understood.
    """
    return _Reader(text, prefixes).take_out()


class _Reader:
    """Reads one query."""

    def __init__(self, text: str, prefixes: Mapping[str, str]) -> None:
        self._text = text
        self._tokens = tokens_of(text, prefixes)
        self._cuts: list[tuple[int, int]] = []
        self._read: set[int] = set()

    def take_out(self) -> tuple[str, list[Match]]:
        verbs = [token for token in self._tokens if token.iri == MATCHES]
        if not verbs:
            return self._text, []
        if len(verbs) > MAX_PATTERNS:
            raise self._misplaced(verbs[MAX_PATTERNS], f"may stand {MAX_PATTERNS} times at most")
        groups = Groups(self._tokens)
        found = [match for group in groups for match in self._in_group(group)]
        self._check_rest(groups.templates)
        return self._without_cuts(), sorted(found, key=lambda match: match.place)

    def _in_group(self, statements: list[Statement]) -> Iterator[Match]:
        """Yield the matches of a group. Those of one variable would have one score between them."""
        seen: set[str] = set()
        for statement in statements:
            for pair in statement.pairs:
                if pair.verb.iri != MATCHES:
                    continue
                name = statement.subject.text
                if statement.subject.kind != "variable":
                    raise self._misplaced(pair.verb, "needs a variable as its subject")
                if name[1:] in seen:
                    raise self._misplaced(
                        pair.verb, f"stands twice for {name}; write all words in one string"
                    )
                seen.add(name[1:])
                match = self._match(statement, pair)
                self._take(statements, match)
                if len({each[1:] for each in match.variables}) < len(match.variables):
                    raise self._misplaced(
                        pair.verb, "needs a variable each for the record, the score and the snippet"
                    )
                yield match

    def _take(self, statements: list[Statement], match: Match) -> None:
        """Note what is to be cut for a match, and where its score and its snippet go."""
        for statement in statements:
            if statement.subject.kind != "variable":
                continue
            if statement.subject.text[1:] != match.variable[1:]:
                continue
            own = [pair for pair in statement.pairs if self._belongs(pair, match)]
            if own and len(own) == len(statement.pairs):
                self._cuts.append((statement.subject.start, statement.end))
                continue
            following = [*statement.pairs[1:], None]
            for pair, after in zip(statement.pairs, following, strict=True):
                if pair in own:
                    self._cuts.append((pair.verb.start, after.verb.start if after else pair.end))

    def _belongs(self, pair: Pair, match: Match) -> bool:
        if pair.verb.iri not in (MATCHES, SCORE, SNIPPET):
            return False
        self._read.add(pair.verb.start)
        if pair.verb.iri != MATCHES:
            if [token.kind for token in pair.objects] != ["variable"]:
                raise self._misplaced(pair.verb, "needs one variable as its value")
            name = "score" if pair.verb.iri == SCORE else "snippet"
            if getattr(match, name):
                raise self._misplaced(pair.verb, f"stands twice for {match.variable}")
            setattr(match, name, pair.objects[0].text)
        return True

    def _match(self, statement: Statement, pair: Pair) -> Match:
        match = Match(statement.subject.text, "", place=statement.subject.start)
        given = pair.objects
        if [token.text for token in (*given[:1], *given[-1:])] == ["(", ")"]:
            given = given[1:-1]
        elif len(given) > 1 and [token.kind for token in given[1:]] != ["tag"]:
            raise self._misplaced(given[1], 'takes one value or one list: ("words" 50 "en")')
        words = self._constant(given[0]) if given else None
        if words is None or words.kind != "string":
            raise self._misplaced(
                pair.verb,
                'needs its words as a string: "nurs* license"; for a variable, VALUES gives one',
            )
        match.words = string_value(words.text)
        for token in given[1:]:
            self._set_argument(match, token)
        return match

    def _set_argument(self, match: Match, token: Token) -> None:
        """Note the limit or the language of a match."""
        if token.kind == "number":
            match.limit = int(token.text[:9]) if token.text.isdecimal() else 0
            if not 1 <= match.limit <= MAX_MATCHES:
                raise self._misplaced(token, f"finds from 1 to {MAX_MATCHES:,} records")
        elif token.kind in ("tag", "string"):
            tag = _TAG.fullmatch(
                token.text[1:] if token.kind == "tag" else string_value(token.text)
            )
            if tag is None:
                raise self._misplaced(token, 'takes a language by its tag, such as "en"')
            match.language = tag[1].lower()
        else:
            raise self._misplaced(token, 'takes words, a limit and a language: ("words" 50 "en")')

    def _constant(self, token: Token) -> Token:
        """Return the one literal that a VALUES block gives a variable; other tokens unchanged."""
        if token.kind != "variable":
            return token
        for at in range(len(self._tokens) - 4):
            values, variable, opening, value, closing = self._tokens[at : at + 5]
            if (
                values.keyword == "VALUES"
                and variable.text[1:] == token.text[1:]
                and (opening.text, value.kind, closing.text) == ("{", "string", "}")
            ):
                return value
        return token

    def _check_rest(self, templates: list[tuple[int, int]]) -> None:
        """Refuse verbs that were not read: they would silently find nothing.

        Where a property is a subject or an object, it is asked about, which is fine.
        """
        texts = ["", *(token.text for token in self._tokens), ""]
        for at, token in enumerate(self._tokens):
            if token.iri not in (MATCHES, SCORE, SNIPPET) or token.start in self._read:
                continue
            before, behind = texts[at], texts[at + 2]
            is_subject = before in _BEFORE_SUBJECTS or before.upper() in ("WHERE", "DESCRIBE")
            is_object = behind in _BEHIND_OBJECTS and before not in _IN_PATHS
            is_made = any(begin <= token.start < end for begin, end in templates)
            if is_subject or is_object or is_made:
                continue
            raise self._misplaced(
                token,
                'needs a variable as its subject: ?record ctg:matches "words"'
                if token.iri == MATCHES
                else "stands beside ctg:matches: the same record, in the same group",
            )

    def _misplaced(self, token: Token, why: str) -> Misplaced:
        line = self._text.count("\n", 0, token.start) + 1
        column = token.start - self._text.rfind("\n", 0, token.start)
        about = token.iri if token.iri in (SCORE, SNIPPET) else MATCHES
        return Misplaced(f"error at {line}:{column}: ctg:{about.removeprefix(CTG)} {why}")

    def _without_cuts(self) -> str:
        """Return the text with blanks in the place of cuts, so that all places stay."""
        text = list(self._text)
        for start, end in self._cuts:
            for place in range(start, end):
                if text[place] not in "\r\n":
                    text[place] = " "
        return "".join(text)
