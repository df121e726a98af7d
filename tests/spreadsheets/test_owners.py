"""Whose a record is where its row says it by a name, or not at all."""

from __future__ import annotations

import pytest

from tests.support.registry import Registry, ctid_number
from tests.support.rows import COURSE, WELDING, entity, file, look, upload

OTHER = f"http://localhost:8000/resources/{ctid_number(77)}"


def owner(registry: Registry) -> str:
    return f"http://localhost:8000/resources/{registry.organization.ctid}"


def test_what_another_one_offers_is_owned_by_who_uploads_it(registry: Registry) -> None:
    offered = file("courses.csv", COURSE | {"Offered By": ctid_number(77)})
    record = entity(registry, upload(registry, offered).records[0].ctid)
    assert record["ceterms:ownedBy"] == [owner(registry)]
    assert record["ceterms:offeredBy"] == OTHER


def test_what_one_offers_oneself_needs_no_other_owner(registry: Registry) -> None:
    offered = file("courses.csv", COURSE | {"Offered By": "same as owner"})
    record = entity(registry, upload(registry, offered).records[0].ctid)
    assert record["ceterms:offeredBy"] == owner(registry)
    assert "ceterms:ownedBy" not in record


@pytest.mark.parametrize("spelling", ["same as owner", "name"])
def test_the_owner_is_named_by_its_own_name_too(registry: Registry, spelling: str) -> None:
    text = registry.organization.name.upper() if spelling == "name" else spelling
    found = look(registry, file("credentials.csv", WELDING | {"Offered By": text}))
    assert not [one for one in found.problems if one.place.column == "Offered By"]
