"""A server for the clients whose IRIs lead to itself, as those of a real registry do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.history import empty_registry
from tests.support.paths import DATA
from tests.support.registry import Registry, publish
from tests.support.server import free_port, serving


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base of a registry with the sample data, at which it is served."""
    port = free_port()
    home = tmp_path_factory.mktemp("site")
    base = f"http://127.0.0.1:{port}"
    environment = os.environ | {"CTGRAPH_HOME": str(home), "CTGRAPH_BASE_URL": base}
    for command in (["init"], ["load", str(DATA), "--report", str(home / "report.jsonl")]):
        subprocess.run([sys.executable, "-m", "ctgraph.cli", *command], env=environment, check=True)
    with serving(environment, port=port) as address:
        yield address


@pytest.fixture(scope="module")
def growing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Registry]]:
    """The address of a small registry whose base it is, and the registry, to publish into it."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    registry = empty_registry(tmp_path_factory.mktemp("growing"), base_url=base)
    publish(registry, range(1, 121), "one")
    publish(registry, range(1, 21), "two")
    names = {"CTGRAPH_HOME": str(registry.settings.home), "CTGRAPH_BASE_URL": base}
    with serving(os.environ | names, port=port) as address:
        yield address, registry
