"""CTIDs: the identifiers of everything that is published.

A CTID is ``ce-`` followed by a UUID in lower-case hexadecimal: 39 characters.
"""

from __future__ import annotations

import re
import uuid

from ctgraph.errors import MalformedCtid

PATTERN = r"ce-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CTID = re.compile(PATTERN)
_ANY_CASE = re.compile(PATTERN, re.ASCII | re.IGNORECASE)


def is_ctid(text: str) -> bool:
    """Tell whether `text` is a CTID in its canonical, lower-case form."""
    return _CTID.fullmatch(text) is not None


def canonical(text: str) -> str:
    """Return the canonical form of a CTID in any case.

    :raises MalformedCtid: when `text` is not a CTID.
    """
    if not _ANY_CASE.fullmatch(text):
        raise MalformedCtid(
            f"{text[:80]!r} is not a CTID: a CTID is 'ce-' and a UUID, such as {mint()}."
        )
    return text.lower()


def mint() -> str:
    """Return a fresh CTID (a random UUID, version 4)."""
    return f"ce-{uuid.uuid4()}"
