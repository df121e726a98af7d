"""The command line says what the service says."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
from click.testing import Result
from flask.testing import FlaskClient

from ctgraph.pathways.formats import FORMATS
from tests.support.pathway_service import (
    AIDE,
    APN,
    BETWEEN,
    DIPLOMA,
    NURSING,
    RIVERBEND,
    RN,
    WITHDRAWN,
)
from tests.support.registry import ctid_number


def test_the_command_line_draws_trees(cli: Callable[..., Result]) -> None:
    lines = cli("succeeding", AIDE, "--depth", 2).stdout.splitlines()
    assert lines[0].startswith("Nurse Aide Certificate, Riverbend")
    assert lines[0].endswith(AIDE)
    assert any(re.search(f"── advanced: Diploma in .* {DIPLOMA}$", line) for line in lines)
    assert sum("Associate of Applied Science in Nursing" in line for line in lines) == 1
    assert "one of several" in cli("preceding", RN).stdout
    assert "as above" in cli("succeeding", AIDE).stdout
    assert "(withdrawn)" in cli("preceding", WITHDRAWN).stdout
    found = cli("route", AIDE, APN, "--by", "cost", "--routes", 2)
    assert found.stdout.count("Route ") == 2
    assert "Route 1: 4 steps, " in found.stdout
    assert "Route 1: 1 step," in cli("route", AIDE, DIPLOMA, "--routes", 1).stdout


@pytest.mark.parametrize("name", FORMATS)
def test_the_command_line_says_what_the_service_says(
    cli: Callable[..., Result], client: FlaskClient, name: str
) -> None:
    given = (
        "--depth",
        2,
        "--strength",
        "required",
        "--strength",
        "advanced",
        "--kind",
        "credential",
        "--provider",
        RIVERBEND.upper(),
        "--format",
        name,
    )
    path = f"depth=2&strength=required,advanced&kind=credential&provider={RIVERBEND}&format={name}"
    for question in ("preceding", "succeeding"):
        served = client.get(f"/pathways/{NURSING}/{question}?{path}&limit=1000")
        assert cli(question, NURSING, *given).stdout_bytes.strip() == served.data.strip()
    if name != "json":  # served, it has the routes as well
        served = client.get(f"{BETWEEN}&k=2&by=strength&format={name}")
        found = cli("route", AIDE, APN, "--routes", 2, "--by", "strength", "--format", name)
        assert found.stdout_bytes.strip() == served.data.strip()
    assert not cli("preceding", NURSING, "--format", name).stdout.endswith("\n\n")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["preceding", "nonsense"], 2, "is not a CTID"),
        (["preceding", ctid_number(7)], 1, "There is no record"),
        (["preceding", NURSING, "--depth", 11], 2, "1<=x<=10"),
        (["preceding", NURSING, "--strength", "strong"], 2, "required"),
        (["preceding", NURSING, "--kind", "degree"], 2, "credential"),
        (["preceding", NURSING, "--provider", "Riverbend"], 2, "is not a CTID"),
        (["preceding", NURSING, "--format", "pdf"], 2, "graphml"),
        (["route", AIDE, APN, "--routes", 0], 2, "1<=x<=10"),
        (["route", AIDE, APN, "--by", "luck"], 2, "duration"),
        (["route", APN, AIDE], 1, "There is no route"),
        (["route", APN, AIDE, "--format", "csv"], 1, "There is no route"),
        (["route", AIDE], 2, "Missing argument"),
    ],
)
def test_wrong_use_of_the_command_line_is_told(
    cli: Callable[..., Result], arguments: list[object], code: int, words: str
) -> None:
    found = cli(*arguments)
    assert found.exit_code == code
    assert words in found.stderr
    assert "Traceback" not in found.output


def test_the_command_line_tells_what_it_leaves_out(
    cli: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["ctgraph.cli.pathways"], "MAX_PAGE_NODES", 3)
    for name in ("tree", "csv"):
        found = cli("succeeding", AIDE, "--format", name)
        assert found.exit_code == 0
        assert "Only the nearest 3 are shown." in found.stderr
