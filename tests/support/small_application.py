"""A small WSGI application: answers of every shape, and a place to wait; and how to serve it."""

from __future__ import annotations

import itertools
import json
import os
import socket
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from ctgraph.server.supervisor import WEB_SERVER, gunicorn_arguments
from ctgraph.work import children
from tests.support.paths import ROOT

HOST = "127.0.0.1"
HELLO = b"Hello!\n"
LARGE, HUGE = 1 << 16, 20_000_000
_gone: dict[str, threading.Event] = defaultdict(threading.Event)


@contextmanager
def running(*flags: str, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Serve the application as ctgraph is served, for a block; gives the process and the port."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    arguments = gunicorn_arguments("tests.support.small_application", f"{HOST}:{port}", workers=1)
    command = children.command(WEB_SERVER, *arguments)
    command += ["--log-level=critical", f"--pythonpath={ROOT}", *flags]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings)
    try:
        for _ in range(300):
            with suppress(OSError), socket.create_connection((HOST, port)) as connection:
                connection.sendall(b"GET /hello HTTP/1.0\r\nHost: x\r\n\r\n")
                if connection.recv(1):
                    break
            time.sleep(0.1)
        else:
            raise TimeoutError("The small application is not served.")
        yield process, port
    finally:
        process.terminate()
        process.wait(30)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer by the path; the query names who waits for whom, or is sent back."""
    path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
    status, headers = "200 OK", [("Content-Type", "text/plain")]
    parts: Iterable[bytes] = [HELLO]
    length: int | None = None
    if path == "/hello":
        length = len(HELLO)
    elif path == "/echo":
        parts = [query.encode()]
        length = len(query)
    elif path == "/stream":
        parts = [b"one", b"", b"two", b"three"]
    elif path == "/empty":
        status, parts = "204 No Content", []
    elif path == "/missing":
        status, length = "404 Not Found", len(HELLO)
    elif path == "/fails":
        raise RuntimeError("This path fails.")
    elif path == "/breaks":
        parts = _breaks()
    elif path == "/breaks-early":
        parts, length = _breaks(), 20
    elif path == "/large":
        parts, length = [b"x" * LARGE, b"y"], LARGE + 1
    elif path == "/largest":
        parts, length = [b"x" * LARGE], LARGE
    elif path == "/huge":
        parts, length = [b"x" * HUGE], HUGE
    elif path == "/endless":
        parts = itertools.repeat(b"x" * LARGE)
    elif path == "/wrong-length":
        length = int(query)
    elif path == "/injects":
        headers.append(("X-One", "1\r\nX-Injected: 1"))
        length = len(HELLO)
    elif path == "/rests":
        time.sleep(0.1)
    elif path == "/works":
        sum(range(1_500_000))  # some milliseconds in which no other thread runs
    elif path == "/wait":
        parts = [b"released" if _gone[query].wait(20) else b"not released"]
    elif path == "/closes":
        parts, length = _Held(query, [HELLO]), len(HELLO)
    elif path == "/closes-stream":
        parts = _Held(query, [HELLO])
    elif path == "/closes-broken":
        parts = _Held(query, _breaks())
    elif path == "/port":
        parts = [environ["REMOTE_PORT"].encode()]
    elif path == "/go":
        _gone[query].set()
    else:
        told = _told(environ)
        parts, length = [told], len(told)
    if length is not None:
        headers.append(("Content-Length", str(length)))
    start_response(status, headers)
    return parts


class _Held:
    """Parts of an answer that hold something until they are closed."""

    def __init__(self, name: str, parts: Iterable[bytes]) -> None:
        self._name = name
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        """Let those go who wait for it."""
        _gone[self._name].set()


def _told(environ: dict[str, Any]) -> bytes:
    """Tell the WSGI variables and the body, without the ports."""
    told = {
        name: str(value)
        for name, value in environ.items()
        if isinstance(value, str | bool | tuple) and name not in ("REMOTE_PORT", "SERVER_PORT")
    }
    told["body"] = environ["wsgi.input"].read().decode("latin-1")
    return json.dumps(told, indent=1, sort_keys=True).encode()


def _breaks() -> Iterator[bytes]:
    yield b"The beginning"
    raise RuntimeError("This answer breaks.")
