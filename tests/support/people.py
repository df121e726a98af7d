"""People at the pages of accounts: what they fill in, and the mail that they get."""

from __future__ import annotations

import html
import itertools
import re
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ctgraph.accounts.people import People
from ctgraph.ledger import Ledger

PASSWORD = "correct horse battery staple 9"
RITA, STAFF = "rita@pine.example.org", "sam@registry.example.org"
COLLEGE = {
    "name": "Pine College",
    "type": "ceterms:CredentialOrganization",
    "description": "A college in the pines where people learn to weld and to nurse.",
    "subjectWebpage": "https://www.pine.example.org/",
    "agentType": "orgType:TwoYear",
    "agentSectorType": "agentSector:Public",
    "email": "info@pine.example.org",
}
PAGE = {"Accept": "text/html"}
_NUMBERS = itertools.count()
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_ALERT = re.compile(r'role="alert">(.*?)</p>', re.DOTALL)


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, application: Any, ledger: Ledger, email: str) -> None:
        self.client: FlaskClient = application.test_client()
        self.ledger = ledger
        self.email = email

    def from_address(self, address: str) -> Person:
        """Let the requests come from an IP address: limits count them by it."""
        self.client.environ_base["REMOTE_ADDR"] = address
        return self

    def see(self, path: str) -> TestResponse:
        """Ask for a page."""
        return self.client.get(path, headers=PAGE)

    def send(self, path: str, *, to: str = "", **fields: str | list[str]) -> TestResponse:
        """Fill in a form and send it.

        :param path: the page of the form.
        :param to: where the form is sent; to the same page without it.
        """
        token = _TOKEN.search(self.see(path).text)
        assert token, path
        data = {"csrf_token": token[1], **fields}
        return self.client.post(to or path, data=data, headers=PAGE)

    def mails(self) -> list[tuple[str, str]]:
        """Return the subjects and texts of the mails that wait to be sent to this person."""
        return [
            (one.subject, one.words)
            for one in self.ledger.outbox.due(1000)
            if one.recipient == self.email
        ]

    def link(self) -> str:
        """Return the path of the link in the newest mail."""
        found = re.search(r"https?://[^/]+(/\S+)", self.mails()[-1][1])
        assert found
        return found[1]

    def join(self) -> Person:
        """Sign up, confirm the address, and sign in."""
        self.send("/account/sign-up", name="Rita Registrar", email=self.email, password=PASSWORD)
        self.send(self.link(), password=PASSWORD)
        assert self.sign_in().status_code == 303
        return self

    def sign_in(self, password: str = PASSWORD) -> TestResponse:
        """Sign in."""
        return self.send("/account/sign-in", email=self.email, password=password)


def newcomer(application: Any, ledger: Ledger) -> Person:
    """Return somebody new whose account the operator made, signed in, with an IP address alone."""
    number = next(_NUMBERS)
    somebody = Person(application, ledger, f"person{number}@pine.example.org")
    somebody.from_address(f"10.0.{number // 250}.{number % 250 + 1}")
    People(ledger, "http://localhost:8000").welcome(somebody.email, "Rita Registrar", PASSWORD)
    assert somebody.sign_in().status_code == 303
    return somebody


def token(somebody: Person) -> str:
    """Return what protects the forms of somebody's browser."""
    for path in ("/account/password", "/account/sign-in"):
        if found := _TOKEN.search(somebody.see(path).text):
            return found[1]
    raise AssertionError("no form was shown")


def alert(response: TestResponse) -> str:
    """Return what a page says is wrong."""
    found = _ALERT.search(response.text)
    return html.unescape(found[1]) if found else ""


def institution(identifier: str, email: str = "", **more: Any) -> dict[str, Any]:
    """Return an institution as a trusted partner sends it."""
    return {
        "externalIdentifier": identifier,
        "name": f"College {identifier}",
        "contactEmail": email or f"{identifier.lower()}@pine.example.org",
        "description": "A college in the pines where people learn to weld and to nurse.",
        "subjectWebpage": "https://www.pine.example.org/",
        "email": "info@pine.example.org",
        "agentType": ["orgType:TwoYear"],
        "agentSectorType": ["agentSector:Public"],
        **more,
    }
