"""The tokens of a query, with their places, as SPARQL 1.1 Query, section 19.8, has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Brackets and marks stand alone. No text takes long: `*+` and `++` read nothing twice. What looks
# like a name without a colon is read whole (`run`), and so is a string without an end (`open`).
_TOKEN = re.compile(
    r"""(?P<iri><[^<>"{}|^`\\\x00-\x20]*+>)
      | (?P<string>'''(?:[^\\]|\\.)*?''' | \"\"\"(?:[^\\]|\\.)*?\"\"\"
          | (?!'''|\"\"\")(?:'(?:[^'\\\n\r]|\\.)*+' | "(?:[^"\\\n\r]|\\.)*+"))
      | (?P<open>'''.*+ | \"\"\".*+ | '(?:[^'\\\n\r]|\\.)*+ | "(?:[^"\\\n\r]|\\.)*+)
      | (?P<comment>\#[^\n\r]*+)
      | (?P<variable>[?$]\w++)
      | (?P<tag>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+)
      | (?P<name>[\w.-]*+:(?:[\w:-]|\.++(?=[\w:-])|%[0-9A-Fa-f]{2}|\\.)*+)
      | (?P<run>[\w.-]++)
      | (?P<number>[+]\d++(?:\.\d++)?)
      | (?P<mark>[{}()\[\].;,]|\S)""",
    re.VERBOSE | re.DOTALL,
)
_PART = re.compile(r"(?P<number>[+-]?\d++(?:\.\d++)?) | (?P<word>\w++) | (?P<mark>.)", re.VERBOSE)
"""A part of a run."""
LONG_QUOTES = ("'''", '"""')
"""Quotation marks of texts that may have several lines."""
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)


@dataclass(frozen=True)
class Token:
    """A token of a query.

    :param kind: iri, string, open (a string without an end), variable, tag, name, number, word or
        mark.
    :param iri: the IRI that it is or abbreviates; empty for other tokens.
    """

    kind: str
    text: str
    start: int
    end: int
    iri: str = ""

    @property
    def keyword(self) -> str:
        """The word that it is, in upper case, or else its text."""
        return self.text.upper() if self.kind == "word" else self.text


def tokens_of(text: str, prefixes: Mapping[str, str]) -> list[Token]:
    """Return the tokens of a query, without its comments.

    :param prefixes: those that need no declaration.
    """
    known = dict(prefixes)
    found: list[Token] = []
    for match in _matches(text):
        kind = match.lastgroup or ""
        if kind == "comment":
            continue
        iri = match[0][1:-1] if kind == "iri" else ""
        if kind == "name":
            prefix, _, local = match[0].partition(":")
            is_declared_here = bool(found) and found[-1].keyword == "PREFIX"
            iri = known[prefix] + local if prefix in known and not is_declared_here else ""
        if iri and kind == "iri" and [token.keyword for token in found[-2:-1]] == ["PREFIX"]:
            known[found[-1].text.partition(":")[0]] = iri
            iri = ""
        found.append(Token(kind, match[0], match.start(), match.end(), iri))
    return found


def _matches(text: str) -> Iterator[re.Match[str]]:
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "run":
            yield from _PART.finditer(text, match.start(), match.end())
        else:
            yield match


def position(text: str, start: int) -> tuple[int, int]:
    """Return the line and the column of a place in a query, counted from 1."""
    return text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)


def string_value(token: str) -> str:
    """Return the value of a string literal."""
    inner = token[3:-3] if token[:3] in LONG_QUOTES and len(token) >= 6 else token[1:-1]

    def resolved(escape: re.Match[str]) -> str:
        if escape[3]:
            return _ESCAPES.get(escape[3], escape[3])
        return chr(min(int(escape[1] or escape[2], 16), 0x10FFFF))

    return _ESCAPE.sub(resolved, inner)
