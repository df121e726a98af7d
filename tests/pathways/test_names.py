"""Records found by words of their names, as the names come, change and go."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support.ownership import published, withdrawn
from tests.support.registry import Registry, certificate, ctid_number


def found(client: FlaskClient, text: str) -> list[str]:
    answer = client.get("/pathways/search", query_string={"q": text})
    assert answer.status_code == 200, answer.text
    return [node["name"] for node in answer.json["records"]]


def named(client: FlaskClient, registry: Registry, number: int, name: str) -> None:
    owner = registry.organization.ctid
    published(client, registry, certificate(number, owner, **{"ceterms:name": {"en": name}}))
    registry.project()


def test_any_part_of_a_name_in_any_case_finds_it_the_shortest_first(
    client: FlaskClient, registry: Registry
) -> None:
    names = ["Élan vital", "Nursing of horses", "Advanced NURSING", 'A "b" 100%_c', "Nursing"]
    for number, name in enumerate(names, 1):
        named(client, registry, number, name)
    assert found(client, "ursin") == ["Nursing", "Advanced NURSING", "Nursing of horses"]
    assert found(client, "of nurs") == found(client, "hor of") == ["Nursing of horses"]
    assert found(client, "éla") == found(client, "ÉLAN") == ["Élan vital"]
    assert found(client, '"b"') == found(client, "100%_") == found(client, "%_") == [names[3]]
    assert found(client, "nur* OR AND NEAR(") == found(client, "x%") == []
    assert len(found(client, "")) == 5


def test_a_name_that_changed_is_found_by_its_new_words_alone(
    client: FlaskClient, registry: Registry
) -> None:
    named(client, registry, 1, "Welding")
    named(client, registry, 2, "Welding")
    named(client, registry, 1, "Carpentry")
    assert found(client, "welding") == ["Welding"]
    assert found(client, "carp") == found(client, "ca") == ["Carpentry"]
    withdrawn(client, registry, ctid_number(1))
    registry.project()
    assert found(client, "carp") == found(client, "ca") == []
