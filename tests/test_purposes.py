"""What is refused of a new publish, and what of harvested documents, which load with warnings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask.testing import FlaskClient

from tests.support.registry import Registry, certificate, ctid_number

RECORD = ctid_number(1)
OTHER = ctid_number(900)
ADDRESS = "https://credentialengineregistry.org/resources"
Change = dict[str, Any]


def duration(**more: str) -> Change:
    profile = {"@type": "ceterms:DurationProfile"}
    profile |= {f"ceterms:{key}": value for key, value in more.items()}
    return {"ceterms:estimatedDuration": [profile]}


def verdicts(client: FlaskClient, document: Any, kind: str = "application/json") -> dict[str, Any]:
    """Return the reports on a document as a publish and as a harvested one."""
    data = document if isinstance(document, bytes) else orjson.dumps(document)
    return {
        purpose: client.post(f"/validate{query}", data=data, content_type=kind).json
        for purpose, query in (("publish", ""), ("harvest", "?harvested=true"))
    }


def found(report: dict[str, Any]) -> dict[str, str]:
    """Return the severities of problems by their places, without advice and recommendations."""
    return {  # a violation stands after the advice about the same place
        p["pointer"]: p["severity"]
        for p in reversed(report["problems"])
        if p["severity"] != "info" and "ownedBy" not in p["pointer"]  # whose record is not here
    }


@pytest.mark.parametrize(
    ("change", "publish", "harvest"),
    [
        (duration(description="About a year"), True, True),
        (duration(timeRequired="P1Y"), True, True),
        (duration(minimumDuration="P1Y"), True, True),
        (duration(maximumDuration="P1Y"), True, True),
        (duration(exactDuration="P1Y", description="A year"), True, True),
        (duration(minimumDuration="P1Y", maximumDuration="P2Y"), True, True),
        (duration(), False, True),
        (duration(exactDuration="P1Y", minimumDuration="P1Y"), False, False),
        (duration(exactDuration="P1Y", maximumDuration="P1Y"), False, False),
        ({"HasValue": True}, False, True),
        ({"ceterms:keyword ": {"en": "x"}}, False, True),
        ({"\tceterms:keyword": {"en": "x"}}, False, True),
        ({"ceterms:accreditedBy": ["_:8d1bd1ce-ad2e-4fd1-a57f-a3e8ba8bd2c9"]}, False, True),
        ({"ceterms:subjectWebpage": "https://example.org/Course List.pdf"}, False, True),
        ({"ceterms:dateEffective": "2023-02-29"}, False, True),
        ({"ceterms:name": 101}, True, True),
        ({"ceterms:name": {"en": 101}}, True, True),
        ({"ceterms:name": {"@value": "x", "@direction": "rtl"}}, False, True),
        ({"ceterms:description": {}}, False, True),
        ({"ceterms:name": {"en": {"is": "no text"}}}, False, False),
        ({"ceterms:ctid": "ce-1"}, False, False),
    ],
)
def test_what_is_incomplete_is_a_violation_for_a_publish_and_a_warning_for_a_load(
    client: FlaskClient,
    registry: Registry,
    run: Any,
    tmp_path: Path,
    change: Change,
    publish: bool,
    harvest: bool,
) -> None:
    document = certificate(**change)
    reports = verdicts(client, document)
    assert [report["conforms"] for report in reports.values()] == [publish, harvest]
    sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert (sent.status_code == 201) == publish, sent.text
    file = tmp_path / "document.json"
    file.write_bytes(orjson.dumps(document))
    assert (run("validate", file).exit_code == 0) == publish
    assert (run("validate", "--harvested", file).exit_code == 0) == harvest
    report = tmp_path / "report.jsonl"
    assert (run("load", "--strict", file, "--report", report).exit_code == 0) == publish
    assert (run("load", file, "--report", report).exit_code == 0) == harvest


def test_a_blank_node_that_is_not_defined_is_kept_as_it_is(
    client: FlaskClient, registry: Registry, run: Any, tmp_path: Path
) -> None:
    label = "_:8d1bd1ce-ad2e-4fd1-a57f-a3e8ba8bd2c9"
    file = tmp_path / "document.json"
    file.write_bytes(orjson.dumps(certificate(**{"ceterms:accreditedBy": [label]})))
    assert run("load", file, "--report", tmp_path / "report.jsonl").exit_code == 0
    (entity,) = client.get(f"/graph/{RECORD}").json["@graph"]
    assert entity["ceterms:accreditedBy"] == [label]
    for name in ("turtle", "ntriples", "rdfxml", "nquads", "trig"):
        answer = client.get(f"/graph/{RECORD}", query_string={"format": name})
        assert "accreditedBy" in answer.text, name


def test_what_may_stand_beside_the_graph(client: FlaskClient, registry: Registry) -> None:
    status = "graphPublicationStatus:Published"
    document = {**certificate(), "adms:status": status}
    sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert sent.status_code == 201
    assert client.get(f"/graph/{RECORD}").json["adms:status"] == status
    reports = verdicts(client, {**document, "ceterms:name": {"en": "x"}, "note": "y"})
    for purpose, report in reports.items():
        assert report["conforms"] is False
        assert found(report).keys() == {"/ceterms:name", "/note"}, purpose
        for problem in report["problems"]:
            if problem["pointer"] in found(report):
                assert "@context, @id and adms:status" in problem["remedy"]


def test_the_page_of_the_owner_becomes_the_same_as_the_record(
    client: FlaskClient, registry: Registry
) -> None:
    page = "https://college.example.edu/courses/515.json"
    document = certificate()
    document["@id"] = "https://college.example.edu/courses/515.graph"
    document["@graph"][0]["@id"] = page
    document["@graph"].append(
        {"@id": "_:p", "@type": "ceterms:Place", "ceterms:name": {"en": "A place"}}
    )
    sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert sent.status_code == 201
    named = [p for p in sent.json["validation"]["problems"] if page in p["message"]]
    assert [p["severity"] for p in named] == ["warning"]
    kept = client.get(f"/resources/{RECORD}").json
    assert kept["@id"] == f"http://localhost:8000/resources/{RECORD}"
    assert kept["ceterms:sameAs"] == [page]


def broken() -> dict[str, Any]:
    """Return a document with a problem of reading, one of its class, and one of its content."""
    document = certificate(**{"ceterms:dateEffective": "2023-02-29", "HasValue": 1})
    del document["@graph"][0]["ceterms:name"]
    document["@graph"][0]["@type"] = "ceterms:Certifcate"
    return document


def test_all_problems_are_told_at_once(client: FlaskClient) -> None:
    report = verdicts(client, broken())["publish"]
    assert found(report) == {
        "/@graph/0": "violation",
        "/@graph/0/@type": "violation",
        "/@graph/0/HasValue": "violation",
        "/@graph/0/ceterms:dateEffective": "violation",
    }
    told = [f"{p['pointer']} {p['message']} {p['remedy']}" for p in report["problems"]]
    assert any(text.startswith("/@graph/0 The name is missing.") for text in told)
    assert sum("Did you mean ceterms:Certificate?" in text for text in told) == 1


@pytest.mark.parametrize("kind", ["text/turtle", "application/n-triples", "application/rdf+xml"])
def test_all_problems_are_told_at_once_in_rdf(
    client: FlaskClient, registry: Registry, kind: str
) -> None:
    client.post(registry.documents_url, json=certificate(), headers=registry.authorization)
    text = client.get(f"/graph/{RECORD}", headers={"Accept": kind}).text
    assert "Certificate 1" in text
    wrong = text.replace("terms/Certificate", "terms/Certifcate")
    wrong = wrong.replace("ceterms:Certificate", "ceterms:Certifcate")
    wrong = wrong.replace("terms/description", "terms/descriptoin")
    wrong = wrong.replace("ceterms:description", "ceterms:descriptoin")
    told = json.dumps(verdicts(client, wrong.encode(), kind)["publish"]["problems"])
    assert "Did you mean ceterms:Certificate?" in told
    assert "Did you mean ceterms:description?" in told
    assert "The description is missing" in told


@pytest.mark.parametrize(
    "spelling",
    [
        f"{ADDRESS}/{OTHER.upper().replace('CE-', 'ce-')}",
        f"http://sandbox.credentialengineregistry.org/graph/{OTHER}",
    ],
)
def test_messages_show_what_was_sent(client: FlaskClient, spelling: str) -> None:
    document = certificate()
    described = {"@id": spelling, "@type": "ceterms:Course", "ceterms:name": {"en": "Of others"}}
    document["@graph"].append(described)
    for report in verdicts(client, document).values():
        told = [p["message"] for p in report["problems"] if p["pointer"] == "/@graph/1"]
        assert len(told) == 1
        assert spelling in told[0]


@pytest.mark.parametrize(
    "request_",
    [
        {"Credential": {"Name": "x"}, "PublishForOrganizationIdentifier": "ce-1"},
        {"CTID": RECORD, "GraphInput": certificate(), "Community": ""},
    ],
)
def test_a_publishing_request_is_recognised(
    client: FlaskClient, registry: Registry, request_: Any
) -> None:
    for report in verdicts(client, request_).values():
        assert "publishing request" in report["problems"][0]["message"]
        assert report["problems"][0]["remedy"]
    sent = client.post(registry.documents_url, json=request_, headers=registry.authorization)
    assert sent.status_code == 422
    assert "publishing request" in sent.text


Owner = Callable[[str], dict[str, Any]]


def of_another(number: int, **more: Any) -> dict[str, Any]:
    owner = f"http://localhost:8000/resources/{OTHER}"
    return certificate(number, **{"ceterms:ownedBy": [owner], **more})


def load(run: Any, tmp_path: Path, *documents: Any) -> None:
    file = tmp_path / f"{len(list(tmp_path.iterdir()))}.jsonl"
    file.write_bytes(b"\n".join(map(orjson.dumps, documents)))
    result = run("load", file, "--report", tmp_path / "report.jsonl")
    assert result.exit_code == 0, result.output


def test_an_organization_that_a_load_added_is_named_later(
    registry: Registry, run: Any, tmp_path: Path
) -> None:
    load(run, tmp_path, of_another(5))
    assert registry.ledger.organizations.get(OTHER).name == OTHER
    assert run("org", "add", "--name", "Riverbend College", "--ctid", OTHER).exit_code == 0
    assert registry.ledger.organizations.get(OTHER).name == "Riverbend College"
    again = run("org", "add", "--name", "Another name", "--ctid", OTHER)
    assert again.exit_code != 0
    assert "already" in again.output
    own = certificate(
        900, **{"@type": "ceterms:CredentialOrganization", "ceterms:name": {"en": "River College"}}
    )
    own["@graph"][0].pop("ceterms:ownedBy", None)
    load(run, tmp_path, own)
    assert registry.ledger.organizations.get(OTHER).name == "River College"


def test_the_name_of_an_owner_that_a_document_gives_is_not_lost(
    registry: Registry, run: Any, tmp_path: Path
) -> None:
    document = of_another(5)
    address = f"http://localhost:8000/resources/{OTHER}"
    document["@graph"].append(
        {
            "@id": address,
            "@type": "ceterms:CredentialOrganization",
            "ceterms:name": {"en": "Riverbend College"},
        }
    )
    load(run, tmp_path, document)
    assert registry.ledger.organizations.get(OTHER).name == "Riverbend College"


@pytest.mark.parametrize(
    ("name", "kept"),
    [(101, "101"), (10.5, "10.5"), (True, "true"), ({"en": 101}, "101"), ([101], "101")],
)
def test_a_name_that_is_a_number_is_a_text(
    client: FlaskClient, registry: Registry, name: Any, kept: str
) -> None:
    document = certificate(**{"ceterms:name": name})
    sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert sent.status_code == 201
    told = [p for p in sent.json["validation"]["problems"] if "is not a text" in p["message"]]
    assert [p["severity"] for p in told] == ["warning"]
    assert f'"{kept}"' in client.get(f"/graph/{RECORD}.nt").text.split("terms/name>")[1][:20]
    assert client.get(f"/resources/{RECORD}", headers={"Accept": "text/html"}).text.count(kept)
