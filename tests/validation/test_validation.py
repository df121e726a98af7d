"""Validation as its users meet it: reports over HTTP and on the command line, advice, limits."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.cli import main
from ctgraph.documents import parse, serialize
from ctgraph.documents.json_text import lines_of
from ctgraph.documents.rdf_input import RDF_INPUTS, from_rdf
from ctgraph.errors import SettingsError
from ctgraph.identity import Identity
from ctgraph.problem import Severity
from ctgraph.rdf import formats
from ctgraph.settings import Settings
from ctgraph.shapes import Shapes, shapes
from ctgraph.shapes.values import values_turtle
from ctgraph.validation import prepare, validate
from ctgraph.validation.engines import compile_shapes
from ctgraph.validation.examples import example
from ctgraph.validation.submissions import examine
from ctgraph.vocab import vocabulary
from ctgraph.web import create_app
from tests.support.paths import DATA
from tests.support.registry import Registry, certificate, ctid_number

SAMPLES = sorted(DATA.glob("[123]-*/**/*.json"))
RECORDS = [one for one in shapes().classes if one.record]
BASE = "http://localhost:8000/resources"


def report(document: Any, **settings: Any) -> dict[str, Any]:
    """Return the report on a document, without a registry."""
    return examine(orjson.dumps(document), Settings(**settings))[0].report.to_json()


def advice(document: Any) -> set[tuple[str, str]]:
    """Return the rules of advice that a document meets, with the pointers."""
    return {(p["advice"], p["pointer"]) for p in report(document)["problems"] if "advice" in p}


def without(name: str) -> dict[str, Any]:
    document = certificate()
    del document["@graph"][0][name]
    return document


# The report


@pytest.mark.parametrize("engine", ["shacl", "pyshacl"])
def test_a_problem_says_what_where_and_how_to_mend_it(engine: str) -> None:
    found = report(without("ceterms:ownedBy"), validation_engine=engine)
    assert found["conforms"] is False
    assert found["counts"]["violation"] == 1
    problem = found["problems"][0]
    assert problem["severity"] == "violation"
    assert problem["pointer"] == "/@graph/0"
    assert "ceterms:ownedBy" in problem["remedy"]
    assert "owner" in problem["message"]
    assert problem["ctid"] == ctid_number(1)
    assert problem["label"] == "Certificate 1"
    assert problem["focusNode"] == f"{BASE}/{ctid_number(1)}"
    assert problem["shape"].endswith("#required-owner")
    assert problem["documentation"].endswith("/shapes/credentials#Credential.required-owner")


def test_problems_inside_nested_profiles_have_their_place_and_line() -> None:
    durations = [
        {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": text}
        for text in ("P2Y", "two years")
    ]
    data = orjson.dumps(
        certificate(**{"ceterms:estimatedDuration": durations}), option=orjson.OPT_INDENT_2
    )
    problem = examine(data, Settings())[0].report.problems[0]
    assert problem.pointer == "/@graph/0/ceterms:estimatedDuration/1/ceterms:exactDuration"
    assert "two years" in problem.message
    assert "two years" in data.decode().splitlines()[problem.detail.line - 1]


@pytest.mark.parametrize("label", ["_:ctgraph.1", "_:0", "_:c14n0"])
def test_no_label_of_a_document_is_taken_for_one_of_ours(label: str) -> None:
    durations = [
        {"@type": "ceterms:DurationProfile", "ceterms:exactDuration": "two years"},
        {"@id": label, "@type": "ceterms:DurationProfile", "ceterms:exactDuration": "P2Y"},
    ]
    data = orjson.dumps(certificate(**{"ceterms:estimatedDuration": durations}))
    found = examine(data, Settings())[0].report.problems
    assert [p.pointer for p in found if p.severity == Severity.VIOLATION] == [
        "/@graph/0/ceterms:estimatedDuration/0/ceterms:exactDuration"
    ]


@pytest.mark.parametrize("enveloped", [False, True])
def test_a_document_is_read_once(enveloped: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    loads, ox_parse = json.loads, ox.parse

    def counted_loads(text: str, **hooks: Any) -> Any:
        if hooks:  # the keys of a document are unquoted one by one, to find their lines
            read.append("JSON")
        return loads(text, **hooks)

    def counted_parse(text: Any, **options: Any) -> Any:
        if len(text) > 200:  # single terms of results are parsed, too
            read.append(options["format"])
        return ox_parse(text, **options)

    content = certificate(**{"ceterms:estimatedDuration": [{"@type": "ceterms:DurationProfile"}]})
    data = orjson.dumps({"decoded_resource": content} if enveloped else content)
    prepare(Settings())
    monkeypatch.setattr(json, "loads", counted_loads)
    monkeypatch.setattr(ox, "parse", counted_parse)
    found = examine(data, Settings())[0]
    assert any(problem.detail.shape for problem in found.report.problems)
    assert read == ["JSON", ox.RdfFormat.JSON_LD]


def test_a_kept_document_has_no_places() -> None:
    kept = parse(orjson.dumps(certificate()), Settings()).without_places()
    assert kept == parse(orjson.dumps(certificate()), Settings())
    with pytest.raises(ValueError, match="Read it again"):
        validate(kept, Settings())


def test_envelopes_and_arrays_keep_their_places() -> None:
    enveloped = report({"decoded_resource": without("ceterms:name")})
    assert enveloped["problems"][0]["pointer"] == "/decoded_resource/@graph/0"
    several = orjson.dumps([certificate(1), without("ceterms:name")])
    reports = [found.report for found in examine(several, Settings())]
    assert [r.conforms for r in reports] == [True, False]
    assert reports[1].problems[0].pointer == "/1/@graph/0"


def test_completeness_counts_what_is_recommended() -> None:
    bare, more = report(certificate()), report(certificate(**{"ceterms:keyword": {"en": "x"}}))
    assert bare["completeness"]["score"] == 0
    assert more["completeness"]["present"] == ["Keyword"]
    assert more["completeness"]["score"] == pytest.approx(1 / 12, abs=1e-3)
    assert len(more["completeness"]["missing"]) == 11


# Advice


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"ceterms:nmae": "x"}, ("undeclared", "ceterms:nmae")),
        ({"foo:bar": "x"}, ("undeclared", "foo:bar")),
        ({"ceterms:requiredNumber": 3}, ("domain", "ceterms:requiredNumber")),
        (
            {"ceterms:isNonCredit": {"@value": "2024", "@type": "xsd:gYear"}},
            ("range", "ceterms:isNonCredit"),
        ),
        ({"ceterms:requires": [{"@value": "a degree"}]}, ("range", "ceterms:requires/0")),
        (
            {"ceterms:estimatedCost": [{"@type": "ceterms:Place"}]},
            ("range", "ceterms:estimatedCost/0"),
        ),
    ],
)
def test_doubtful_terms_are_advised_on_and_never_refused(
    more: dict[str, Any], found: tuple[str, str]
) -> None:
    document = certificate(**more)
    assert (found[0], f"/@graph/0/{found[1]}") in advice(document)
    assert report(document)["conforms"] is True


def test_an_undeclared_class_is_advised_on() -> None:
    misspelt = certificate(**{"@type": ["ceterms:Certificate", "ceterms:Sertificate"]})
    assert "undeclared" in {rule for rule, _ in advice(misspelt)}


def test_links_are_looked_at_by_the_registry(client: FlaskClient, registry: Registry) -> None:
    def send(document: Any) -> Any:
        return client.post(registry.documents_url, json=document, headers=registry.authorization)

    owner = f"{BASE}/{ctid_number(0)}"
    whole = certificate(2, **{"ceterms:hasPart": [f"{BASE}/{ctid_number(n)}" for n in (3, 4, 5)]})
    part = {"ceterms:isPartOf": [f"{BASE}/{ctid_number(2)}"]}
    for document in (certificate(3), certificate(4), certificate(5, **part)):
        assert send(document).status_code == 201
    client.delete(f"/resources/documents/{ctid_number(4)}", headers=registry.authorization)
    problems = send(whole).json["validation"]["problems"]
    found = {(p["advice"], p["value"]) for p in problems if "advice" in p}
    assert found == {
        ("one-sided", ctid_number(3)),
        ("withdrawn", ctid_number(4)),
        ("unknown", owner.rpartition("/")[2]),
    }
    assert all(p["line"] for p in client.post("/validate", json=whole).json["problems"])


# HTTP


def test_validate_answers_in_every_format(client: FlaskClient) -> None:
    bad = orjson.dumps(without("ceterms:name"))

    def ask(format: str) -> str:
        answer = client.post(
            f"/validate?format={format}", data=bad, content_type="application/ld+json"
        )
        assert answer.status_code == 200
        return answer.text

    assert json.loads(ask("json"))["conforms"] is False
    assert "violation: line 1 /@graph/0: The name is missing." in ask("text")
    rows = list(csv.DictReader(io.StringIO(ask("csv"))))
    assert rows[0]["severity"] == "violation"
    assert rows[0]["shape"] == "required-name"
    graph = list(ox.parse(ask("turtle"), format=ox.RdfFormat.TURTLE))
    paths = [q.object for q in graph if q.predicate.value.endswith("#resultPath")]
    assert ox.NamedNode("https://purl.org/ctdl/terms/name") in paths
    sarif = json.loads(ask("sarif"))
    assert sarif["runs"][0]["results"][0]["level"] == "error"
    assert ask("github").startswith("::error file=document.json,line=1,title=required-name::The")
    assert "<h1>Check a document</h1>" in ask("html")


@pytest.mark.parametrize("name", [f.name for f in RDF_INPUTS])
def test_validate_reads_every_rdf_format(client: FlaskClient, name: str) -> None:
    format = formats.format_named(name)
    assert format
    document = parse(orjson.dumps(without("ceterms:name")), Settings())
    answer = client.post(
        "/validate", data=serialize.document(document.quads, format), content_type=format.media_type
    ).json
    assert answer["ctid"] == ctid_number(1)
    assert answer["counts"]["violation"] == 1
    assert "pointer" not in answer["problems"][0]


def test_wrong_requests_to_validate(make_registry: Callable[..., Registry]) -> None:
    client = create_app(make_registry(max_document_bytes=500).settings).test_client()
    assert client.post("/validate", data=b"").status_code == 400
    assert client.post("/validate", data=b"x", content_type="image/png").status_code == 415
    assert client.post("/validate", json={}, headers={"Accept": "image/png"}).status_code == 406
    assert client.post("/validate", data=b'{"a": "' + b"x" * 600 + b'"}').status_code == 413
    for data, content_type in (
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"3", "application/json"),
        (b"<a> <b>", "text/turtle"),
    ):
        answer = client.post("/validate", data=data, content_type=content_type)
        assert answer.status_code == 200, data
        found = answer.get_json().get("problems", answer.get_json().get("reports"))
        assert answer.json["conforms"] is False
        assert found
        assert all(problem["message"] for problem in found)


def test_a_slow_document_meets_the_deadline(make_registry: Callable[..., Registry]) -> None:
    client = create_app(make_registry(query_timeout=3).settings).test_client()
    costs = [{"@type": "ceterms:CostProfile", "ceterms:price": n} for n in range(100_000)]
    answer = client.post("/validate", json=certificate(**{"ceterms:estimatedCost": costs}))
    assert answer.status_code == 422
    assert "3 seconds" in answer.json["detail"]
    for _ in range(20):  # even this deadline may be too short for a busy machine
        answer = client.post("/validate", json=certificate())
        if answer.status_code == 200:
            break
    assert answer.json["conforms"] is True


def test_the_pages_of_the_minimum_data(client: FlaskClient) -> None:
    html = {"Accept": "text/html"}
    for family in shapes().families:
        page = client.get(f"/shapes/{family.name}", headers=html)
        assert page.status_code == 200
        assert family.title in page.text
        for one in family.classes:
            assert f'id="{one.name}"' in page.text
            for shape in one.shapes:
                assert f'id="{one.name}.{shape.name}"' in page.text
        assert client.get(f"/shapes/{family.name}").mimetype == "text/turtle"
        assert client.get(f"/shapes/{family.name}?format=json").json["name"] == family.name
    assert client.get("/shapes/nonsense").status_code == 404
    assert client.get("/vocab/nonsense").status_code == 404
    assert client.get("/shapes", headers=html).status_code == 200


def test_a_term_tells_how_often_it_is_used(client: FlaskClient, registry: Registry) -> None:
    for number in (1, 2):
        client.post(
            registry.documents_url, json=certificate(number), headers=registry.authorization
        )
    registry.project()
    counts = {
        term: client.get(f"/vocab/{term}").json["count"]
        for term in (
            "ceterms:Certificate",
            "ceterms:subjectWebpage",
            "credentialStat:Active",
            "ceterms:CredentialStatus",
            "ceterms:Diploma",
        )
    }
    assert list(counts.values()) == [2, 2, 2, 2, 0]
    assert client.get("/vocab/https://purl.org/ctdl/terms/name").json["curie"] == "ceterms:name"
    page = client.get("/vocab/ceterms:name", headers={"Accept": "text/html"}).text
    assert "/shapes/credentials#Credential.required-name" in page


def test_the_keys_of_terms_are_no_captions(client: FlaskClient) -> None:
    listed = client.get("/vocab").json
    assert listed
    assert list(listed) == ["classes", "properties", "schemes", "concepts"]
    assert "ceterms:Certificate" in listed["classes"]
    certificate_class = client.get("/vocab/ceterms:Certificate").json
    assert certificate_class["subClassOf"] == ["ceterms:Credential"]
    assert "ceterms:name" in certificate_class["properties"]
    assert "ceterms:Certificate" in client.get("/vocab/ceterms:Credential").json["subClasses"]
    described = client.get("/openapi.json").json["components"]["schemas"]["VocabularyTerm"]
    for term in ("ceterms:Certificate", "ceterms:name", "ceterms:CredentialStatus"):
        found = client.get(f"/vocab/{term}").json
        assert found
        assert found.keys() == described["properties"].keys() == set(described["required"])


def test_an_organization_sees_what_its_records_lack(
    client: FlaskClient, registry: Registry
) -> None:
    for number, more in ((1, {}), (2, {"ceterms:keyword": {"en": "x"}})):
        client.post(
            registry.documents_url, json=certificate(number, **more), headers=registry.authorization
        )
    registry.project()
    found = client.get(f"/organizations/{ctid_number(0)}/completeness").json
    assert found["records"] == 2
    assert found["completeness"] == pytest.approx(1 / 24, abs=1e-3)
    lacking = {row["property"]: row["records"] for row in found["lacking"]}
    assert lacking["ceterms:keyword"] == 1
    assert lacking["ceterms:image"] == 2
    assert found["leastComplete"][0]["id"].endswith(ctid_number(1))
    page = client.get(
        f"/organizations/{ctid_number(0)}/completeness", headers={"Accept": "text/html"}
    )
    assert "4%" in page.text
    assert client.get(f"/organizations/{ctid_number(9)}/completeness").status_code == 404


# The command line


def run(*arguments: str, stdin: bytes = b"") -> Any:
    return CliRunner().invoke(main, ["validate", *arguments], input=stdin)


def test_the_command_checks_files_folders_and_standard_input(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "in" / "bad.json"
    bad.parent.mkdir()
    good.write_bytes(orjson.dumps(certificate()))
    bad.write_bytes(orjson.dumps(without("ceterms:name")))
    assert run(str(good)).exit_code == 0
    both = run(str(tmp_path))
    assert both.exit_code == 1
    assert f"{bad}: " in both.output
    assert "The name is missing." in both.output
    assert run("-", stdin=good.read_bytes()).exit_code == 0
    assert run("-", stdin=b"{").exit_code == 1
    assert run(str(tmp_path / "nothing")).exit_code == 2
    assert run(str(good), "--format", "nonsense").exit_code == 2
    turtle = tmp_path / "one.ttl"
    document = parse(bad.read_bytes(), Settings())
    turtle.write_bytes(serialize.document(document.quads, RDF_INPUTS[0]))
    assert run(str(turtle)).exit_code == 1
    assert run("-", "--input", "turtle", stdin=turtle.read_bytes()).exit_code == 1


def test_json_lines_are_named_by_file_and_line(tmp_path: Path) -> None:
    lines = tmp_path / "many.jsonl"
    lines.write_bytes(b"\n".join(map(orjson.dumps, (certificate(), without("ceterms:name")))))
    found = run(str(lines), "--format", "github")
    assert f"::error file={lines},line=2,title=required-name::" in found.output
    results = json.loads(
        CliRunner().invoke(main, ["validate", str(lines), "--format", "sarif"]).stdout
    )["runs"][0]["results"]
    where = results[0 if results[0]["level"] == "error" else -1]["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == str(lines)


# The shapes as such


@pytest.mark.parametrize("one", RECORDS, ids=lambda one: one.name)
def test_the_example_of_each_class_conforms(one: Any) -> None:
    found = report(example(one, Identity.of(Settings())))
    assert [p for p in found["problems"] if p["severity"] != "info"] == []


def test_served_shapes_work_by_themselves_in_any_processor(client: FlaskClient) -> None:
    bad = parse(orjson.dumps(without("ceterms:name")), Settings())
    graph = f"<http://localhost:8000/graph/{bad.ctid}> ."
    triples = bad.quads.decode().replace(graph, ".")
    for address in ("/shapes", "/shapes/credentials"):
        served = compile_shapes("pyshacl", client.get(address).text, "turtle")
        assert any(r.shape.endswith("#required-name>") for r in served(triples))


def test_the_values_file_is_what_the_vocabulary_makes() -> None:
    shipped = Path(str(shapes()._files["values"]._file)).read_text("utf-8")
    assert shipped == values_turtle(vocabulary())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("@prefix : <http://x/> .\n:a :b", "line 2"),
        ('ctgs:x a sh:PropertyShape ; sh:name "x" ; sh:message "A. B." .', "line 3"),
        (
            'ctgs:x a sh:PropertyShape ; sh:path ctgs:p ; sh:name "x" ; sh:message "No remedy" .',
            "two sentences",
        ),
        ("ctgs:x a sh:NodeShape ; sh:targetClass ctgs:C ; sh:property ctgs:absent .", "absent"),
    ],
)
def test_shapes_that_do_not_load_name_the_file_and_the_line(
    tmp_path: Path, text: str, says: str
) -> None:
    head = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "@prefix ctgs: <https://w3id.org/ctgraph/shapes#> .\n"
    )
    (tmp_path / "mine.ttl").write_text(text if text.startswith("@") else head + text)
    with pytest.raises(SettingsError, match=says) as error:
        Shapes(tmp_path)
    assert "mine.ttl" in str(error.value)


# Round trips


@pytest.mark.parametrize("path", SAMPLES[::7], ids=lambda path: path.stem)
@pytest.mark.parametrize("format", RDF_INPUTS, ids=lambda format: format.name)
def test_rdf_comes_back_as_the_same_document(path: Path, format: Any) -> None:
    settings = Settings()
    document = parse(path.read_bytes(), settings)
    there = from_rdf(serialize.document(document.quads, format), format, settings)
    back = parse(orjson.dumps(there), settings)
    assert (back.ctid, back.digest) == (document.ctid, document.digest)


def places(value: Any, at: str = "") -> dict[str, str]:
    """Return the JSON Pointers of all places in a value, with the last key of each."""
    found = {at: at.rpartition("/")[2].replace("~1", "/").replace("~0", "~")}
    inner = value.items() if isinstance(value, dict) else ()
    for key, item in enumerate(value) if isinstance(value, list) else inner:
        found |= places(item, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")
    return found


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=6), json_values))
def test_every_place_in_a_json_text_has_its_line(value: dict[str, Any]) -> None:
    text = json.dumps(value, indent=1)
    expected = places(value)
    found = lines_of(text, expected.keys())
    assert found.keys() == expected.keys()
    lines = text.split("\n")
    for key in value:  # each on a line of its own
        place = "/" + key.replace("~", "~0").replace("/", "~1")
        assert lines[found[place] - 1].startswith(f" {json.dumps(key)}: ")
