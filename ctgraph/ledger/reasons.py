"""The reason of a withdrawal, as its owner tells it to the public."""

from __future__ import annotations

from ctgraph.errors import BadParameter
from ctgraph.problem import one_line

MAX_REASON_CHARACTERS = 500
"""Characters of the reason of a withdrawal: a few sentences. A page of changes has up to a thousand
of them."""


def plain_reason(text: str) -> str | None:
    """Return a reason as one line of plain text; None where there is none.

    :raises BadParameter: when it is too long.
    """
    plain = " ".join(one_line(text).split())
    if len(plain) > MAX_REASON_CHARACTERS:
        raise BadParameter(
            f"The reason of a withdrawal has {MAX_REASON_CHARACTERS} characters at most, and this "
            f"one has {len(plain):,}."
        )
    return plain or None
