"""The figures on the page of an organization: its records, and the links that need attention."""

from __future__ import annotations

import html
import re

import orjson
import pytest

from ctgraph.documents import parse
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.partnerships import Agreement
from ctgraph.ledger.transfer import transfer
from ctgraph.ledger.values import Organization
from ctgraph.records import attention
from tests.support.people import Person
from tests.support.registry import Registry, certificate, ctid_number

_MARKUP = re.compile(r"<[^>]+>|\s+")


def said(page: str) -> str:
    """Return the words of a page."""
    return re.sub(r" +", " ", html.unescape(_MARKUP.sub(" ", page)))


def publish(registry: Registry, owner: Organization, number: int, **more: object) -> None:
    """Publish a certificate of an organization."""
    document = parse(orjson.dumps(certificate(number, owner.ctid, **more)), registry.settings)
    append(registry.ledger, [Submission(owner, document.ctid, document)], "test")


def requiring(number: int, target: int) -> dict[str, object]:
    """Return the properties that say that a certificate precedes another."""
    iri = f"http://localhost:8000/resources/{ctid_number(target)}"
    return {"ceterms:isPreparationFor": [condition(iri)]} if number else {}


def condition(iri: str) -> dict[str, object]:
    """Return a condition that names a record."""
    return {
        "@type": "ceterms:ConditionProfile",
        "ceterms:name": {"en": "Next"},
        "ceterms:targetCredential": [iri],
    }


def test_the_figures_of_an_organization(rita: Person, approved: Ctid, registry: Registry) -> None:
    page = f"/account/organizations/{approved}"
    assert "Come back in a moment" in rita.see(page).text
    mine, others = registry.ledger.organizations.get(approved), registry.organization
    publish(registry, mine, 1, **requiring(1, 99))  # dangling
    publish(registry, mine, 2, **requiring(2, 11))  # one-sided
    publish(registry, mine, 3)
    publish(registry, others, 11)
    publish(registry, others, 12, **requiring(12, 3))
    registry.project()
    rita.send(f"{page}/records", kind="ceterms:Certificate")
    words = said(rita.see(page).text)
    assert "Certificate: 3 published , 1 draft" in words
    assert "% of what is recommended" in words
    assert "Links to what is not here: 1" in words
    assert f"Certificate 1 → {ctid_number(99)}" in words
    assert "Links that the other side does not return: 1" in words
    assert "Certificate 2 → Certificate 11" in words
    assert "Links to what was replaced" not in words
    assert f"{others.name} : 1 record" in words


def test_no_record_of_another_organization_is_counted(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    page = f"/account/organizations/{approved}"
    mine, others = registry.ledger.organizations.get(approved), registry.organization
    for number in (21, 22):
        publish(registry, mine, number)
        text = registry.ledger.records.read(ctid_number(number)).canonical
        changed = text.replace(b"Certificate 2", b"Diploma 2")
        path = f"{page}/records/{ctid_number(number)}/json"
        seen = re.findall(r'name="seen" value="(\w+)"', rita.see(path).text)[0]
        assert rita.send(path, document=changed.decode(), seen=seen).status_code == 303
    words = said(rita.see(page).text)
    assert "Certificate: 2 changed since published" in words
    with registry.ledger.database.writing() as connection:
        pair = mine.ctid, others.ctid
        registry.ledger.partnerships.ask(connection, *pair, "")
        registry.ledger.partnerships.settle(connection, *pair, Agreement.GRANTED)
    transfer(registry.ledger, ctid_number(21), mine, others, "test")
    words = said(rita.see(page).text)
    assert "Certificate: 1 changed since published , 1 draft" in words
    append(registry.ledger, [Submission(mine, ctid_number(22))], "test")
    assert "Certificate: 2 draft" in said(rita.see(page).text)


def to(property: str, *targets: int) -> dict[str, object]:
    """Return a property that refers to numbered records."""
    return {property: [f"http://localhost:8000/resources/{ctid_number(one)}" for one in targets]}


def test_every_reference_that_leads_nowhere_needs_attention(
    rita: Person, approved: Ctid, registry: Registry
) -> None:
    mine, others = registry.ledger.organizations.get(approved), registry.organization
    for number in (101, 102, 103):
        publish(registry, others, number)
    append(registry.ledger, [Submission(others, ctid_number(102))], "test")
    publish(registry, others, 104, **to("ceterms:supersedes", 103))
    cost = {"@type": "ceterms:CostProfile", **to("ceterms:jurisdiction", 199)}
    publish(registry, mine, 111, **to("ceterms:classification", 198, 102, 101))
    publish(registry, mine, 112, **{"ceterms:estimatedCost": [cost]})
    publish(registry, mine, 113, **to("ceterms:broadAlignment", 103))
    publish(registry, mine, 114)
    publish(registry, mine, 115, **to("ceterms:previousVersion", 114))
    registry.project()
    words = said(rita.see(f"/account/organizations/{approved}").text)
    for number, target in ((111, ctid_number(198)), (112, ctid_number(199))):
        assert f"Certificate {number} → {target}" in words
    assert "Certificate 111 → Certificate 102" in words  # it was withdrawn
    assert "Certificate 111 → Certificate 101" not in words
    assert "Certificate 113 → Certificate 103" in words
    assert "Links to what is not here: 3" in words
    assert "Links to what was replaced: 1" in words  # a version tells what it replaced


def test_of_very_many_records_those_are_looked_at_that_changed_last(
    rita: Person, approved: Ctid, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = registry.ledger.organizations.get(approved)
    for number in (121, 122, 123):
        publish(registry, mine, number, **to("ceterms:classification", 197))
    registry.project()
    page = f"/account/organizations/{approved}"
    assert "Links to what is not here: 3" in said(rita.see(page).text)
    monkeypatch.setattr(attention, "MAX_RECORDS", 2)
    publish(registry, registry.organization, 124)  # what was read stays until something changes
    words = said(rita.see(page).text)
    assert "Links to what is not here: at least 2" in words
    assert "Certificate 123 →" in words
    assert "Certificate 121 →" not in words
    monkeypatch.setattr(attention, "MAX_RECORDS", 200)
    monkeypatch.setattr(attention, "MAX_BYTES", 0)
    monkeypatch.setattr(attention, "MAX_DOCUMENTS_AT_ONCE", 1)
    publish(registry, registry.organization, 125)
    words = said(rita.see(page).text)
    assert "Links to what is not here: at least 1" in words
    assert "Search all of them" in words
