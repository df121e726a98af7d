"""Organizations that publish documents with parts, and take each other's CTIDs."""

from __future__ import annotations

from typing import Any

import orjson
from flask.testing import FlaskClient

from ctgraph.identity.ctid import Ctid
from tests.support.registry import Registry, certificate, ctid_number

BASE = "http://localhost:8000"
X = ctid_number(700)
"""The CTID that everything here is about."""
B = ctid_number(9)


def competency(record: str, **more: Any) -> dict[str, Any]:
    return {
        "@type": "ceasn:Competency",
        "@id": f"{BASE}/resources/{record}",
        "ceterms:ctid": record,
        "ceasn:competencyText": {"en": "A skill"},
        **more,
    }


def framework(number: int, *parts: dict[str, Any], owner: str = ctid_number(0)) -> dict[str, Any]:
    """Return a document with parts."""
    record = ctid_number(number)
    return {
        "@context": "https://credreg.net/ctdlasn/schema/context/json",
        "@id": f"{BASE}/graph/{record}",
        "@graph": [
            {
                "@type": "ceasn:CompetencyFramework",
                "@id": f"{BASE}/resources/{record}",
                "ceterms:ctid": record,
                "ceasn:name": {"en": f"Framework {number}"},
                "ceasn:description": {"en": "What the tests teach."},
                "ceasn:inLanguage": ["en"],
                "ceasn:publisher": [f"{BASE}/resources/{owner}"],
                "ceasn:creator": [f"{BASE}/resources/{owner}"],
            },
            *(part | {"ceasn:isPartOf": f"{BASE}/resources/{record}"} for part in parts),
        ],
    }


def sent(client: FlaskClient, who: Registry, document: Any) -> Any:
    return client.post(who.documents_url, data=orjson.dumps(document), headers=who.authorization)


def published(client: FlaskClient, who: Registry, document: Any) -> None:
    answer = sent(client, who, document)
    assert answer.status_code == 201, answer.text


def withdrawn(client: FlaskClient, who: Registry, record: str) -> None:
    answer = client.delete(f"/resources/documents/{record}", headers=who.authorization)
    assert answer.status_code == 204, answer.text


def other(registry: Registry, record: Ctid = B) -> Registry:
    """Return the registry as another organization sees it."""
    organization = registry.ledger.organizations.add("Other College", record)
    return Registry(
        registry.settings,
        registry.ledger,
        organization,
        registry.ledger.organizations.add_key(record),
    )


def bearing(role: str, owner: str = ctid_number(0), text: str = "new") -> dict[str, Any]:
    """Return a document that bears X."""
    if role == "primary":
        return certificate(700, owner, **{"ceterms:keyword": {"en": text}})
    return framework(1, competency(X, **{"ceasn:comment": {"en": text}}), owner=owner)


def stand(state: str, client: FlaskClient, a: Registry) -> None:
    """Let X be what a state says: A's or B's, and what has become of it."""
    whose, _, fate = state.partition(" ")
    if whose == "free":
        return
    who = a if whose == "own" else other(a, X if fate == "account" else B)
    me = who.organization.ctid
    if fate == "part":
        published(client, who, framework(2, competency(X), owner=me))
    elif fate == "dropped":
        published(client, who, framework(2, competency(X), owner=me))
        published(client, who, framework(2, owner=me))
    elif fate != "account":
        published(client, who, certificate(700, me))
        if fate == "withdrawn":
            withdrawn(client, who, X)
