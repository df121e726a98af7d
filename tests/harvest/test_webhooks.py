"""Webhooks: who may register them, what is delivered and how, and what becomes of failures."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from time import time
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.documents import parse
from ctgraph.harvest import courier, targets
from ctgraph.harvest.courier import MAX_DELIVERED_CHANGES, MAX_FAILURES, Courier
from ctgraph.harvest.webhooks import MAX_WEBHOOKS
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.partnerships import Agreement
from ctgraph.ledger.registry import renew
from ctgraph.ledger.transfer import transfer
from ctgraph.ledger.values import now
from ctgraph.ledger.webhook_tables import webhook
from ctgraph.web import create_app
from tests.support.people import Person
from tests.support.receiver import Receiver, receiving
from tests.support.registry import Registry, certificate, ctid_number, environment, publish
from tests.support.server import serving
from tests.support.waiting import until

PUBLIC = "https://93.184.216.34/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def registry(make_registry: Callable[..., Registry]) -> Registry:
    """A registry whose operator allows receivers on this machine."""
    return make_registry(private_webhooks=True)


class Hooks:
    """The webhooks of an organization, over HTTP."""

    def __init__(self, registry: Registry, client: FlaskClient) -> None:
        self.registry, self.client = registry, client

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.client.post(path, json=body, headers=self.registry.authorization)
        assert answer.status_code == status, answer.text
        return answer.json

    def register(self, url: str, **more: Any) -> Any:
        return self.post("/webhooks", {"url": url, **more}, 201)

    def get(self, id: str) -> Any:
        found = self.client.get(f"/webhooks/{id}", headers=self.registry.authorization)
        assert found.status_code == 200
        return found.json

    def deliver(self) -> None:
        """Deliver what is due, as the background process does."""
        working = Courier(self.registry.settings, self.registry.ledger)
        while working.work():
            until(lambda: not working._busy)
        working.finish()

    def make_due(self) -> None:
        """Let the pause after a failure be over."""
        with self.registry.ledger.database.writing() as connection:
            connection.execute(webhook.update().values(due_at=now()))


@pytest.fixture
def hooks(registry: Registry, client: FlaskClient) -> Hooks:
    return Hooks(registry, client)


def test_changes_are_delivered_signed_and_in_order(hooks: Hooks, receiver: Receiver) -> None:
    publish(hooks.registry, range(1, 3), "before")
    made = hooks.register(receiver.url)
    assert made["after"] == 2
    for text in ("one", "two", "three"):
        publish(hooks.registry, range(1, 3), text)
        hooks.deliver()
    assert receiver.numbers == [3, 4, 5, 6, 7, 8]
    for one in receiver.deliveries:
        assert one.is_signed(made["secret"])
        assert one.headers["content-type"] == "application/json"
    ids = [one.headers["webhook-id"] for one in receiver.deliveries]
    assert len(set(ids)) == len(ids)
    page = hooks.client.get("/changes?after=2").json
    assert [one for each in receiver.deliveries for one in each.changes] == page["changes"]
    assert hooks.get(made["id"])["after"] == 8
    assert hooks.get(made["id"])["deliveredAt"]


def test_the_secret_is_shown_once(hooks: Hooks, receiver: Receiver) -> None:
    made = hooks.register(receiver.url)
    assert made["secret"].startswith("whsec_")
    for path in ("/webhooks", f"/webhooks/{made['id']}"):
        answer = hooks.client.get(path, headers=hooks.registry.authorization)
        assert "secret" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"


def test_only_what_was_wanted_is_delivered(hooks: Hooks, receiver: Receiver) -> None:
    made = hooks.register(receiver.url, events=["withdraw"], owner=ctid_number(0), after=0)
    publish(hooks.registry, range(1, MAX_DELIVERED_CHANGES + 50), "first")
    path = f"/resources/documents/{ctid_number(1)}"
    assert hooks.client.delete(path, headers=hooks.registry.authorization).status_code == 204
    hooks.deliver()
    last = MAX_DELIVERED_CHANGES + 50
    assert receiver.numbers == [last]
    assert hooks.get(made["id"])["after"] == last
    hooks.registry.ledger.organizations.add("Another College", ctid_number(900))
    other = hooks.register(receiver.url, owner=ctid_number(900), after=0)
    hooks.deliver()
    assert hooks.get(other["id"])["after"] == last
    assert receiver.numbers == [last]


def test_what_was_withdrawn_and_comes_again_is_created(hooks: Hooks, receiver: Receiver) -> None:
    hooks.register(receiver.url, events=["create", "withdraw"])
    path = f"/resources/documents/{ctid_number(1)}"
    for text in ("first", "second"):
        publish(hooks.registry, range(1, 2), text)
        assert hooks.client.delete(path, headers=hooks.registry.authorization).status_code == 204
    publish(hooks.registry, range(1, 2), "third")
    publish(hooks.registry, range(1, 2), "fourth")
    hooks.deliver()
    [told] = receiver.deliveries
    assert [(one["version"], one["event"]) for one in told.changes] == [
        (1, "create"),
        (2, "withdraw"),
        (3, "create"),
        (4, "withdraw"),
        (5, "create"),
    ]


def test_an_owner_is_told_that_a_record_leaves(hooks: Hooks, receiver: Receiver) -> None:
    ledger = hooks.registry.ledger
    giver, taker = hooks.registry.organization, ledger.organizations.add("Taker", ctid_number(900))
    with ledger.database.writing() as connection:
        pair = connection, giver.ctid, taker.ctid
        ledger.partnerships.ask(*pair, "")
        ledger.partnerships.settle(*pair, Agreement.GRANTED)
    publish(hooks.registry, range(1, 3), "first")
    hooks.register(receiver.url, owner=giver.ctid)
    transfer(ledger, ctid_number(1), giver, taker, "test")
    document = parse(orjson.dumps(certificate(1, taker.ctid)), hooks.registry.settings)
    append(ledger, [Submission(taker, document.ctid, document)], "test")  # not theirs any more
    publish(hooks.registry, range(2, 3), "second")
    hooks.deliver()
    told = [one for each in receiver.deliveries for one in each.changes]
    assert [(one["seq"], one["event"], one["owner"]) for one in told] == [
        (3, "transfer", taker.ctid),
        (5, "update", giver.ctid),
    ]


def test_a_restored_ledger_uses_no_identifier_again(hooks: Hooks, receiver: Receiver) -> None:
    made = hooks.register(receiver.url, after=0)
    publish(hooks.registry, range(1, 3), "first")
    hooks.deliver()
    with hooks.registry.ledger.database.writing() as connection:
        renew(connection)
        connection.execute(webhook.update().values(after=0))  # as at the backup
    hooks.deliver()
    first, again = (one.headers["webhook-id"] for one in receiver.deliveries)
    assert first != again
    assert first.startswith(made["id"])


def test_what_cannot_be_noted_is_not_sent_at_once_again(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks.register(receiver.url)
    publish(hooks.registry, range(1, 2), "first")
    ledger = hooks.registry.ledger
    clock = [1000.0]
    monkeypatch.setattr(courier, "time", SimpleNamespace(monotonic=lambda: clock[0], time=time))
    working = Courier(hooks.registry.settings, ledger)
    with monkeypatch.context() as away:
        away.setattr(ledger.webhooks, "change", lambda *_, **__: 1 / 0)
        sent = []
        for seconds in (0, 0, 1.9, 0.2, 3.9, 0.2, 7.9):  # pauses of 2, 4 and 8 seconds
            clock[0] += seconds
            working.work()
            until(lambda: not working._busy)
            sent.append(len(receiver.deliveries))
    assert sent == [1, 1, 1, 2, 2, 3, 3]
    assert len({one.headers["webhook-id"] for one in receiver.deliveries}) == 1
    clock[0] += 1
    while working.work():
        until(lambda: not working._busy)
    working.finish()
    assert len(receiver.deliveries) == 4


def test_who_matches_nothing_costs_no_transaction_for_each_change(
    hooks: Hooks, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet = [hooks.register(receiver.url, events=["transfer"])["id"] for _ in range(3)]
    ledger, written = hooks.registry.ledger, list[int]()
    skip = ledger.webhooks.skip

    def count(passed: dict[Any, int]) -> None:
        written.append(len(passed))
        skip(passed)

    monkeypatch.setattr(ledger.webhooks, "skip", count)
    working = Courier(hooks.registry.settings, ledger)
    for text in ("one", "two", "three"):
        publish(hooks.registry, range(1, 3), text)
        while working.work():
            pass
    assert written == []
    hooks.post(f"/webhooks/{quiet[0]}/replay", {"after": 1})
    while working.work():
        pass
    working.finish()
    assert len(written) == 1
    assert [hooks.get(id)["after"] for id in quiet] == [6, 6, 6]
    assert receiver.deliveries == []


def test_long_histories_come_in_parts(hooks: Hooks, receiver: Receiver) -> None:
    number = 2 * MAX_DELIVERED_CHANGES + 10
    publish(hooks.registry, range(1, number + 1), "first")
    hooks.register(receiver.url, after=0)
    hooks.deliver()
    assert [len(one.numbers) for one in receiver.deliveries] == [200, 200, 10]
    assert receiver.numbers == list(range(1, number + 1))


@pytest.mark.parametrize("status", [302, 404, 500, 503])
def test_what_fails_is_sent_again_as_it_was(hooks: Hooks, receiver: Receiver, status: int) -> None:
    made = hooks.register(receiver.url)
    receiver.answers = [status, status]
    publish(hooks.registry, range(1, 3), "first")
    hooks.deliver()
    told = hooks.get(made["id"])
    assert (told["failures"], told["after"]) == (1, 0)
    assert str(status) in told["lastError"]
    hooks.deliver()
    assert len(receiver.deliveries) == 1  # it pauses
    publish(hooks.registry, range(3, 5), "second")
    for _ in range(2):
        hooks.make_due()
        hooks.deliver()
    first, second, third, fourth = receiver.deliveries
    assert first.body == second.body == third.body
    assert first.headers["webhook-id"] == third.headers["webhook-id"]
    assert fourth.numbers == [3, 4]
    assert hooks.get(made["id"])["failures"] == 0


def test_a_replay_begins_at_a_number(hooks: Hooks, receiver: Receiver) -> None:
    publish(hooks.registry, range(1, 5), "first")
    made = hooks.register(receiver.url, after=0)
    hooks.deliver()
    hooks.post(f"/webhooks/{made['id']}/replay", {"after": 2})
    hooks.deliver()
    assert receiver.numbers == [1, 2, 3, 4, 3, 4]
    first, again = receiver.deliveries
    assert first.headers["webhook-id"] != again.headers["webhook-id"]


@pytest.mark.parametrize("answers", [[500] * MAX_FAILURES, [410]])
def test_a_dead_webhook_is_paused_and_its_people_are_told(
    hooks: Hooks, receiver: Receiver, answers: list[int]
) -> None:
    ledger = hooks.registry.ledger
    with ledger.database.writing() as connection:
        who = ledger.people.add(connection, "rita@pine.example.org", "Rita", "none", False)
        ledger.applications.admit(connection, ctid_number(0), who.id, "editor")
    rita = Person(hooks.client.application, ledger, "rita@pine.example.org")
    made = hooks.register(receiver.url)
    publish(hooks.registry, range(1, 3), "first")
    receiver.answers = list(answers)
    for _ in answers:
        assert rita.mails() == []
        hooks.make_due()
        hooks.deliver()
    assert hooks.get(made["id"])["state"] == "paused"
    [(subject, words)] = rita.mails()
    assert "paused" in subject
    assert made["id"] in words
    assert receiver.url in words
    hooks.make_due()
    hooks.deliver()
    assert len(receiver.deliveries) == len(answers)
    assert hooks.post(f"/webhooks/{made['id']}/resume")["state"] == "active"
    hooks.deliver()
    assert receiver.deliveries[-1].numbers == [1, 2]


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.0.0.1",
        "127.1",
        "0.0.0.0",
        "2130706433",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[::ffff:127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[fec0::1]",
        "[::ffff:0:7f00:1]",
        "[::7f00:1]",
    ],
)
def test_private_networks_are_refused(make_registry: Callable[..., Registry], host: str) -> None:
    registry = make_registry()
    client = create_app(registry.settings).test_client()
    answer = client.post(
        "/webhooks", json={"url": f"http://{host}:9/x"}, headers=registry.authorization
    )
    assert answer.status_code == 400
    assert answer.json["problems"][0]["pointer"] == "/url"
    assert "CTGRAPH_PRIVATE_WEBHOOKS" in answer.json["detail"]
    assert registry.ledger.webhooks.of(ctid_number(0)) == []


def test_a_name_that_comes_to_lead_elsewhere_gets_nothing(
    make_registry: Callable[..., Registry],
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """DNS rebinding: a public address at the registration, and a private one afterwards."""
    registry = make_registry()
    hooks = Hooks(registry, create_app(registry.settings).test_client())
    public, asked = ("93.184.216.34", 80), list[str]()

    def resolve(host: str, *_: object, **__: object) -> list[Any]:
        asked.append(host)
        address = public if len(asked) == 1 else ("127.0.0.1", 80)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    made = hooks.register(receiver.url.replace("127.0.0.1", "rebinding.example.org"))
    publish(registry, range(1, 2), "first")
    hooks.deliver()
    assert asked == ["rebinding.example.org"] * 2
    assert receiver.deliveries == []
    assert "private network" in hooks.get(made["id"])["lastError"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": 7}, "/url"),
        ({"url": "ftp://example.org/"}, "/url"),
        ({"url": "https://"}, "/url"),
        ({"url": "https://user:word@example.org/"}, "/url"),
        ({"url": "https://example.org:99999/"}, "/url"),
        ({"url": "https://a..example/"}, "/url"),
        ({"url": f"https://{'a' * 64}.example/"}, "/url"),
        ({"url": "https://xn--a/"}, "/url"),
        ({"url": "https://example.org/" + "x" * 2000}, "/url"),
        ({"url": PUBLIC, "events": []}, "/events"),
        ({"url": PUBLIC, "events": ["born"]}, "/events"),
        ({"url": PUBLIC, "events": "create"}, "/events"),
        ({"url": PUBLIC, "owner": ctid_number(77)}, "/owner"),
        ({"url": PUBLIC, "after": -1}, "/after"),
        ({"url": PUBLIC, "after": 5}, "/after"),
        ({"url": PUBLIC, "after": True}, "/after"),
        ({"url": PUBLIC, "secret": "mine"}, "/secret"),
    ],
)
def test_what_cannot_be_registered_is_refused_with_its_place(
    hooks: Hooks, body: dict[str, Any], pointer: str
) -> None:
    answer = hooks.client.post("/webhooks", json=body, headers=hooks.registry.authorization)
    assert answer.status_code == 400, answer.text
    assert answer.json["problems"][0]["pointer"] == pointer


def test_an_unknown_event_is_named_with_those_that_are_known(hooks: Hooks) -> None:
    body = {"url": PUBLIC, "events": ["create", "created"]}
    answer = hooks.client.post("/webhooks", json=body, headers=hooks.registry.authorization)
    assert "There is no event 'created'." in answer.json["detail"]
    assert "create, update, withdraw, transfer" in answer.json["detail"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'"x"', b"\xff"])
def test_bodies_that_are_no_objects_are_refused(hooks: Hooks, data: bytes) -> None:
    answer = hooks.client.post("/webhooks", data=data, headers=hooks.registry.authorization)
    assert answer.status_code in (400, 422)


def test_an_organization_has_some_webhooks_at_most(hooks: Hooks) -> None:
    for _ in range(MAX_WEBHOOKS):
        hooks.register(PUBLIC)
    hooks.post("/webhooks", {"url": PUBLIC}, 409)


def every(client: FlaskClient, id: str, headers: dict[str, str]) -> list[TestResponse]:
    """Try everything with one webhook."""
    return [
        client.get(f"/webhooks/{id}", headers=headers),
        client.post(f"/webhooks/{id}/replay", json={"after": 0}, headers=headers),
        client.post(f"/webhooks/{id}/resume", headers=headers),
        client.delete(f"/webhooks/{id}", headers=headers),
    ]


def test_webhooks_belong_to_their_organization(hooks: Hooks) -> None:
    id = hooks.register(PUBLIC)["id"]
    ledger = hooks.registry.ledger
    other = ledger.organizations.add("Another College", ctid_number(5))
    strange = {"Authorization": f"Bearer {ledger.organizations.add_key(other.ctid)}"}
    assert {one.status_code for one in every(hooks.client, id, {})} == {401}
    assert hooks.client.get("/webhooks").status_code == 401
    assert hooks.client.post("/webhooks", json={"url": PUBLIC}).status_code == 401
    assert {one.status_code for one in every(hooks.client, id, strange)} == {404}
    assert hooks.client.get("/webhooks", headers=strange).json == {"webhooks": []}
    mine = every(hooks.client, id, hooks.registry.authorization)
    assert [one.status_code for one in mine] == [200, 200, 200, 204]
    assert hooks.client.get("/webhooks", headers=hooks.registry.authorization).json == {
        "webhooks": []
    }


def test_a_webhook_that_is_deleted_meanwhile_stays_deleted(
    hooks: Hooks, receiver: Receiver
) -> None:
    hooks.register(receiver.url)
    publish(hooks.registry, range(1, 2), "first")
    [one] = hooks.registry.ledger.webhooks.of(ctid_number(0))
    hooks.registry.ledger.webhooks.remove(one)
    assert not hooks.registry.ledger.webhooks.change(one, after=1)
    with hooks.registry.ledger.database.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(webhook)) == 0


def test_a_delivery_that_ends_after_a_replay_changes_nothing(hooks: Hooks) -> None:
    publish(hooks.registry, range(1, 4), "first")
    made = hooks.register(PUBLIC)
    [stale] = hooks.registry.ledger.webhooks.of(ctid_number(0))
    hooks.post(f"/webhooks/{made['id']}/replay", {"after": 1})
    assert not hooks.registry.ledger.webhooks.change(stale, after=3)
    assert hooks.get(made["id"])["after"] == 1


def test_a_receiver_that_never_ends_its_answer_is_left(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "SEND_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = hooks.register(f"http://127.0.0.1:{silent.getsockname()[1]}/")
        publish(hooks.registry, range(1, 2), "first")
        hooks.deliver()
    assert hooks.get(made["id"])["lastError"]


def test_a_running_registry_delivers(registry: Registry, receiver: Receiver) -> None:
    with serving(environment(registry) | {"CTGRAPH_PRIVATE_WEBHOOKS": "true"}):
        Hooks(registry, create_app(registry.settings).test_client()).register(receiver.url)
        for turn in range(3):
            publish(registry, range(1, 4), str(turn))
        until(lambda: len(receiver.numbers) >= 9)
    assert receiver.numbers == list(range(1, 10))
