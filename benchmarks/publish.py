"""The time from a publish until queries see it."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.account import Account
from benchmarks.running import Client, free_port, median, running, serve

TIMES = 50


def publish(home: Path, workers: int) -> None:
    """Publish changed records, each until queries see it."""
    account = Account.of(home)
    number = 0
    port = free_port()
    with running(serve(port, workers), port, home):
        client = Client(port)

        def once() -> float:
            nonlocal number
            number += 1
            body = account.certificate(f"ce-00000000-0000-4000-8000-{number % 10:012d}")
            took, answer = client.request(
                "POST", f"{account.path}?wait=true", body, account.headers
            )
            assert json.loads(answer)["queryable"]
            return took

        bare = median(lambda: client.request("GET", "/healthz")[0], TIMES)
        took = median(once, TIMES)
    print(
        f"publish, wait=true: median {took * 1e3:.0f} ms; {took / bare:.0f} times an empty request"
    )
