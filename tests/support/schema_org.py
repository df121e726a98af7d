"""What schema.org says of the classes in the markup of pages, and what in some markup breaks it.

The facts are those of its official file, ``schemaorg-current-https.jsonld``. With the path of a
newer one, ``python -m tests.support.schema_org`` renews them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

FACTS = Path(__file__).with_suffix(".json")
CLASSES = (
    *("AdministrativeArea", "BreadcrumbList", "CategoryCode", "CollegeOrUniversity"),
    *("ContactPoint", "Course", "CourseInstance", "CreativeWork", "DataCatalog", "DataDownload"),
    *("Dataset", "DefinedTerm", "DefinedTermSet", "EducationalOccupationalCredential"),
    *("EducationalOccupationalProgram", "EducationalOrganization", "EntryPoint", "GeoCoordinates"),
    *("GovernmentOrganization", "HighSchool", "ItemList", "LearningResource", "ListItem"),
    *("Occupation", "Offer", "Organization", "Place", "PostalAddress", "PropertyValue"),
    *("QuantitativeValue", "SearchAction", "Service", "Thing", "VirtualLocation", "WebSite"),
)
"""The classes that pages may use."""
_TEXTS = {
    "Text": re.compile(r".*\S.*", re.DOTALL),
    "URL": re.compile(r"https?://[^\s<>\"]+"),
    "Date": re.compile(r"\d{4}-\d\d-\d\d"),
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)"),
    "Duration": re.compile(r"P(?=.)(\d[\d.]*[YMWD])*(T(\d[\d.]*[HMS])+)?"),
}
"""What the texts for types of data look like."""
_OWN = {"query-input": "Text"}
"""Properties that the documentation of schema.org has, and its vocabulary lacks."""
Node = dict[str, Any]


def violations(node: Node, at: str = "") -> Iterator[str]:
    """Yield what in a node is not as schema.org has it, with everything nested in it."""
    kind = node.get("@type")
    if kind not in CLASSES:
        yield f"{at}: no class {kind}"
        return
    for name, value in node.items():
        here = f"{at}/{kind}.{name}"
        if name in ("@context", "@id", "@type") or name in _OWN:
            continue
        fact = facts()["properties"].get(name)
        if fact is None or not ancestors(kind) & set(fact["on"]):
            yield f"{here}: no property of it"
            continue
        for one in value if isinstance(value, list) else [value]:
            yield from _wrong(one, fact["to"], here)
        if value == []:
            yield f"{here}: empty"


def ancestors(kind: str) -> set[str]:
    """Return a class and all above it."""
    return {kind}.union(*(ancestors(one) for one in facts()["classes"][kind]))


@cache
def facts() -> dict[str, dict[str, Any]]:
    """Return the facts."""
    found: dict[str, dict[str, Any]] = json.loads(FACTS.read_text("utf-8"))
    return found


def _wrong(value: Any, types: list[str], here: str) -> Iterator[str]:
    if isinstance(value, dict):
        kind = value.get("@type")
        if kind in CLASSES and not ancestors(kind) & set(types):
            yield f"{here}: a {kind}, but one of {types} is due"
        yield from violations(value, here)
    elif isinstance(value, bool):
        if "Boolean" not in types:
            yield f"{here}: {value} is a truth value"
    elif isinstance(value, int | float):
        if "Number" not in types and not ("Integer" in types and isinstance(value, int)):
            yield f"{here}: {value} is a number"
    elif not isinstance(value, str):
        yield f"{here}: {value!r} is no value"
    else:
        # A thing may be named by its address.
        known = [_TEXTS.get(one, _TEXTS["URL"]) for one in types]
        if not any(pattern.fullmatch(value) for pattern in known):
            yield f"{here}: {value[:80]!r} is none of {types}"


def _renew(official: Path) -> None:
    """Write the facts from the official file."""
    graph = json.loads(official.read_text("utf-8"))["@graph"]
    parents = {_name(n): _names(n, "rdfs:subClassOf") for n in graph if _is(n, "rdfs:Class")}
    kept: dict[str, list[str]] = {}
    waiting = list(CLASSES)
    while waiting:
        one = waiting.pop()
        if one not in kept:
            kept[one] = parents[one]
            waiting += parents[one]
    properties = {
        _name(n): {
            "on": sorted(kept.keys() & set(_names(n, "schema:domainIncludes"))),
            "to": _names(n, "schema:rangeIncludes"),
        }
        for n in graph
        if _is(n, "rdf:Property")
    }
    properties = {name: fact for name, fact in properties.items() if fact["on"]}
    parts = [
        f'"{part}": {{\n'
        + ",\n".join(f"{json.dumps(n)}: {json.dumps(fact)}" for n, fact in sorted(of.items()))
        + "\n}"
        for part, of in (("classes", kept), ("properties", properties))
    ]
    FACTS.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def _is(node: Node, kind: str) -> bool:
    types = node.get("@type", [])
    return kind in (types if isinstance(types, list) else [types])


def _name(node: Node) -> str:
    return str(node["@id"]).removeprefix("schema:")


def _names(node: Node, key: str) -> list[str]:
    values = node.get(key, [])
    return sorted(_name(one) for one in (values if isinstance(values, list) else [values]))


if __name__ == "__main__":
    _renew(Path(sys.argv[1]))
