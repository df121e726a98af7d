"""What somebody meant who wrote a name that the vocabulary does not declare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab.terms import Term

MIN_LIKENESS = 0.75
"""How like two names must be, from 0 to 1, so that one may be a slip of the pen for the other."""
MAX_NAME_CHARS = 80
"""Longer names are no slip of the pen, and would take long to compare."""
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


def meant(name: str, terms: Iterable[Term]) -> Curie | None:
    """Return the term whose name or label is the most like a name, if one is like it.

    Prefix, case, blanks and a plural do not count: ``schema:course`` means ``ceterms:Course``.
    """
    wanted = _plain(re.split("[:/#]", name)[-1])
    if not 0 < len(wanted) <= MAX_NAME_CHARS:
        return None
    spellings: dict[str, Curie] = {}
    for term in terms:
        spellings.setdefault(_plain(term.curie.partition(":")[2]), term.curie)
    for term in terms:
        spellings.setdefault(_plain(term.label), term.curie)
    found = get_close_matches(wanted, spellings, n=1, cutoff=MIN_LIKENESS)
    return spellings[found[0]] if found else None


def _plain(text: str) -> str:
    return _NOT_IN_NAMES.sub("", text.lower())
