"""Rows of an upload, and how tests look at them and save them."""

from __future__ import annotations

import csv
import io
from typing import Any

import orjson

from ctgraph.accounts.profile import document_of
from ctgraph.documents import parse
from ctgraph.identity import Identity
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import OPERATOR
from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Preview
from ctgraph.spreadsheets.preview import preview
from ctgraph.spreadsheets.save import save
from tests.support.registry import Registry

WELDING = {
    "External Identifier": "weld-1",
    "Credential Name": "Basic Welding",
    "Description": "A certificate for people who weld steel plates.",
    "Credential Type": "Certificate",
    "Subject Webpage": "https://w.example/1",
    "Language": "English",
    "Keywords": "arc|mig",
    "Cost: Name": "Fees",
    "Cost: Description": "What residents pay.",
    "Cost: Details Url": "https://w.example/cost",
    "Cost: Types List": "Tuition~1200|Technology Fee~50",
    "ConditionProfile: Condition Type": "requires",
    "ConditionProfile: Description": "One course.",
    "ConditionProfile: Target Learning Opportunity": "weld-101",
}
COURSE = {
    "External Identifier": "weld-101",
    "Name": "Arc Welding",
    "Learning Type": "Course",
    "Description": "A first course in arc welding for everybody.",
    "Language": "English",
    "Subject Webpage": "https://w.example/101",
}


def file(name: str, *rows: dict[str, str]) -> File:
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, headings, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return File(name, out.getvalue().encode())


def look(registry: Registry, *files: File, **more: Any) -> Preview:
    return preview(registry.settings, registry.ledger, registry.organization, files, **more)


def upload(registry: Registry, *files: File, **more: Any) -> Preview:
    found = look(registry, *files, **more)
    assert [str(one) for one in found.problems if one.severity == "violation"] == []
    save(registry.settings, registry.ledger, registry.organization, found.plan, OPERATOR)
    return found


def entity(registry: Registry, record: str) -> dict[str, Any]:
    read = registry.ledger.records.read(record)  # type: ignore[arg-type]
    return dict(orjson.loads(read.canonical)["@graph"][0])


def publish_organization(registry: Registry) -> None:
    """Publish the record of the organization, in which the addresses stand."""
    fields = {
        "name": "Test College",
        "description": "A college that the tests have made up for themselves.",
        "subjectWebpage": "https://college.example",
        "email": "office@college.example",
        "agentType": ["orgType:TwoYear"],
        "agentSectorType": ["agentSector:Public"],
        "addressLocality": "Springfield",
        "addressCountry": "US",
    }
    owner = registry.organization
    document = parse(
        document_of(fields, owner.ctid, Identity.of(registry.settings)), registry.settings
    )
    (outcome,) = append(registry.ledger, [Submission(owner, document.ctid, document)], "test")
    assert not isinstance(outcome, Exception)
