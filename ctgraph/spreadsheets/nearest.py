"""The values that a misspelt one may be meant for: never its opposite."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from functools import lru_cache

MIN_LIKENESS = 0.75
"""How like two texts must be, from 0 to 1, so that one may be meant by the other."""
MAX_NAMED = 8
"""Values that are named where none is like the one that was written."""
_NEGATING = ("in", "un", "non", "dis", "de", "not", "im", "ir")
_LEAST_ACRONYM = 3


@lru_cache(4_096)
def loose(text: str) -> str:
    """Return what counts of the name of a concept: not case, blanks, `'`, `-` and `/`."""
    return re.sub(r"[\s/_'’-]+", "", text).casefold()


def nearest(text: str, labels: Iterable[str]) -> list[str]:
    """Return the labels that a text may be meant for, the likeliest first; none for most texts."""
    own = loose(text)[:60]
    known = {loose(label): label for label in labels}
    if not own:
        return []
    near = difflib.get_close_matches(own, known, 6, MIN_LIKENESS)
    begun = [one for one in known if min(len(own), len(one)) > 3 and one.startswith(own)]
    found = [known[one] for one in dict.fromkeys((*near, *begun)) if not _are_opposite(own, one)]
    if not found and text.isupper() and len(own) >= _LEAST_ACRONYM:
        found = [label for label in known.values() if _initials(label).startswith(own)]
    return found[:3]


def remedy_for(text: str, labels: Iterable[str]) -> str:
    """Return what to write in place of a text: what is like it, or which values there are."""
    known = list(labels)
    if near := nearest(text, known):
        return f"Did you mean {' or '.join(map(repr, near))}?"
    more = len(known) - MAX_NAMED
    rest = f", … ({more} more are in the list of the template)" if more > 0 else ""
    return f"Write one of: {', '.join(known[:MAX_NAMED])}{rest}."


def _are_opposite(one: str, other: str) -> bool:
    return any(one == f"{sign}{other}" or other == f"{sign}{one}" for sign in _NEGATING)


def _initials(label: str) -> str:
    return "".join(word[0] for word in label.split() if word[0].isupper()).casefold()
