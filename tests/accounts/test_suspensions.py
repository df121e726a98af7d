"""The staff searches, and suspends people and organizations with a reason."""

from __future__ import annotations

import orjson
import pytest

from ctgraph.errors import Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.append import Submission, append
from tests.support.people import COLLEGE, Person, alert
from tests.support.registry import Registry, certificate, ctid_number, fill


def send(registry: Registry, somebody: Person) -> int:
    return somebody.client.post(
        registry.documents_url,
        data=orjson.dumps(certificate(70, registry.organization.ctid)),
        headers=registry.authorization,
    ).status_code


def test_a_suspended_organization_writes_nothing(
    registry: Registry, sam: Person, stella: Person
) -> None:
    fill(registry, 1)
    organization = registry.organization
    page = f"/staff/suspensions/{organization.ctid}"
    assert sam.send(page, state="suspended", words=" ").status_code == 400
    assert sam.send(page, state="suspended", words="Spam.").status_code == 303
    assert sam.send(page, state="suspended", words="Spam.").status_code == 409
    assert "Spam." in stella.mails()[-1][1]
    assert send(registry, stella) == 403
    record = f"/resources/documents/{ctid_number(1)}"
    answer = stella.client.delete(record, headers=registry.authorization)
    assert answer.status_code == 403
    assert "Spam." in answer.json["detail"]
    [outcome] = append(registry.ledger, [Submission(organization, ctid_number(1))], "key")
    assert isinstance(outcome, Forbidden)
    own = f"/account/organizations/{organization.ctid}"
    assert stella.see(f"{own}/records").status_code == 200
    assert stella.see(f"{own}/keys").status_code == 403
    assert stella.see(f"/resources/{ctid_number(1)}").status_code == 200
    assert stella.client.get("/account", headers=registry.authorization).status_code == 200
    assert sam.send(page, state="lifted", words="It was a mistake.").status_code == 303
    assert "lifted" in stella.mails()[-1][0]
    assert send(registry, stella) == 201


def test_a_suspended_person_cannot_sign_in(
    registry: Registry, sam: Person, rita: Person, college: Ctid
) -> None:
    found = sam.see("/staff/search?q=PINE.example").text
    who = registry.ledger.applications.members(college)[0].person
    assert f"/staff/suspensions/{who}" in found
    sam.send(f"/staff/suspensions/{who}", state="suspended", words="Somebody stole it.")
    assert rita.see("/account").status_code == 303
    answer = rita.sign_in()
    assert answer.status_code == 403
    assert "Somebody stole it." in alert(answer)
    sam.send(f"/staff/suspensions/{who}", state="lifted", words="It is Rita again.")
    assert rita.sign_in().status_code == 303


def test_one_of_the_staff_who_is_suspended_hears_of_nothing(
    registry: Registry, sam: Person, rita: Person
) -> None:
    with registry.ledger.database.writing() as connection:
        found = registry.ledger.people.with_email(connection, sam.email)
        assert found
        registry.ledger.suspensions.begin(connection, found[0].id, "It was not Sam.")
    before = len(sam.mails())
    sent = rita.send("/account/organizations/new", submit="yes", **COLLEGE)
    assert sent.status_code == 303
    assert len(sam.mails()) == before
    with registry.ledger.database.writing() as connection:
        registry.ledger.suspensions.lift(connection, found[0].id)
    rita.send("/account/organizations/new", submit="yes", **COLLEGE)
    assert "asks for approval" in sam.mails()[-1][0]


def test_the_staff_finds_people_organizations_and_records(
    registry: Registry, sam: Person, college: Ctid
) -> None:
    fill(registry, 1)
    for words, said in (
        ("rita@", "Rita Registrar"),
        ("pine coll", college),
        ("registrar PINE", "Rita Registrar"),
        (college.upper(), "Pine College"),
        ("certif 1", "Certificate 1"),
        (ctid_number(1), "Certificate 1"),
    ):
        assert said in sam.see(f"/staff/search?q={words}").text
    assert "/resources/" not in sam.see("/staff/search?q=%25").text  # it has no word
    for words in ("%25", "ollege", "pine oak", "_", "*", '"', "ce-"):
        assert "Rita Registrar" not in sam.see(f"/staff/search?q={words}").text
    assert sam.see("/staff/suspensions/nobody").status_code == 404


def test_nobody_suspends_themselves(registry: Registry, sam: Person) -> None:
    with registry.ledger.database.engine.connect() as connection:
        found = registry.ledger.people.with_email(connection, sam.email)
    assert found
    page = f"/staff/suspensions/{found[0].id}"
    assert sam.send(page, state="suspended", words="x").status_code == 400


@pytest.mark.parametrize("path", ["/staff/search", f"/staff/suspensions/{ctid_number(0)}"])
def test_only_staff_searches_and_suspends(rita: Person, path: str) -> None:
    assert rita.see(path).status_code == 403
