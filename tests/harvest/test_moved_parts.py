"""A part that several documents held is found in the one that held it at a moment."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.web import create_app
from tests.support.history import empty_registry, sent_on
from tests.support.ownership import BASE, X, competency, framework
from tests.support.registry import ctid_number

HELD = {"2026-01-05": "one", "2026-02-05": "two", "2026-03-05": None, "2026-04-05": "three"}
"""What a record that documents pass on says at some days; None where none holds it."""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    registry = empty_registry(tmp_path_factory.mktemp("moved"))

    def part(text: str) -> dict[str, Any]:
        return competency(X, **{"ceasn:comment": {"en": text}})

    for day, number, parts in (
        ("2026-01-01", 1, [part("one")]),
        ("2026-02-01", 1, [part("two")]),
        ("2026-03-01", 1, []),
        ("2026-04-01", 2, [part("three")]),
    ):
        sent_on(day, registry, ctid_number(number), framework(number, *parts))
    return create_app(registry.settings).test_client()


@pytest.mark.parametrize("day", HELD)
def test_a_part_is_read_where_it_was(client: FlaskClient, day: str) -> None:
    answer = client.get(f"/resources/{X}?as-of={day}")
    if HELD[day] is None:
        assert answer.status_code == 404
        return
    assert answer.json["ceasn:comment"] == {"en": HELD[day]}
    # The address of the version says the same for ever.
    again = client.get(answer.headers["Content-Location"].removeprefix(BASE))
    content: Any = again.json
    nodes = content.get("@graph", [content])
    assert {"en": HELD[day]} in [node.get("ceasn:comment") for node in nodes]


def test_its_timemap_names_what_it_was(client: FlaskClient) -> None:
    found = client.get(f"/timemap/resources/{X}?format=json").json["mementos"]["list"]
    mementos = [client.get(one["uri"].removeprefix(BASE)) for one in found]
    assert [one.json["ceasn:comment"]["en"] for one in mementos] == ["one", "two", "three"]
