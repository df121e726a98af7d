"""A PostgreSQL server, started for the tests."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.registry import Registry


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        pytest.skip("needs a PostgreSQL server (initdb), which is not installed")
    return Path(on_path).resolve().parent


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="ctgraph-pg-"))
    # PostgreSQL does not run as root.
    user = "nobody" if os.getuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*command: str) -> None:
        subprocess.run(
            command,
            check=True,
            user=user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )

    data = str(folder / "data")
    run(str(binaries / "initdb"), "-D", data, "-U", "ctgraph", "-A", "trust", "-E", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    control = str(binaries / "pg_ctl")
    run(control, "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        yield f"postgresql+psycopg://ctgraph@127.0.0.1:{port}/postgres"
    finally:
        run(control, "-D", data, "-w", "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def on_postgresql(postgresql: str, make_registry: Callable[..., Registry]) -> Registry:
    """A registry whose ledger is on PostgreSQL."""
    with sa.create_engine(postgresql).begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return make_registry(database_url=postgresql)
