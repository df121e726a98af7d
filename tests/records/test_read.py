"""Reading records: what is asked of the ledger, and what a record that is not there answers."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from ctgraph.errors import Damaged, RecordNotFound
from ctgraph.ledger.tables import version
from ctgraph.records import read
from tests.support.registry import Registry, ctid_number, publish

MISSING = ctid_number(999)


def test_a_history_is_read_without_any_document(registry: Registry) -> None:
    publish(registry, range(1, 2), "first")
    publish(registry, range(1, 2), "second")
    with registry.ledger.database.writing() as connection:
        connection.execute(version.update().values(canonical=b"damaged"))
    envelope, versions = read.versions(registry.ledger, ctid_number(1), 10)
    assert envelope.version == 2
    assert [one.number for one in versions] == [2, 1]
    with pytest.raises(Damaged, match="version 2, is damaged"):
        read.held(registry.ledger, ctid_number(1))


@pytest.mark.parametrize("number", [None, 1, 2**40])
def test_a_record_that_was_never_held_is_not_found(registry: Registry, number: int | None) -> None:
    with pytest.raises(RecordNotFound, match=MISSING):
        read.held(registry.ledger, MISSING, number)
    with pytest.raises(RecordNotFound, match=MISSING):
        read.versions(registry.ledger, MISSING, 10)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/resources/{MISSING}"),
        ("GET", f"/resources/{MISSING}/versions"),
        ("GET", f"/envelopes/{MISSING}"),
        ("GET", f"/graph/{MISSING}"),
        ("DELETE", f"/resources/documents/{MISSING}"),
    ],
)
def test_every_address_says_so_in_the_same_words(
    registry: Registry, client: FlaskClient, method: str, path: str
) -> None:
    headers = {"Accept": "application/json", **registry.authorization}
    answer = client.open(path, method=method, headers=headers)
    assert answer.status_code == 404
    assert answer.json["detail"] == f"There is no record {MISSING} in this registry."
