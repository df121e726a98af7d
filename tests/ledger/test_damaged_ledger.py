"""A ledger that is damaged is told in a line that says what to do, and serves what it can."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ctgraph.cli import main
from ctgraph.projections.checking import check
from ctgraph.projections.store_folder import hold, store_folder_of
from ctgraph.web import create_app
from tests.support.following import following, ready
from tests.support.registry import Registry, certificate, ctid_number, publish
from tests.support.waiting import until

DOCUMENT = ctid_number(2)
FORMS = ("", ".ttl", ".nq", ".html")


def damage_document(registry: Registry, column: str) -> None:
    with sqlite3.connect(registry.settings.home / "ledger.sqlite") as db:
        db.execute(f"UPDATE version SET {column} = x'0011' WHERE ceterms_ctid = ?", (DOCUMENT,))


@pytest.mark.parametrize("column", ["canonical", "quads", "received"])
def test_a_damaged_document_is_named_and_others_are_served(
    registry: Registry, column: str, caplog: pytest.LogCaptureFixture
) -> None:
    publish(registry, range(1, 4), "first")
    registry.project()
    client = create_app(registry.settings).test_client()
    damage_document(registry, column)
    for kind in ("resources", "graph", "envelopes"):
        for form in FORMS if kind != "envelopes" else ("",):
            for path in (f"/{kind}/{DOCUMENT}{form}", f"/{kind}/{DOCUMENT}/versions/1{form}"):
                answer = client.get(path)
                assert answer.status_code in (200, 404, 500), answer.text
                if answer.status_code == 500:
                    assert DOCUMENT in answer.text
                    assert "backup" in answer.text
    assert "Traceback" not in caplog.text
    assert not any(r.exc_info for r in caplog.records)
    assert client.get(f"/resources/{ctid_number(1)}").status_code == 200
    with hold(registry.settings):
        found = check(registry.settings, registry.ledger)
    assert any(line.startswith(f"{DOCUMENT}, version 1: ") for line in found)


def test_a_projector_names_the_document_that_it_cannot_project(
    registry: Registry, caplog: pytest.LogCaptureFixture
) -> None:
    publish(registry, range(1, 4), "first")
    damage_document(registry, "quads")
    client = create_app(registry.settings).test_client()
    with following(registry):
        until(lambda: DOCUMENT in store_folder_of(registry.settings).trouble())
        assert not ready(client, 3)
    assert not any(record.exc_info for record in caplog.records)


ORGANIZATION, RECORD = ctid_number(0), ctid_number(1)
COMMANDS: dict[str, list[str]] = {
    "backup": ["kept"],
    "bulk check": ["rows.csv", "--owner", ORGANIZATION],
    "bulk export": ["out.xlsx", "--owner", ORGANIZATION],
    "bulk upload": ["rows.csv", "--owner", ORGANIZATION],
    "case import": ["package.json", "--owner", ORGANIZATION],
    "check": [],
    "codes import": ["codes.csv", "--framework", "soc"],
    "codes list": [],
    "codes remove": ["soc"],
    "dump": [],
    "get": [RECORD],
    "init": [],
    "key add": [ORGANIZATION],
    "key list": [ORGANIZATION],
    "key revoke": ["12345678"],
    "load": ["documents"],
    "mirror": ["http://localhost:1"],
    "org admit": [ORGANIZATION, "rita@pine.example.org"],
    "org add": ["--name", "Another College"],
    "org list": [],
    "org trust": [ORGANIZATION],
    "pathways preceding": [RECORD],
    "pathways route": [RECORD, DOCUMENT],
    "pathways succeeding": [RECORD],
    "publish": ["documents/one.json", "--owner", ORGANIZATION],
    "query": ["ASK {}"],
    "rebuild": [],
    "serve": [],
    "staff add": ["sam@registry.example.org"],
    "staff rescue": ["sam@registry.example.org", "--reason", "She called."],
    "withdraw": [RECORD],
}
"""What reads the ledger, and with which arguments."""
OTHERS = {"bulk template", "restore", "sample", "validate", "vocab build", "vocab import"}


def commands(group: click.Group, *before: str) -> Iterator[str]:
    """Yield the commands that help shows."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        elif not command.hidden:
            yield " ".join((*before, name))


def test_every_command_is_tried_on_a_damaged_ledger() -> None:
    assert set(commands(main)) == COMMANDS.keys() | OTHERS


@pytest.mark.parametrize("seed", range(6))
def test_every_command_tells_a_damaged_ledger_in_a_line(
    registry: Registry, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite tells some damage in words that are not UTF-8 themselves."""
    publish(registry, range(1, 30), "first")
    registry.ledger.database.engine.dispose()
    path = registry.settings.home / "ledger.sqlite"
    draw = random.Random(seed)
    with path.open("r+b") as file:
        for _ in range(40):
            # From the schema on; the head alone would be told as no database at all.
            file.seek(draw.randrange(200 if seed % 2 else 4096, path.stat().st_size))
            file.write(b"\xff\x00\xff")
    monkeypatch.setenv("CTGRAPH_HOME", str(registry.settings.home))
    monkeypatch.setattr("ctgraph.server.supervisor.serve", lambda *_: 0)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/one.json").write_text(json.dumps(certificate(50)))
    (tmp_path / "package.json").write_text('{"CFDocument": {}}')
    (tmp_path / "rows.csv").write_text("Credential Name,Credential Type\nNurse Aide,Certificate\n")
    (tmp_path / "codes.csv").write_text("Code,Title\n29-1141,Registered Nurses\n")
    damaged = tmp_path / "damaged"
    shutil.copy(path, damaged)
    for command, arguments in COMMANDS.items():
        shutil.copy(damaged, path)
        result = CliRunner().invoke(main, [*command.split(), *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), (
            command,
            result.exception,
        )
        assert "not UTF-8" not in result.output
        if result.exit_code and "The ledger" in result.output:
            assert "ctgraph restore" in result.output or "backup" in result.output, result.output
