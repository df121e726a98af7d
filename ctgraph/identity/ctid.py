"""CTIDs: the identifiers of everything that is published.

A CTID is ``ce-`` followed by a UUID in lower-case hexadecimal: 39 characters.
"""

from __future__ import annotations

import re
import uuid
from itertools import pairwise
from typing import Literal, NewType, TypeGuard

from ctgraph.errors import MalformedCtid
from ctgraph.rdf.namespaces import BlankLabel, Iri

Ctid = NewType("Ctid", str)
"""A CTID in its canonical form (CTDL handbook): ``ce-`` and a UUID in lower case, such as
``ce-469f309a-709e-4f57-af8d-7ebacc94325c``. Text becomes one by :func:`canonical`."""
NodeId = Ctid | Iri | BlankLabel
"""The name of a thing that links lead to: its CTID, its IRI if it lies outside of the registry, or
the label of a reference that has neither."""
NoId = Literal[""]
"""Stands in rows and answers where there is nothing to name."""

PATTERN = r"ce-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CTID = re.compile(PATTERN)
_FOLLOWING = dict(pairwise("0123456789abcdefg"))
_ANY_CASE = re.compile(PATTERN, re.ASCII | re.IGNORECASE)


def is_ctid(text: str) -> TypeGuard[Ctid]:
    """Tell whether `text` is a CTID in its canonical, lower-case form."""
    return _CTID.fullmatch(text) is not None


def canonical(text: str) -> Ctid:
    """Return the canonical form of a CTID in any case.

    :raises MalformedCtid: when `text` is not a CTID.
    """
    if not _ANY_CASE.fullmatch(text):
        raise MalformedCtid(
            f"{text[:80]!r} is not a CTID: a CTID is 'ce-' and a UUID, such as {mint()}."
        )
    return Ctid(text.lower())


def after_all(begin: str) -> str:
    """Return a text that sorts after all CTIDs which begin so, and before all others after them.

    It has letters and digits alone, which every database sorts alike.

    :param begin: ``ce-``, or more of the first letters of a CTID.
    """
    if begin == "ce-":
        return "cf"
    return begin[:-1] + _FOLLOWING[begin[-1]]


def mint() -> Ctid:
    """Return a fresh CTID (a random UUID, version 4)."""
    return Ctid(f"ce-{uuid.uuid4()}")
