"""The API description and the guide say what the service does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from ctgraph.links.model import STRENGTHS
from ctgraph.pathways.families import FAMILIES
from ctgraph.pathways.formats import FORMATS
from tests.support.paths import ROOT
from tests.support.pathway_service import (
    APN,
    NURSING,
    RN,
    answer,
    page,
)
from tests.support.registry import Registry

JSON_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def misfits(value: Any, schema: Any, description: Any, at: str = "") -> Iterator[str]:
    """Yield the places where a value is not what the description says of it."""
    if "$ref" in schema:
        schema = description["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, JSON_TYPES[kind]) for kind in kinds):
        yield f"{at}: {value!r} is none of {kinds}"
    if value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: {value!r} is not described"
    if "oneOf" in schema:
        found = [list(misfits(value, one, description, at)) for one in schema["oneOf"]]
        yield from () if [] in found else found[-1]
    if isinstance(value, list):
        for item in value:
            yield from misfits(item, schema["items"], description, f"{at}/*")
    if isinstance(value, dict) and "properties" in schema:
        if value.keys() != schema["properties"].keys() or value.keys() != {*schema["required"]}:
            yield f"{at}: {sorted(value.keys() ^ schema['properties'].keys())}"
        for name, item in value.items():
            yield from misfits(item, schema["properties"][name], description, f"{at}/{name}")


def test_answers_are_what_is_described(client: FlaskClient) -> None:
    """Every address is asked with the examples of its description."""
    description = answer(client, "/openapi.json")
    asked = 0
    for path, methods in description["paths"].items():
        if not path.startswith(("/pathways", "/links/")) or path == "/pathways/build":
            continue
        query = []
        for one in methods["get"].get("parameters", []):
            if "$ref" in one:
                one = description["components"]["parameters"][one["$ref"].rpartition("/")[2]]
            example = one.get("example")
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", example)
            elif example:
                text = ",".join(example) if isinstance(example, list) else example
                query.append((one["name"], text))
        anything_but_pages = {"Accept": "*/*, text/html;q=0"}
        found = client.get(f"{path}?{urlencode(query)}", headers=anything_but_pages)
        assert found.status_code == 200, (path, found.text)
        told = methods["get"]["responses"]["200"]
        if "$ref" in told:
            told = description["components"]["responses"][told["$ref"].rpartition("/")[2]]
        assert found.mimetype in told["content"]
        if found.mimetype == "application/json":
            schema = told["content"]["application/json"]["schema"]
            assert list(misfits(found.json, schema, description)) == [], path
            asked += 1
    assert asked == 8


def test_ranges_and_defaults_are_what_is_described(client: FlaskClient) -> None:
    description = answer(client, "/openapi.json")
    known = description["components"]["parameters"]
    assert known["strength"]["schema"]["items"]["enum"] == list(STRENGTHS)
    assert known["kind"]["schema"]["items"]["anyOf"][0]["enum"] == list(FAMILIES)
    assert known["graphFormat"]["schema"]["enum"] == [*FORMATS, "html"]
    path = f"/pathways/{NURSING}/preceding"
    for name in ("depth", "limit"):
        schema = known[name]["schema"]
        assert answer(client, f"{path}?{name}={schema['default']}") == answer(client, path)
        for number in (schema["minimum"], schema["maximum"]):
            assert client.get(f"{path}?{name}={number}").status_code == 200
        for number in (schema["minimum"] - 1, schema["maximum"] + 1):
            assert client.get(f"{path}?{name}={number}").status_code == 400


def test_the_guide_tells_what_works(
    client: FlaskClient, sample: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    section = (ROOT / "docs" / "pathways.md").read_text("utf-8")
    variables = dict(re.findall(r"^(\w+)=(\S+)", section, re.MULTILINE))
    expanded = re.sub(r"\$(\w+)", lambda name: variables.get(name[1], name[0]), section)
    asked = re.findall(
        r"^curl .*localhost:8000(/(?:pathways|links)[^\s\"]+)", expanded, re.MULTILINE
    )
    assert len(asked) > 10
    for address in set(asked) - {"/pathways/check"}:  # which is sent with a body
        found = client.get(address)
        assert found.status_code == 200, address
        assert b'"edges":[]' not in found.data, address
    shown = re.findall(r"http://localhost:8000(/pathways[\w/-]*)", section)
    assert len(shown) > 4
    for address in shown:
        page(client, address)
    query = re.search(r"'query=\s*(SELECT.*?)'", section, re.DOTALL)
    assert query
    answered = client.get("/sparql", query_string={"query": query[1], "format": "csv"})
    assert {RN, APN} <= {line[-39:] for line in answered.text.split()}
    program = section.partition("```python\n")[2].partition("```")[0]
    exec(program.replace('"home"', repr(str(sample.settings.home))), {})
    assert "1 Diploma in Practical Nursing Riverbend Community College" in capsys.readouterr().out
