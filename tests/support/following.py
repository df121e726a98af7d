"""A projector beside a registry, and what its store answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient

from ctgraph.projections.bell import Ring, ring
from ctgraph.projections.projector import follow
from ctgraph.projections.store_folder import hold, store_folder_of
from tests.support.registry import Registry

ASK = "SELECT (COUNT(*) AS ?n) { ?r a ceterms:Certificate }"


def count(client: FlaskClient) -> tuple[int, int | None]:
    """Ask a query: the status, and what it counts."""
    answer = client.get(
        "/sparql", query_string={"query": ASK}, headers={"If-None-Match": '"none"'}
    )  # past the kept answers
    if answer.status_code != 200:
        assert answer.status_code == 503, answer.text
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.json["detail"]
        return answer.status_code, None
    return 200, int(answer.json["results"]["bindings"][0]["n"]["value"])


@contextmanager
def following(registry: Registry) -> Iterator[None]:
    """Let a projector follow, as the server's does, for the block."""
    stop = threading.Event()
    failed: list[BaseException] = []

    def run() -> None:
        lock = store_folder_of(registry.settings).lock
        while not stop.is_set():  # what the supervisor does
            try:
                with hold(registry.settings, 10):
                    follow(
                        registry.settings,
                        registry.ledger,
                        lambda: stop.is_set() or not lock.exists(),
                    )
            except BaseException as error:
                failed.append(error)
                raise

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        ring(store_folder_of(registry.settings).bell, Ring.NEWS)
        thread.join()
    assert failed == []


def ready(client: FlaskClient, seq: int) -> bool:
    """Tell whether the registry says that it is ready; it may only when it is."""
    answer = client.get("/readyz")
    assert answer.status_code in (200, 503)
    said = answer.json
    if answer.status_code == 503:
        assert said["detail"]
        assert answer.headers["Retry-After"]
        return False
    assert said["lag"] >= 0
    return bool(said["queryableSequence"] == seq)
