"""What counts as a name that somebody gives."""

from __future__ import annotations


def is_seen(text: str) -> bool:
    r"""Tell whether a text has a character that a reader sees.

    >>> is_seen("Pine College"), is_seen(" \0\u200b\u00a0")
    (True, False)
    """
    return any(one.isprintable() and not one.isspace() for one in text)
