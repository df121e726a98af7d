"""What trusted partners and keys may not: take over, outlast their rights, or pass reviews by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.accounts.profile import document_of
from ctgraph.accounts.registering import MAX_MAILS, Registering
from ctgraph.accounts.reviews import Reviewing
from ctgraph.accounts.rights import Role
from ctgraph.errors import Conflict
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Scope
from ctgraph.web import create_app
from tests.support.people import COLLEGE, Person, institution, newcomer
from tests.support.registry import Registry, certificate, ctid_number

OWN = ctid_number(0)
Ask = Callable[..., Any]


@pytest.fixture
def client(registry: Registry) -> FlaskClient:
    Registering(registry.settings, registry.ledger).set_trust(OWN, True)
    return create_app(registry.settings).test_client()


@pytest.fixture
def ask(registry: Registry, client: FlaskClient) -> Ask:
    """How a program asks with a key of some scopes, all without any."""

    def ask(method: str, path: str, body: Any = None, *scopes: Scope, of: Ctid = OWN) -> Any:
        key = registry.ledger.organizations.add_key(of, scopes or [*Scope])
        headers = {"Authorization": f"Bearer {key}"}
        return client.open(path, method=method, json=body, headers=headers)

    return ask


def invited(ask: Ask, email: str) -> tuple[Ctid, str]:
    """Register one institution; return its CTID, and the path of the invitation."""
    sent = {"organizations": [institution("T-1", email)]}
    (told,) = ask("POST", "/api/organizations?mail=false", sent).json["organizations"]
    return told["ctid"], told["invitation"].partition("8000")[2]


def test_an_invitation_of_a_partner_ends_with_the_next_one_and_with_the_first_member(
    ask: Ask, registry: Registry, client: FlaskClient
) -> None:
    alma, paul = (newcomer(client.application, registry.ledger) for _ in range(2))
    _, old = invited(ask, paul.email)
    record, link = invited(ask, alma.email)
    assert paul.see(old).status_code == 404
    assert alma.send(link).status_code == 303
    assert [one.email for one in registry.ledger.applications.members(record)] == [alma.email]
    again = {"organizations": [institution("T-1", paul.email)]}
    answer = ask("POST", "/api/organizations?mail=false", again)
    assert "invitation" not in answer.json["organizations"][0]


@pytest.mark.parametrize("ended", ["the key", "the trust", "the partner", "the institution"])
def test_an_invitation_ends_with_the_right_to_invite(
    ask: Ask, registry: Registry, client: FlaskClient, ended: str
) -> None:
    alma = newcomer(client.application, registry.ledger)
    record, link = invited(ask, alma.email)
    ledger = registry.ledger
    if ended == "the key":
        for key in ledger.organizations.keys(OWN):
            ledger.organizations.revoke_key(key.id)
    elif ended == "the trust":
        for is_trusted in (False, True):  # an old invitation does not come back with the trust
            Registering(registry.settings, ledger).set_trust(OWN, is_trusted)
    else:
        with ledger.database.writing() as connection:
            subject = OWN if ended == "the partner" else record
            ledger.suspensions.begin(connection, subject, "It is looked into.")
    assert alma.see(link).status_code in (403, 404)
    assert ledger.applications.members(record) == []


def test_an_invitation_of_a_key_ends_with_the_suspension_of_the_organization(
    ask: Ask, registry: Registry, client: FlaskClient
) -> None:
    alma = newcomer(client.application, registry.ledger)
    members = f"/api/organizations/{OWN}/members"
    assert ask("POST", members, {"email": alma.email, "role": "viewer"}).status_code == 202
    with registry.ledger.database.writing() as connection:
        registry.ledger.suspensions.begin(connection, OWN, "It is looked into.")
    assert alma.see(alma.link()).status_code == 403


def test_without_trust_a_partner_publishes_for_nobody_who_cannot_revoke_it(
    ask: Ask, registry: Registry, client: FlaskClient
) -> None:
    alma = newcomer(client.application, registry.ledger)
    sent = {"organizations": [institution("K-1", alma.email), institution("K-2")]}
    kept, left = (o["ctid"] for o in ask("POST", "/api/organizations", sent).json["organizations"])
    assert alma.send(alma.link()).status_code == 303
    Registering(registry.settings, registry.ledger).set_trust(OWN, False)
    for number, (record, status) in enumerate(((kept, 201), (left, 403)), 20):
        path = f"/resources/organizations/{record}/documents"
        assert ask("POST", path, certificate(number, record)).status_code == status


def test_a_partner_whose_records_are_reviewed_registers_and_publishes_nothing(
    ask: Ask, registry: Registry
) -> None:
    sent = {"organizations": [institution("V-1")]}
    (told,) = ask("POST", "/api/organizations", sent).json["organizations"]
    with registry.ledger.database.writing() as connection:
        registry.ledger.reviews.let_staff(connection, OWN, True)
    assert ask("POST", "/api/organizations", sent).status_code == 403
    record = told["ctid"]
    path = f"/resources/organizations/{record}/documents"
    assert ask("POST", path, certificate(7, record)).status_code == 403
    csv = f"/api/bulk?owner={record}&name=rows.csv"
    assert ask("POST", csv, {}).status_code == 403


@pytest.fixture
def drafted(registry: Registry, client: FlaskClient) -> tuple[Ctid, Person]:
    """An organization that is not approved, and its administrator."""
    record, ledger = ctid.mint(), registry.ledger
    rita = newcomer(client.application, ledger)
    ledger.organizations.add("Pine College", record)
    fields = {**COLLEGE, "agentType": [COLLEGE["agentType"]], "agentSectorType": []}
    with ledger.database.writing() as connection:
        found = ledger.people.with_email(connection, rita.email)
        assert found
        document = document_of(fields, record, Identity.of(registry.settings))
        ledger.applications.begin(connection, record, document)
        ledger.applications.admit(connection, record, found[0].id, Role.ADMINISTRATOR)
    return record, rita


def test_an_organization_that_is_not_approved_is_neither_trusted_nor_grants(
    ask: Ask, registry: Registry, drafted: tuple[Ctid, Person]
) -> None:
    record, _ = drafted
    with pytest.raises(Conflict, match="not approved"):
        Registering(registry.settings, registry.ledger).set_trust(record, True)
    granted = ask(
        "POST", f"/api/organizations/{record}/third-parties", {"publisher": OWN}, of=record
    )
    assert granted.status_code == 403


def test_two_changes_of_a_description_are_both_kept(
    ask: Ask, registry: Registry, drafted: tuple[Ctid, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    record, _ = drafted
    hold, here = registry.ledger.applications.__class__.hold, f"/api/organizations/{record}"
    texts = [{"email": "new@pine.example.org"}, {"streetAddress": "1 Pine Road"}]

    def changed_before(*given: Any) -> None:
        monkeypatch.undo()
        hold(*given)

    monkeypatch.setattr(registry.ledger.applications.__class__, "hold", changed_before)
    for text in texts:
        assert ask("PATCH", here, text, of=record).status_code == 200
    told = ask("GET", here, of=record).json["description"]
    assert {**told, **texts[0], **texts[1]} == told


def test_what_was_not_approved_is_not_published_while_it_is_swapped(
    ask: Ask, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = ctid_number(1)
    here, good, evil = f"/drafts/{record}", certificate(1), certificate(1)
    evil["@graph"][0]["ceterms:name"] = {"en": "Never seen by anybody"}
    ask("PUT", here, good)
    seen = ask("GET", f"{here}?problems=true").json["hash"]
    assert ask("POST", f"{here}/approve", {"hash": seen}).status_code == 200
    ask("PUT", here, evil)
    unseen = ask("GET", f"{here}?problems=true").json["hash"]
    look = Reviewing.review

    def swapped(reviewing: Reviewing, about: Ctid) -> Any:
        ask("PUT", here, good)
        return look(reviewing, about)

    monkeypatch.setattr(Reviewing, "review", swapped)
    answer = ask("POST", f"{here}/publish", {"hash": unseen}, Scope.DRAFTS)
    assert answer.status_code == 403
    assert registry.ledger.records.state(record) is None


def test_mails_are_few(ask: Ask, registry: Registry, client: FlaskClient) -> None:
    def waiting() -> int:
        return len(registry.ledger.outbox.due(1000))

    many = [institution(f"M-{n}", "one@pine.example.org") for n in range(MAX_MAILS + 1)]
    refused = ask("POST", "/api/organizations", {"organizations": many})
    assert refused.status_code == 400
    assert "one@pine.example.org" in refused.json["detail"]
    for _ in range(3):
        assert ask("POST", "/api/organizations", {"organizations": many[:2]}).status_code < 300
    assert waiting() == 2
    other = registry.ledger.organizations.add("Oak College").ctid
    alma = newcomer(client.application, registry.ledger)
    with registry.ledger.database.writing() as connection:
        found = registry.ledger.people.with_email(connection, alma.email)
        assert found
        registry.ledger.applications.admit(connection, other, found[0].id, Role.ADMINISTRATOR)
    before, path = waiting(), f"/api/organizations/{OWN}/third-parties"
    for _ in range(3):
        assert ask("POST", path, {"publisher": other}).status_code == 201
    assert waiting() == before + 1
    statuses = [
        ask("POST", path, {"publisher": other, "lastDay": f"2100-01-{day:02}"}).status_code
        for day in range(1, 8)
    ]
    assert statuses.count(429) > 0


def test_the_keys_of_an_organization_invite_as_one(ask: Ask) -> None:
    statuses = [
        ask(
            "POST",
            f"/api/organizations/{OWN}/members",
            {"email": f"a{n}@pine.example.org", "role": "viewer"},
        ).status_code
        for n in range(32)
    ]
    assert statuses == [202] * 30 + [429] * 2


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("PUT", {"If-Match": "*"}, 412),
        ("PUT", {"If-Match": ","}, 400),
        ("PUT", {"If-None-Match": "*"}, 204),
        ("DELETE", {"If-Match": '"0"'}, 404),
    ],
)
def test_conditions_where_there_is_no_draft(
    registry: Registry, client: FlaskClient, method: str, headers: dict[str, str], status: int
) -> None:
    path = f"/drafts/{ctid_number(3)}"
    given = registry.authorization | headers
    answer = client.open(path, method=method, json=certificate(3), headers=given)
    assert answer.status_code == status


def test_conditions_where_there_is_one(registry: Registry, client: FlaskClient) -> None:
    path = f"/drafts/{ctid_number(3)}"

    def sent(method: str, **headers: str) -> int:
        given = registry.authorization | {k.replace("_", "-"): v for k, v in headers.items()}
        return client.open(path, method=method, json=certificate(3), headers=given).status_code

    assert sent("PUT") == 204
    assert sent("PUT", If_None_Match="*") == 412
    assert sent("DELETE", If_Match='"0"') == 412
    assert sent("PUT", If_Match="*") == 204
    assert sent("DELETE", If_Match="*") == 204
