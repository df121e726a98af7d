"""Many clients of one web worker at once: every request is answered, whoever leads."""

from __future__ import annotations

import http.client
import random
import time
from concurrent.futures import ThreadPoolExecutor

from ctgraph.server.leader import LINGER_SECONDS
from tests.support.small_application import HOST, running

CLIENTS = 40
REQUESTS = 50
PATIENCE = 20


def test_no_connection_is_forgotten_while_leaders_change() -> None:
    with running() as (_, port), ThreadPoolExecutor(CLIENTS) as pool:
        wrong = pool.map(lambda number: _wrong_answers(port, number), range(CLIENTS))
        assert sum(wrong) == 0


def _wrong_answers(port: int, number: int) -> int:
    """Ask at random intervals, sometimes for what takes long; count what is not answered well."""
    chance, wrong = random.Random(number), 0
    client = http.client.HTTPConnection(HOST, port, timeout=PATIENCE)
    for turn in range(REQUESTS):
        if chance.random() < 0.3:
            # About as long as a connection stays with the leader: it is handed back just now.
            time.sleep(chance.uniform(0, 2 * LINGER_SECONDS))
        target, expected = f"/echo?{number}-{turn}", f"{number}-{turn}".encode()
        if chance.random() < 0.5:
            target, expected = chance.choice(["/rests", "/works"]), b"Hello!\n"
        headers = {"X-Other": "1"} if chance.random() < 0.3 else {}
        if chance.random() < 0.5:
            client.close()
        client.request("GET", target, headers=headers)
        wrong += client.getresponse().read() != expected
    return wrong
