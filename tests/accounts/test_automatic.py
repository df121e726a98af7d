"""Organizations are approved without the staff only by the rules that an operator chose."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from ctgraph.accounts.people import People
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.web import create_app
from tests.support.people import COLLEGE, PASSWORD, RITA, STAFF, Person
from tests.support.registry import Registry, ctid_number

PROOF = "The domain of the webpage was looked up"


class Desk:
    """A registry with some rules, somebody of its staff, and people who come to it."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.application = create_app(registry.settings)
        People(registry.ledger, "http://localhost").welcome(STAFF, "Sam", PASSWORD, is_staff=True)
        self.sam = self.person(STAFF)
        assert self.sam.sign_in().status_code == 303

    def person(self, email: str) -> Person:
        return Person(self.application, self.registry.ledger, email)

    def asks(self, email: str = RITA, **fields: str) -> tuple[Person, Ctid]:
        """Let somebody describe an organization and submit it."""
        somebody = self.person(email).join()
        told = COLLEGE | fields
        answer = somebody.send("/account/organizations/new", submit="yes", **told)
        found = re.search(r"ce-[0-9a-f-]{36}", answer.headers["Location"])
        assert found
        return somebody, canonical(found[0])

    def state(self, record: Ctid) -> str:
        with self.registry.ledger.database.engine.connect() as connection:
            found = self.registry.ledger.applications.get(connection, record)
        assert found
        return found.state


@pytest.fixture
def desk(make_registry: Callable[..., Registry]) -> Callable[..., Desk]:
    """Return a function that returns a registry with some rules."""
    return lambda *rules: Desk(make_registry(automatic_approval=rules, outgoing_requests=True))


def test_by_default_the_staff_decides(desk: Callable[..., Desk]) -> None:
    here = desk()
    rita, record = here.asks()
    assert here.state(record) == "submitted"
    assert "staff decides on each organization" in rita.see(f"/account/organizations/{record}").text


def test_an_address_at_the_domain_approves(desk: Callable[..., Desk]) -> None:
    here = desk("email")
    rita, record = here.asks()
    assert here.state(record) == "approved"
    page = rita.see(f"/account/organizations/{record}").text
    assert "by this rule: A member has a confirmed e-mail address" in page
    assert "The registry" in page
    assert here.registry.ledger.records.find(record), "its record is published"
    for somebody in (rita, here.sam):
        subject, words = somebody.mails()[-1]
        assert "approved your organization" in subject
        assert "A member has a confirmed e-mail address" in words
    log = here.registry.ledger.activities.of_organization(record, 5)
    assert any("by this rule" in one.words for one in log)


@pytest.mark.parametrize(
    ("email", "webpage"),
    [
        ("ada@elsewhere.example.com", "https://www.pine.example.org/"),
        ("ada@gmail.com", "https://www.gmail.com/pine"),
        ("ada@gmail.com", "https://sites.google.com/pine"),
        ("ada@outlook.com", "https://outlook.com/"),
    ],
)
def test_an_address_that_says_nothing_leaves_it_to_the_staff(
    desk: Callable[..., Desk], email: str, webpage: str
) -> None:
    here = desk("email")
    ada, record = here.asks(email, subjectWebpage=webpage)
    assert here.state(record) == "submitted"
    page = ada.see(f"/account/organizations/{record}").text
    assert "A member has a confirmed e-mail address at the domain" in page
    assert PROOF not in page, "only the rules of this registry are told"


def test_what_looks_like_one_that_is_here_waits(desk: Callable[..., Desk]) -> None:
    here = desk("email")
    ledger = here.registry.ledger
    with ledger.database.writing() as connection:
        ledger.likenesses.follow(connection, {ctid_number(5): {"host pine.example.org"}}, 1)
    _, record = here.asks()
    assert here.state(record) == "submitted"


def test_once_the_staff_has_said_something_it_decides(desk: Callable[..., Desk]) -> None:
    here = desk("email")
    rita, record = here.asks(subjectWebpage="https://elsewhere.example.com/")
    own, decide = f"/account/organizations/{record}", f"/staff/organizations/{record}"
    assert here.sam.send(decide, state="declined", words="We do not know you.").status_code == 303
    assert rita.send(f"{own}/describe", **COLLEGE).status_code == 303
    assert rita.send(own, words="Look again.").status_code == 303
    assert here.state(record) == "submitted"


def test_a_proof_of_the_domain_approves_what_waits(
    desk: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = desk("domain")
    rita, record = here.asks()
    assert here.state(record) == "submitted", "nobody looked yet"
    monkeypatch.setattr("ctgraph.accounts.lookup.txt", lambda _: ["ctgraph-verification=ce-1"])
    monkeypatch.setattr("ctgraph.accounts.lookup.well_known", lambda _: "")
    own = f"/account/organizations/{record}"
    assert rita.send(own, to=f"{own}/evidence").status_code == 303
    assert here.state(record) == "submitted"
    said = f"ctgraph-verification={record}"
    monkeypatch.setattr("ctgraph.accounts.lookup.txt", lambda _: [said])
    assert rita.send(own, to=f"{own}/evidence").status_code == 303
    assert here.state(record) == "approved"
