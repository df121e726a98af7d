"""The time that answers take beside many slow clients."""

from __future__ import annotations

import resource
import selectors
import socket
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from benchmarks.running import Client, free_port, records, running, serve

CLIENTS = 5_000
PER_ADDRESS = 50
REQUESTS = 100
KINDS = {
    "silent": b"",
    "half-sent heads": b"GET / HTTP/1.1\r\nHo",
    "one-byte bodies": b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nq",
    "non-readers": b"GET /static/vendor/yasgui/yasgui.min.js HTTP/1.1\r\nHost: x\r\n\r\n",
}
_Times = dict[str, list[float]]


def beside_slow_clients(home: Path, workers: int) -> None:
    """Print how long answers take when it is quiet, and beside slow clients of each kind."""
    (record,) = records(home, 1)
    port = free_port()
    with running(serve(port, workers), port, home):
        _beside(port, record)


def _beside(port: int, record: str) -> None:
    paths = {
        "healthz": "/healthz",
        "record": f"/resources/{record}",
        "query": f"/sparql?query={quote('ASK { ?s ?p ?o }')}",
    }
    _times(port, paths)  # the first requests load modules and open files
    for kind in KINDS:
        before = _times(port, paths)
        with _clients(port, kind):
            busy = _times(port, paths)
        after = _times(port, paths)
        quiet = {name: before[name] + after[name] for name in paths}
        print(
            f"slow, {CLIENTS:,} {kind}: "
            + "; ".join(
                f"{name} p50 {_percentile(busy[name], 50) * 1e3:.1f} ms, "
                f"p95 {_percentile(busy[name], 95) * 1e3:.1f} ms, "
                f"{_percentile(busy[name], 50) / _percentile(quiet[name], 50):.2f} and "
                f"{_percentile(busy[name], 95) / _percentile(quiet[name], 95):.2f} times quiet"
                for name in paths
            )
        )


def _times(port: int, paths: dict[str, str]) -> _Times:
    client = Client(port)
    found: _Times = {name: [] for name in paths}
    for _ in range(REQUESTS):
        for name, path in paths.items():
            found[name].append(client.request("GET", path)[0])
    return found


def _percentile(times: list[float], which: int) -> float:
    return statistics.quantiles(times, n=100)[which - 1]


@contextmanager
def _clients(port: int, kind: str) -> Iterator[None]:
    """Keep slow clients connected, from a process of their own."""
    command = [sys.executable, "-m", "benchmarks.slow", str(port), kind]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout
    try:
        process.stdout.readline()  # they are all there
        yield
    finally:
        process.kill()
        process.wait()


def _keep(port: int, data: bytes) -> None:
    """Hold connections, and open each anew when the server ends it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    ended = selectors.DefaultSelector()
    for number in range(CLIENTS):
        _open(ended, port, data, number)
    print("all there", flush=True)
    while True:
        for key, _ in ended.select():
            ended.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]
            _open(ended, port, data, key.data)


def _open(ended: selectors.BaseSelector, port: int, data: bytes, number: int) -> None:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.bind((f"127.1.{number // PER_ADDRESS // 250}.{1 + number // PER_ADDRESS % 250}", 0))
    with suppress(ConnectionError):
        connection.connect(("127.0.0.1", port))
        connection.sendall(data)
    # A client that does not read does not notice the end of a connection either.
    if not data.startswith(b"GET /static"):
        ended.register(connection, selectors.EVENT_READ, number)


if __name__ == "__main__":
    _keep(int(sys.argv[1]), KINDS[sys.argv[2]])
