"""`ctgraph serve` in processes of its own, and a look at them."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from tests.support.waiting import until

CLI = [sys.executable, "-m", "ctgraph.cli"]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class serving:
    """Run `ctgraph serve` for a block; gives its address."""

    def __init__(
        self,
        environment: dict[str, str],
        *options: str,
        log: IO[bytes] | None = None,
        port: int | None = None,
    ) -> None:
        self.port = port or free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ctgraph.cli", "serve", "--port", str(self.port), *options],
            env=environment,
            stderr=log,
        )

    def __enter__(self) -> str:
        address = f"http://127.0.0.1:{self.port}"

        def ready() -> bool:
            assert self.process.poll() is None, "ctgraph serve ended"
            try:
                with urllib.request.urlopen(f"{address}/readyz"):
                    return True
            except OSError:
                return False

        try:
            until(ready)
        except AssertionError:
            self.process.kill()
            raise
        return address

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]


def descendants(pid: int) -> list[int]:
    """Return the processes that a process, or one of its children, has started."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(OSError):
            for child in map(int, (task / "children").read_text().split()):
                found += [child, *descendants(child)]
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def called(pid: int) -> str:
    """Return the command of a process, and the name that it gave itself."""
    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return command + Path(f"/proc/{pid}/comm").read_text()


def of(pid: int, module: str) -> list[int]:
    with suppress(OSError):
        return [child for child in descendants(pid) if module in called(child)]
    return []


def get(address: str) -> Any:
    """Return the JSON of an address."""
    asked = urllib.request.Request(address, headers={"Accept": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)
