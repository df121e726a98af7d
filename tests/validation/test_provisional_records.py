"""A provisional record needs name and owner only, and what it gives must be right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ctgraph.settings import Settings
from tests.support.findings import FAST, REFERENCE, blocking, findings, shape_of
from tests.support.registry import certificate, ctid_number
from tests.support.sample_nodes import ALIGNMENT, DROP, find, mutate

STATUS = ALIGNMENT | {"ceterms:targetNode": "graphPublicationStatus:Provisional"}
OWNED = {"ceterms:ownedBy": [f"http://localhost:8000/resources/{ctid_number(0)}"]}
ELSEWHERE = ["https://www.example.org/college"]
LATER = {
    "required-description",
    "required-subjectWebpage",
    "required-inLanguage",
    "required-credentialStatusType",
}


def announced(status: Any = STATUS, **more: Any) -> bytes:
    """Return a record of CTID, class and name only, with a status."""
    document = certificate()
    whole = document["@graph"][0]
    kept = {key: whole[key] for key in ("@type", "@id", "ceterms:ctid", "ceterms:name")}
    return json.dumps(document | {"@graph": [kept | {"adms:status": status} | more]}).encode()


@pytest.mark.parametrize("status", [STATUS, [STATUS], STATUS["ceterms:targetNode"]], ids=str)
@pytest.mark.parametrize("settings", [FAST, REFERENCE], ids=["shacl", "pyshacl"])
def test_a_provisional_record_needs_name_and_owner_only(status: Any, settings: Settings) -> None:
    data = announced(status, **OWNED)
    found = findings(data, settings)
    assert [problem for problem in found if problem.severity != "info"] == []
    assert {shape_of(problem) for problem in found} >= LATER


@pytest.mark.parametrize(
    "more",
    [{"ceterms:offeredBy": OWNED["ceterms:ownedBy"]}, OWNED | {"ceterms:offeredBy": ELSEWHERE}],
    ids=["offered", "offered elsewhere, too"],
)
def test_one_owner_of_this_registry_is_enough(more: dict[str, Any]) -> None:
    assert blocking(findings(announced(**more))) == set()


@pytest.mark.parametrize(
    ("more", "shape"),
    [
        ({"ceterms:name": {}} | OWNED, "required-provisional-name"),
        ({}, "required-provisional-owner"),
        ({"ceterms:ownedBy": ELSEWHERE}, "required-provisional-owner"),
        # What is given must be right nevertheless.
        (OWNED | {"ceterms:subjectWebpage": "ftp://www.example.org/"}, "address-of-subjectWebpage"),
    ],
)
def test_what_a_provisional_record_is_refused_for(more: dict[str, Any], shape: str) -> None:
    assert blocking(findings(announced(**more))) == {shape}


@pytest.mark.parametrize("status", [None, "graphPublicationStatus:Full"])
def test_a_record_that_is_not_provisional_needs_everything(status: Any) -> None:
    data = announced(status, **OWNED)
    assert blocking(findings(data)) == LATER


def test_a_provisional_pathway_may_lead_nowhere_yet() -> None:
    pathway = find("ceterms:Pathway")
    changes = {"ceterms:hasDestinationComponent": DROP, "adms:status": STATUS}
    found = findings(mutate("", pathway, changes).data())
    assert blocking(found) == set()
    assert [p.severity for p in found if shape_of(p) == "destination"] == ["info"]
