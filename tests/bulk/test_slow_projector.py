"""A load waits for its projector, whatever keeps that waiting, and tells when it has ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ctgraph.ledger.loads import Loads
from ctgraph.projections import projector
from ctgraph.projections.store_folder import hold, store_folder_of
from tests.support.following import following
from tests.support.registry import Registry, certificate, environment
from tests.support.server import CLI, of
from tests.support.waiting import PATIENCE_SECONDS, until


@pytest.fixture
def load(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], Any]:
    """Return a function that loads a document, and hardly waits before it asks what is wrong."""
    monkeypatch.setattr("ctgraph.cli.loading.SILENCE_SECONDS", 0.02)
    file = tmp_path / "document.json"
    file.write_text(json.dumps(certificate()))
    return lambda: run("load", file, "--report", tmp_path / "report.jsonl")


def test_a_load_waits_for_a_projector_that_starts(load: Callable[[], Any]) -> None:
    loaded = load()
    assert loaded.exit_code == 0, loaded.output
    assert "1 created" in loaded.stderr


def test_a_load_beside_a_projector_has_projected_nothing(
    load: Callable[[], Any], registry: Registry
) -> None:
    with following(registry):
        loaded = load()
    assert loaded.exit_code == 0, loaded.output
    assert "1 created" in loaded.stderr
    assert "projecting" not in loaded.stderr


def test_a_load_that_was_interrupted_at_its_end_says_that_nothing_is_left(
    load: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Loads, "forget", lambda *_: None)
    assert load().exit_code == 0
    loaded = load()
    assert loaded.exit_code == 0, loaded.output
    assert "Everything was read before, queryable." in loaded.stderr


def test_a_load_that_goes_on_ends_as_what_it_continues(
    run: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Loads, "forget", lambda *_: None)
    incomplete = certificate()
    del incomplete["@graph"][0]["ceterms:description"]
    (tmp_path / "two.jsonl").write_text(f"{json.dumps(incomplete)}\n{{}}\n")
    for told in ("1 rejected, 1 of them with warnings", "Everything was read before"):
        loaded = run("load", tmp_path / "two.jsonl", "--report", tmp_path / "report.jsonl")
        assert loaded.exit_code == 1
        assert told in loaded.stderr
        assert f"The reasons are in {tmp_path / 'report.jsonl'}." in loaded.stderr


def test_a_load_that_is_interrupted_while_it_projects_says_that_all_is_loaded(
    load: Callable[[], Any], monkeypatch: pytest.MonkeyPatch, registry: Registry
) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("ctgraph.cli.loading._wait_for_queries", interrupted)
    loaded = load()
    assert loaded.exit_code == 1
    assert "Everything is loaded, but queries do not see all of it yet." in loaded.stderr
    assert registry.ledger.changes.last_sequence() > 0


def test_a_load_tells_that_its_projector_has_ended(
    load: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(for_load: bool) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", ""])

    monkeypatch.setattr(projector, "start", ends)
    loaded = load()
    assert loaded.exit_code == 1
    assert "No projector is running" in loaded.stderr


def test_a_load_projects_by_itself_when_the_projector_beside_it_ends(
    registry: Registry, tmp_path: Path
) -> None:
    document, said = tmp_path / "document.json", tmp_path / "said"
    document.write_text(json.dumps(certificate()))
    command = [*CLI, "load", str(document), "--report", str(tmp_path / "report.jsonl")]
    folder = store_folder_of(registry.settings)
    with said.open("wb") as stderr:
        with hold(registry.settings):
            loading = subprocess.Popen(command, env=environment(registry), stderr=stderr)
            until(
                lambda: wants(loading.pid, folder.lock) and registry.ledger.changes.last_sequence()
            )
            time.sleep(1)  # longer than it tries at a time
        loading.wait(PATIENCE_SECONDS)
    assert loading.returncode == 0, said.read_text()
    assert "1 created" in said.read_text()
    assert "projecting" in said.read_text()
    assert folder.sequence() == 1


def wants(loading: int, lock: Path) -> bool:
    """Tell whether the projector of a load tries to lock the store."""
    for projecting in of(loading, "ctgraph.projections.projector"):
        with suppress(OSError):  # a file may be closed meanwhile
            if str(lock) in map(os.readlink, Path(f"/proc/{projecting}/fd").iterdir()):
                return True
    return False
