"""The sample spreadsheets go in together, refer to each other, and come back as they went in."""

from __future__ import annotations

import orjson
import pytest

from ctgraph.accounts.profile import document_of
from ctgraph.bulk import sources
from ctgraph.documents import parse
from ctgraph.identity import Identity
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import OPERATOR
from ctgraph.spreadsheets.export import export
from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Effect
from ctgraph.spreadsheets.preview import preview
from ctgraph.spreadsheets.save import save
from ctgraph.spreadsheets.write import as_workbook
from tests.support.paths import DATA
from tests.support.registry import Registry

FILES = [File(path.name, path.read_bytes()) for path in sorted((DATA / "bulk").glob("*.[cx]*"))]


@pytest.fixture
def college(registry: Registry) -> Registry:
    """A registry with the record of the college."""
    fields = {
        "name": "Saltmarsh Technical College",
        "description": "A technical college by the harbour, for the trades of the valley.",
        "subjectWebpage": "https://www.saltmarsh.example",
        "email": "registrar@saltmarsh.example",
        "agentType": ["orgType:TwoYear"],
        "agentSectorType": ["agentSector:Public"],
    }
    identity, owner = Identity.of(registry.settings), registry.organization
    document = parse(document_of(fields, owner.ctid, identity), registry.settings)
    append(registry.ledger, [Submission(owner, document.ctid, document)], "test")
    return registry


def test_the_sample_spreadsheets_go_in_together_and_come_back(college: Registry) -> None:
    settings, ledger, owner = college.settings, college.ledger, college.organization
    found = preview(settings, ledger, owner, FILES)
    assert [str(one) for one in found.problems] == []
    assert found.rows > 300
    assert {one.type for one in found.sheets} >= {"Credentials", "Locations", "Transfer values"}
    assert {one.told for one in found.sheets} == {
        "UTF-8 with a byte order mark, commas",
        "UTF-8, commas",
        "UTF-8, semicolons",
        "Windows-1252, tabs",
        "workbook",
    }
    assert found.counts == {Effect.ADDED: len(found.records) - 1, Effect.UPDATED: 1}
    save(settings, ledger, owner, found.plan, OPERATOR)
    by_identifier = {one.identifier: one.ctid for one in found.records if one.ctid}
    degree = ledger.records.read(by_identifier["PLU-AAS"])
    node = orjson.loads(degree.canonical)["@graph"][0]
    (condition,) = node["ceterms:requires"]
    targets = [str(one)[-39:] for one in condition["ceterms:targetLearningOpportunity"]]
    assert targets == [by_identifier[f"PLU-{number}"] for number in (131, 141, 151, 161)]
    for files in (FILES, [File("all.xlsx", as_workbook(export(settings, ledger, owner).sheets))]):
        again = preview(settings, ledger, owner, files)
        assert [str(one) for one in again.problems if one.severity == "violation"] == []
        assert set(again.counts) == {Effect.UNCHANGED}


def test_a_load_of_the_sample_data_leaves_the_spreadsheets_alone() -> None:
    assert not [path for path in sources.files([DATA]) if path.parent.name == "bulk"]
