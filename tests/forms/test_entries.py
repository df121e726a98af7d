"""The outline of a framework is changed entry by entry, and both directions stay in step."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ctgraph.errors import BadParameter, Conflict, NotFound
from ctgraph.forms.entries import Entries, Move
from ctgraph.forms.entry_kinds import KINDS
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid, mint
from tests.support.registry import ctid_number

IDENTITY = Identity("http://localhost:8000")
ROOT = ctid_number(1)
COMPETENCIES = KINDS["ceasn:CompetencyFramework"]


def address(record: Ctid) -> str:
    return IDENTITY.resource(record)


def framework(kind: str = "ceasn:CompetencyFramework") -> dict[str, Any]:
    root = {"@type": kind, "@id": address(ROOT), "ceterms:ctid": ROOT, "ceasn:inLanguage": ["en"]}
    return {"@graph": [root | {"ceasn:publisher": [address(ctid_number(9))]}]}


def entries(document: dict[str, Any]) -> Entries:
    return Entries(document, ROOT, IDENTITY)


def lines(found: Entries) -> list[str]:
    return [f"{one.number} {one.text}" for one in found.listed()]


def grown(kind: str = "ceasn:CompetencyFramework") -> tuple[Entries, dict[str, Ctid]]:
    """Return an outline of a, b with b1 and b2, and c, and its entries by their texts."""
    found = entries(framework(kind))
    named = {text: found.add(text) for text in "abc"}
    named |= {text: found.add(text, parent=named["b"]) for text in ("b1", "b2")}
    return found, named


@pytest.mark.parametrize("kind", KINDS)
def test_entries_are_added_moved_and_removed(kind: str) -> None:
    found, named = grown(kind)
    assert lines(found) == ["1 a", "2 b", "2.1 b1", "2.2 b2", "3 c"]
    named["a2"] = found.add("a2", after=named["a"])
    found.move(named["b"], Move.UP)
    assert lines(found) == ["1 a", "2 b", "2.1 b1", "2.2 b2", "3 a2", "4 c"]
    found.move(named["c"], Move.IN)
    found.move(named["b1"], Move.OUT)
    found.move(named["b"], Move.DOWN)
    assert lines(found) == ["1 a", "2 b1", "3 b", "3.1 b2", "4 a2", "4.1 c"]
    found.reword(named["c"], "c, said better", "c")
    assert found.below(named["a2"]) == 1
    found.remove(named["a2"], found.below(named["a2"]))
    assert lines(found) == ["1 a", "2 b1", "3 b", "3.1 b2"]
    assert len(found.document["@graph"]) == 5
    assert lines(entries(found.document)) == lines(found)


def test_both_directions_stay_in_step() -> None:
    found, named = grown()
    found.move(named["b1"], Move.OUT)
    nodes = {node["ceterms:ctid"]: node for node in found.document["@graph"]}
    up, below = nodes[named["b1"]], nodes[named["b"]]
    assert up["ceasn:isTopChildOf"] == [address(ROOT)]
    assert "ceasn:isChildOf" not in up
    assert below["ceasn:hasChild"] == [address(named["b2"])]
    assert up["ceasn:isPartOf"] == [address(ROOT)]
    assert up["ceasn:creator"] == [address(ctid_number(9))]
    assert nodes[ROOT]["ceasn:hasTopChild"][2] == address(named["b1"])


def test_what_stands_elsewhere_stays() -> None:
    document, foreign = framework(), "http://elsewhere.example/competency"
    other = {"@type": "ceasn:Competency", "ceterms:ctid": ctid_number(2), "x": 1}
    document["@graph"] += [other, {"@id": "_:b1"}, "odd"]
    document["@graph"][0]["ceasn:hasTopChild"] = [foreign, address(ctid_number(2))]
    found = entries(document)
    found.add("new")
    found.reword(ctid_number(2), "named", "")
    root, same, *rest, _new = found.document["@graph"]
    assert foreign in root["ceasn:hasTopChild"]
    assert same["x"] == 1
    assert rest == [{"@id": "_:b1"}, "odd"]
    assert "x" in document["@graph"][1]
    assert "ceasn:competencyText" not in document["@graph"][1]  # the given document is not changed


def test_circles_and_entries_that_nothing_names_are_shown() -> None:
    document = framework()
    one, two, three = map(ctid_number, (2, 3, 4))
    document["@graph"] += [
        {"ceterms:ctid": one, "ceasn:hasChild": [address(two)]},
        {"ceterms:ctid": two, "ceasn:hasChild": [address(one), address(ROOT)]},
        {"ceterms:ctid": three, "ceasn:isChildOf": address(two)},
    ]
    assert sorted(entry.record for entry in entries(document).listed()) == [one, two, three]


def test_a_text_of_several_languages_changes_in_one() -> None:
    found, named = grown()
    node = next(n for n in found.document["@graph"] if n["ceterms:ctid"] == named["a"])
    node["ceasn:competencyText"] = {"es": "soldar", "fr": "souder"}
    found.reword(named["a"], "soldar bien", "soldar")
    assert node["ceasn:competencyText"] == {"es": "soldar bien", "fr": "souder"}


def test_what_cannot_be_done_is_told() -> None:
    found, named = grown()
    for record, move in (("a", Move.UP), ("a", Move.IN), ("c", Move.DOWN), ("a", Move.OUT)):
        assert move not in found.moves(named[record])
        with pytest.raises(BadParameter):
            found.move(named[record], move)
    with pytest.raises(Conflict):
        found.reword(named["a"], "new", "what stood there before")
    with pytest.raises(BadParameter):
        found.add(" ")
    with pytest.raises(NotFound):
        found.add("x", parent=mint())
    with pytest.raises(NotFound):
        found.remove(ROOT, 0)
    with pytest.raises(BadParameter):
        entries(framework("ceterms:Certificate"))
    assert lines(found) == ["1 a", "2 b", "2.1 b1", "2.2 b2", "3 c"]


@pytest.mark.parametrize("seed", range(5))
def test_any_moves_lose_no_entry_and_can_be_read_again(seed: int) -> None:
    draw, found = random.Random(seed), entries(framework())
    for number in range(30):
        known = [entry.record for entry in found.listed()]
        found.add(str(number), parent=draw.choice([None, *known]))
    for _ in range(200):
        record = draw.choice([entry.record for entry in found.listed()])
        if moves := found.moves(record):
            found.move(record, draw.choice(moves))
        assert found.entry(record) in [*found.listed()]
    assert len([*found.listed()]) == 30
    assert lines(entries(found.document)) == lines(found)
