"""`docs/performance.md` has the table that `python -m benchmarks curves` prints."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks.curve_table import BEGIN, END, FIGURES
from benchmarks.curves import curves
from tests.support.paths import ROOT

PAGE = ROOT / "docs" / "performance.md"
PARTS = ("load", "server", "check", "rebuild")


def rows(text: str) -> dict[str, list[str]]:
    """Return the cells of the table between the marks, by the name of the row."""
    made = text.partition(BEGIN)[2].partition(END)[0]
    _titles, _line, *cells = (
        line.strip("| ").split(" | ") for line in made.splitlines() if line.startswith("|")
    )
    return {name: values for name, *values in cells}


def kept(folder: Path, **sizes: dict[str, float]) -> Path:
    """Make a folder in which a run has measured all figures of some sizes: 1, and those given."""
    known: dict[str, dict[str, dict[str, float]]] = {
        size.removeprefix("at_"): {part: {} for part in PARTS}
        | {"load": dict.fromkeys(FIGURES, 1.0) | changed}
        for size, changed in sizes.items()
    }
    text = json.dumps({"load average": 0.5, "sizes": known})
    (folder / "figures.json").write_text(text, "utf-8")
    return folder


def test_the_page_has_the_rows_that_the_benchmark_prints() -> None:
    text = PAGE.read_text("utf-8")
    assert list(rows(text)) == list(FIGURES), (
        "Run `python -m benchmarks curves --write docs/performance.md`."
    )
    assert re.search(r"^Measured on \d{4}-\d\d-\d\d with .*, \d+ cores; Python ", text, re.M)


def test_a_run_that_is_kept_writes_its_table_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nan older table\n{END}\nbehind\n", "utf-8")
    changed = {"check, ms a document": 1.25, "record, ms": 1.26, "load, documents/s": 0.79}
    changed |= {"`/`, processor time, ms": 0.0}
    folder = kept(tmp_path, at_1000={}, at_2000=changed)
    curves(["--sizes", "1,2", "--keep", str(folder), "--write", str(page)])
    text = page.read_text("utf-8")
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nbehind\n")
    assert "an older table" not in text
    found = rows(text)
    assert list(found) == list(FIGURES)
    assert found["check, ms a document"] == ["1.00", "1.25", "1.25, flat"]
    assert found["record, ms"] == ["1.00", "1.26", "1.26, grows"]
    assert found["load, documents/s"] == ["1.00", "0.79", "0.79, grows"]
    assert found["`/`, processor time, ms"] == ["1.00", "0.00"]  # less than a tick: no ratio


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no marks", "utf-8")
    folder = kept(tmp_path, at_1000={})
    with pytest.raises(SystemExit, match="no place for the table"):
        curves(["--sizes", "1", "--keep", str(folder), "--write", str(page)])
    assert page.read_text("utf-8") == "no marks"


def test_a_folder_with_other_stages_is_refused(tmp_path: Path) -> None:
    folder = kept(tmp_path, at_1000={}, at_5000={})
    with pytest.raises(SystemExit, match=r"\[1000, 5000\]"):
        curves(["--sizes", "1,2,5", "--keep", str(folder)])
