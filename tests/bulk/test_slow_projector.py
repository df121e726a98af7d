"""A load waits for its projector, however long that takes to start, and tells when it has ended."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ctgraph.projections import projector
from tests.support.registry import certificate


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


def test_a_load_tells_that_its_projector_has_ended(
    load: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(for_load: bool) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", ""])

    monkeypatch.setattr(projector, "start", ends)
    loaded = load()
    assert loaded.exit_code == 1
    assert "No projector is running" in loaded.stderr
