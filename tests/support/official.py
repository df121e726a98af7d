"""The official schemas of other vocabularies, which this repository does not hold.

The folder that ``CTGRAPH_OFFICIAL`` names has them under their own names; the tests that need one
are skipped without it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

OPEN_BADGES = "ob_v3p0_achievementcredential_schema.json"
"""https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"""
CASE = "imscasev1p1_openapi.json"
"""The OpenAPI definition in https://www.imsglobal.org/spec/CASE/v1p1"""
ELM_SHAPES = "LOQ-constraints.ttl"
"""https://github.com/european-commission-empl/European-Learning-Model, folder rdf/ap/loq"""


def official(name: str) -> str:
    """Return the text of an official schema; skip the test where it is not there."""
    folder = os.environ.get("CTGRAPH_OFFICIAL")
    path = Path(folder or "") / name
    if not folder or not path.is_file():
        pytest.skip(f"needs {name} in the folder that CTGRAPH_OFFICIAL names")
    return path.read_text("utf-8")


def validator_of(schema: dict[str, Any], definition: str) -> Any:
    """Return a validator of values against one definition of a JSON schema."""
    jsonschema_rs = pytest.importorskip("jsonschema_rs", reason="needs jsonschema-rs")
    plain = {key: value for key, value in schema.items() if key not in ("$id", "$schema")}
    # A definition says more than its neighbours do: only it is asked for.
    for key in ("type", "properties", "required", "additionalProperties", "title"):
        plain.pop(key, None)
    return jsonschema_rs.Draft201909Validator(plain | {"$ref": definition})


def definitions(name: str) -> dict[str, Any]:
    """Return an official JSON schema."""
    found: dict[str, Any] = json.loads(official(name))
    return found
