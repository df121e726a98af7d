"""A link and its parts: the relation, the strength, and the way in which a document says it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from ctgraph.identity.ctid import NodeId, NoId
from ctgraph.rdf.namespaces import Curie


class Relation(StrEnum):
    """The relation of the two ends of a link."""

    PRECEDES = "precedes"
    CONCURRENT = "concurrent"
    """Both are taken at the same time; neither precedes the other."""
    PART = "part"
    """The earlier one is a part of the later one."""
    VERSION = "version"
    """The later one replaces the earlier one."""
    COMMON = "common"
    """The manifest that is the later end demands the earlier one."""
    USES = "uses"
    """The later one has the conditions of the manifest that is the earlier end."""


class Strength(StrEnum):
    """How much the later thing depends on the earlier one, the strongest first."""

    REQUIRED = "required"
    ADVANCED = "advanced"
    PREPARATION = "preparation"
    RECOMMENDED = "recommended"
    WEAK = "weak"
    NONE = ""
    """For links in which nothing precedes anything, such as parts and versions."""

    @property
    def rank(self) -> int:
        """The place of a strength, 0 for the strongest."""
        return _RANKS[self]


_RANKS = {strength: place for place, strength in enumerate(Strength)}
STRENGTH_OF = {str(strength): strength for strength in Strength}
"""The strengths by their texts. Thousands are looked up for one answer; a call takes longer."""
STRENGTHS = tuple(strength for strength in Strength if strength)
"""The strengths that a question can ask for, the strongest first."""


class Via(StrEnum):
    """The way in which a document says that one thing precedes another."""

    DIRECT = "direct"
    CONDITION = "condition"
    MANIFEST = "manifest"
    PATHWAY = "pathway"
    TRANSFER = "transfer"
    NONE = ""
    """For links in which nothing precedes anything."""


VIA_OF = {str(via): via for via in Via}
"""The ways by their texts; see `STRENGTH_OF`."""


class Condition(NamedTuple):
    """The condition profile that a link stands in.

    :param id: its IRI or blank node label.
    :param group: the condition that it is an alternative of. One condition of a group is enough.
        Empty where all conditions must be met.
    :param required: how many of its targets are enough (``ceterms:requiredNumber``).
    """

    id: NodeId | NoId
    name: str = ""
    description: str = ""
    group: NodeId | NoId = ""
    required: int | None = None


@dataclass(frozen=True)
class Link:
    """One statement of a document about two things.

    A thing is named by its CTID, by its IRI if it lies outside of the registry, or by the blank
    node label (``_:…``) of a reference that has neither.

    :param by: the resource that says it; `property` the CURIE of the property that it uses.
    """

    relation: Relation
    earlier: NodeId
    later: NodeId
    by: NodeId
    property: Curie
    strength: Strength = Strength.NONE
    via: Via = Via.NONE
    condition: Condition | None = None
