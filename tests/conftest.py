"""Fixtures for every test; what tests import lies in `tests/support/`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli import main
from ctgraph.web import create_app
from tests.support.applications import hash_passwords_fast, share_what_is_compiled
from tests.support.fresh import copy_store, make_vocabulary_once
from tests.support.paths import DATA
from tests.support.postgresql import on_postgresql, postgresql
from tests.support.registry import Registry, new_registry
from tests.support.server import serving

__all__ = ["on_postgresql", "postgresql"]
# A busy machine is no reason to fail.
hypothesis.settings.register_profile(
    "ctgraph", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("ctgraph")
share_what_is_compiled()
make_vocabulary_once()
hash_passwords_fast()


@pytest.fixture
def make_registry(tmp_path: Path) -> Callable[..., Registry]:
    """Return a function that makes a registry; its arguments are settings."""

    def make(**overrides: Any) -> Registry:
        return new_registry(**{"home": tmp_path / "home", **overrides})

    return make


@pytest.fixture
def registry(make_registry: Callable[..., Registry]) -> Registry:
    """A registry with one organization and no records."""
    return make_registry()


@pytest.fixture(scope="module")
def module_registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry that the tests of a module share: a fixture of the module fills it."""
    return new_registry(tmp_path_factory.mktemp("module") / "home")


@pytest.fixture(scope="module")
def module_client(module_registry: Registry) -> FlaskClient:
    """A client of the registry that the tests of a module share."""
    return create_app(module_registry.settings).test_client()


@pytest.fixture
def client(registry: Registry) -> FlaskClient:
    """A client of the registry's HTTP face. Changes are queryable after `registry.project()`."""
    return create_app(registry.settings).test_client()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser of its own for the tests of a module, which are skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    # The shell has no windows: a page in one of its own costs a tenth of the processor time.
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium, which is not installed")
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=chromium, args=options)
        yield running
        running.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server, as `ctgraph serve` runs it, that holds the sample data."""
    home = tmp_path_factory.mktemp("served")
    environment = os.environ | {"CTGRAPH_HOME": str(home)}
    for command in (["init"], ["load", str(DATA), "--report", str(home / "report.jsonl")]):
        subprocess.run([sys.executable, "-m", "ctgraph.cli", *command], env=environment, check=True)
    with serving(environment) as address:
        yield address


@pytest.fixture
def run(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return a function that runs the command line on the registry."""
    monkeypatch.setenv("CTGRAPH_HOME", str(registry.settings.home))
    copy_store(registry.settings)

    def run(*arguments: object) -> Any:
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run
