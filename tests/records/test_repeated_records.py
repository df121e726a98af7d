"""Records are answered in front of the application and kept, and every change is seen at once."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ctgraph.rdf.formats import FORMATS, PROFILES
from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)
ADDRESS = f"/resources/{RECORD}"


class Site:
    """A registry with one record, and how often its application made an answer itself."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        app: Flask = create_app(registry.settings)
        self.made = 0
        app.before_request(self._count)
        self.client: FlaskClient = app.test_client()
        self.publish("first")

    def _count(self) -> None:
        self.made += 1

    def publish(self, name: str, number: int = 1) -> None:
        document = certificate(number, **{"ceterms:name": {"en": name}})
        sent = self.client.post(
            self._registry.documents_url, json=document, headers=self._registry.authorization
        )
        assert sent.status_code in (200, 201), sent.text

    def withdraw(self) -> None:
        address = f"/resources/documents/{RECORD}"
        assert self.client.delete(address, headers=self._registry.authorization).status_code == 204

    def settle(self) -> None:
        """Wait until the last change has a date that tells it apart."""
        time.sleep(1.1)

    def get(self, address: str = ADDRESS, **headers: str) -> tuple[int, bytes, dict[str, Any]]:
        answer = self.client.get(
            address, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        return answer.status_code, answer.data, dict(answer.headers)


@pytest.fixture(params=["registry", "on_postgresql"])
def site(request: pytest.FixtureRequest) -> Site:
    return Site(request.getfixturevalue(request.param))


def test_a_record_is_sent_again_as_it_was(site: Site) -> None:
    site.settle()
    for asked in ({}, {"Accept": "text/turtle"}, {"Accept_Encoding": "gzip"}):
        first = site.get(**asked)
        made = site.made
        assert site.get(**asked) == first
        assert site.made == made, "the application made it again"
        assert first[0] == 200
        assert {"ETag", "Last-Modified", "Link", "Vary"} <= first[2].keys()


@pytest.mark.parametrize("scope", ["resources", "graph"])
def test_what_is_answered_in_front_is_what_the_application_answers(site: Site, scope: str) -> None:
    site.settle()
    address = f"/{scope}/{RECORD}"
    for format in (*FORMATS, *PROFILES):
        made = site.made
        in_front = site.get(address, Accept=format.media_type)
        assert site.made == made
        assert in_front[0] == 200
        assert in_front == site.get(f"{address}?format={format.name}")
        assert site.made == made + 1


def test_a_change_is_seen_at_once(site: Site) -> None:
    site.settle()
    site.get()
    _, body, headers = site.get()
    site.publish("second")
    status, changed, told = site.get()
    assert status == 200
    assert b"first" in body
    assert b"second" in changed
    assert told["ETag"] != headers["ETag"]
    site.settle()
    assert "Last-Modified" in site.get()[2], "an answer without its date was kept"
    site.withdraw()
    assert site.get()[0] == 410


def test_a_change_of_another_record_leaves_it(site: Site) -> None:
    site.settle()
    first = site.get()
    site.publish("another", 2)
    made = site.made
    assert site.get() == first
    assert site.made == made


def test_what_asks_for_something_else_gets_it(site: Site) -> None:
    site.settle()
    _, body, headers = site.get()
    assert site.get(If_None_Match=headers["ETag"])[:2] == (304, b"")
    assert site.get(ADDRESS + "?format=turtle")[2]["Content-Type"].startswith("text/turtle")
    assert site.get(Accept="text/turtle")[1] != body
    assert site.get(f"/graph/{RECORD}")[1] != body
    assert site.get(ADDRESS + "?unknown=1")[0] == 400
    assert site.get(Accept="image/png")[0] == 406
    assert site.get(f"/resources/{RECORD.upper()}")[0] == 301
    assert site.get(f"/resources/{ctid_number(9)}")[0] == 404
    head = site.client.head(ADDRESS)
    assert head.data == b""
    assert head.headers["ETag"] == headers["ETag"]
    assert int(head.headers["Content-Length"]) == len(body)


def test_a_page_shows_other_records_and_is_made_anew(site: Site) -> None:
    site.settle()
    site.get(Accept="text/html")
    made = site.made
    site.get(Accept="text/html")
    assert site.made == made + 1
