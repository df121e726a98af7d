"""A benchmark does not measure a server that is not there."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.running import Client, free_port, running

LISTENS = "import socket; s = socket.create_server(('127.0.0.1', {})); s.accept(); "
SERVES = (
    "import os; from http.server import *\n"
    "class Handler(SimpleHTTPRequestHandler):\n"
    "    def do_GET(self):\n"
    "        os._exit(3) if self.path == '/end' else self.send_error(404)\n"
    "HTTPServer(('127.0.0.1', {}), Handler).serve_forever()"
)


def command(program: str, port: int) -> list[str]:
    return [sys.executable, "-c", program.format(port)]


@pytest.fixture
def port_of_another() -> Iterator[int]:
    """The port of a server that answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_server_that_listens_and_then_ends_is_noticed(tmp_path: Path) -> None:
    port = free_port()
    program = LISTENS + "raise SystemExit('no such registry')"
    with (
        pytest.raises(SystemExit, match=r"ended before it was ready[.]\nno such registry"),
        running(command(program, port), port, tmp_path),
    ):
        pytest.fail("It is not ready.")


def test_another_server_on_the_port_is_not_taken_for_the_one_that_ended(
    tmp_path: Path, port_of_another: int
) -> None:
    with (
        pytest.raises(SystemExit, match="another server answers"),
        running(command("pass", port_of_another), port_of_another, tmp_path),
    ):
        pytest.fail("It is not the server that was started.")


def test_a_server_that_ends_while_it_is_measured_is_noticed(tmp_path: Path) -> None:
    port = free_port()
    with (
        pytest.raises(SystemExit, match="ended while it was measured"),
        running(command(SERVES, port), port, tmp_path),
    ):
        Client(port).ask("/end")
