"""Every page of people, for everybody: a table of who may do what, without a gap."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from ctgraph.accounts.rights import Role
from ctgraph.identity.ctid import Ctid, canonical
from tests.support.people import Person, token
from tests.support.registry import Registry, ctid_number
from tests.support.routes import VALUES

EVERYBODY: set[str] = {"nobody", "stranger", *Role, "outsider", "staff"}
SIGNED_IN = EVERYBODY - {"nobody"}
MEMBERS: set[str] = {*Role}
STAFF = {"staff"}
DRAFTERS = MEMBERS - {Role.VIEWER}
APPROVERS = DRAFTERS - {Role.EDITOR}
ADMINISTRATORS: set[str] = {Role.ADMINISTRATOR}
OWN = "/account/organizations/<organization>"
OTHER = "/account/organizations/<record>"
WHO: dict[str, set[str]] = {
    "GET /account": SIGNED_IN,
    "GET /account/address": EVERYBODY,
    "POST /account/address": EVERYBODY,
    "GET /account/claims/<record>": SIGNED_IN,
    "POST /account/claims/<record>": SIGNED_IN,
    "GET /account/confirm": EVERYBODY,
    "POST /account/confirm": EVERYBODY,
    "GET /account/email": SIGNED_IN,
    "POST /account/email": SIGNED_IN,
    "GET /account/forgotten": EVERYBODY,
    "POST /account/forgotten": EVERYBODY,
    "GET /account/invitation": SIGNED_IN,
    "GET /account/invitations/<invitation>": SIGNED_IN,
    "POST /account/invitations/<invitation>": SIGNED_IN,
    "POST /account/invitation": SIGNED_IN,
    f"GET {OWN}/campuses": DRAFTERS,
    f"GET {OWN}/campuses/<int(max=99999):number>": DRAFTERS,
    f"POST {OWN}/campuses/<int(max=99999):number>": DRAFTERS,
    f"GET {OWN}/campuses/new": DRAFTERS,
    f"POST {OWN}/campuses/new": DRAFTERS,
    f"POST {OWN}/campuses/units": DRAFTERS,
    f"POST {OWN}/campuses/units/remove": DRAFTERS,
    f"GET {OWN}/confirm": MEMBERS,
    f"POST {OWN}/confirm": APPROVERS,
    f"GET {OWN}/import": DRAFTERS,
    f"POST {OWN}/import": DRAFTERS,
    f"POST {OWN}/invitations/<invitation>": ADMINISTRATORS,
    f"GET {OWN}/issuers": ADMINISTRATORS,
    f"POST {OWN}/issuers": ADMINISTRATORS,
    f"POST {OWN}/issuers/proof": ADMINISTRATORS,
    f"POST {OWN}/issuers/remove": ADMINISTRATORS,
    f"GET {OWN}/keys": ADMINISTRATORS,
    f"POST {OWN}/keys": ADMINISTRATORS,
    f"POST {OWN}/keys/<key>/revoke": ADMINISTRATORS,
    f"GET {OWN}/members": MEMBERS,
    f"POST {OWN}/members": ADMINISTRATORS,
    f"POST {OWN}/members/<member>": ADMINISTRATORS,
    f"GET {OWN}/partners": MEMBERS,
    f"POST {OWN}/partners": ADMINISTRATORS,
    f"POST {OWN}/partners/<other>": ADMINISTRATORS,
    f"GET {OWN}/partners/<other>/records": APPROVERS,
    f"POST {OWN}/partners/<other>/records": APPROVERS,
    f"GET {OWN}/partners/<other>/records/<record>/withdraw": APPROVERS,
    f"POST {OWN}/partners/<other>/records/<record>/withdraw": APPROVERS,
    f"GET {OWN}/records": MEMBERS,
    f"POST {OWN}/records": DRAFTERS,
    f"GET {OWN}/records/<record>": DRAFTERS,
    f"POST {OWN}/records/<record>": DRAFTERS,
    f"POST {OWN}/records/<record>/copy": DRAFTERS,
    f"GET {OWN}/records/<record>/discard": DRAFTERS,
    f"POST {OWN}/records/<record>/discard": DRAFTERS,
    f"GET {OWN}/records/<record>/json": DRAFTERS,
    f"POST {OWN}/records/<record>/json": DRAFTERS,
    f"GET {OWN}/records/<record>/preview": MEMBERS,
    f"GET {OWN}/records/<record>/outline": DRAFTERS,
    f"POST {OWN}/records/<record>/outline": DRAFTERS,
    f"GET {OWN}/records/<record>/outline/<other>": DRAFTERS,
    f"POST {OWN}/records/<record>/outline/<other>": DRAFTERS,
    f"GET {OWN}/records/<record>/take": DRAFTERS,
    f"POST {OWN}/records/<record>/take": DRAFTERS,
    f"GET {OWN}/records/<record>/withdraw": APPROVERS,
    f"POST {OWN}/records/<record>/withdraw": APPROVERS,
    f"POST {OWN}/records/review": DRAFTERS,
    f"GET {OWN}/registrations": MEMBERS,
    f"POST {OWN}/registrations": ADMINISTRATORS,
    f"GET {OWN}/registrations/template": MEMBERS,
    f"GET {OWN}/uploads": MEMBERS,
    f"POST {OWN}/uploads": DRAFTERS,
    f"GET {OWN}/uploads/export": MEMBERS,
    f"GET {OWN}/uploads/template": MEMBERS,
    f"GET {OWN}/uploads/<id>": MEMBERS,
    f"POST {OWN}/uploads/<id>/decide": DRAFTERS,
    f"GET {OWN}/uploads/<id>/problems.csv": MEMBERS,
    f"GET {OWN}/uploads/<id>/problems.xlsx": MEMBERS,
    f"GET {OWN}/uploads/<id>/progress": MEMBERS,
    f"POST {OWN}/uploads/<id>/remove": DRAFTERS,
    f"POST {OWN}/uploads/<id>/save": APPROVERS,
    f"GET {OWN}/partners/<other>/uploads": MEMBERS,
    f"POST {OWN}/partners/<other>/uploads": DRAFTERS,
    f"GET {OWN}/partners/<other>/uploads/export": MEMBERS,
    f"GET {OWN}/partners/<other>/uploads/template": MEMBERS,
    f"GET {OWN}/partners/<other>/uploads/<id>": MEMBERS,
    f"POST {OWN}/partners/<other>/uploads/<id>/decide": DRAFTERS,
    f"GET {OWN}/partners/<other>/uploads/<id>/problems.csv": MEMBERS,
    f"GET {OWN}/partners/<other>/uploads/<id>/problems.xlsx": MEMBERS,
    f"GET {OWN}/partners/<other>/uploads/<id>/progress": MEMBERS,
    f"POST {OWN}/partners/<other>/uploads/<id>/remove": DRAFTERS,
    f"POST {OWN}/partners/<other>/uploads/<id>/save": APPROVERS,
    f"GET {OWN}/webhooks": ADMINISTRATORS,
    f"POST {OWN}/webhooks": ADMINISTRATORS,
    f"POST {OWN}/webhooks/<id>/pause": ADMINISTRATORS,
    f"POST {OWN}/webhooks/<id>/remove": ADMINISTRATORS,
    f"GET {OWN}/webhooks/<id>/replay": ADMINISTRATORS,
    f"POST {OWN}/webhooks/<id>/replay": ADMINISTRATORS,
    f"POST {OWN}/webhooks/<id>/resume": ADMINISTRATORS,
    f"POST {OWN}/webhooks/<id>/test": ADMINISTRATORS,
    f"GET {OTHER}/discard": ADMINISTRATORS,
    f"POST {OTHER}/discard": ADMINISTRATORS,
    f"GET {OTHER}": MEMBERS,
    f"POST {OTHER}": ADMINISTRATORS,
    f"GET {OTHER}/describe": ADMINISTRATORS,
    f"POST {OTHER}/describe": ADMINISTRATORS,
    f"POST {OTHER}/evidence": set(),  # this registry sends no requests
    "GET /account/weekly": EVERYBODY,
    "POST /account/weekly": EVERYBODY,
    "GET /account/weekly/confirm": EVERYBODY,
    "POST /account/weekly/confirm": EVERYBODY,
    "GET /account/weekly/end": EVERYBODY,
    "POST /account/weekly/end": EVERYBODY,
    "GET /account/organizations/new": SIGNED_IN,
    "POST /account/organizations/new": SIGNED_IN,
    "POST /account/mails": SIGNED_IN,
    "GET /account/password": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "GET /account/reports/<record>": EVERYBODY,
    "POST /account/reports/<record>": EVERYBODY,
    "GET /account/reset": EVERYBODY,
    "POST /account/reset": EVERYBODY,
    "GET /account/second-factor": EVERYBODY,
    "POST /account/second-factor": EVERYBODY,
    "GET /account/second-factor/keep": EVERYBODY,
    "POST /account/second-factor/keep": EVERYBODY,
    "GET /account/security": SIGNED_IN,
    "GET /account/second-factor/passkey": EVERYBODY,
    "POST /account/second-factor/passkey": EVERYBODY,
    "POST /account/second-factor/passkey/options": EVERYBODY,
    "GET /account/security/passkeys": SIGNED_IN,
    "POST /account/security/passkeys": SIGNED_IN,
    "POST /account/security/passkeys/options": SIGNED_IN,
    "GET /account/security/passkeys/<id>": SIGNED_IN,
    "POST /account/security/passkeys/<id>": SIGNED_IN,
    "GET /account/security/recovery-codes": SIGNED_IN,
    "POST /account/security/recovery-codes": SIGNED_IN,
    "GET /account/security/second-factor": SIGNED_IN,
    "POST /account/security/second-factor": SIGNED_IN,
    "POST /account/sessions/<digest>": SIGNED_IN,
    "GET /account/sign-in": EVERYBODY,
    "POST /account/sign-in": EVERYBODY,
    "GET /account/sign-in/passkey": EVERYBODY,
    "POST /account/sign-in/passkey": EVERYBODY,
    "POST /account/sign-in/passkey/options": EVERYBODY,
    "GET /account/sign-in/with/<provider>": EVERYBODY,
    "GET /account/sign-in/with/<provider>/callback": EVERYBODY,
    "GET /account/sign-up": EVERYBODY,
    "POST /account/sign-up": EVERYBODY,
    "GET /staff": STAFF,
    "GET /staff/claims/<int(max=2147483647):number>": STAFF,
    "POST /staff/claims/<int(max=2147483647):number>": STAFF,
    "POST /staff/organizations/<organization>/review": STAFF,
    "GET /staff/organizations/<record>": STAFF,
    "POST /staff/organizations/<record>": STAFF,
    "GET /staff/partners": STAFF,
    "POST /staff/partners": STAFF,
    "GET /staff/records": STAFF,
    "GET /staff/duplicates": STAFF,
    "GET /staff/duplicates/<record>/<other>": STAFF,
    "POST /staff/duplicates/<record>/<other>": STAFF,
    "POST /staff/records": STAFF,
    "GET /staff/records/<organization>/<record>": STAFF,
    "GET /staff/search": STAFF,
    "GET /staff/second-factors/<uuid:member>": STAFF,
    "POST /staff/second-factors/<uuid:member>": STAFF,
    "GET /staff/suspensions/<record>": STAFF,
    "POST /staff/suspensions/<record>": STAFF,
}
"""Who may use each page. What it answers them, an error of another kind included, is no matter."""
LEFT_OUT = {"POST /account/sign-out"}  # it ends the session, and leads everybody to one page
FIELDS = {
    f"POST {OWN}/members": {"email": "new@pine.example.org", "role": "viewer"},
    f"POST {OWN}/partners": {"owner": ctid_number(5), "words": "We are the state."},
    f"POST {OWN}/partners/<other>/records": {"document": "{}"},
    f"POST {OTHER}": {"words": "Again."},
    f"POST {OTHER}/describe": {"name": "Pine College", "type": "ceterms:CredentialOrganization"},
}
"""What is filled in where a form is looked at before the use case decides."""


@pytest.fixture
def everybody(
    rita: Person,
    sam: Person,
    as_role: Callable[[Role | None], Person],
    meet: Callable[[str], Person],
    registry: Registry,
) -> dict[str, Person]:
    found: dict[str, Person] = {role: as_role(role) for role in Role}
    outsider = meet("otto@oak.example.org").join()
    fields = {"name": "Oak College", "type": "ceterms:CredentialOrganization"}
    outsider.send("/account/organizations/new", **fields)
    return found | {
        "nobody": meet("nemo@x.example.org"),
        "stranger": as_role(None),
        "outsider": outsider,
        "staff": sam,
    }


def routes(application: Any) -> Iterator[str]:
    for rule in application.url_map.iter_rules():
        if rule.rule.startswith(("/account", "/staff")):
            yield from (f"{method} {rule.rule}" for method in rule.methods - {"HEAD", "OPTIONS"})


def test_every_page_is_in_the_table(rita: Person) -> None:
    assert {*routes(rita.client.application)} == WHO.keys() | LEFT_OUT


def test_who_may_use_each_page(everybody: dict[str, Person], approved: Ctid, rita: Person) -> None:
    records = f"/account/organizations/{approved}/records"
    begun = rita.send(records, kind="ceterms:Certificate").headers["Location"]
    draft = canonical(begun.rpartition("/")[2])
    tokens = {name: token(one) for name, one in everybody.items()}
    wrong = []
    for route, allowed in WHO.items():
        method, _, rule = route.partition(" ")
        is_own = rule.startswith((OTHER, "/staff/organizations", "/staff/suspensions"))
        values = VALUES | {"organization": approved, "record": approved if is_own else draft}
        path = re.sub(r"<(int\(max=\d+\)|uuid):", "<", rule)
        for name, value in values.items():
            path = path.replace(f"<{name}>", value)
        for name, one in everybody.items():
            data = (
                FIELDS.get(route, {}) | {"csrf_token": tokens[name]} if method == "POST" else None
            )
            answer = one.client.open(
                path, method=method, data=data, headers={"Accept": "text/html"}
            )
            assert answer.status_code < 500, (route, name)
            if refused(answer) == (name in allowed):
                wrong.append((route, name, answer.status_code))
    assert wrong == []


def refused(answer: TestResponse) -> bool:
    """Tell whether somebody was sent away for who they are."""
    led = answer.headers.get("Location", "")
    return answer.status_code in (401, 403) or led.startswith("/account/sign-in?next=")
