"""What somebody meant who wrote a name that the vocabulary does not declare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab.terms import Term, TermKind, vocabulary

MIN_LIKENESS = 0.75
"""How like two names must be, from 0 to 1, so that one may be a slip of the pen for the other."""
MAX_NAME_CHARS = 80
"""Longer names are no slip of the pen, and would take long to compare."""
MAX_KEPT_SUGGESTIONS = 1000
"""Misspelt names whose suggestions are kept: a load meets the same ones again and again."""
MAX_SUGGESTIONS = 200
"""Suggestions for one document: each takes some milliseconds to find."""
_USUAL_PREFIX = "ceterms"
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


def meant(name: str, terms: Iterable[Term]) -> Curie | None:
    """Return the term whose name or label is the most like a name, if one is like it.

    Case, blanks and a plural do not count: ``schema:course`` means ``ceterms:Course``. Of several
    terms with one name, it is the one whose prefix is the most like that of the name, and a term of
    CTDL where the name has none.
    """
    parts = re.split("[:/#._]", name.strip().rstrip("/#"))
    wanted = _plain(parts[-1])
    if not 0 < len(wanted) <= MAX_NAME_CHARS:
        return None
    spellings: dict[str, list[Curie]] = {}
    known = list(terms)
    for term in known:
        spellings.setdefault(_plain(term.curie.partition(":")[2]), []).append(term.curie)
    for term in known:
        spellings.setdefault(_plain(term.label), [term.curie])
    found = get_close_matches(wanted, spellings, n=1, cutoff=MIN_LIKENESS)
    prefix = parts[0] if len(parts) == 2 else _USUAL_PREFIX

    def likeness(curie: Curie) -> tuple[float, bool]:
        own = curie.partition(":")[0]
        return SequenceMatcher(None, own, prefix).ratio(), own == _USUAL_PREFIX

    return max(spellings[found[0]], key=likeness) if found else None


class Suggestions:
    """The suggestions for one document, with a bound."""

    def __init__(self) -> None:
        self._left = MAX_SUGGESTIONS

    def term(self, name: str, kind: TermKind) -> Curie | None:
        """Return the term of a kind that is the most like a name, as :func:`meant` does."""
        self._left -= 1
        return _term(name, kind) if self._left >= 0 else None

    def question(self, name: str, kind: TermKind) -> str:
        """Return what was meant as a question, to stand before a remedy; empty without one."""
        likely = self.term(name, kind)
        return f"Did you mean {likely}? " if likely else ""


@lru_cache(maxsize=MAX_KEPT_SUGGESTIONS)
def _term(name: str, kind: TermKind) -> Curie | None:
    return meant(name, [term for term in vocabulary() if term.kind == kind])


def _plain(text: str) -> str:
    return _NOT_IN_NAMES.sub("", text.lower())
