"""Two addresses of an organization with the same identifier are told in every way in."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from ctgraph.documents import Purpose, parse
from ctgraph.validation import validate
from tests.support.registry import Registry, certificate, ctid_number


def place(*codes: Any) -> dict[str, Any]:
    identifiers = [
        {"@type": "ceterms:IdentifierValue", "ceterms:identifierValueCode": code} for code in codes
    ]
    return {
        "@type": "ceterms:Place",
        "ceterms:addressLocality": {"en": "Pineville"},
        "ceterms:identifier": identifiers,
    }


def college(registry: Registry, *places: dict[str, Any]) -> dict[str, Any]:
    document = certificate(1, registry.organization.ctid)
    entity = document["@graph"][0]
    entity["@type"] = "ceterms:CredentialOrganization"
    for name in ("ceterms:ownedBy", "ceterms:offeredBy", "ceterms:credentialStatusType"):
        entity.pop(name, None)
    entity["ceterms:address"] = [*places]
    return document


def told(problems: Any) -> list[tuple[str, str]]:
    return [
        (p["severity"], p.get("pointer")) for p in problems if p.get("advice") == "contradiction"
    ]


SECOND = ("violation", "/@graph/0/ceterms:address/1/ceterms:identifier")


@pytest.mark.parametrize(
    ("places", "found"),
    [
        ([place("MAIN"), place("MAIN")], [SECOND]),
        ([place("MAIN"), place("main")], []),
        ([place("MAIN"), place("MAIN", "B"), place("PORT")], [SECOND]),
        ([place("MAIN"), place("PORT", "MAIN")], []),
        ([place("MAIN"), place("PORT")], []),
        ([place(), place()], []),
        ([place("MAIN")], []),
    ],
)
def test_an_identifier_stands_for_one_place(
    registry: Registry, client: FlaskClient, places: list[dict[str, Any]], found: Any
) -> None:
    document = college(registry, *places)
    assert told(client.post("/validate", json=document).json["problems"]) == found
    answer = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert ("Two addresses have the identifier" in answer.text) == bool(found)


def test_the_same_in_another_format(registry: Registry, client: FlaskClient) -> None:
    address = f"http://localhost:8000/resources/{ctid_number(1)}"
    places = ", ".join(
        f"[ a ceterms:Place ; ceterms:name '{name}'@en ; "
        "ceterms:identifier [ ceterms:identifierValueCode 'MAIN' ] ]"
        for name in ("Hill", "Harbor")
    )
    text = (
        "@prefix ceterms: <https://purl.org/ctdl/terms/> . "
        f"<{address}> a ceterms:CredentialOrganization ; ceterms:ctid '{ctid_number(1)}' ; "
        f"ceterms:address {places} ."
    )
    answer = client.post("/validate", data=text, headers={"Content-Type": "text/turtle"})
    assert [severity for severity, _ in told(answer.json["problems"])] == ["violation"]


def test_what_is_harvested_is_kept_with_a_warning(registry: Registry) -> None:
    document = parse(
        orjson.dumps(college(registry, place("MAIN"), place("MAIN"))), registry.settings
    )
    found = validate(document, registry.settings, Purpose.HARVEST)
    assert [p.severity for p in found if "Two addresses" in p.message] == ["warning"]
