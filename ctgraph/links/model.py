"""Links as values: what documents say, and the graphs that answers are made of.

A node is named by its CTID, by its IRI where it is something outside of the registry, or by the
blank node label (``_:…``) of a reference that has neither.
"""

from __future__ import annotations

from dataclasses import dataclass

STRENGTHS = ("required", "advanced", "preparation", "recommended", "weak")
"""How much the later of two depends on the earlier one, the strongest first."""

VIAS = ("direct", "condition", "manifest", "pathway", "transfer")
FAMILIES = ("credential", "learning", "assessment", "component", "work", "other")


def rank(strength: str) -> int:
    """Return the place of a strength, 0 for the strongest."""
    return STRENGTHS.index(strength) if strength in STRENGTHS else len(STRENGTHS)


@dataclass(frozen=True)
class Condition:
    """The condition profile that a link stands in.

    :param id: its IRI or blank node label.
    :param group: the condition that it is an alternative of: of a group, one condition is enough;
        empty where all must be met.
    :param required: how many of its targets are enough (``ceterms:requiredNumber``).
    """

    id: str
    name: str = ""
    description: str = ""
    group: str = ""
    required: int | None = None


@dataclass(frozen=True)
class Assertion:
    """One statement that makes a link.

    :param by: CTID of the resource that says it; `owner` the CTID of who published that.
    :param document: CTID of the document it stands in, which names the named graph.
    :param property: the property that says it, as a CURIE.
    :param side: whether it is said by the earlier one ("source"), the later one ("target"), or
        somebody else ("other").
    """

    by: str
    owner: str
    document: str
    property: str
    strength: str
    via: str
    side: str
    condition: Condition | None = None
    owner_name: str = ""


@dataclass(frozen=True)
class Edge:
    """All that is said about one thing preceding another (or being a part, a version of it).

    :param strength: the strongest of the assertions; empty for parts and versions.
    :param agreed: "both" sides say it, only the "source", only the "target", or only "other";
        "mixed" where it goes through others, and of its steps not the same is so.
    :param alternative: it stands in one of several ways, of which one is enough; that one way may
        ask for other things too.
    :param through: nodes between the two that a view leaves out.
    """

    source: str
    target: str
    strength: str
    agreed: str
    alternative: bool
    assertions: tuple[Assertion, ...]
    through: tuple[str, ...] = ()

    @property
    def rank(self) -> int:
        """The place of its strength, 0 for the strongest."""
        return rank(self.strength)


@dataclass(frozen=True)
class Node:
    """One thing in an answer.

    :param type: its class as a CURIE, empty where unknown; `family` is the kind of class.
    :param status: "current", "withdrawn", "unknown" (the registry never had it), or "external".
    :param depth: steps from where the question starts; negative backward, where it goes both ways.
    :param latest: CTID of the version that has replaced it, if any.
    :param cost: the stated cost in `currency`; `days` the stated duration; None where unstated.
    """

    id: str
    iri: str
    type: str = ""
    family: str = "other"
    name: str = ""
    owner: str = ""
    owner_name: str = ""
    status: str = "current"
    webpage: str = ""
    depth: int = 0
    latest: str = ""
    cost: float | None = None
    currency: str = ""
    days: float | None = None


@dataclass(frozen=True)
class Cut:
    """What an answer leaves out, in words, and the node where."""

    reason: str
    at: str = ""


@dataclass(frozen=True)
class Graph:
    """An answer: nodes and the edges between them.

    :param question: what was asked, such as "preceding".
    :param start: the nodes it starts from.
    :param cut: what is left out because of the bounds; empty for a whole answer.
    :param next: the cursor of the next page, if there is one.
    """

    question: str
    start: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    cut: tuple[Cut, ...] = ()
    next: str | None = None
