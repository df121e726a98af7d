"""Following the changes as server-sent events, from a server as `ctgraph serve` runs it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.documents import parse
from ctgraph.harvest import live
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.following_changes import Follower
from tests.support.registry import Registry, certificate, ctid_number, environment, publish
from tests.support.server import of, serving
from tests.support.waiting import until

EVENTS = {"Accept": live.MEDIA_TYPE}
FOLLOWERS = 100
MANY = 1_000


class Served:
    """A server with one web worker, and its registry."""

    def __init__(self, registry: Registry, server: serving) -> None:
        self.registry, self.server = registry, server
        self.port = server.port

    def newest(self) -> int:
        return self.registry.ledger.changes.last_sequence()


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose registry has many changes."""
    settings = load_settings(home=tmp_path_factory.mktemp("alive") / "home")
    ledger = Ledger.initialise(settings)
    owner = ledger.organizations.add("Test College", ctid_number(0))
    registry = Registry(settings, ledger, owner, ledger.organizations.add_key(owner.ctid))
    document = parse(orjson.dumps(certificate(999)), settings)
    turns = [Submission(owner, document.ctid, one) for one in (document, None)]
    append(ledger, turns * (MANY // 2), "test")
    server = serving(environment(registry), "--workers", "1")
    with server:
        yield Served(registry, server)


def test_what_happened_and_what_happens_is_told(alive: Served) -> None:
    follower = Follower(alive.port)
    assert follower.status == 200
    assert follower.headers["content-type"].startswith("text/event-stream")
    begun = alive.newest()
    told = follower.events(begun)
    assert [one.id for one in told] == list(range(1, begun + 1))
    publish(alive.registry, range(1, 4), "told")
    more = follower.events(3)
    assert [one.id for one in more] == [begun + 1, begun + 2, begun + 3]
    assert [one.change["ctid"] for one in more] == [ctid_number(n) for n in range(1, 4)]
    page = alive.registry.ledger.feed.between(begun, begun + 3)
    assert [one.digest for one in page] == [one.change["sha256"] for one in more]
    follower.close()


def test_a_follower_goes_on_where_it_stopped(alive: Served) -> None:
    newest = alive.newest()
    follower = Follower(alive.port, after="0", last=str(newest - 2))
    assert [one.id for one in follower.events(2)] == [newest - 1, newest]
    follower.close()


def test_a_follower_is_told_whose_numbers_these_are(alive: Served) -> None:
    newest = alive.newest()
    follower = Follower(alive.port, last=str(newest - 1))
    [one] = follower.events(1)
    head = alive.registry.ledger.feed.head()
    assert (follower.standing["last"], follower.standing["incarnation"]) == head
    assert follower.standing["registry"] == alive.registry.settings.base_url
    assert one.change["incarnation"] == head[1]
    follower.close()


def test_now_means_from_now_on(alive: Served) -> None:
    follower = Follower(alive.port, after="now")
    newest = alive.newest()
    publish(alive.registry, range(4, 5), "now")
    assert [one.id for one in follower.events(1)] == [newest + 1]
    follower.close()


def test_many_follow_without_a_thread_each(alive: Served) -> None:
    [worker] = workers(alive.server)
    before = threads(worker)
    followers = [Follower(alive.port, after="now") for _ in range(FOLLOWERS)]
    # As many threads as answered at the same time, and far fewer than follow.
    assert threads(worker) - before < FOLLOWERS // 4
    newest = alive.newest()
    publish(alive.registry, range(5, 7), "many")
    for follower in followers:
        assert [one.id for one in follower.events(2)] == [newest + 1, newest + 2]
        follower.close()


def test_a_slow_reader_misses_nothing(alive: Served) -> None:
    follower = Follower(alive.port)
    publish(alive.registry, range(7, 9), "slow")  # while nothing is read
    newest = alive.newest()
    assert [one.id for one in follower.events(newest)] == list(range(1, newest + 1))
    follower.close()


def test_places_of_those_who_left_are_free(alive: Served) -> None:
    """As soon as they leave: nothing is sent to them in between."""
    most, before = live.MAX_CLIENT_FOLLOWERS, descriptors(alive)
    for _ in range(2):
        some = [Follower(alive.port, after="now") for _ in range(most)]
        assert {one.status for one in some} == {200}
        refused = Follower(alive.port, after="now")
        assert refused.status == 503
        for one in (*some, refused):
            one.close()
        until(lambda: descriptors(alive) < before + most // 2)


def test_followers_see_the_end_of_the_server_and_a_restart_loses_nothing(
    registry: Registry,
) -> None:
    publish(registry, range(1, 3), "first")
    server = serving(environment(registry))
    with server:
        followers = [Follower(server.port) for _ in range(10)]
        for one in followers:
            assert [event.id for event in one.events(2)] == [1, 2]
        server.process.send_signal(signal.SIGTERM)
        for one in followers:
            assert list(one.blocks()) == []  # the last chunk came
            one.close()
        assert server.process.wait(30) == 0
    publish(registry, range(1, 4), "away")
    with serving(environment(registry), port=server.port):
        follower = Follower(server.port, last="2")
        publish(registry, range(1, 2), "back")
        assert [one.id for one in follower.events(4)] == [3, 4, 5, 6]
        follower.close()


def test_the_stock_worker_has_followers_too(registry: Registry) -> None:
    publish(registry, range(1, 3), "first")
    server = serving(environment(registry), "--worker", "gthread", "--workers", "1")
    with server:
        follower = Follower(server.port)
        assert [one.id for one in follower.events(2)] == [1, 2]
        publish(registry, range(3, 4), "second")
        assert [one.id for one in follower.events(1)] == [3]
        follower.close()


def test_too_many_followers_are_told_when_to_come_again(registry: Registry) -> None:
    client = create_app(registry.settings).test_client()
    kept = [client.get("/changes", headers=EVENTS) for _ in range(live.MAX_WAITING_FOLLOWERS)]
    assert {one.status_code for one in kept} == {200}
    streams = [iter(one.response) for one in kept]
    for stream in streams:
        next(stream)
    refused = client.get("/changes", headers=EVENTS)
    assert refused.status_code == 503
    assert refused.mimetype == "application/problem+json"
    assert int(refused.headers["Retry-After"]) > 0
    kept[0].close()
    assert client.get("/changes", headers=EVENTS).status_code == 200
    for one in kept[1:]:
        one.close()


def test_silence_is_broken_by_comments(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.0)
    answer = client.get("/changes", headers=EVENTS)
    told = [str(one, "utf-8") for one in islice(answer.iter_encoded(), 4)]
    assert told[0] == "retry: 2000\n\n"
    assert told[1].startswith("event: registry\n")
    assert told[2:] == [":\n\n", ":\n\n"]
    answer.close()


def test_now_is_told_as_a_number(registry: Registry, client: FlaskClient) -> None:
    """A client that connects again before anything happened goes on there."""
    publish(registry, range(1, 4), "first")
    answer = client.get("/changes?after=now", headers=EVENTS)
    assert next(iter(answer.response)) == b"retry: 2000\nid: 3\n\n"
    answer.close()


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"Last-Event-ID": "7"}, ""),
        ({"Last-Event-ID": "one"}, ""),
        ({}, "?after=7"),
        ({}, "?after=-1"),
    ],
)
def test_a_number_that_is_not_reached_is_refused(
    client: FlaskClient, headers: dict[str, Any], query: str
) -> None:
    answer = client.get(f"/changes{query}", headers={**EVENTS, **headers})
    assert answer.status_code == 400
    assert "number" in answer.json["detail"]


def test_heads_do_not_follow(client: FlaskClient) -> None:
    answer = client.head("/changes", headers=EVENTS)
    assert answer.status_code == 200
    assert answer.mimetype == live.MEDIA_TYPE
    assert answer.data == b""


def workers(server: serving) -> list[int]:
    """Return the web workers of a server."""
    [arbiter, *rest] = of(server.process.pid, "ctgraph.server.web_server")
    return rest or [arbiter]


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def descriptors(alive: Served) -> int:
    """Return how many files and connections the web worker has open."""
    return len(list(Path(f"/proc/{workers(alive.server)[0]}/fd").iterdir()))
