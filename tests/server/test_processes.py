"""Processes end with whoever started them, and what they lose is told or done again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import orjson
import pytest

from ctgraph.projections.checking import check
from ctgraph.projections.store_folder import hold
from ctgraph.work import children
from tests.support.registry import Registry, certificate, ctid_number, environment, publish
from tests.support.server import CLI, alive, descendants, get, of, serving
from tests.support.waiting import until

PATIENCE = 60.0


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the server writes its log."""
    return tmp_path / "log"


@pytest.fixture
def server(registry: Registry, log: Path) -> Iterator[tuple[serving, str]]:
    """A running server of a registry with a few records, with a query worker at work."""
    publish(registry, range(1, 4), "first")
    with log.open("wb") as file:
        running = serving(environment(registry), "--workers", "2", log=file)
    with running as address:
        get(f"{address}/sparql?query=SELECT%20*%20%7B%3Fs%20%3Fp%20%3Fo%7D&format=json")
        yield running, address


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def test_nothing_outlives_a_killed_supervisor(server: tuple[serving, str]) -> None:
    running, _ = server
    started = descendants(running.process.pid)
    assert len(started) >= 5  # gunicorn, two workers, the projector, a query worker
    running.process.kill()
    running.process.wait()
    until(lambda: not any(map(alive, started)) and free(running.port))


def test_the_supervisor_ends_when_the_web_server_is_killed(
    server: tuple[serving, str], log: Path
) -> None:
    running, _ = server
    started = descendants(running.process.pid)
    os.kill(of(running.process.pid, "web_server")[0], signal.SIGKILL)
    assert running.process.wait(PATIENCE) == 1
    until(lambda: not any(map(alive, started)) and free(running.port))
    said = log.read_text()
    assert "SIGKILL" in said
    assert "Traceback" not in said


def test_query_workers_end_with_their_web_worker(server: tuple[serving, str]) -> None:
    running, address = server
    workers = of(running.process.pid, "ctgraph-query")
    assert workers
    gunicorn = of(running.process.pid, "web_server")[0]
    for child in of(gunicorn, "web_server"):
        os.kill(child, signal.SIGKILL)
    until(lambda: not any(map(alive, workers)))
    until(lambda: len(of(gunicorn, "web_server")) == 2)
    assert get(f"{address}/healthz") == {"status": "ok"}


def test_a_killed_projector_is_started_again(
    server: tuple[serving, str], registry: Registry, log: Path
) -> None:
    running, address = server
    for number in (4, 5):
        os.kill(of(running.process.pid, "ctgraph.projections.projector")[0], signal.SIGKILL)
        publish(registry, range(number, number + 1), "after")

        def caught_up(number: int = number) -> bool:
            with suppress(OSError):
                return bool(get(f"{address}/readyz")["queryableSequence"] == number)
            return False

        until(caught_up)
    said = log.read_text()
    assert said.count("The projector ended (by SIGKILL)") == 2
    assert "Traceback" not in said


def test_a_child_started_in_a_thread_outlives_the_thread() -> None:
    """The kernel takes the end of the starting thread for the death of the parent."""
    import threading

    found: list[subprocess.Popen[bytes]] = []
    thread = threading.Thread(
        target=lambda: found.append(
            children.start(
                "http.server",
                "--bind",
                "127.0.0.1",
                "0",
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )
    )
    thread.start()
    thread.join()
    time.sleep(0.5)
    assert found[0].poll() is None
    found[0].kill()
    found[0].wait()


def test_a_child_whose_parent_is_gone_already_does_not_start() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "ctgraph.work.children", "1", "this"], stdout=subprocess.PIPE
    )
    assert result.returncode == -signal.SIGKILL
    assert result.stdout == b""


SPOILED = (
    "gunicorn",
    "random",
    "json",
    "flask",
    "orjson",
    "multiprocessing",
    "sitecustomize",
    "pyoxigraph",
    "ctgraph",
    "encodings_",
    "click",
    "uuid",
)


def test_nothing_is_imported_from_the_current_folder(registry: Registry, tmp_path: Path) -> None:
    """Files that lie where an operator starts the server are never run."""
    folder, trace = tmp_path / "here", tmp_path / "trace"
    folder.mkdir()
    for name in SPOILED:
        (folder / f"{name}.py").write_text(
            f"open({str(trace)!r}, 'a').write({name!r} + '\\n')\nraise SystemExit('spoiled')\n"
        )
    documents = tmp_path / "documents"
    documents.mkdir()
    for number in range(1, 810):  # more than two batches, so that processes are started
        (documents / f"{number}.json").write_bytes(orjson.dumps(certificate(number)))
    script = Path(sys.executable).with_name("ctgraph")
    before = Path.cwd()
    os.chdir(folder)
    try:
        large = certificate(900, **{"ceterms:keyword": {"en": ["word" * 4000] * 5}})
        running = serving(environment(registry))
        running.process.kill()  # that one was started by a module; people start the script
        running.process.wait()
        running.process = subprocess.Popen(
            [script, "serve", "--port", str(running.port)], env=environment(registry)
        )
        with running as address:
            get(f"{address}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D&format=json")
            request = urllib.request.Request(
                address + registry.documents_url,
                orjson.dumps(large),
                registry.authorization | {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request) as answered:
                assert answered.status == 201
            get(f"{address}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D&format=json&as-of=2020-01-01")
            result = subprocess.run(
                [script, "load", documents],
                env=environment(registry),
                capture_output=True,
                text=True,
            )
            assert result.returncode == 0, result.stderr
    finally:
        os.chdir(before)
    assert not trace.exists(), trace.read_text()


def loading(registry: Registry, folder: Path, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*CLI, "load", str(folder), "--report", str(folder.with_name("report"))],
        env=environment(registry) | more,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A file of JSON lines with five batches of documents."""
    path = tmp_path / "documents.jsonl"
    path.write_bytes(b"\n".join(orjson.dumps(certificate(n)) for n in range(1, 2001)))
    return path


def test_a_load_goes_on_when_one_of_its_processes_is_killed(
    registry: Registry, documents: Path
) -> None:
    process = loading(registry, documents)
    workers: list[int] = []

    def begun() -> list[int]:
        workers[:] = of(process.pid, "spawn_main")
        return workers

    until(begun)
    os.kill(workers[-1], signal.SIGKILL)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "2000 created" in said
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []


def test_a_document_that_ends_its_process_ends_the_load_which_can_be_resumed(
    registry: Registry, documents: Path, tmp_path: Path
) -> None:
    """As one that takes all the memory does; the documents before it are kept, and it is named."""
    poison = tmp_path / "poison"
    poison.mkdir()
    # Every process reads this when it starts: reading the one document kills it.
    (poison / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "if 'spawn_main' in ' '.join(sys.orig_argv):\n"
        "    import ctgraph.bulk.parse as module\n"
        "    real = module._parse\n"
        "    def parse(settings, purpose, item, seconds):\n"
        f"        if {ctid_number(1700)!r}.encode() in item.data:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return real(settings, purpose, item, seconds)\n"
        "    module._parse = parse\n"
    )
    process = loading(registry, documents, PYTHONPATH=str(poison))
    _, said = process.communicate(timeout=300)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    assert "Load stopped" in said
    assert "documents.jsonl" in said
    kept = registry.ledger.changes.last_sequence()
    assert kept == 1600  # all batches before that of the document
    process = loading(registry, documents)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert "400 created" in said
    assert [c.seq for c in registry.ledger.changes.after(0, 3000)] == list(range(1, 2001))


def test_a_load_beside_a_server_ends_well(
    server: tuple[serving, str], registry: Registry, documents: Path
) -> None:
    process = loading(registry, documents)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "1997 created, 3 updated" in said
    assert "queryable" in said
    assert "projecting" not in said  # the server did that
    assert get(f"{server[1]}/readyz")["lag"] == 0


def test_check_runs_beside_a_server(server: tuple[serving, str], registry: Registry) -> None:
    command = [*CLI, "check"]
    result = subprocess.run(command, env=environment(registry), capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "0 differences" in result.stderr, result.stderr
