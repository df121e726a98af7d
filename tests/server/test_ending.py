"""The first and last moments of processes, such as ^C, which a terminal sends to all of them."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ctgraph.server.supervisor import WEB_SERVER, gunicorn_arguments
from ctgraph.work import children
from tests.support.registry import Registry, ctid_number, environment, publish
from tests.support.server import CLI, called, descendants, free_port, get, of
from tests.support.waiting import PATIENCE_SECONDS, until

TERMINATED_WHILE_IMPORTED = """
import os, signal, time
os.kill(os.getpid(), signal.SIGTERM)
os.register_at_fork(after_in_child=lambda: time.sleep(1))
application = print
"""
"""An application for which SIGTERM comes before its workers, which begin slowly, are forked."""


def hears(process: int) -> bool:
    """Tell whether a process receives ^C. One that does may end before the others can end it."""
    with suppress(OSError):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        masks = [int(line.split()[1], 16) for line in lines if line[:6] in ("SigBlk", "SigIgn")]
        return not any(mask >> signal.SIGINT - 1 & 1 for mask in masks)
    return False


def interrupted(
    registry: Registry, log: Path, command: list[str], once: Callable[[int], object]
) -> int:
    """Type ^C at a command once something holds, with its process id; return its exit code."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            [*CLI, *command], env=environment(registry), stderr=file, start_new_session=True
        )
    try:
        until(lambda: once(process.pid) or process.poll() is not None)
        hearing = [called(child) for child in descendants(process.pid) if hears(child)]
        os.killpg(process.pid, signal.SIGINT)
        code = process.wait(PATIENCE_SECONDS)
    finally:
        process.kill()
    said = log.read_text()
    assert "Traceback" not in said, said
    assert hearing == []
    return code


def test_interrupting_a_server_that_has_answered_says_nothing_odd(
    registry: Registry, tmp_path: Path
) -> None:
    publish(registry, range(1, 3), "first")
    port = free_port()

    def answered(server: int) -> bool:
        with suppress(OSError):
            get(f"http://127.0.0.1:{port}/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D")
            get(f"http://127.0.0.1:{port}/pathways/{ctid_number(1)}/succeeding")
            return bool(of(server, "ctgraph-query") and of(server, "ctgraph-call"))
        return False

    assert interrupted(registry, tmp_path / "log", ["serve", "--port", str(port)], answered) == 0


def test_what_is_needed_for_the_first_question_is_begun_before_it(
    registry: Registry, tmp_path: Path
) -> None:
    port = free_port()

    def begun(server: int) -> bool:
        with suppress(OSError):
            get(f"http://127.0.0.1:{port}/healthz")
            return bool(of(server, "multiprocessing.forkserver"))
        return False

    command = ["serve", "--port", str(port), "--workers", "1"]
    assert interrupted(registry, tmp_path / "log", command, begun) == 0


def test_interrupting_a_check_says_nothing_odd(registry: Registry, tmp_path: Path) -> None:
    publish(registry, range(1, 3), "first")
    subprocess.run([*CLI, "rebuild"], env=environment(registry), check=True)
    # Its process is still reading its modules then.
    code = interrupted(registry, tmp_path / "log", ["check"], lambda check: of(check, "spawn_main"))
    assert code in (0, 1)  # two records may be checked before the signal comes


def test_a_worker_that_begins_hears_that_the_server_ends(tmp_path: Path) -> None:
    (tmp_path / "ending.py").write_text(TERMINATED_WHILE_IMPORTED)
    arguments = gunicorn_arguments("ending", f"127.0.0.1:{free_port()}", workers=1)
    result = subprocess.run(
        [
            *children.command(WEB_SERVER, *arguments),
            f"--graceful-timeout={10 * PATIENCE_SECONDS:.0f}",
        ],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        timeout=3 * PATIENCE_SECONDS,
    )
    assert result.returncode == 0
