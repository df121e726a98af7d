"""What hostile, broken or odd documents must not do: crash, hang, or get around the rules."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.cli import main
from ctgraph.documents.iris import is_iri
from ctgraph.settings import Settings
from ctgraph.validation.report import MAX_PROBLEMS
from ctgraph.validation.submissions import examine
from tests.support.registry import Registry, certificate, ctid_number

HEAD = """@prefix c: <https://purl.org/ctdl/terms/> . @prefix : <http://x.example/> .
<http://localhost:8000/resources/ce-00000000-0000-4000-8000-000000000001> a c:Certificate ;
  c:ctid "ce-00000000-0000-4000-8000-000000000001" ; """


def report(document: Any) -> dict[str, Any]:
    data = document if isinstance(document, bytes) else orjson.dumps(document)
    return examine(data, Settings())[0].report.to_json()


def violated(document: Any) -> set[str]:
    return {
        p.get("shape", "").rpartition("#")[2]
        for p in report(document)["problems"]
        if p["severity"] == "violation"
    }


@pytest.mark.parametrize("text", ["}", ",", "{a:1}", '{"a"', "[", '{\n"a": 1,\n"b": }', '"', ""])
def test_what_is_no_json_says_on_which_line(text: str) -> None:
    problem = report(text.encode())["problems"][0]
    assert problem["message"].startswith("The document is not JSON")
    assert problem["line"] == (3 if "\n" in text else 1)


@given(st.binary(max_size=40) | st.text(alphabet='{}[]:,"a1 \n\\', max_size=30).map(str.encode))
def test_no_bytes_crash_the_check(data: bytes) -> None:
    for found in examine(data, Settings()):
        assert found.report.problems
        assert all(p.message for p in found.report.problems)


@pytest.mark.parametrize(
    "statement",
    [
        "c:name 5",
        'c:name "x"^^:foo',
        'c:name <http://x.example/>, "y"@en',
        "a []",
        "c:name <<( :a :b :c )>>",
        "c:ctid <http://b.example/>",
        "c:ownedBy []",
        'c:name "a", "b"@en, 3',
    ],
)
def test_odd_turtle_gets_a_report(client: FlaskClient, statement: str) -> None:
    answer = client.post("/validate", data=HEAD + statement + " .", content_type="text/turtle")
    assert answer.status_code == 200, answer.text
    assert answer.json["conforms"] is False
    assert answer.json["problems"]


def test_entities_that_refer_to_entities_are_not_expanded(client: FlaskClient) -> None:
    entities = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    xml = f"""<?xml version="1.0"?><!DOCTYPE r [{entities}]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:c="http://x.example/">
<rdf:Description rdf:about="http://x.example/"><c:p>&j;</c:p></rdf:Description></rdf:RDF>"""
    for data in (xml.encode(), xml.encode("utf-16")):
        answer = client.post("/validate", data=data, content_type="application/rdf+xml")
        assert "declaration is not read" in answer.json["problems"][0]["message"]


@pytest.mark.parametrize(
    "document",
    [
        [{} for _ in range(1000)],
        certificate(**{"ceterms:audienceLevelType": [f"x:{n}" for n in range(4000)]}),
        certificate(**{"ceterms:name": {f"x-a{n}": "<b>" for n in range(3000)}}),
    ],
    ids=["many documents", "many wrong values", "many names"],
)
def test_many_mistakes_take_time_in_proportion(document: Any) -> None:
    # Work that grows with the square of the size would take minutes here.
    reports = [found.report for found in examine(orjson.dumps(document), Settings())]
    assert not any(found.conforms for found in reports)
    assert all(len(found.problems) <= MAX_PROBLEMS + 1 for found in reports)


def test_an_array_holds_one_document_to_a_thousand() -> None:
    for count in (0, 1001):
        assert "documents" in report([{}] * count)["problems"][0]["message"]


def test_places_are_json_pointers_whatever_the_key(client: FlaskClient) -> None:
    odd = {"ceterms:a~b": "x", "ex:foo/bar": "y"}
    pointers = {p.get("pointer") for p in report(certificate(**odd))["problems"]}
    assert {"/@graph/0/ceterms:a~0b", "/@graph/0/ex:foo~1bar"} <= pointers
    owners = [f"http://localhost:8000/resources/{ctid_number(n)}" for n in (7, 8)]
    problems = client.post("/validate", json=certificate(**{"ceterms:ownedBy": owners})).json
    links = {p["pointer"] for p in problems["problems"] if p.get("advice") == "unknown"}
    assert links == {"/@graph/0/ceterms:ownedBy/0", "/@graph/0/ceterms:ownedBy/1"}


def test_half_a_surrogate_in_a_key_is_reported(client: FlaskClient, registry: Registry) -> None:
    data = b'{"@type":"ceterms:Certificate","ceterms:ctid":"x","\\ud800":1}'
    assert client.post("/validate", data=data).json["conforms"] is False
    sent = client.post(registry.documents_url, data=data, headers=registry.authorization)
    assert sent.status_code == 422


def test_only_the_record_itself_can_be_provisional() -> None:
    status = "graphPublicationStatus:Provisional"
    aligned = {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": status}
    bare = certificate()
    for key in (
        "ceterms:description",
        "ceterms:subjectWebpage",
        "ceterms:inLanguage",
        "ceterms:credentialStatusType",
    ):
        del bare["@graph"][0][key]
    for said in (
        status,
        {"@id": status},
        aligned,
        [aligned],
        aligned | {"ceterms:targetNode": [status]},
    ):
        document = json.loads(json.dumps(bare))
        document["@graph"][0]["adms:status"] = said
        assert violated(document) == set(), said
    part = {
        "@type": "ceterms:BasicComponent",
        "ceterms:ctid": ctid_number(2),
        "adms:status": status,
        "ceterms:name": {"en": "Part"},
        "ceterms:ownedBy": [f"http://localhost:8000/resources/{ctid_number(0)}"],
    }
    borrowed = json.loads(json.dumps(bare))
    borrowed["@graph"].append(part)
    assert "required-subjectWebpage" in violated(borrowed)


@pytest.mark.parametrize("owner", [{}, {"ceterms:name": {"en": "College"}}, {"@value": "College"}])
def test_an_owner_is_an_address_or_described(owner: Any) -> None:
    assert violated(certificate(**{"ceterms:ownedBy": [owner]})) == {"organization"}
    external = certificate(**{"ceterms:ownedBy": ["urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"]})
    assert violated(external) == set()


@pytest.mark.parametrize("target", [{}, {"ceterms:name": {"en": "Course"}}, {"@value": "Course"}])
def test_what_a_condition_points_at_is_an_address_or_described(target: Any) -> None:
    profile = {"@type": "ceterms:ConditionProfile", "ceterms:targetLearningOpportunity": [target]}
    assert violated(certificate(**{"ceterms:requires": [profile]})) == {"target"}


def test_addresses_in_angle_brackets_are_no_html() -> None:
    text = "Mail <info@example.org> or see <https://example.org>; 2 < 3 > 1."
    assert violated(certificate(**{"ceterms:description": {"en": text}})) == set()
    for html in ("<p>", "</p>", "<script src=x>", "<!-- x", "<br/>"):
        document = certificate(**{"ceterms:description": {"en": f"A description with {html}"}})
        assert violated(document) == {"markup-in-description"}


def test_one_mistake_is_told_once() -> None:
    blank = certificate(**{"ceterms:description": {"en": " "}})
    messages = [p["message"] for p in report(blank)["problems"] if p["severity"] == "violation"]
    assert len(messages) == 1


def test_empty_values_do_not_count_as_complete() -> None:
    document = certificate(**{"ceterms:requires": None, "ceterms:keyword": []})
    assert report(document)["completeness"]["score"] == 0


def test_a_name_with_a_line_separator_breaks_no_page(
    client: FlaskClient, registry: Registry
) -> None:
    name = {"ceterms:name": {"en": 'A\u2028B\nC, "D"'}}
    client.post(registry.documents_url, json=certificate(**name), headers=registry.authorization)
    registry.project()
    found = client.get(f"/organizations/{ctid_number(0)}/completeness").json
    assert found["leastComplete"][0]["name"] == name["ceterms:name"]["en"]


def test_the_page_counts_lines_as_the_report_does(client: FlaskClient) -> None:
    text = json.dumps(
        certificate(
            **{
                "ceterms:keyword": {"en": "a\u2028b\u0085c"},
                "ceterms:subjectWebpage": "ftp://x.example/",
            }
        ),
        indent=1,
        ensure_ascii=False,
    )
    page = client.post("/validate?format=html", data={"document": text}).text
    shown = page.split('class="line violation"')[1]
    assert "ftp://x.example/" in shown.split("</code>")[0]


def test_every_way_to_send_a_document_to_validate(client: FlaskClient, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_bytes(orjson.dumps(certificate()))
    form = "application/x-www-form-urlencoded"  # what curl --data says by itself
    assert client.post("/validate", data=file.read_bytes(), content_type=form).json["conforms"]
    for field in ("file", "document"):
        with file.open("rb") as stream:
            assert client.post("/validate", data={field: (stream, "mine.json")}).json["conforms"]
    assert client.post("/validate", data={"document": file.read_text()}).json["conforms"]
    wrong = client.post("/validate", data={"document": "x", "input": "foo"})
    assert wrong.status_code == 415


def test_csv_holds_no_formulas() -> None:
    from ctgraph.validation.report_formats import REPORT_FORMATS

    for sign in ("=", "\t=", "\r@", "+", "-"):
        data = orjson.dumps(certificate(**{"ceterms:name": {"en": f"{sign}1+1"}}))
        written = REPORT_FORMATS["csv"].write([examine(data, Settings())[0].report])
        assert f"'{sign}1+1" in written


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text(HEAD + "c:name 5 .")
    (tmp_path / "b [1].json").write_bytes(orjson.dumps(certificate()))
    found = CliRunner().invoke(main, ["validate", str(tmp_path), "--format", "sarif"])
    assert found.exit_code == 1
    results = json.loads(found.stdout)["runs"][0]["results"]
    uris = {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in results}
    assert {uri.rpartition("/")[2] for uri in uris} == {"a.ttl", "b%20%5B1%5D.json"}


@pytest.mark.parametrize("text", ["no IRI " + "x" * 5_000, "https://x.example.org/" + "x" * 5_000])
def test_what_a_sender_chooses_is_not_kept_in_memory(text: str) -> None:
    before = sys.getrefcount(text)
    is_iri(text)
    assert sys.getrefcount(text) == before
