"""An organization publishes for another one, as long as that one wants it."""

from __future__ import annotations

import re
from datetime import date, timedelta

import orjson
import pytest
from werkzeug.test import TestResponse

from ctgraph.errors import Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Submission, append
from ctgraph.ledger.partnerships import Agreement
from tests.support.people import Person, alert
from tests.support.registry import Registry, certificate, ctid_number


def partners_of(organization: Ctid) -> str:
    return f"/account/organizations/{organization}/partners"


@pytest.fixture
def asked(stella: Person, approved: Ctid, registry: Registry) -> str:
    """The page on which the college answers the state."""
    page = partners_of(registry.organization.ctid)
    answer = stella.send(page, owner=approved, words="We publish for all colleges of the state.")
    assert answer.status_code == 303, alert(answer)
    return f"{partners_of(approved)}/{registry.organization.ctid}"


@pytest.fixture
def granted(asked: str, rita: Person, approved: Ctid) -> str:
    """The page on which the college revokes what it granted."""
    answer = rita.send(partners_of(approved), to=asked, side="owner", state="granted")
    assert answer.status_code == 303
    return asked


def sent(registry: Registry, somebody: Person, owner: Ctid, name: str = "") -> TestResponse:
    """Publish a certificate of an organization with the key of the state."""
    more = {"ceterms:name": {"en-US": name}} if name else {}
    return somebody.client.post(
        f"/resources/organizations/{owner}/documents",
        data=orjson.dumps(certificate(7, owner, **more)),
        headers=registry.authorization,
    )


def test_both_sides_see_what_was_asked_and_granted(
    stella: Person, rita: Person, granted: str, approved: Ctid, registry: Registry
) -> None:
    state = registry.organization
    assert f"{state.name} asked to publish for Pine College" in rita.mails()[-2][0]
    assert "for all colleges of the state" in rita.mails()[-2][1]
    assert "granted the right" in stella.mails()[-1][0]
    assert "granted" in rita.see(partners_of(approved)).text
    assert (
        f"{partners_of(state.ctid)}/{approved}/records" in stella.see(partners_of(state.ctid)).text
    )
    assert "granted the right" in rita.see(f"/account/organizations/{approved}").text


def test_a_record_says_who_published_it(
    granted: str, approved: Ctid, registry: Registry, stella: Person
) -> None:
    answer = sent(registry, stella, approved)
    assert answer.status_code == 201
    assert answer.json
    assert (answer.json["owned_by"], answer.json["published_by"]) == (
        approved,
        registry.organization.ctid,
    )
    record, publisher = ctid_number(7), f"/resources/{registry.organization.ctid}"
    page = re.sub(r"<[^>]+>", "", stella.see(f"/resources/{record}").text)
    assert f"Published by {registry.organization.name} on behalf of Pine College" in page
    envelope = stella.client.get(f"/envelopes/{record}").json
    assert envelope["published_by"] == registry.organization.ctid
    graph = stella.client.get(f"/envelopes/{record}?format=ntriples").text
    assert f"publisher> <http://localhost:8000{publisher}>" in graph
    registry.project()
    select = "SELECT ?o WHERE { GRAPH ?g { ?r a ctg:Record ; dct:publisher ?p ; ctg:owner ?o } }"
    prefixes = (
        "PREFIX ctg: <https://w3id.org/ctgraph/terms#> PREFIX dct: <http://purl.org/dc/terms/> "
    )
    found = stella.client.get("/sparql", query_string={"query": prefixes + select}).json
    owners = [one["o"]["value"] for one in found["results"]["bindings"]]
    assert owners == [f"http://localhost:8000/resources/{approved}"]


def test_a_version_keeps_its_publisher(
    granted: str, approved: Ctid, registry: Registry, stella: Person
) -> None:
    sent(registry, stella, approved)
    key = registry.ledger.organizations.add_key(approved)
    own = stella.client.post(
        f"/resources/organizations/{approved}/documents",
        data=orjson.dumps(certificate(7, approved, **{"ceterms:keyword": {"en": ["weld"]}})),
        headers={"Authorization": f"Bearer {key}"},
    )
    assert own.json
    assert own.json["published_by"] == approved
    record = f"/resources/{ctid_number(7)}"
    assert "on behalf of" in stella.see(f"{record}/versions/1").text
    assert "on behalf of" not in stella.see(record).text


def test_the_publisher_withdraws_with_its_key(
    granted: str, approved: Ctid, registry: Registry, stella: Person
) -> None:
    sent(registry, stella, approved)
    path = f"/resources/documents/{ctid_number(7)}"
    assert stella.client.delete(path, headers=registry.authorization).status_code == 204
    head = registry.ledger.records.read(ctid_number(7)).envelope
    assert (head.owner, head.published_by) == (approved, registry.organization.ctid)


def test_its_people_publish_and_withdraw_in_the_browser(
    granted: str, approved: Ctid, registry: Registry, stella: Person, rita: Person
) -> None:
    page = f"{partners_of(registry.organization.ctid)}/{approved}/records"
    document = orjson.dumps(certificate(7, approved)).decode()
    answer = stella.send(page, document=document)
    assert answer.headers["Location"] == f"/resources/{ctid_number(7)}"
    assert "Certificate 7" in stella.see(page).text
    stella.send(page, to=f"{page}/{ctid_number(7)}/withdraw")
    assert stella.see(f"/resources/{ctid_number(7)}").status_code == 410
    assert f"withdrew {ctid_number(7)}" in rita.see(f"/account/organizations/{approved}").text


@pytest.mark.parametrize("side", ["owner", "publisher"])
def test_after_either_side_revoked_nothing_is_published(
    side: str, granted: str, approved: Ctid, registry: Registry, stella: Person, rita: Person
) -> None:
    sent(registry, stella, approved)
    state = registry.organization.ctid
    if side == "owner":
        rita.send(partners_of(approved), to=granted, side=side, state="revoked")
    else:
        to = f"{partners_of(state)}/{approved}"
        stella.send(partners_of(state), to=to, side=side, state="revoked")
    assert "revoked the right" in rita.mails()[-1][0]
    answer = sent(registry, stella, approved, "Another name")
    assert answer.status_code == 403
    assert "was revoked on" in answer.json["detail"]
    assert f"/account/organizations/{state}/partners" in answer.json["detail"]
    path = f"/resources/documents/{ctid_number(7)}"
    assert stella.client.delete(path, headers=registry.authorization).status_code == 403
    assert stella.see(f"{partners_of(state)}/{approved}/records").status_code == 404


def test_a_grant_ends_on_its_day(
    asked: str, approved: Ctid, registry: Registry, stella: Person, rita: Person
) -> None:
    page = partners_of(approved)
    past = str(date.today() - timedelta(days=2))
    for day in (past, "soon"):
        answer = rita.send(page, to=asked, side="owner", state="granted", until=day)
        assert answer.status_code == 400
    day = str(date.today() + timedelta(days=2))
    assert rita.send(page, to=asked, side="owner", state="granted", until=day).status_code == 303
    assert f"until {day}" in rita.see(page).text
    assert sent(registry, stella, approved).status_code == 201
    with registry.ledger.database.writing() as connection:
        pair = registry.organization.ctid, approved
        registry.ledger.partnerships.settle(
            connection, *pair, Agreement.GRANTED, f"{past}T23:59:59.999999Z"
        )
    answer = sent(registry, stella, approved, "Another name")
    assert answer.status_code == 403
    assert f"ended on {past}" in answer.json["detail"]
    assert f"expired on {past}" in rita.see(page).text


def test_without_a_grant_nothing_is_published(
    asked: str, approved: Ctid, registry: Registry, stella: Person, rita: Person
) -> None:
    assert sent(registry, stella, approved).status_code == 403
    rita.send(partners_of(approved), to=asked, side="owner", state="declined")
    assert "declined" in stella.mails()[-1][0]
    assert sent(registry, stella, approved).status_code == 403


def test_the_right_is_decided_in_the_transaction_that_publishes(
    granted: str, approved: Ctid, registry: Registry, stella: Person, rita: Person
) -> None:
    sent(registry, stella, approved)
    owner = registry.ledger.organizations.get(approved)
    late = Submission(owner, ctid_number(7), publisher=registry.organization)
    rita.send(partners_of(approved), to=granted, side="owner", state="revoked")
    [outcome] = append(registry.ledger, [late], "key")
    assert isinstance(outcome, Forbidden)
    assert registry.ledger.records.read(ctid_number(7)).envelope.version == 1


def test_nobody_grants_in_the_place_of_the_owner(
    asked: str, approved: Ctid, registry: Registry, stella: Person
) -> None:
    page = partners_of(registry.organization.ctid)
    answer = stella.send(page, to=f"{page}/{approved}", side="publisher", state="granted")
    assert answer.status_code == 403
    assert stella.see(partners_of(approved)).status_code == 403
    [found] = registry.ledger.partnerships.of(approved)
    assert found.state is Agreement.ASKED


def test_what_cannot_be_asked_is_told(
    asked: str, approved: Ctid, registry: Registry, stella: Person
) -> None:
    page = partners_of(registry.organization.ctid)
    for owner, said in (
        (approved, "asked already"),
        (registry.organization.ctid, "without asking"),
        (ctid_number(99), "no organization"),
        ("nonsense", "CTID"),
    ):
        answer = stella.send(page, owner=owner, words="Please.")
        assert answer.status_code >= 400
        assert said in alert(answer)
