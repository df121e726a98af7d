"""A search index that is damaged is told and made anew; never served."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ctgraph.finder.question import Question
from ctgraph.finder.search import Search
from ctgraph.projections.complaints import Complaints
from ctgraph.projections.live_store import LiveStore
from ctgraph.projections.search_index import FOLDER, damage_of
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.web import create_app
from tests.support.registry import Registry, publish

RECORDS = 7


def halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def overwrite(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.write(random.Random(0).randbytes(file.stat().st_size))


def flip(file: Path) -> None:
    """Change one bit, which no reader may happen to look at."""
    with file.open("r+b") as opened:
        byte = opened.read(1)[0]
        opened.seek(0)
        opened.write(bytes([byte ^ 1]))


HOW: dict[str, Callable[[Path], None]] = {
    "delete": Path.unlink,
    "truncate": halve,
    "overwrite": overwrite,
    "flip": flip,
}
FILES = ("*.store", "*.idx", "*.term", "*.fast", "meta.json")


@pytest.fixture
def projected(registry: Registry) -> Registry:
    publish(registry, range(1, RECORDS + 1), "first")
    registry.project()
    return registry


def newest(registry: Registry) -> Path:
    found = store_folder_of(registry.settings).newest()
    assert found
    return found


def harm(folder: Path, pattern: str, how: Callable[[Path], None]) -> None:
    files = list((folder / FOLDER).glob(pattern))
    assert files
    for file in files:
        how(file)


def shown(registry: Registry) -> tuple[int, int]:
    """Return how many records a search counts, and how many it shows."""
    found = Search(registry.settings).ask(Question(words="certificate", size=50))
    return found.total, len(found.hits)


def test_a_sound_index_has_no_damage(projected: Registry) -> None:
    assert damage_of(newest(projected)) == ""
    assert damage_of(store_folder_of(projected.settings).live) == ""


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("pattern", FILES)
def test_damage_of_any_file_is_told(projected: Registry, pattern: str, how: str) -> None:
    harm(newest(projected), pattern, HOW[how])
    assert damage_of(newest(projected))


@pytest.mark.parametrize(
    ("pattern", "how"), [("*.store", "delete"), ("*.idx", "truncate"), ("meta.json", "overwrite")]
)
@pytest.mark.parametrize("place", ["live", "snapshot"])
def test_damage_found_at_the_start_is_healed(
    projected: Registry, place: str, pattern: str, how: str
) -> None:
    live = store_folder_of(projected.settings).live
    harm(live if place == "live" else newest(projected), pattern, HOW[how])
    projected.project()
    assert shown(projected) == (RECORDS, RECORDS)
    assert damage_of(live) == ""


@pytest.mark.parametrize("place", ["live", "snapshot"])
def test_an_index_that_was_removed_is_made_again(projected: Registry, place: str) -> None:
    live = store_folder_of(projected.settings).live
    shutil.rmtree((live if place == "live" else newest(projected)) / FOLDER)
    projected.project()
    assert shown(projected) == (RECORDS, RECORDS)


def test_the_complaint_of_a_search_leads_to_a_new_index(projected: Registry) -> None:
    with hold(projected.settings), closing(_live(projected)) as live:
        complaints = Complaints(projected.settings, live)
        harm(newest(projected), "*.store", halve)
        harm(newest(projected), "meta.json", overwrite)
        visitor = create_app(projected.settings).test_client()
        assert visitor.get("/search?q=certificate&format=json").status_code == 503
        assert "search index" in complaints.defect()


def _live(registry: Registry) -> LiveStore:
    return LiveStore(registry.settings, registry.ledger)
