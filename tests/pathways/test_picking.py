"""Words that are the whole name of one record pick it; others are offered to choose from."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from tests.support.registry import Registry, certificate, ctid_number

NAMES = {
    1: "Welding",
    2: "Welding II",
    3: "Welding, advanced",
    4: "Carpentry",
    5: "Masonry basics",
    6: "Twin",
    7: "Twin",
}
MANY = {"/pathways/check": "held", "/pathways/common": "ctids"}
ONE = {
    "/pathways/route": "from",
    "/queries/what-precedes": "after",
    "/queries/what-succeeds": "before",
    "/queries/versions-of-a-record": "record",
}
"""The pages with pickers of several records and of one, and a parameter of each."""


@pytest.fixture(scope="module")
def named(module_registry: Registry, module_client: FlaskClient) -> FlaskClient:
    registry, client = module_registry, module_client
    for number, name in NAMES.items():
        document = certificate(number, **{"ceterms:name": {"en-US": name}})
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code == 201, sent.text
    registry.project()
    return client


def inputs(client: FlaskClient, path: str, name: str, text: str) -> dict[int, bool]:
    """Return the records that the form of a page offers or holds, and whether each is ticked."""
    page = client.get(path, query_string={name: text}, headers={"Accept": "text/html"})
    assert page.status_code == 200, page.text
    found = re.findall(rf'<input (?=[^>]*name="{name}")([^>]*)>', page.text)
    numbers = {f'value="{ctid_number(number)}"': number for number in NAMES}
    return {
        number: "checked" in one or 'type="' not in one
        for one in found
        for value, number in numbers.items()
        if value in one
    }


WORDS = {
    "Welding": {1: True},
    "welding": {1: True},
    "  WELDING   ii ": {2: True},
    "Carpentry": {4: True},
    "masonry": {5: True},
    "weld": {1: False, 2: False, 3: False},
    "Twin": {6: False, 7: False},
    "Nothing": {},
    ctid_number(3): {3: True},
}
"""What is typed, and the records of the answer: True for one that is picked."""


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("path", [*MANY, *ONE])
def test_a_name_picks_its_record_and_words_are_offered(
    named: FlaskClient, path: str, words: str
) -> None:
    name = (MANY | ONE)[path]
    assert inputs(named, path, name, words) == WORDS[words]


def test_a_name_asks_the_question_and_a_part_of_it_does_not(named: FlaskClient) -> None:
    def page(path: str) -> str:
        return named.get(path, headers={"Accept": "text/html"}).text

    assert "Open now" in page("/pathways/check?held=welding")
    assert "Open now" not in page("/pathways/check?held=masonry")  # ticked, and not yet asked
    assert "No route" in page("/pathways/route?from=Welding&to=carpentry")
    assert "nothing in common" in page("/pathways/common?ctids=Welding&ctids=Carpentry")
    assert ctid_number(1) in page("/queries/what-precedes?after=Welding")


def test_a_single_record_is_asked_for_another_one(named: FlaskClient) -> None:
    page = named.get("/pathways/common?ctids=Welding", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Add another record" in page.text
    assert named.get(f"/pathways/common?ctids={ctid_number(1)}&format=json").status_code == 400
