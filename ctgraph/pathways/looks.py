"""The looks of families, strengths, sides and statuses, and their words for people.

Drawings, pages and the pictures that the scripts of the pages draw all take it from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ctgraph.ledger.values import Status
from ctgraph.links.model import Strength
from ctgraph.pathways.families import Family
from ctgraph.pathways.model import Side


@dataclass(frozen=True)
class FamilyLook:
    """The look of the nodes of one family.

    :param shape: a shape of Cytoscape; `graphviz` a shape of Graphviz.
    :param fill: the colour where nodes are not coloured by their provider.
    """

    caption: str
    shape: str
    graphviz: str
    fill: str


@dataclass(frozen=True)
class StrengthLook:
    """The look of the line of an edge with one strength.

    :param caption: the words between the earlier and the later thing.
    :param dashes: lengths of dashes and gaps in pixels; empty for a solid line.
    :param mermaid: an arrow of Mermaid.
    """

    caption: str
    width: float
    dashes: tuple[float, ...] = ()
    mermaid: str = "-->"


@dataclass(frozen=True)
class SideLook:
    """The look of an edge by the sides that state it.

    :param sentence: a full sentence, with the names in the place of ``{who}``.
    :param caption: the words in a legend.
    :param head: an arrowhead of Cytoscape; `filled` whether it is more than an outline.
    :param graphviz: a line style of Graphviz.
    """

    sentence: str
    caption: str
    head: str = "triangle"
    filled: bool = False
    graphviz: str = "dashed"


FAMILY_LOOKS = {
    Family.CREDENTIAL: FamilyLook("Credentials", "round-rectangle", "box", "#cfe8f8"),
    Family.LEARNING: FamilyLook("Courses and programs", "rectangle", "ellipse", "#fbe3b3"),
    Family.ASSESSMENT: FamilyLook("Assessments", "cut-rectangle", "hexagon", "#bfe6d8"),
    Family.COMPONENT: FamilyLook("Steps of a pathway", "barrel", "component", "#f9f5c0"),
    Family.WORK: FamilyLook("Work", "tag", "house", "#f0d7e4"),
    Family.OTHER: FamilyLook("Others", "ellipse", "note", "#e8e8e8"),
}
STRENGTH_LOOKS = {
    Strength.REQUIRED: StrengthLook("required for", 3.0, mermaid="==>"),
    Strength.ADVANCED: StrengthLook("gives credit toward", 2.5, (10, 4)),
    Strength.PREPARATION: StrengthLook("prepares for", 2.0),
    Strength.RECOMMENDED: StrengthLook("recommended for", 1.5, (4, 4), "-.->"),
    Strength.WEAK: StrengthLook("before or alongside", 1.25, (1.5, 3), "-.->"),
    Strength.NONE: StrengthLook("leads to", 1.5),
}
"""A stronger line is wider: Graphviz shows a strength by the width alone."""
SIDE_LOOKS = {
    Side.BOTH: SideLook("Both sides say so: {who}.", "both sides", filled=True, graphviz="solid"),
    Side.SOURCE: SideLook("Only the earlier one says so: {who}.", "one side only"),
    Side.TARGET: SideLook("Only the later one says so: {who}.", "one side only"),
    Side.OTHER: SideLook("Neither side says so, but {who} does.", "somebody else", "diamond"),
    Side.MIXED: SideLook("{who} says so of the steps between.", "one side only"),
}
STATUS_CAPTIONS: dict[str, str] = {
    Status.CURRENT: "",
    Status.WITHDRAWN: "withdrawn",
    Status.UNKNOWN: "not in this registry",
    Status.EXTERNAL: "outside of this registry",
}
REPLACED = "replaced"
"""The mark of a node that has a later version."""
ALTERNATIVE = "one of several ways"
"""The mark of an edge that is an alternative; at its line, where room is short, it is ONE_WAY."""
ONE_WAY = "one way"


def for_pages() -> dict[str, dict[str, Any]]:
    """Return looks and words as an object for templates and scripts, by the codes of answers."""
    return {
        "families": {
            code: {"caption": look.caption, "shape": look.shape}
            for code, look in FAMILY_LOOKS.items()
        },
        "strengths": {
            code: {"caption": look.caption, "width": look.width, "dashes": look.dashes}
            for code, look in STRENGTH_LOOKS.items()
        },
        "sides": {
            code: {
                "sentence": look.sentence,
                "caption": look.caption,
                "head": look.head,
                "filled": look.filled,
            }
            for code, look in SIDE_LOOKS.items()
        },
        "statuses": STATUS_CAPTIONS,
        "marks": {"replaced": REPLACED, "alternative": ALTERNATIVE, "oneWay": ONE_WAY},
    }
