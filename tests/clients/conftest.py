"""A server for the clients whose IRIs lead to itself, as those of a real registry do."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.support.paths import DATA
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
