"""Two organizations that are the same become one: references follow, and history stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from ctgraph.accounts.chores import do_chores
from ctgraph.bulk.sources import Item
from ctgraph.documents import parse
from ctgraph.harvest.restoring import restore_batch
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.values import Organization
from ctgraph.projections.checking import check
from ctgraph.projections.maintenance import rebuild
from ctgraph.records.attention import attention_of
from tests.support.people import Person
from tests.support.registry import Registry, certificate, ctid_number

OLD, NEW = ctid_number(700), ctid_number(701)
PAGE = f"/staff/duplicates/{OLD}/{NEW}"
QUERY = "SELECT ?new WHERE {{ <http://localhost:8000/resources/{old}> {path} ?new }}"


def college(record: Ctid, **more: Any) -> dict[str, Any]:
    """Return the record of an organization."""
    base = "http://localhost:8000"
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": f"{base}/graph/{record}",
        "@graph": [
            {
                "@type": "ceterms:CredentialOrganization",
                "@id": f"{base}/resources/{record}",
                "ceterms:ctid": record,
                "ceterms:name": {"en": "The Pine College"},
                "ceterms:description": {"en": "A college in the pines."},
                "ceterms:subjectWebpage": "https://www.pine.example.org/",
                **more,
            }
        ],
    }


def put(registry: Registry, owner: Ctid, *documents: dict[str, Any]) -> None:
    """Publish documents as an organization, which is added where it is new."""
    registry.ledger.organizations.register({owner: "The Pine College"})
    organization = registry.ledger.organizations.get(owner)
    read = [parse(orjson.dumps(one), registry.settings) for one in documents]
    for outcome in append(
        registry.ledger, [Submission(organization, one.ctid, one) for one in read], "test"
    ):
        assert not isinstance(outcome, Exception), outcome


@pytest.fixture
def two(registry: Registry) -> Registry:
    """A registry with two organizations that are one; the first has three certificates."""
    put(registry, OLD, college(OLD), *(certificate(n, OLD) for n in (1, 2, 3)))
    put(registry, NEW, college(NEW, **{"ceterms:name": {"en": "Pine College"}}))
    return registry


def changes(somebody: Person, after: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = somebody.client.get(f"/changes?after={after}").json["changes"]
    return [one for one in found if one["seq"] > after]


def test_the_staff_sees_who_looks_the_same(two: Registry, sam: Person) -> None:
    listed = sam.see("/staff/duplicates").text
    assert PAGE in listed
    assert "Pine College" in listed
    assert "None" in sam.see(PAGE).text  # no members
    sam.send(PAGE, state="apart")
    assert PAGE not in sam.see("/staff/duplicates").text
    put(two, OLD, college(OLD, **{"ceterms:keyword": {"en": ["new"]}}))
    assert PAGE not in sam.see("/staff/duplicates").text, "what the staff said stays"


def test_references_follow_and_history_stays(two: Registry, sam: Person) -> None:
    before = two.ledger.changes.last_sequence()
    assert sam.send(PAGE, state="merged", words=" ").status_code == 400
    assert sam.send(PAGE, state="merged", words="They are one.").status_code == 303
    assert sam.see(PAGE.replace(OLD, ctid_number(1))).status_code == 404
    assert sam.see(PAGE.replace(OLD, NEW)).status_code == 200
    for kind in ("resources", "graph"):
        answer = sam.client.get(f"/{kind}/{OLD}?format=turtle")
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"/{kind}/{NEW}?format=turtle"
    assert sam.client.get(f"/resources/{OLD}/versions/1").status_code == 200
    tombstone = sam.client.get(f"/resources/{OLD}/versions/2").json
    assert (tombstone["status"], tombstone["replacedBy"]) == (410, NEW)
    assert "They are one." in tombstone["withdrawnReason"]
    [gone, *moved] = changes(sam, before)
    assert (gone["event"], gone["ctid"], gone["replaced_by"]) == ("withdraw", OLD, NEW)
    assert {(one["event"], one["owner"], one["published_by"]) for one in moved} == {
        ("transfer", NEW, OLD)
    }
    assert len(moved) == 3
    two.project()
    for path in ("owl:sameAs", "dct:isReplacedBy"):
        prefix = "PREFIX owl: <http://www.w3.org/2002/07/owl#> "
        prefix += "PREFIX dct: <http://purl.org/dc/terms/> "
        query = prefix + QUERY.format(old=OLD, path=path)
        found = sam.client.get("/sparql", query_string={"query": query, "format": "json"}).json
        assert found["results"]["bindings"][0]["new"]["value"].endswith(NEW)
    assert check(two.settings, two.ledger) == []
    dead = sam.client.get("/queries/dead-links", query_string={"organization": NEW})
    assert dead.json["results"]["bindings"] == [], "the old address leads to the new one"
    attention = attention_of(two.settings, two.ledger, NEW)
    assert attention
    assert attention.dangling.number == 0
    [checked] = sam.client.post("/check", json={"records": [OLD]}).json["records"]
    assert (checked["status"], [one["ctid"] for one in checked["replacedBy"]]) == (
        "withdrawn",
        [NEW],
    )
    assert sam.client.get(f"/envelopes/{OLD}?format=turtle").status_code == 410
    rebuild(two.settings, two.ledger)
    assert check(two.settings, two.ledger) == []


def test_a_merged_organization_writes_no_more(two: Registry, sam: Person) -> None:
    key = two.ledger.organizations.add_key(OLD)
    sam.send(PAGE, state="merged", words="They are one.")
    send = {"data": orjson.dumps(certificate(9, OLD))}
    address = f"/resources/organizations/{OLD}/documents"
    answer = sam.client.post(address, headers={"Authorization": f"Bearer {key}"}, **send)
    assert answer.status_code == 401
    old = Organization(OLD, "Old", "")
    document = parse(send["data"], two.settings)
    for actor in ("key", "operator"):
        [outcome] = append(two.ledger, [Submission(old, document.ctid, document)], actor)
        assert NEW in str(outcome)
    own = two.ledger.organizations.add_key(NEW)
    answer = sam.client.post(
        f"/resources/organizations/{NEW}/documents",
        headers={"Authorization": f"Bearer {own}"},
        data=orjson.dumps(certificate(1, OLD, **{"ceterms:keyword": {"en": ["again"]}})),
    )
    assert answer.status_code == 201, "what names the merged organization is the survivor's own"
    assert sam.send(PAGE, state="merged", words="Again.").status_code == 409
    back = f"/staff/duplicates/{NEW}/{OLD}"
    assert sam.send(PAGE, to=back, state="merged", words="Again.").status_code == 409


def test_people_and_drafts_go_to_the_survivor(
    two: Registry, sam: Person, rita: Person, approved: Ctid
) -> None:
    begun = rita.send(f"/account/organizations/{approved}/records", kind="ceterms:Certificate")
    record = begun.headers["Location"].rpartition("/")[2]
    page = f"/staff/duplicates/{approved}/{NEW}"
    assert sam.send(page, state="merged", words="They are one.").status_code == 303
    assert NEW in rita.mails()[-1][1]
    assert rita.see(f"/account/organizations/{NEW}/records/{record}").status_code == 200
    assert rita.see(f"/account/organizations/{approved}/records/{record}").status_code == 403
    assert rita.see(f"/account/organizations/{approved}").status_code == 200
    assert rita.client.get(f"/resources/{approved}").headers["Location"] == f"/resources/{NEW}"
    assert "merged" in sam.see(f"/staff/organizations/{approved}").text


def test_an_applicant_joins_the_organization_that_is_here_already(
    two: Registry, sam: Person, rita: Person, college: Ctid
) -> None:
    sam.see("/staff/duplicates")  # compares what was published
    page = f"/staff/organizations/{college}"
    assert f"/staff/duplicates/{college}/{NEW}" in sam.see(page).text
    back = f"/staff/duplicates/{NEW}/{college}"
    assert sam.send(back, state="merged", words="They are one.").status_code == 409
    sam.send(f"/staff/duplicates/{college}/{NEW}", state="merged", words="It is here already.")
    assert rita.see(f"/account/organizations/{NEW}/members").status_code == 200
    assert college not in sam.see("/staff").text.partition("Decided")[0]
    answer = rita.client.get(f"/resources/{college}")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/resources/{NEW}")


def test_a_merger_is_undone(two: Registry, sam: Person) -> None:
    sam.send(PAGE, state="merged", words="They are one.")
    put(two, NEW, certificate(3, OLD, **{"ceterms:keyword": {"en": ["changed"]}}))
    assert sam.send(PAGE, state="undone", words="They are two.").status_code == 303
    assert sam.client.get(f"/resources/{OLD}").json["ceterms:name"]["en"] == "The Pine College"
    find = two.ledger.records.find
    owners = [head.owner for n in (1, 2, 3) if (head := find(ctid_number(n)))]
    assert owners == [OLD, OLD, NEW]
    put(two, OLD, certificate(4, OLD))
    two.project()
    assert check(two.settings, two.ledger) == []
    assert sam.send(PAGE, to=PAGE, state="undone", words="Again.").status_code == 404
    assert sam.send(PAGE, state="merged", words="One after all.").status_code == 303


def test_the_background_moves_what_is_left(
    two: Registry, sam: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctgraph.accounts.merging.BATCH_RECORDS", 1)
    monkeypatch.setattr("ctgraph.accounts.merging.AT_ONCE_BATCHES", 1)
    sam.send(PAGE, state="merged", words="They are one.")
    assert sam.send(PAGE, state="undone", words="Too soon.").status_code == 409
    assert "on their way" in sam.see("/staff/duplicates").text
    for _ in range(5):
        do_chores(two.settings, two.ledger)
    assert two.ledger.portfolio.kinds(NEW) == {
        "ceterms:Certificate": 3,
        "ceterms:CredentialOrganization": 1,
    }
    assert sam.send(PAGE, state="undone", words="They are two.").status_code == 303


def test_a_mirror_follows_a_merger(
    two: Registry, sam: Person, make_registry: Callable[..., Registry]
) -> None:
    sam.send(PAGE, state="merged", words="They are one.")
    lines = [{**one, "document": None} for one in changes(sam, 0) if one["event"] == "withdraw"]
    [read] = restore_batch(two.settings, [Item("x", orjson.dumps(one)) for one in lines])
    assert read.version
    assert read.version.replaced_by == NEW
