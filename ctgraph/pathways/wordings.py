"""What a record says in words only about the things that come before it and after it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from ctgraph.identity.ctid import Ctid
from ctgraph.links.model import Strength
from ctgraph.links.properties import FORWARD, strength_of
from ctgraph.projections.link_reader import Links
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

MAX_WORDINGS = 100
"""Wordings in one answer. A person reads no more of them."""


@dataclass(frozen=True)
class Wording:
    """A condition that names no record, but says in words what it is about.

    :param property: the property whose value it is, as a CURIE.
    :param later: it is about what comes after the record, not about what precedes it.
    :param name: the name of the condition; `texts` is what it says.
    :param alternative: it is one of several ways, of which one is enough.
    """

    property: Curie
    strength: Strength
    later: bool
    name: str
    texts: tuple[str, ...]
    alternative: bool


def wordings_of(
    links: Links, record: Ctid, strengths: Collection[str], later: bool | None = None
) -> tuple[Wording, ...]:
    """Return up to MAX_WORDINGS wordings of a record and of the manifests that it uses.

    :param strengths: the strengths that count; empty for all.
    :param later: whether those about later things are wanted, or those about earlier ones; None
        for both.
    """
    found = (
        one
        for one in dict.fromkeys(_wordings(links, record))
        if (not strengths or one.strength in strengths) and later in (None, one.later)
    )
    return tuple(islice(found, MAX_WORDINGS))


def _wordings(links: Links, record: Ctid) -> Iterator[Wording]:
    for need in links.needs_of(record):
        property = vocabulary().expand(need.property)
        for option in need.options:
            texts = option.words or ((need.name,) if need.name else ())
            if texts and not option.targets:
                yield Wording(
                    need.property,
                    strength_of(property),
                    property in FORWARD,
                    need.name if option.words else "",
                    texts,
                    len(need.options) > 1,
                )
