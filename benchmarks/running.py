"""Processes, requests and memory, for the measurements."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

import pyoxigraph as ox

from ctgraph.rdf.namespaces import CTG

CLI = [sys.executable, "-m", "ctgraph.cli"]
STARTING_SECONDS = 600
"""How long a server may take to start. Some load all their data first."""
LAST_WORDS_BYTES = 2_000
WATCH_SECONDS = 0.25


def environment(home: Path) -> dict[str, str]:
    """Return the environment in which ctgraph works on a home folder."""
    return os.environ | {"CTGRAPH_HOME": str(home)}


def ctgraph(home: Path, *arguments: str, **settings: str) -> str:
    """Run the command line; return what it printed on stdout and stderr."""
    result = subprocess.run(
        [*CLI, *arguments],
        env=environment(home) | settings,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return result.stdout


@contextmanager
def running(command: list[str], port: int, home: Path, **settings: str) -> Iterator[int]:
    """Run a server until the end of the block, which starts when the server is ready.

    :raises SystemExit: with its last words, when it does not start, or has ended before the block.
    """
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env=environment(home) | settings, stdout=said, stderr=said
        )

        def require(is_well: bool, trouble: str) -> None:
            if not is_well:
                said.seek(0)
                words = said.read()[-LAST_WORDS_BYTES:].decode(errors="replace")
                raise SystemExit(f"{' '.join(command)} {trouble}.\n{words}")

        try:
            deadline = time.monotonic() + STARTING_SECONDS
            while not _is_ready(port):
                require(process.poll() is None, "ended before it was ready")
                require(time.monotonic() < deadline, f"is not ready after {STARTING_SECONDS} s")
                time.sleep(0.1)
            time.sleep(1)  # for its other processes
            require(process.poll() is None, f"has ended, and another server answers on {port}")
            try:
                yield port
            except (OSError, http.client.HTTPException):
                time.sleep(1)  # connections of a process close before it has ended
                raise
            finally:
                require(process.poll() is None, "ended while it was measured")
        finally:
            process.terminate()
            process.wait(60)


def _is_ready(port: int) -> bool:
    """Tell whether a server answers: ours says 503 here until it can, others do not know it.

    That the port is open says little: ours listens before its workers have started.
    """
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        client.request("GET", "/readyz")
        return client.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        client.close()


def serve(port: int, workers: int) -> list[str]:
    """Return the command that serves a registry."""
    return [*CLI, "serve", "--port", str(port), "--workers", str(workers)]


def snapshot(home: Path) -> Path:
    """Return the folder of the newest snapshot."""
    return (home / "store" / "current").resolve()


def records(home: Path, count: int) -> list[str]:
    """Return the CTIDs of some records."""
    rows = ox.Store.read_only(str(snapshot(home))).query(
        f"SELECT ?record {{ ?d ctg:about ?record }} LIMIT {count}", prefixes={"ctg": CTG}
    )
    assert isinstance(rows, ox.QuerySolutions)
    return [row["record"].value.rpartition("/")[2] for row in rows]


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@contextmanager
def highest(measure: Callable[[], int]) -> Iterator[Callable[[], int]]:
    """Measure again and again; yields a function that gives the highest value so far."""
    peak, stop = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not stop.wait(WATCH_SECONDS):
            peak = max(peak, measure())

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: peak
    finally:
        stop.set()
        thread.join()


@contextmanager
def peak_memory(words: str = "") -> Iterator[Callable[[], int]]:
    """Watch the memory of child processes; yields a function that gives their peak, bytes.

    :param words: watch only those whose command line holds this.
    """
    with highest(lambda: sum(map(_resident, _named(words)))) as peak:
        yield peak


def ended_processor_seconds() -> float:
    """Return the processor time of all child processes that have ended, theirs included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def processor_seconds() -> float:
    """Return the processor time of the child processes that run, with their ended children."""
    ticks = 0
    for pid in _descendants(os.getpid()):
        with suppress(OSError):
            line = Path(f"/proc/{pid}/stat").read_text()
            ticks += sum(map(int, line.rpartition(")")[2].split()[11:15]))  # proc(5)
    return ticks / os.sysconf("SC_CLK_TCK")


def disk_bytes(*paths: Path) -> int:
    """Return the room that files and folders take; a file with several names counts once."""
    found = {}
    for path in paths:
        for file in (path, *path.rglob("*")):
            with suppress(OSError):  # removed meanwhile
                status = file.lstat()
                found[status.st_ino] = status.st_blocks * 512
    return sum(found.values())


def _named(words: str) -> list[int]:
    """Return the child processes whose command line holds these words."""
    found = []
    for pid in _descendants(os.getpid()):
        with suppress(OSError):
            line = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
            found += [pid] if words in line else []
    return found


def _descendants(pid: int) -> list[int]:
    try:
        children = [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except OSError:
        return []
    return children + [found for child in children for found in _descendants(child)]


def _resident(pid: int) -> int:
    """Return the memory of a process; what it shares counts in proportion (proc(5), Pss)."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def wrk(url: str, script: Path | None = None, seconds: int = 4) -> tuple[float, str]:
    """Load an address with wrk; return requests a second and the 99th percentile."""
    if not shutil.which("wrk"):
        raise SystemExit("This measurement needs wrk (Debian package wrk).")
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "--latency", url]
    if script:
        command[1:1] = ["-s", str(script)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise SystemExit(output)
    rate, p99 = re.search(r"Requests/sec: +([\d.]+)", output), re.search(r"99% +(\S+)", output)
    assert rate
    assert p99
    return float(rate[1]), p99[1]


def wrk_script(paths: list[str], headers: dict[str, str]) -> Path:
    """Write a script for wrk that asks for paths in turn, with the same headers each."""
    pairs = ", ".join(f"[{json.dumps(name)}] = {json.dumps(headers[name])}" for name in headers)
    text = (
        f"local paths = {{{','.join(map(json.dumps, paths))}}}\nlocal i = 0\n"
        f"local headers = {{{pairs}}}\n"
        "request = function() i = i % #paths + 1; "
        "return wrk.format('GET', paths[i], headers) end\n"
    )
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    script = Path(tempfile.gettempdir()) / f"ctgraph-wrk-{digest}.lua"
    script.write_text(text)
    return script


class Client:
    """An HTTP client that times its requests; connecting does not count."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=120, source_address=(source, 0)
        )

    def ask(self, path: str) -> int:
        """Send a request and return the status of the answer."""
        self._connection.close()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        response.read()
        return response.status

    def request(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[float, bytes]:
        """Send a request; return the seconds it took and the body."""
        self._connection.close()  # the server may have, since the last request
        self._connection.connect()
        started = time.perf_counter()
        self._connection.request(method, path, body, headers)
        response = self._connection.getresponse()
        data = response.read()
        took = time.perf_counter() - started
        if response.status >= 300:
            raise SystemExit(f"{method} {path[:200]}: {response.status} {data[:300]!r}")
        return took, data


def median(take: Callable[[], float], times: int) -> float:
    """Return the median of what a function returns, after three calls that do not count."""
    for _ in range(3):
        take()
    return statistics.median(take() for _ in range(times))
