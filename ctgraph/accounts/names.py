"""What counts as a name that somebody gives."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing: fillers of Hangul, and the empty cell of Braille."""
_JOINERS = frozenset("\u200c\u200d")
_VIRAMA = 9
"""The combining class of the signs that take the vowel off a letter in Indic scripts."""


def is_seen(text: str) -> bool:
    r"""Tell whether a text has a character that a reader sees: a letter, digit or sign.

    Marks, such as accents, need another character that they stand on.

    >>> is_seen("Pine College"), is_seen(" \0\u200b\u00a0"), is_seen("\u3164\ufe0f")
    (True, False, False)
    """
    return any(unicodedata.category(one)[0] in "LNPS" and one not in _BLANK for one in text)


def hidden(text: str) -> str:
    r"""Return the first character of a name that nobody sees, such as U+202E; '' if there is none.

    With it, two names look alike, or what stands around a name is read in another order.

    >>> hidden("Pine\u202eegelloC"), hidden("P\u00adine"), hidden("\u0645\u06cc\u200c\u062e")
    ('U+202E', 'U+00AD', '')
    """
    return next((f"U+{ord(text[at]):04X}" for at in _hidden(text)), "")


def without_hidden(text: str) -> str:
    """Return a name without the characters that nobody sees."""
    gone = {*_hidden(text)}
    return "".join(one for at, one in enumerate(text) if at not in gone)


def _hidden(text: str) -> Iterator[int]:
    for at, one in enumerate(text):
        is_unseen = unicodedata.category(one) in ("Cc", "Cf") or one in _BLANK
        if (
            is_unseen
            and not one.isspace()
            and not (one in _JOINERS and at and _is_joined(text[at - 1]))
        ):
            yield at


def _is_joined(before: str) -> bool:
    """Tell whether a joiner behind a character shows: in Arabic and Indic scripts, and in emoji."""
    return (
        unicodedata.bidirectional(before) == "AL"
        or unicodedata.combining(before) == _VIRAMA
        or unicodedata.category(before) in ("So", "Sk")
        or before == "\ufe0f"
    )
