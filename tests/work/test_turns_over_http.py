"""Every expensive request needs a turn, and a crowd shuts no newcomer out."""

from __future__ import annotations

import http.client
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from ctgraph.work.admission import Admission
from tests.support.registry import Registry, certificate, ctid_number
from tests.support.server import serving
from tests.support.waiting import until

PATIENCE = 120.0
"""How long a slow machine may take, in seconds."""


def busy(client: FlaskClient, crew: str) -> Admission:
    """Return the admission of a crew after it has been left without a place."""
    admission: Admission = getattr(client.application.extensions["ctgraph"].work, crew).admission
    admission._places = dict.fromkeys(admission._places, 0)
    return admission


@pytest.mark.parametrize(
    "path",
    [
        *(
            f"/pathways/{ctid_number(1)}/{question}"
            for question in ("preceding", "succeeding", "neighbourhood", "stack", "versions")
        ),
        f"/pathways/{ctid_number(1)}",
        f"/pathways/{ctid_number(1)}/structure",
        f"/pathways/{ctid_number(1)}?format=html",
        f"/pathways/route?from={ctid_number(1)}&to={ctid_number(2)}",
        f"/pathways/route?format=html&from={ctid_number(1)}&to={ctid_number(2)}",
        f"/pathways/common?ctids={ctid_number(1)},{ctid_number(2)}",
        f"/pathways/check?held={ctid_number(1)}",
        "/pathways/search?q=a",
        "/pathways?format=html&q=a",
        f"/links/{ctid_number(1)}",
        "/sparql?query=ASK%7B%7D",
        f"/organizations/{ctid_number(0)}/completeness",
    ],
)
def test_every_expensive_question_needs_a_turn(
    make_registry: Callable[..., Registry], path: str
) -> None:
    registry = make_registry(query_queue=0)
    client = create_app(registry.settings).test_client()
    client.post(registry.documents_url, json=certificate(), headers=registry.authorization)
    registry.project()
    busy(client, "calls")
    answer = client.get(path)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    for free in ("/healthz", f"/resources/{ctid_number(1)}"):
        assert client.get(free).status_code == 200


def test_validation_and_publishing_need_turns_and_each_their_own(
    make_registry: Callable[..., Registry],
) -> None:
    registry = make_registry(query_queue=0)

    def asked(crew: str) -> list[int]:
        client = create_app(registry.settings).test_client()
        busy(client, crew)
        number = 1 if crew == "calls" else 2
        answers = [
            client.post("/validate", json=certificate()),
            client.post(
                registry.documents_url, json=certificate(number), headers=registry.authorization
            ),
        ]
        assert all("Retry-After" in one.headers for one in answers if one.status_code == 503)
        return [answer.status_code for answer in answers]

    assert asked("calls") == [503, 201]
    assert asked("publishing") == [200, 503]


HEAVY = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f FILTER(STR(?p) > STR(?q)) }"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server whose records lead to others, in a web of many ways."""
    home = tmp_path_factory.mktemp("crowd")
    settings = load_settings(home=home)
    ledger = Ledger.initialise(settings)
    owner = ledger.organizations.add("Test College", ctid_number(0))
    key = ledger.organizations.add_key(owner.ctid)
    (home / "key").write_text(key)
    environment = os.environ | {
        "CTGRAPH_HOME": str(home),
        "CTGRAPH_QUERY_TIMEOUT": "15",  # a small question takes seconds on a busy machine, too
        "CTGRAPH_QUERY_QUEUE": "60",
    }
    server = serving(environment)
    with server:
        for number in range(1, 80):
            targets = [
                f"http://localhost:8000/resources/{ctid_number(n)}"
                for n in range(1, 80)
                if n != number
            ]
            leads = {
                "ceterms:isPreparationFor": [
                    {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": targets}
                ]
            }
            body = orjson.dumps(certificate(number, **leads))
            path = f"/resources/organizations/{owner.ctid}/documents"
            status, _, _ = ask(server.port, path, "127.0.0.9", body, key)
            assert status == 201
        until(lambda: b'"lag":0' in ask(server.port, "/readyz")[2])
        yield server.port


def ask(
    port: int, path: str, source: str = "127.0.0.1", body: bytes | None = None, key: str = ""
) -> tuple[int, dict[str, str], bytes]:
    """Ask from an address; return the status, the headers and the body."""
    client = http.client.HTTPConnection("127.0.0.1", port, PATIENCE, (source, 0))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        client.request("POST" if body else "GET", path, body, headers)
        answer = client.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        client.close()


def crowd(port: int, addresses: list[str], path: str, stop: threading.Event) -> Counter[int]:
    """Ask from many addresses at once, again and again, until told to stop."""
    statuses: Counter[int] = Counter()

    def one(source: str) -> None:
        while not stop.is_set():
            status, headers, _ = ask(port, path, source)
            statuses[status] += 1
            assert status == 200 or int(headers["Retry-After"]) > 0
            if status != 200:
                stop.wait(0.2)

    with ThreadPoolExecutor(len(addresses)) as threads:
        list(threads.map(one, addresses))
    return statuses


def newcomer(port: int, path: str) -> tuple[int, dict[str, str], bytes]:
    """Ask from an address that asked for nothing else; on a busy machine, ask again."""
    answer = ask(port, path, "127.0.3.1")
    for _ in range(3):
        if answer[0] == 503:
            answer = ask(port, path, "127.0.3.1")
    return answer


WALK = f"/pathways/{ctid_number(1)}/succeeding?depth=10&limit=1000&kind=learning"
CROWDS = {
    "one client with heavy walks": (["127.0.0.2"] * 24, WALK),
    "twenty clients with heavy queries": (
        [f"127.0.1.{n}" for n in range(1, 21)],
        f"/sparql?query={quote(HEAVY)}",
    ),
    "twenty clients with heavy walks": ([f"127.0.2.{n}" for n in range(1, 21)], WALK),
}


@pytest.mark.parametrize("who", CROWDS)
def test_a_newcomer_is_answered_beside_a_crowd(address: int, who: str) -> None:
    stop = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        crowded = threads.submit(crowd, address, *CROWDS[who], stop)
        try:
            time.sleep(2)
            for number in range(10):
                small = quote(f"SELECT ?n {{ <urn:{number}> ?p ?n }}")
                paths = [
                    "/healthz",
                    f"/resources/{ctid_number(number + 1)}",
                    f"/sparql?query={small}",
                    f"/pathways/{ctid_number(1)}/structure",
                    f"/pathways/{ctid_number(number + 1)}/versions",
                ]
                answers = [newcomer(address, path) for path in paths]
                found = [answer[0] for answer in answers]
                assert found == [200, 200, 200, 404, 200], [one[2][-200:] for one in answers]
        finally:
            stop.set()
        assert crowded.result(PATIENCE).total() > 0
