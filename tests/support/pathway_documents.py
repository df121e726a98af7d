"""Documents of pathways, and their structure."""

from __future__ import annotations

import json
from typing import Any

from ctgraph.documents import parse
from ctgraph.identity import Identity
from ctgraph.pathways.structure import to_json
from ctgraph.pathways.structure_reader import structure_of
from ctgraph.settings import load_settings
from tests.support.paths import DATA
from tests.support.registry import ctid_number

SETTINGS = load_settings()
IDENTITY = Identity.of(SETTINGS)
EARLIER, LATER, OTHER, PATHWAY = map(ctid_number, (1, 2, 3, 9))


def resource(record: str) -> str:
    return f"http://localhost:8000/resources/{record}"


def document(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the canonical JSON-LD of a pathway with some components."""
    entities = [
        {
            "@type": "ceterms:Pathway",
            "ceterms:ctid": PATHWAY,
            "ceterms:name": {"en-US": "Ladder"},
            **more,
        },
        *parts,
    ]
    for entity in entities:
        if "ceterms:ctid" in entity:
            entity["@id"] = resource(entity["ceterms:ctid"])
    return read(
        {
            "@context": [
                "https://credreg.net/ctdl/schema/context/json",
                "https://credreg.net/ctdlasn/schema/context/json",
            ],
            "@id": f"http://localhost:8000/graph/{entities[0]['ceterms:ctid']}",
            "@graph": entities,
        }
    )


def component(record: str, kind: str = "Course", /, **more: Any) -> dict[str, Any]:
    return {
        "@type": f"ceterms:{kind}Component",
        "ceterms:ctid": record,
        "ceterms:name": {"en-US": f"Step {record[-1]}"},
        **more,
    }


def read(value: Any) -> dict[str, Any]:
    return parse(json.dumps(value).encode(), SETTINGS).content


def published(name: str) -> dict[str, Any]:
    return read(json.loads((DATA / "2-records" / f"{name}.json").read_text("utf-8")))


def structure(content: dict[str, Any], progression: dict[str, Any] | None = None) -> Any:
    """Return a structure as a reader of the JSON sees it."""
    return json.loads(json.dumps(to_json(structure_of(content, IDENTITY, progression))))
