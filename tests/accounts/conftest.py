"""A registry with people: staff, and the members of an organization that it approved."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from ctgraph.accounts.people import People
from ctgraph.accounts.rights import Role
from ctgraph.identity.ctid import Ctid, canonical
from ctgraph.web import create_app
from tests.support.mailbox import Mailbox
from tests.support.people import COLLEGE, PASSWORD, RITA, STAFF, Person
from tests.support.registry import Registry
from tests.support.server import free_port

Meeting = Callable[[str], Person]


@pytest.fixture
def meet(registry: Registry) -> Meeting:
    """Return a function that returns somebody with an address, at a browser of their own."""
    application = create_app(registry.settings)
    return lambda email: Person(application, registry.ledger, email)


@pytest.fixture
def rita(meet: Meeting) -> Person:
    """A registrar who is signed in."""
    return meet(RITA).join()


@pytest.fixture
def sam(meet: Meeting, registry: Registry) -> Person:
    """One of the registry's staff, signed in."""
    People(registry.ledger, "http://localhost").welcome(STAFF, "Sam", PASSWORD, is_staff=True)
    sam = meet(STAFF)
    assert sam.sign_in().status_code == 303
    return sam


@pytest.fixture
def college(rita: Person) -> Ctid:
    """The CTID of an organization that Rita submitted."""
    answer = rita.send("/account/organizations/new", submit="yes", **COLLEGE)
    found = re.fullmatch(r"/account/organizations/(ce-[0-9a-f-]{36})", answer.headers["Location"])
    assert found
    return canonical(found[1])


@pytest.fixture
def approved(college: Ctid, sam: Person) -> Ctid:
    """The CTID of an organization that was approved."""
    answer = sam.send(f"/staff/organizations/{college}", state="approved", words="Welcome.")
    assert answer.status_code == 303
    return college


@pytest.fixture
def as_role(meet: Meeting, approved: Ctid, registry: Registry) -> Callable[[Role | None], Person]:
    """Return a function that returns a member of the approved organization, or a stranger."""

    def member(role: Role | None) -> Person:
        somebody = meet(f"{role or 'nobody'}@pine.example.org").join()
        people, applications = registry.ledger.people, registry.ledger.applications
        with registry.ledger.database.writing() as connection:
            found = people.with_email(connection, somebody.email)
            assert found
            if role:
                applications.admit(connection, approved, found[0].id, role)
        return somebody

    return member


@pytest.fixture
def stella(meet: Meeting, registry: Registry) -> Person:
    """The administrator of a state's organization, that of the registry's key."""
    stella = meet("stella@state.example.org").join()
    ledger = registry.ledger
    with ledger.database.writing() as connection:
        found = ledger.people.with_email(connection, stella.email)
        assert found
        organization = registry.organization.ctid
        ledger.applications.admit(connection, organization, found[0].id, Role.ADMINISTRATOR)
    return stella


@pytest.fixture
def port() -> int:
    """The port of the mail server, which runs once `mailbox` is asked for."""
    return free_port()


@pytest.fixture
def mailbox(port: int) -> Iterator[Mailbox]:
    """What a mail server takes."""
    mailbox = Mailbox()
    server: Any = Controller(mailbox, hostname="127.0.0.1", port=port)
    server.start()
    yield mailbox
    server.stop()
