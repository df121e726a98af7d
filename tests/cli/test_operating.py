"""Mistakes and interruptions of an operator: one line says what is wrong, and commands end well."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.support.outcome import outcome
from tests.support.registry import Registry, certificate, ctid_number, environment, publish
from tests.support.server import CLI, get, of
from tests.support.waiting import PATIENCE_SECONDS, until


def start(registry: Registry, log: Path, *command: str) -> subprocess.Popen[bytes]:
    """Start a command as a terminal does: in a process group of its own."""
    with log.open("wb") as file:
        return subprocess.Popen(
            [*CLI, *command], env=environment(registry), stderr=file, start_new_session=True
        )


def status(address: str) -> int:
    """Return the status of an answer; 0 where there is none."""
    answer = outcome(lambda: get(address), OSError)
    if isinstance(answer, urllib.error.HTTPError):
        assert answer.headers["Retry-After"]
        return answer.code
    if isinstance(answer, OSError):
        return 0
    return 200


@contextmanager
def served(registry: Registry, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve a registry for the block; give the process and its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = start(registry, log, "serve", "--port", str(port))
    try:
        until(lambda: status(f"http://127.0.0.1:{port}/readyz") == 200)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)
    assert "Traceback" not in log.read_text(), log.read_text()


def test_what_cannot_be_served_is_told_in_a_line(registry: Registry, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for options, words in (
            (("--port", port), "Address already in use"),
            (("--host", "localhost", "--port", port), "Address already in use"),
            (("--host", "0.0.0.0", "--port", port), "Address already in use"),
            (("--host", "192.0.2.1"), "Cannot assign"),
            (("--host", "nowhere.invalid"), "nowhere.invalid"),
        ):
            assert start(registry, log, "serve", *options).wait(PATIENCE_SECONDS) == 1
            said = log.read_text()
            assert words in said, said
            assert "--port" in said, said
            assert said.count("\n") == 1, said
    for option, value in (("--port", "-1"), ("--port", "99999"), ("--workers", "0")):
        assert start(registry, log, "serve", option, value).wait(PATIENCE_SECONDS) == 2
        assert f"Invalid value for '{option}'" in log.read_text()


@pytest.mark.parametrize(
    ("base", "proxies", "port", "words"),
    [
        ("http://localhost:9000", "0", 9000, "Serving http://localhost:9000."),
        ("http://127.0.0.1:9000", "0", 9000, "Serving http://127.0.0.1:9000 at "),
        ("http://localhost:9000", "0", 9001, "do not lead: they begin with http://localhost:9000."),
        ("https://localhost:9000", "0", 9000, "do not lead: they begin with https://localhost"),
        ("http://192.0.2.1:9000", "0", 9000, "do not lead: they begin with http://192.0.2.1"),
        ("http://localhost:9000/path", "0", 9000, "do not lead"),
        ("https://r.example", "1", 9000, "Serving https://r.example at http://localhost:9000."),
    ],
)
def test_a_server_says_in_a_line_which_base_it_serves(
    run: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    base: str,
    proxies: str,
    port: int,
    words: str,
) -> None:
    class Listener:
        def getsockname(self) -> tuple[str, int]:
            return "127.0.0.1", port

    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "new"))
    monkeypatch.setenv("CTGRAPH_BASE_URL", base)
    monkeypatch.setenv("CTGRAPH_PROXIES", proxies)
    monkeypatch.setattr("ctgraph.server.supervisor.listen", lambda *_: Listener())
    monkeypatch.setattr("ctgraph.server.supervisor.serve", lambda *_: 0)
    assert run("init").exit_code == 0
    said = run("serve", "--port", port).output
    assert words in said
    assert said.count("\n") == 1


def test_a_query_needs_no_server(
    run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CTGRAPH_HOME", str(tmp_path / "new"))
    assert run("init").exit_code == 0
    count = "SELECT (COUNT(*) AS ?n) { ?r a ctg:Record }"
    assert run("query", count, "--format", "csv").output.split() == ["n", "0"]
    found = run("pathways", "preceding", ctid_number(1))
    assert "still being built" not in found.output


def test_a_query_sees_what_no_projector_has_seen(
    registry: Registry, run: Callable[..., Any]
) -> None:
    publish(registry, range(1, 4), "unseen")
    count = "SELECT (COUNT(*) AS ?n) { ?r a ctg:Record }"
    assert run("query", count, "--format", "csv").output.split() == ["n", "3"]


def test_a_check_names_the_remedy_for_a_store_that_is_behind(
    registry: Registry, run: Callable[..., Any]
) -> None:
    publish(registry, range(1, 3), "first")
    registry.project()
    publish(registry, range(3, 4), "unseen")
    checked = run("check")
    assert checked.exit_code == 1
    said = (
        "The store holds sequence number 2, the ledger 3. Start the server, or run: ctgraph rebuild"
    )
    assert said in checked.output
    assert "1 difference." in checked.output


def test_a_second_server_waits_with_projecting_and_takes_over(
    registry: Registry, tmp_path: Path
) -> None:
    publish(registry, range(1, 4), "first")

    def sees(address: str, seq: int) -> bool:
        with suppress(OSError):
            return bool(get(f"{address}/readyz")["queryableSequence"] == seq)
        return False

    log = tmp_path / "second"
    with served(registry, tmp_path / "first") as (first, _), served(registry, log) as (_, address):
        until(lambda: "Another process holds the triple store" in log.read_text())
        publish(registry, range(4, 5), "for both")
        until(lambda: sees(address, 4))
        time.sleep(2)  # longer than it waits at a time
        first.terminate()
        first.wait(PATIENCE_SECONDS)
        publish(registry, range(5, 6), "for the second")
        until(lambda: sees(address, 5))
    said = log.read_text()
    assert said.count("Another process holds the triple store") == 1
    assert "is started again" not in said


def test_a_web_worker_starts_while_the_ledger_is_away(registry: Registry, tmp_path: Path) -> None:
    ledger = registry.settings.home / "ledger.sqlite"
    with served(registry, tmp_path / "log") as (process, address):
        gunicorn = of(process.pid, "web_server")[0]
        ledger.rename(ledger.with_name("away"))
        for child in of(gunicorn, "web_server"):
            with suppress(ProcessLookupError):  # it may be a child of one that is gone already
                os.kill(child, signal.SIGKILL)
        until(lambda: status(f"{address}/records") == 503)
        assert get(f"{address}/healthz") == {"status": "ok"}
        ledger.with_name("away").rename(ledger)
        until(lambda: status(f"{address}/records") == 200)
        assert process.poll() is None


def interrupt(process: subprocess.Popen[bytes], log: Path, once: Callable[[], object]) -> str:
    """Type ^C at a process and its children once something holds; return what they said."""
    until(once)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(PATIENCE_SECONDS)
    said = log.read_text()
    assert "Traceback" not in said, said
    return said


def test_an_interrupted_load_says_so_and_can_be_resumed(registry: Registry, tmp_path: Path) -> None:
    log, documents = tmp_path / "log", tmp_path / "documents.jsonl"
    documents.write_bytes(b"\n".join(orjson.dumps(certificate(n)) for n in range(1, 2001)))
    command = "load", str(documents), "--report", str(tmp_path / "report")
    process = start(registry, log, *command)
    # Its processes are still reading their modules then.
    said = interrupt(process, log, lambda: of(process.pid, "spawn_main"))
    assert process.returncode == 1
    assert 0 < registry.ledger.changes.last_sequence() < 2000
    assert "Stopping after what is at hand; press Ctrl-C again to stop at once." in said
    assert "Load stopped" in said
    assert "Run the same command again" in said
    assert start(registry, log, *command).wait(300) == 0, log.read_text()
    assert registry.ledger.changes.last_sequence() == 2000


def test_a_load_that_is_interrupted_twice_ends_at_once_and_can_be_resumed(
    registry: Registry, tmp_path: Path
) -> None:
    log, documents = tmp_path / "log", tmp_path / "documents.jsonl"
    documents.write_bytes(b"\n".join(orjson.dumps(certificate(n)) for n in range(1, 901)))
    command = "load", str(documents), "--report", str(tmp_path / "report")
    process = start(registry, log, *command)
    until(lambda: of(process.pid, "spawn_main"))
    os.killpg(process.pid, signal.SIGINT)
    said = interrupt(process, log, lambda: "Stopping after" in log.read_text())
    assert process.returncode == 1
    assert "It was stopped at once. What was loaded is kept. Run the same command again" in said
    assert "resource_tracker" not in said
    assert start(registry, log, *command).wait(300) == 0, log.read_text()
    assert registry.ledger.changes.last_sequence() == 900


def test_a_server_that_is_interrupted_while_it_starts_ends_well(
    registry: Registry, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    process = start(registry, log, "serve", "--port", port)
    interrupt(process, log, lambda: of(process.pid, "ctgraph.projections.projector"))
    assert process.returncode == 0
