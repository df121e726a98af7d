"""The classes that a record may have, over the whole vocabulary, and what others are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from ctgraph.cli.app import main
from ctgraph.documents import from_json, parse
from ctgraph.documents.entities import PARTS
from ctgraph.documents.purpose import Purpose
from ctgraph.documents.rdf_input import RDF_INPUTS
from ctgraph.errors import InvalidDocument
from ctgraph.problem import Problem, Severity
from ctgraph.rdf.formats import Format
from ctgraph.settings import load_settings
from ctgraph.shapes import shapes
from ctgraph.validation import validate
from ctgraph.vocab import TermKind, vocabulary
from tests.support.paths import shared
from tests.support.registry import Registry, certificate, ctid_number

CLASSES = sorted(
    {term.curie for term in vocabulary() if term.kind == TermKind.CLASS}
    | {vocabulary().compact(iri) for one in shapes().classes for iri in one.reaches}
)


def bare(kind: str | list[str]) -> dict[str, Any]:
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@type": kind,
        "ceterms:ctid": ctid_number(1),
    }


def found(value: dict[str, Any], purpose: Purpose = Purpose.PUBLISH) -> list[Problem]:
    settings = load_settings()
    try:
        document = from_json(value, json.dumps(value).encode(), settings, purpose)
    except InvalidDocument as error:
        return list(error.problems)
    return validate(document, settings)


def of_class(value: dict[str, Any], purpose: Purpose = Purpose.PUBLISH) -> list[Problem]:
    return [p for p in found(value, purpose) if p.pointer == "/@type"]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_has_its_shape_or_is_refused_with_its_home(kind: str) -> None:
    """No class publishes with nothing but CTID and class."""
    iri = vocabulary().expand(kind)
    violations = [p for p in found(bare(kind)) if p.severity == Severity.VIOLATION]
    assert violations
    record = any(one.record for one in shapes().of_class(iri))
    refused = [p for p in violations if p.message == f"{kind} is not a class of records."]
    assert bool(refused) != record
    for problem in refused:
        assert problem.pointer == "/@type"
        assert problem.remedy.startswith(
            ("Such a thing stands inside", "It stands inside", "Use a class that says")
        )
    if record:
        shown = [p for p in violations if p.detail.shape]
        assert shown, "a shape asks for more than CTID and class"


def test_every_class_that_may_have_a_ctid_is_a_record_or_part() -> None:
    ctid = vocabulary().term("ceterms:ctid")
    assert ctid
    known = {vocabulary().expand(kind) for kind in CLASSES}
    for iri in set(ctid.domain_includes) & known:
        record = any(one.record for one in shapes().of_class(iri))
        assert record or vocabulary().is_a(iri, *PARTS), iri


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("ceterms:Certifcate", "ceterms:Certificate"),
        ("schema:Course", "ceterms:Course"),
        ("ceterms:BachelorsDegree", "ceterms:BachelorDegree"),
        ("ceterms:certificate", "ceterms:Certificate"),
        ("ceasn:CompetencyFrameworks", "ceasn:CompetencyFramework"),
        ("qdata:DatasetProfile", "qdata:DataSetProfile"),
        ("https://purl.org/ctdl/terms/Licence", "ceterms:License"),
    ],
)
@pytest.mark.parametrize("purpose", Purpose)
def test_a_misspelt_class_is_refused_for_every_purpose(
    kind: str, meant: str, purpose: Purpose
) -> None:
    [problem] = of_class(bare(kind), purpose)
    assert problem.severity == Severity.VIOLATION
    assert problem.remedy == f"Did you mean {meant}?"


@pytest.mark.parametrize("kind", ["ex:Thing", "ceterms:NotAClass", "https://example.org/Widget"])
def test_a_class_of_no_vocabulary_is_refused(kind: str) -> None:
    value = bare(kind) | {"@context": [bare("")["@context"], {"ex": "https://example.org/"}]}
    [problem] = of_class(value)
    assert problem.severity == Severity.VIOLATION
    assert "/vocab" in problem.remedy


def test_one_class_of_records_is_enough() -> None:
    value = bare(["ceterms:Certificate", "ex:Thing"])
    value["@context"] = [value["@context"], {"ex": "https://example.org/"}]
    assert not [p for p in of_class(value) if p.severity == Severity.VIOLATION]
    own = bare("own:Certificate")
    own["@context"] = [own["@context"], {"own": "https://purl.org/ctdl/terms/"}]
    assert not [p for p in of_class(own) if p.severity == Severity.VIOLATION]


def test_a_class_of_an_earlier_vocabulary_loads_with_a_warning() -> None:
    [problem] = of_class(bare("ceterms:CompetencyFramework"))
    assert problem.severity == Severity.VIOLATION
    assert problem.remedy == "Write ceasn:CompetencyFramework."
    told = of_class(bare("ceterms:CompetencyFramework"), Purpose.HARVEST)
    assert [p.severity for p in told if "earlier" in p.message] == [Severity.WARNING]


def test_a_misspelt_class_is_refused_over_http(registry: Registry, client: FlaskClient) -> None:
    document = certificate() | {"@graph": [certificate()["@graph"][0] | {"@type": "schema:Course"}]}
    answer = client.post(registry.documents_url, json=document, headers=registry.authorization)
    assert answer.status_code == 422
    assert "Did you mean ceterms:Course?" in answer.text
    assert client.get(f"/resources/{ctid_number(1)}").status_code == 404


@pytest.mark.parametrize(
    ("body", "content_type", "words"),
    [
        ("@prefix a: <http://a/> .\n<http://b> a a:C .", "application/json", "is Turtle, not JSON"),
        ("# note\nPREFIX a: <http://a/>\n", "application/ld+json", "is Turtle, not JSON"),
        ("<http://a> <http://b> <http://c> .", "application/json", "is N-Triples"),
        ('<?xml version="1.0"?><rdf:RDF/>', "application/json", "is XML, not JSON"),
        ("<!DOCTYPE html><html></html>", "application/json", "is an HTML page, not JSON"),
        ('{"@type": "ceterms:Course"}', "text/turtle", "is JSON, not text/turtle"),
        ('[{"@type": "ceterms:Course"}]', "application/rdf+xml", "is JSON"),
        ("@prefix a: <http://a/> .\n", "application/rdf+xml", "is Turtle"),
    ],
)
def test_a_body_in_another_format_is_recognised(
    client: FlaskClient, body: str, content_type: str, words: str
) -> None:
    answer = client.post("/validate", data=body, content_type=content_type)
    [problem] = answer.json["problems"]
    assert words in problem["message"]
    assert problem["remedy"]


def advice_of(name: str) -> set[str]:
    value = json.loads(shared(f"real/minimal/{name}.json").read_bytes())
    return {str(p.detail.advice or p.detail.shape.partition("#")[2]) for p in found(value)}


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("90-language-English", {"language"}),
        ("90-price-negative-currency-name", {"not-negative", "code-of-currency"}),
        ("90-framework-child-not-here-and-part-of-other", {"elsewhere"}),
        ("90-status-by-name-only", {"by-name"}),
        ("90-accredited-by-owner", {"not-accredited-by-its-owner"}),
        ("90-accredits-itself", {"not-accredited-by-itself"}),
        ("95-misspelt-prefix-and-year-date", {"undeclared"}),
    ],
)
def test_what_is_doubtful_never_passes_silently(name: str, rules: set[str]) -> None:
    assert rules <= advice_of(name)


@pytest.mark.parametrize("tag", ["xx-ZZ", "jp", "enlish"])
def test_tags_of_texts_are_checked_like_those_of_the_language(tag: str) -> None:
    node = bare("ceterms:Course") | {"ceterms:name": {tag: "A name"}}
    [problem] = [p for p in found(node) if p.detail.advice == "language"]
    assert problem.severity == Severity.WARNING
    assert tag.lower() in problem.message.lower()
    assert (problem.pointer or "").startswith("/ceterms:name")
    good = bare("ceterms:Course") | {"ceterms:name": {"zh-Hant-TW": "A", "i-klingon": "B"}}
    assert not [p for p in found(good) if p.detail.advice == "language"]


def test_a_target_of_another_class_is_told_as_far_as_the_registry_knows(
    registry: Registry, client: FlaskClient
) -> None:
    target = {"ceterms:targetCredential": [f"http://localhost:8000/resources/{ctid_number(0)}"]}
    document = certificate(1, **{"ceterms:requires": [target]})
    problems = client.post("/validate", json=document).json["problems"]
    [problem] = [p for p in problems if p.get("advice") == "other-class"]
    assert problem["severity"] == "warning"
    assert "ceterms:Organization" in problem["message"]


def test_a_misspelt_property_gets_a_suggestion_and_its_line(client: FlaskClient) -> None:
    text = json.dumps(certificate(1, **{"ceterms:keywrd": "x"}), indent=1)
    problems = client.post("/validate", data=text, content_type="application/json").json["problems"]
    [problem] = [p for p in problems if "keywrd" in p["message"]]
    assert "Did you mean ceterms:keyword?" in problem["remedy"]
    assert '"ceterms:keywrd"' in text.splitlines()[problem["line"] - 1]


@pytest.mark.parametrize(
    ("key", "likely"),
    [
        ("name", "ceterms:name"),
        ("Name", "ceterms:name"),
        ("ceterms.name", "ceterms:name"),
        ("ceterms_keyword", "ceterms:keyword"),
        ("subjectWebPage", "ceterms:subjectWebpage"),
        ("HasValue", "schema:value"),
        ("ceterm:name", "ceterms:name"),
        ("ceasns:name", "ceasn:name"),
        ("http://purl.org/ctdl/terms/keywrd", "ceterms:keyword"),
    ],
)
@pytest.mark.parametrize("harvested", [False, True])
def test_every_kind_of_misspelt_property_gets_a_suggestion_and_its_line(
    client: FlaskClient, tmp_path: Path, key: str, likely: str, harvested: bool
) -> None:
    text = json.dumps(certificate(1, **{key: "x"}), indent=1)
    line = next(n for n, row in enumerate(text.splitlines(), 1) if f'"{key}"' in row)
    address = "/validate?harvested=true" if harvested else "/validate"
    problems = client.post(address, data=text, content_type="application/json").json["problems"]
    [problem] = [p for p in problems if p.get("line") == line]
    assert f"Did you mean {likely}?" in problem["remedy"]
    file = tmp_path / "a.json"
    file.write_text(text)
    ran = CliRunner().invoke(main, ["validate", *["--harvested"] * harvested, str(file)])
    [row] = [one for one in ran.output.splitlines() if f"line {line} " in one]
    assert f"Did you mean {likely}?" in row


def broken() -> dict[str, Any]:
    """Return a document with a problem of each kind: class, property, minimum data, value."""
    document = certificate(1, **{"ceterms:keywrd": "x", "ceterms:dateEffective": "yesterday"})
    node = document["@graph"][0]
    node["@type"] = "ceterms:Certifcate"
    del node["ceterms:name"]
    return document


MENDED = ("Did you mean ceterms:Certificate?", "Did you mean ceterms:keyword?", "Add ceterms:name")


def test_a_wrong_class_hides_no_other_problem(client: FlaskClient) -> None:
    problems = client.post("/validate", json=broken()).json["problems"]
    remedies = " ".join(p["remedy"] for p in problems if p["severity"] != "info")
    assert all(words in remedies for words in (*MENDED, "Write a value as xsd:date"))


@pytest.mark.parametrize("kind", ["Certificate", "Certifcate", "ceterms.Certificate"])
def test_a_class_without_its_prefix_hides_no_other_problem(client: FlaskClient, kind: str) -> None:
    document = broken()
    document["@graph"][0]["@type"] = kind
    problems = client.post("/validate", json=document).json["problems"]
    remedies = " ".join(p["remedy"] for p in problems if p["severity"] != "info")
    assert all(words in remedies for words in MENDED)
    assert "Add @type" not in remedies


def test_a_former_class_is_held_to_the_shapes_of_the_present_one() -> None:
    problems = found(bare("ceterms:CompetencyFramework"), Purpose.HARVEST)
    assert [p for p in problems if p.detail.shape and p.severity != Severity.INFO]


@pytest.mark.parametrize("form", RDF_INPUTS, ids=lambda form: form.name)
def test_every_format_gets_all_problems_in_one_answer(client: FlaskClient, form: Format) -> None:
    property = "https://purl.org/ctdl/terms/keywrd"
    quads = parse(orjson.dumps(certificate(1)), load_settings()).quads
    quads = quads.replace(b"/terms/Certificate>", b"/terms/Certifcate>")
    said = [
        ox.Quad(q.subject, q.predicate, q.object)
        for q in ox.parse(quads, format=ox.RdfFormat.N_QUADS)
        if not q.predicate.value.endswith("/name")
    ]
    subject = next(q.subject for q in said if q.predicate.value.endswith("/ctid"))
    body = ox.serialize(
        [*said, ox.Quad(subject, ox.NamedNode(property), ox.Literal("x"))], format=form.writer
    )
    assert body
    problems = client.post("/validate", data=body, content_type=form.media_type).json["problems"]
    remedies = " ".join(p["remedy"] for p in problems if p["severity"] != "info")
    assert all(words in remedies for words in MENDED)
    [problem] = [p for p in problems if "keywrd" in p["message"]]
    assert "keywrd" in body.decode().splitlines()[problem["line"] - 1]
