"""How much of a list a page shows."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import pytest

from ctgraph.web.http import page_limit


@dataclass(frozen=True)
class Thing:
    name: str


def test_a_page_measures_the_json_that_it_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    def size(value: object) -> int:
        return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))

    things = [Thing(f"Schweißen {number}\n\0") for number in range(100)]
    monkeypatch.setattr(page_limit, "MAX_PAGE_CHARACTERS", 1_000)
    shown = page_limit.fitting(things, 100)
    assert shown == things[: len(shown)]
    sizes = [size(asdict(thing)) for thing in things]
    assert sum(sizes[: len(shown)]) <= 1_000 < sum(sizes[: len(shown) + 1])
    assert page_limit.fitting(things, 3) == things[:3]
