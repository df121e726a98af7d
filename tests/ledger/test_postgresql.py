"""The ledger on PostgreSQL: a real server, started for the tests."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import orjson
import pytest

from ctgraph.bulk.backup import back_up, restore
from ctgraph.errors import Conflict
from ctgraph.ledger import Ledger
from ctgraph.ledger.confirmations import confirmation
from ctgraph.projections.checking import check
from ctgraph.projections.store_folder import hold
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.codes import keep_codes
from tests.support.registry import Registry, certificate, ctid_number, new_registry, publish


def test_publish_withdraw_and_read_on_postgresql(on_postgresql: Registry) -> None:
    registry = on_postgresql
    client = create_app(registry.settings).test_client()
    for text, status in (("first", 201), ("second", 201), ("second", 200)):
        body = orjson.dumps(certificate(1, **{"ceterms:keyword": {"en": text}}))
        answer = client.post(registry.documents_url, data=body, headers=registry.authorization)
        assert answer.status_code == status, answer.text
    record = answer.json["envelope_ceterms_ctid"]
    assert "second" in client.get(f"/resources/{record}").text
    assert "first" in client.get(f"/resources/{record}/versions/1").text
    registry.project()
    answer = client.get("/sparql", query_string={"query": "ASK { ?s ceterms:keyword 'second'@en }"})
    assert answer.json["boolean"] is True
    withdrawn = client.delete(f"/resources/documents/{record}", headers=registry.authorization)
    assert withdrawn.status_code == 204
    assert client.get(f"/resources/{record}").status_code == 410
    registry.project()
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []


def test_concurrent_publishing_on_postgresql_leaves_no_gap(on_postgresql: Registry) -> None:
    registry = on_postgresql
    app = create_app(registry.settings)
    statuses: list[int] = []

    def publish(numbers: range) -> None:
        client = app.test_client()
        for number in numbers:
            answer = client.post(
                registry.documents_url,
                data=orjson.dumps(certificate(number)),
                headers=registry.authorization,
            )
            statuses.append(answer.status_code)

    # The ranges overlap: the same new record comes from two threads at once.
    threads = [threading.Thread(target=publish, args=(range(1, 31),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 90 + [201] * 30
    assert [c.seq for c in registry.ledger.changes.after(0, 100)] == list(range(1, 31))


def test_a_backup_goes_from_postgresql_to_sqlite_and_back(
    on_postgresql: Registry, tmp_path: Path
) -> None:
    registry = on_postgresql
    client = create_app(registry.settings).test_client()
    for number in (1, 2, 3):
        client.post(
            registry.documents_url,
            data=orjson.dumps(certificate(number)),
            headers=registry.authorization,
        )
    first, second = tmp_path / "first", tmp_path / "second"

    def quiet(*_: object) -> None:
        pass

    assert back_up(registry.ledger, first, quiet).sequence == 3
    other = load_settings(home=tmp_path / "other")
    restore(other, first, False, quiet)
    ledger = Ledger.of(other)
    bearer = ledger.organizations.bearer_of(registry.key)
    assert bearer
    assert bearer.organization == registry.organization
    back_up(ledger, second, quiet)
    with pytest.raises(Conflict, match="--replace"):
        restore(registry.settings, second, False, quiet)
    restore(registry.settings, second, True, quiet)
    assert ledger.changes.after(0, 10) == registry.ledger.changes.after(0, 10)
    registry.project()
    with hold(registry.settings):
        assert check(registry.settings, registry.ledger) == []


def test_a_restored_ledger_on_postgresql_takes_further_rows(
    on_postgresql: Registry, tmp_path: Path
) -> None:
    """PostgreSQL numbers rows by counters, which know nothing of rows that came with numbers."""
    other = new_registry(tmp_path / "other")
    keep_codes(other.ledger, "soc", "cip")
    back_up(other.ledger, tmp_path / "kept", lambda *_: None)
    restore(on_postgresql.settings, tmp_path / "kept", True, lambda *_: None)
    keep_codes(on_postgresql.ledger, "naics")
    found = on_postgresql.ledger.codes.newest()
    assert [one.list.key for one in found] == ["soc", "cip", "naics"]


def test_confirmations_on_postgresql_are_followed_by_the_search(on_postgresql: Registry) -> None:
    registry, ledger = on_postgresql, on_postgresql.ledger
    publish(registry, range(1, 4), "a word")
    registry.project()
    client = create_app(registry.settings).test_client()
    path = f"/api/organizations/{registry.organization.ctid}/confirmations"
    statuses: list[int] = []

    def confirm(number: int) -> None:
        sent = {"versions": {ctid_number(number): 1}}
        answer = client.post(path, json=sent, headers=registry.authorization)
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=confirm, args=(number,)) for number in (1, 2, 1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [204] * 4
    turns = ledger.confirmations.after(0, 10).values()
    assert (len({*turns}), max(turns)) == (2, 4)
    with ledger.database.writing() as connection:
        late = "2090-01-01T00:00:00.000000Z"
        connection.execute(confirmation.update().values(confirmed_at=late))
    registry.project()
    found: Any = client.get("/search?confirmed-since=2090-01-01&format=json").json
    assert found["total"] == 2
    with hold(registry.settings):
        assert check(registry.settings, ledger) == []
