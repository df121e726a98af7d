"""The list of records, in pages: every record once, in order, by class and by owner."""

from __future__ import annotations

import pytest

from ctgraph.identity.ctid import Ctid
from ctgraph.rdf.namespaces import Curie
from tests.support.registry import Registry, publish

CERTIFICATE, BADGE = Curie("ceterms:Certificate"), Curie("ceterms:Badge")


@pytest.mark.parametrize("of_owner", [False, True])
@pytest.mark.parametrize(
    "kinds", [(), (CERTIFICATE,), (BADGE, CERTIFICATE), (BADGE,), (CERTIFICATE, CERTIFICATE)]
)
def test_pages_have_each_record_once(
    registry: Registry, kinds: tuple[Curie, ...], of_owner: bool
) -> None:
    publish(registry, range(1, 8), "first")
    with registry.ledger.database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE envelope SET type = 'ceterms:Badge' WHERE ceterms_ctid LIKE '%3'"
        )
        connection.exec_driver_sql(
            "UPDATE envelope SET deleted_at = updated_at WHERE ceterms_ctid LIKE '%5'"
        )
    records = registry.ledger.records
    owner = registry.organization.ctid if of_owner else None
    with registry.ledger.database.engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "SELECT ceterms_ctid, type FROM envelope WHERE deleted_at IS NULL ORDER BY 1"
        ).all()
    expected = [record for record, kind in rows if not kinds or kind in kinds]
    assert {kind for _, kind in rows} == set(records.kinds()) == {BADGE, CERTIFICATE}
    found: list[Ctid] = []
    while page := records.envelopes(2, found[-1] if found else "", kinds, owner):
        assert len(page) <= 2
        found += [envelope.ctid for envelope in page]
    assert found == expected


def test_an_empty_registry_lists_nothing(registry: Registry) -> None:
    records = registry.ledger.records
    assert records.kinds() == []
    assert records.envelopes(2, owner=registry.organization.ctid) == []
    assert records.envelopes(2, kinds=[BADGE]) == []
