"""The API answers as its description says, whatever is asked (schemathesis)."""

from __future__ import annotations

import io
import json
from importlib.resources import files
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from ctgraph.bulk.load import load
from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Scope
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.paths import DATA
from tests.support.registry import Registry, certificate, ctid_number

CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DESCRIBED = json.loads(files("ctgraph.web").joinpath("openapi.json").read_text("utf-8"))["paths"]
OPERATIONS = [(path, method) for path, methods in DESCRIBED.items() for method in methods]

KNOWN: dict[str, list[Any]] = {
    "ctid": [
        "ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc",
        "ce-fdb3f7fe-4446-4d77-a77c-6d000716d259",
        "CE-FDB3F7FE-4446-4D77-A77C-6D000716D259",
        ctid_number(1),
    ],
    "org_ctid": [ctid_number(0), "ce-5ea7da99-77bc-496b-9e88-e4954be3e521"],
    "digest": ["0" * 16, "x"],
    "number": [0, 1, 2, 10**30],
    "question": ["preceding", "stack", "versions"],
    "family": ["credentials", "credentials.ttl"],
    "term": ["ceterms:name", "ceterms:License"],
    "name": ["precedes", "what-precedes", "what-precedes.rq", "all", "4"],
    "context": ["ctdl", "ctdlasn"],
    "id": ["0" * 22],
    "invitation": ["0" * 64, "x"],
    "framework": ["soc", "x"],
    "member": ["00000000-0000-4000-8000-000000000000", "x"],
    "other": [ctid_number(9), "x"],
    "key": ["0123abcd", "x"],
    "collection": ["CFConcepts", "CFItemTypes"],
    "sequence": [0, 1, 199, 10**30],
    "edition": ["v1p0", "v1p1"],
    "identifier": ["3f868576-0ccb-472b-8003-7eb90c2261b3", "3d86450c-13ed-4825-9f8c-0ed673aa870a"],
    "uri": ["resources/ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc", "https://www.example.org/x"],
    "first": [0, 1, 101, 10**30],
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry that holds the sample data."""
    home = tmp_path_factory.mktemp("described")
    options = load_settings(home=home, query_timeout=5)
    ledger = Ledger.initialise(options)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    load(options, ledger, [DATA], None, io.StringIO(), lambda done: None)
    key = ledger.organizations.add_key(organization.ctid, [*Scope])
    found = Registry(options, ledger, organization, key)
    found.project()
    return found


@pytest.fixture(scope="module")
def schema(registry: Registry) -> BaseSchema:
    return schemathesis.openapi.from_wsgi("/openapi.json", create_app(registry.settings))


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=lambda part: part)
@settings(max_examples=25, derandomize=True, suppress_health_check=[*HealthCheck])
@given(st.data())
def test_every_answer_is_described(
    schema: BaseSchema, registry: Registry, path: str, method: str, data: st.DataObject
) -> None:
    operation = schema[path][method]
    mode = data.draw(st.sampled_from(schemathesis.GenerationMode))
    case = data.draw(operation.as_strategy(generation_mode=mode))
    if data.draw(st.booleans()):  # what is made up is seldom there
        known = {name: data.draw(st.sampled_from(KNOWN[name])) for name in case.path_parameters}
        case.path_parameters = known
    keyed = data.draw(st.booleans())
    accept = data.draw(st.sampled_from(["*/*", "application/json", "text/html", "image/png"]))
    headers = {"Accept": accept, "Accept-Encoding": "identity"}
    answer = case.call(headers=headers | (registry.authorization if keyed else {}))
    assert answer.status_code < 500 or "retry-after" in answer.headers
    case.validate_response(answer, checks=CHECKS)


def test_the_life_of_a_record_is_described(schema: BaseSchema, registry: Registry) -> None:
    def ask(path: str, method: str, status: int, body: Any = None, **where: str) -> None:
        given = {} if body is None else {"body": body, "media_type": "application/ld+json"}
        case = schema[path][method].Case(path_parameters=where, **given)
        answer = case.call(headers=registry.authorization | {"Accept-Encoding": "identity"})
        assert answer.status_code == status, answer.text
        case.validate_response(answer, checks=CHECKS)

    record = ctid_number(1)
    documents = "/resources/organizations/{org_ctid}/documents"
    for text, status in (("first", 201), ("first", 200), ("second", 201)):
        document = certificate(1, **{"ceterms:alternateName": {"en": [text]}})
        ask(documents, "POST", status, document, org_ctid=ctid_number(0))
    ask(documents, "POST", 422, {}, org_ctid=ctid_number(0))
    ask(documents, "POST", 403, {}, org_ctid=ctid_number(9))
    for path in (
        "/resources/{ctid}",
        "/graph/{ctid}",
        "/envelopes/{ctid}",
        "/resources/{ctid}/versions",
        "/links/{ctid}",
    ):
        ask(path, "GET", 200, ctid=record)
    ask("/resources/{ctid}/versions/{number}", "GET", 200, ctid=record, number="1")
    ask("/resources/{ctid}/versions/{number}", "GET", 404, ctid=record, number="3")
    ask("/resources/{ctid}/versions/{number}/changes", "GET", 200, ctid=record, number="2")
    ask("/validate", "POST", 200, certificate(1))
    ask("/drafts/{ctid}", "PUT", 204, {"@type": "ceterms:Pathway"}, ctid=record)
    ask("/drafts", "GET", 200)
    ask("/api/bulk", "GET", 200)
    ask("/api/bulk/{id}", "GET", 404, id="0" * 22)
    ask("/drafts/{ctid}", "GET", 200, ctid=record)
    ask("/drafts/{ctid}/approve", "POST", 400, {}, ctid=record)
    ask("/drafts/{ctid}/submit", "POST", 422, {}, ctid=record)
    own, other = ctid_number(0), ctid_number(9)
    registry.ledger.organizations.add("Other College", other)
    ask("/api", "GET", 200)
    ask("/api/organizations", "GET", 200)
    ask("/api/organizations/{org_ctid}", "GET", 200, org_ctid=own)
    ask("/api/organizations/{org_ctid}/members", "GET", 200, org_ctid=own)
    invited = {"email": "rita@pine.example.org", "role": "editor"}
    ask("/api/organizations/{org_ctid}/members", "POST", 202, invited, org_ctid=own)
    third, granted = "/api/organizations/{org_ctid}/third-parties", {"publisher": other}
    ask(third, "POST", 201, granted, org_ctid=own)
    ask(third, "GET", 200, org_ctid=own)
    ask(f"{third}/{{other}}", "DELETE", 204, org_ctid=own, other=other)
    confirmations = "/api/organizations/{org_ctid}/confirmations"
    ask(confirmations, "GET", 200, org_ctid=own)
    ask(confirmations, "POST", 204, {"versions": {record: 2}}, org_ctid=own)
    ask(confirmations, "POST", 409, {"versions": {record: 1}}, org_ctid=own)
    ask(confirmations, "POST", 400, {"versions": {record: "2"}}, org_ctid=own)
    ask("/drafts/{ctid}", "DELETE", 204, ctid=record)
    ask("/drafts/{ctid}", "DELETE", 404, ctid=record)
    ask("/resources/documents/{ctid}", "DELETE", 204, ctid=record)
    ask("/resources/documents/{ctid}", "DELETE", 410, ctid=record)
    ask("/resources/{ctid}", "GET", 410, ctid=record)
    ask("/account", "GET", 200)
