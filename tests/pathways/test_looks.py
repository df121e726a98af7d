"""How answers look: a look for each code, and lines that can be told apart."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from ctgraph.ledger.values import Status
from ctgraph.links.model import STRENGTHS, Strength
from ctgraph.pathways.families import FAMILIES
from ctgraph.pathways.looks import FAMILY_LOOKS, SIDE_LOOKS, STATUS_CAPTIONS, STRENGTH_LOOKS
from ctgraph.pathways.model import Side


@pytest.mark.parametrize(
    ("looks", "codes"),
    [
        (FAMILY_LOOKS, FAMILIES),
        (STRENGTH_LOOKS, Strength),
        (SIDE_LOOKS, Side),
        (STATUS_CAPTIONS, Status),
    ],
    ids=["families", "strengths", "sides", "statuses"],
)
def test_every_code_of_an_answer_has_one_look(looks: dict[str, Any], codes: Any) -> None:
    assert looks.keys() == {*codes}


def test_a_stronger_link_has_a_wider_line() -> None:
    widths = [STRENGTH_LOOKS[strength].width for strength in STRENGTHS]
    assert all(one > other for one, other in pairwise(widths))


def test_no_two_strengths_or_families_look_the_same() -> None:
    assert len({(look.width, look.dashes) for look in STRENGTH_LOOKS.values()}) == len(Strength)
    for name in ("caption", "shape", "graphviz", "fill"):
        assert len({getattr(look, name) for look in FAMILY_LOOKS.values()}) == len(FAMILIES), name


def test_the_legend_has_each_arrowhead_once() -> None:
    told = {(look.caption, look.head, look.filled) for look in SIDE_LOOKS.values()}
    assert (
        len(told) == len({caption for caption, *_ in told}) == len({(*head,) for _, *head in told})
    )
