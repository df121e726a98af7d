"""A client has a few costly requests, and has them back in time."""

from __future__ import annotations

import pytest

from ctgraph.errors import (
    TooManyPasts,
)
from ctgraph.web import create_app
from ctgraph.web.http.registry import MAX_PASTS
from ctgraph.work.clients import Allowance
from tests.support.hall import Clock
from tests.support.registry import Registry, certificate, ctid_number


def test_ever_new_pasts_are_refused_after_a_few(registry: Registry) -> None:
    client = create_app(registry.settings).test_client()
    for number in range(1, MAX_PASTS + 3):
        client.post(
            registry.documents_url, json=certificate(number), headers=registry.authorization
        )
    registry.project()
    moments = [
        version.created_at
        for number in range(1, MAX_PASTS + 2)
        for version in registry.ledger.records.versions(ctid_number(number))
    ]

    def ask(moment: str, address: str) -> int:
        given = {"query": "ASK {}", "as-of": moment}
        answer = client.get("/sparql", query_string=given, environ_base={"REMOTE_ADDR": address})
        while answer.status_code == 503:  # it is being prepared
            answer = client.get(
                "/sparql", query_string=given, environ_base={"REMOTE_ADDR": address}
            )
        assert answer.status_code != 429 or int(answer.headers["Retry-After"]) > 0
        return answer.status_code

    assert [ask(moment, "192.0.2.1") for moment in moments] == [200] * MAX_PASTS + [429]
    assert ask(moments[MAX_PASTS - 1], "192.0.2.1") == 200, "it is there already"
    assert ask(moments[MAX_PASTS], "192.0.2.2") == 200, "another client"


def test_an_allowance_comes_back_in_time() -> None:
    clock = Clock()
    allowance = Allowance(2, 10, lambda: TooManyPasts("too many"), clock)
    for _ in range(2):
        allowance.use("a")
    with pytest.raises(TooManyPasts):
        allowance.use("a")
    allowance.use("b")
    clock.now += 10
    allowance.use("a")
