"""Components of pathways stand for records, which a row names as any other one."""

from __future__ import annotations

import orjson
import pytest

from tests.support.registry import Registry, ctid_number
from tests.support.rows import COURSE, file, look, upload

PATHWAY = {
    "External Identifier": "path",
    "Name": "To the welding bay",
    "Type": "Pathway",
    "Description": "What leads to a first job in welding.",
    "Subject Webpage": "https://w.example/path",
}
COMPONENT = {"External Identifier": "step", "Name": "Arc Welding", "Type": "Course Component"}
COMPONENT |= {"Is Part Of": "path", "Is Destination Component Of": "path"}


@pytest.mark.parametrize("named", ["weld-101", "CTID", "https://other.example/course"])
def test_a_component_stands_for_a_record(registry: Registry, named: str) -> None:
    text = ctid_number(9) if named == "CTID" else named
    rows = file("pathways.csv", PATHWAY, COMPONENT | {"Proxy For": text})
    found = upload(registry, rows, file("courses.csv", COURSE))
    records = {one.identifier: one.ctid for one in found.records}
    read = registry.ledger.records.read(records["path"])  # type: ignore[arg-type]
    part = next(n for n in orjson.loads(read.canonical)["@graph"] if "ceterms:proxyFor" in n)
    base = "http://localhost:8000/resources/"
    meant = {"weld-101": f"{base}{records['weld-101']}", "CTID": f"{base}{text}"}
    assert part["ceterms:proxyFor"] == meant.get(named, text)


def test_what_is_no_record_is_told(registry: Registry) -> None:
    found = look(registry, file("pathways.csv", PATHWAY, COMPONENT | {"Proxy For": "nobody"}))
    told = [str(one) for one in found.problems if one.place.column == "Proxy For"]
    assert "or its address on the web" in told[0]
