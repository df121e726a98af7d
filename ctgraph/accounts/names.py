"""What counts as a name that somebody gives."""

from __future__ import annotations

import unicodedata

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that are drawn as nothing: fillers of Hangul, and the empty cell of Braille."""


def is_seen(text: str) -> bool:
    r"""Tell whether a text has a character that a reader sees: a letter, digit or sign.

    Marks, such as accents, need another character that they stand on.

    >>> is_seen("Pine College"), is_seen(" \0\u200b\u00a0"), is_seen("\u3164\ufe0f")
    (True, False, False)
    """
    return any(unicodedata.category(one)[0] in "LNPS" and one not in _BLANK for one in text)
