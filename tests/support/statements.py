"""Documents that say something about a record of another organization."""

from __future__ import annotations

from typing import Any

from tests.support.registry import certificate, ctid_number

BASE = "http://localhost:8000"
A, B = ctid_number(0), ctid_number(9)
OWN, THEIRS = ctid_number(1), ctid_number(700)
IRI = f"{BASE}/resources/{THEIRS}"


def document(node: dict[str, Any], place: str) -> tuple[dict[str, Any], str]:
    """Return a document that holds a node, and the JSON Pointer of the node."""
    profile = {"@type": "ceterms:ConditionProfile", "ceterms:targetCredential": [node]}
    whole = {
        "beside": lambda: certificate(),
        "nested": lambda: certificate(**{"ceterms:isPreparationFor": [node]}),
        "in a blank node": lambda: certificate(**{"ceterms:requires": [profile]}),
        "in arrays": lambda: certificate(**{"ceterms:isSimilarTo": [[node]]}),
    }[place]()
    if place == "beside":
        whole["@graph"].append(node)
    whole["@context"] = [
        whole["@context"],
        {
            "x": f"{BASE}/resources/",
            "y": "https://credentialengineregistry.org/",
            "http": f"{BASE}/resources/",
            "t": "https://w3id.org/ctgraph/terms#",
        },
    ]
    return whole, {
        "beside": "/@graph/1",
        "nested": "/@graph/0/ceterms:isPreparationFor/0",
        "in a blank node": "/@graph/0/ceterms:requires/0/ceterms:targetCredential/0",
        "in arrays": "/@graph/0/ceterms:isSimilarTo/0/0",
    }[place]


PLACES = ("beside", "nested", "in a blank node", "in arrays")
