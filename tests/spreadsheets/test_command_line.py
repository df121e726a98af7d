"""The commands do what the pages do: template, check, upload, export."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctgraph.spreadsheets.files import File, read
from tests.support.registry import Registry, ctid_number, publish

COURSES = """External Identifier,Name,Learning Type,Description,Language,Subject Webpage
weld-101,Arc Welding,Course,A first course in arc welding for everybody.,English,https://w.example/1
weld-102,MIG Welding,Course,A second course in welding for those who liked it.,English,https://w.example/2
"""
Run = Callable[..., Any]


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    path = tmp_path / "courses.csv"
    path.write_text(COURSES, "utf-8")
    return path


def test_courses_go_in_and_come_out_and_change_nothing(
    registry: Registry, run: Run, courses: Path, tmp_path: Path
) -> None:
    owner = registry.organization.ctid
    checked = run("bulk", "check", courses, "--owner", owner)
    assert checked.exit_code == 0, checked.output
    assert "Rows: 2. Records: 2 would be added. Errors: 0." in checked.output
    assert registry.ledger.changes.last_sequence() == 0
    uploaded = run("bulk", "upload", courses, "--owner", owner)
    assert uploaded.exit_code == 0, uploaded.output
    assert "Saved: 2 created." in uploaded.output
    for output in (tmp_path / "all.xlsx", tmp_path / "folder"):
        assert run("bulk", "export", output, "--owner", owner).exit_code == 0
        file = output if output.suffix else output / "learning-opportunities.csv"
        again = run("bulk", "upload", file, "--owner", owner)
        assert "2 unchanged. Errors: 0." in again.output
        assert "Saved: nothing changed." in again.output


def test_problems_are_listed_and_written_as_csv(
    registry: Registry, run: Run, courses: Path, tmp_path: Path
) -> None:
    courses.write_text(COURSES.replace("https://w.example/2", "w.example"), "utf-8")
    listed = tmp_path / "problems.csv"
    arguments = ("--owner", registry.organization.ctid, "--problems", listed)
    uploaded = run("bulk", "upload", courses, *arguments)
    assert uploaded.exit_code == 1
    assert (
        "courses.csv, row 3, Subject Webpage: error: 'w.example' is no address" in uploaded.output
    )
    assert "Nothing was saved." in uploaded.output
    with listed.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["Row"] == "3"
    assert row["Identifier"] == "weld-102"
    assert row["Severity"] == "error"
    assert row["Value"] == "w.example"
    assert row["What to do"].startswith("Write it in full")


def test_unknown_records_are_named_and_the_others_exported(
    registry: Registry, run: Run, tmp_path: Path
) -> None:
    publish(registry, range(1, 2), "x")
    output = tmp_path / "out"
    owner = ("--owner", registry.organization.ctid)
    done = run("bulk", "export", output, ctid_number(1), ctid_number(88), *owner)
    assert done.exit_code == 1
    assert "1 rows of credentials." in done.output
    assert f"{ctid_number(88)} is no published record of " in done.output
    assert f"{ctid_number(1)} is" not in done.output
    assert ctid_number(1) in (output / "credentials.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_a_template_is_written(run: Run, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"courses.{suffix}"
    done = run("bulk", "template", "learning-opportunities", output, "--column", "Keywords")
    assert done.exit_code == 0, done.output
    (sheet,) = read(File(output.name, output.read_bytes()))
    assert sheet.rows[0].cells == ("External Identifier*", "CTID", "Learning Type", "Keywords")


def test_a_suggestion_is_confirmed(registry: Registry, run: Run, tmp_path: Path) -> None:
    publish(registry, range(1, 2), "x")
    path = tmp_path / "credentials.csv"
    path.write_text("External Identifier,Name,Credential Type\nc,Certificate 1,Certificate\n")
    arguments = ("bulk", "check", path, "--owner", registry.organization.ctid)
    asked = run(*arguments)
    assert asked.exit_code == 1
    assert f"--confirm c={ctid_number(1)}" in asked.output
    confirmed = run(*arguments, "--confirm", f"c={ctid_number(1)}")
    assert confirmed.exit_code == 0
    assert "1 unchanged" in confirmed.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("template", "spoons", "a.csv"), "There is no type 'spoons'. Use credentials"),
        (("template", "jobs", "a.csv", "--column", "Spoon"), "There is no column 'Spoon'"),
        (("check", "missing.csv", "--owner", ctid_number(0)), "does not exist"),
        (("check", __file__, "--owner", "me"), "is not a CTID"),
        (("check", __file__, "--owner", ctid_number(0), "--type", "x"), "no equals sign"),
        (("export", "out", "--owner", ctid_number(77)), "no organization"),
    ],
)
def test_wrong_usage_is_told(run: Run, arguments: tuple[str, ...], message: str) -> None:
    done = run("bulk", *arguments)
    assert done.exit_code in (1, 2)
    assert message in done.output
