"""Reading documents: the shapes taken, the one canonical form, and what is refused and where."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctgraph.documents import Document, parse
from ctgraph.errors import CtgraphError, DocumentTooLarge, InvalidDocument
from ctgraph.problem import Problem, Severity
from ctgraph.rdf.namespaces import CETERMS
from ctgraph.settings import load_settings
from tests.support.outcome import outcome
from tests.support.paths import ROOT
from tests.support.registry import certificate, ctid_number

SETTINGS = load_settings()
BASE = "http://localhost:8000"
RECORD = ctid_number(1)
PROFILE = {"@type": "ceterms:ConditionProfile"}
# ru_maxrss would count what pytest itself held when it forked; VmHWM starts with the program.
SUBPROCESS = """
import json, pathlib, re, sys
from ctgraph.documents import parse
from ctgraph.errors import CtgraphError
from ctgraph.settings import load_settings
try:
    found = len(parse(sys.stdin.buffer.read(), load_settings()).entities)
except CtgraphError as error:
    found = [type(error).__name__, [[p.pointer, p.remedy] for p in error.problems]]
peak = re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1]
print(json.dumps([found, int(peak) // 1000]))
"""


def read(document: Any, **overrides: Any) -> Document:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse(data, load_settings(**overrides))


def refused(document: Any, **overrides: Any) -> list[Problem]:
    """Return what is wrong with a document."""
    with pytest.raises(InvalidDocument) as caught:
        read(document, **overrides)
    return caught.value.problems


def elsewhere(document: Any) -> Any:
    """Read a document in a process that is killed if it hangs; return the result, megabytes."""
    run = subprocess.run(
        [sys.executable, "-c", SUBPROCESS],
        input=json.dumps(document).encode(),
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=True,
    )
    return json.loads(run.stdout)


def beside(*nodes: dict[str, Any]) -> dict[str, Any]:
    """Return a document with further nodes beside the certificate."""
    document = certificate()
    document["@graph"] += nodes
    return document


def raw(new: str, old: str = '"ceterms:name"') -> bytes:
    text = json.dumps(certificate())
    assert old in text
    return text.replace(old, new, 1).encode()


def competency(number: int, **more: Any) -> dict[str, Any]:
    record = ctid_number(number)
    return {
        "@type": "ceasn:Competency",
        "@id": f"{BASE}/resources/{record}",
        "ceterms:ctid": record,
        "ceasn:competencyText": {"en": f"Skill {number}"},
        **more,
    }


def test_a_graph_a_single_entity_and_an_envelope_are_one_document() -> None:
    graph = read(certificate())
    entity = {"@context": certificate()["@context"], **certificate()["@graph"][0]}
    for other in (entity, {"decoded_resource": certificate()}, {"decoded_resource": entity}):
        document = read(other)
        assert (document.canonical, document.digest) == (graph.canonical, graph.digest)
    assert (graph.ctid, graph.type, graph.name) == (RECORD, "ceterms:Certificate", "Certificate 1")
    assert graph.owners == (ctid_number(0),)
    assert graph.entities[0].pointer == "/@graph/0"
    assert graph.received == json.dumps(certificate()).encode()


def test_a_byte_order_mark_is_read_over() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(certificate()).encode()).digest == (
        read(certificate()).digest
    )


WEBPAGE, NAME, REQUIRES = "ceterms:subjectWebpage", "ceterms:name", "ceterms:requires"
AT = "/@graph/0/"
OTHER = f"{BASE}/resources/{ctid_number(2)}"
WRONG: dict[str, tuple[Any, str]] = {
    "not JSON": (b"{", ""),
    "nothing": (b"", ""),
    "an array": ([], ""),
    "UTF-16": (json.dumps(certificate()).encode("utf-16"), ""),
    "Latin-1": (raw('"ceterms:name\xe9"').decode().encode("latin-1"), ""),
    "no @graph": ({"@context": certificate()["@context"]}, ""),
    "an empty @graph": (certificate() | {"@graph": []}, "/@graph"),
    "text in @graph": (certificate() | {"@graph": ["text"]}, "/@graph/0"),
    "an envelope of nothing": ({"decoded_resource": {}}, "/decoded_resource"),
    "a bad envelope": ({"decoded_resource": certificate(a="x")}, "/decoded_resource/@graph/0/a"),
    "no CTID": (certificate() | {"@graph": [PROFILE]}, "/@graph/0/ceterms:ctid"),
    "a malformed CTID": (certificate(**{"ceterms:ctid": "ce-1"}), AT + "ceterms:ctid"),
    "two CTIDs": (certificate(**{"ceterms:ctid": [RECORD, ctid_number(2)]}), AT + "ceterms:ctid"),
    "a CTID twice": (beside(competency(2), competency(2)), "/@graph/2/ceterms:ctid"),
    "another CTID in @id": (certificate(**{"@id": OTHER}), AT + "@id"),
    "another document @id": (certificate() | {"@id": f"{BASE}/graph/{ctid_number(2)}"}, "/@id"),
    "two unrelated entities": (beside(certificate(2)["@graph"][0]), "/@graph/1"),
    "no @type": (certificate(**{"@type": []}), AT + "@type"),
    "a type without prefix": (certificate(**{"@type": "Certificate"}), AT + "@type"),
    "an undefined blank node": (certificate(**{REQUIRES: ["_:x"]}), AT + REQUIRES + "/0"),
    "a remote context": (certificate() | {"@context": "https://a.org/"}, "/@context"),
    "a redefinition": (certificate() | {"@context": [{"asn": "urn:x:"}]}, "/@context/0/asn"),
    "an inline term": (certificate() | {"@context": {"a": {"@id": "urn:a"}}}, "/@context/a"),
    "a property without prefix": (certificate(name="x"), AT + "name"),
    "a keyword": (certificate(**{"@reverse": {}}), AT + "@reverse"),
    "a key twice": (raw('"ceterms:ctid": "x", "ceterms:name"'), AT + "ceterms:ctid"),
    "a language twice": (raw('{"en-US": "x", "en-US"', '{"en-US"'), AT + "ceterms:name/en-US"),
    "NaN": (raw('"ceterms:latitude": NaN, "ceterms:name"'), AT + "ceterms:latitude"),
    "-Infinity": (raw('"ceterms:latitude": -Infinity, "ceterms:name"'), AT + "ceterms:latitude"),
    "1e400": (raw('"ceterms:latitude": 1e400, "ceterms:name"'), AT + "ceterms:latitude"),
    "2^63": (certificate(**{"ceterms:latitude": 2**63}), AT + "ceterms:latitude"),
    "5,000 digits": (raw('"ceterms:latitude": ' + "9" * 5000 + ', "ceterms:name"'), ""),
    "10,000 arrays": (b"[" * 10_000, ""),
    "a relative IRI": (certificate(**{WEBPAGE: "about.html"}), AT + WEBPAGE),
    "a path": (certificate(**{WEBPAGE: ["https://a.org/", "/about"]}), AT + WEBPAGE + "/1"),
    "a space in an IRI": (certificate(**{WEBPAGE: "https://a.org/a b"}), AT + WEBPAGE),
    "a relative @id": (certificate(**{REQUIRES: {"@id": "x"}}), AT + REQUIRES + "/@id"),
    "a control character": (certificate(**{NAME: {"en": "a\x00b"}}), AT + NAME + "/en"),
    "half a surrogate pair": (certificate(**{NAME: {"en": "\ud83d"}}), AT + NAME + "/en"),
    "a bad language tag": (certificate(**{NAME: {"en_US": "a"}}), AT + NAME + "/en_US"),
    "a slash in a language tag": (certificate(**{NAME: {"e/~n": "a"}}), AT + NAME + "/e~1~0n"),
}


@pytest.mark.parametrize(("document", "pointer"), WRONG.values(), ids=WRONG)
def test_a_bad_document_is_refused_with_the_place_and_a_remedy(
    document: dict[str, Any], pointer: str
) -> None:
    problems = refused(document)
    assert pointer in [problem.pointer for problem in problems]
    assert all(problem.message and problem.remedy for problem in problems)


def test_a_document_with_a_name_of_another_site_is_kept_under_its_own_with_a_warning() -> None:
    (warning,) = read(certificate() | {"@id": "https://example.org/"}).problems
    assert warning.severity is Severity.WARNING
    assert warning.pointer == "/@id"
    assert f"{BASE}/graph/{ctid_number(1)}" in warning.message


def test_every_problem_is_reported_at_once() -> None:
    document = certificate(name="x", **{WEBPAGE: "about", NAME: {"en_US": "a"}, "@id": OTHER})
    document["@context"] = "https://example.org/context"
    assert {problem.pointer for problem in refused(document)} == {
        "/@context",
        AT + "name",
        AT + WEBPAGE,
        AT + NAME + "/en_US",
        AT + "@id",
    }


def test_a_document_may_be_as_large_as_the_limit_and_no_larger() -> None:
    size = len(json.dumps(certificate()))
    assert read(certificate(), max_document_bytes=size).ctid == RECORD
    with pytest.raises(DocumentTooLarge, match=f"{size - 1:,}"):
        read(certificate(), max_document_bytes=size - 1)


def test_a_document_may_be_as_deep_as_the_limit_and_no_deeper() -> None:
    def nested(depth: int) -> dict[str, Any]:
        value: dict[str, Any] = dict(PROFILE)
        for _ in range(depth - 2):
            value = {**PROFILE, "ceterms:requires": value}
        return certificate(**{"ceterms:requires": value})

    assert read(nested(10), max_document_depth=10).ctid == RECORD
    pointer = refused(nested(11), max_document_depth=10)[0].pointer
    assert pointer
    assert pointer.startswith(AT + "ceterms:requires")
    assert refused(certificate(**{"ceterms:keyword": json.loads("[" * 300 + "]" * 300)}))


def ring(size: int, *steps: int) -> list[dict[str, Any]]:
    """Return blank nodes that each refer to those some steps further on."""
    return [
        {
            **PROFILE,
            "@id": f"_:n{i}",
            "ceterms:alternativeCondition": [f"_:n{(i + step) % size}" for step in steps],
        }
        for i in range(size)
    ]


TWINS = {**PROFILE, "ceterms:alternativeCondition": [PROFILE] * 12}


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(certificate(**{"ceterms:requires": [TWINS, TWINS]}), id="twins of twelve"),
        pytest.param(beside(*ring(12, *range(1, 12))), id="a clique"),
        pytest.param(beside(*ring(60, 1, 59, 7, 53)), id="a regular graph"),
        pytest.param(beside(*ring(3000, 1)), id="a long ring"),
    ],
)
def test_blank_nodes_too_much_alike_are_refused_rather_than_tried_in_every_order(
    document: dict[str, Any],
) -> None:
    (kind, [[pointer, remedy]]), _ = elsewhere(document)
    assert (kind, pointer) == ("InvalidDocument", "")
    assert "differ" in remedy


def test_a_few_profiles_alike_are_no_trouble() -> None:
    assert read(certificate(**{"ceterms:requires": [PROFILE] * 50})).quads.count(b"Profile>") == 50


def test_a_framework_of_ten_thousand_competencies_is_read_in_less_than_500_megabytes() -> None:
    framework = certificate(**{"@type": "ceasn:CompetencyFramework"})
    part = {"ceasn:isPartOf": f"{BASE}/resources/{RECORD}"}
    framework["@graph"] += [competency(number, **part) for number in range(2, 10_002)]
    entities, megabytes = elsewhere(framework)
    assert entities == 10_001
    assert megabytes < 500


KEYS = st.sampled_from(
    [
        "@id",
        "@type",
        "@graph",
        "@context",
        "@value",
        "@language",
        "@list",
        "decoded_resource",
        "ceterms:ctid",
        NAME,
        WEBPAGE,
        "ceterms:requires",
        "ceterms:latitude",
        "ceasn:isPartOf",
        "foo:bar",
        "name",
        "en",
        "en_US",
        "@none",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(
        [
            RECORD,
            f"{BASE}/resources/{RECORD}",
            "_:a",
            "_:",
            "ceterms:Certificate",
            "lifecycle:Active",
            "https://example.org/",
            "a b",
            "\ud800",
            "\x00",
        ]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
PROPERTIES = st.dictionaries(KEYS, VALUES, max_size=3)
DOCUMENTS = st.one_of(
    VALUES,
    PROPERTIES.map(lambda more: certificate(**more)),
    PROPERTIES.map(lambda more: certificate() | more),
    st.lists(PROPERTIES, max_size=3).map(lambda nodes: beside(*nodes)),
)


@settings(deadline=None, max_examples=400)
@given(data=DOCUMENTS.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60))
def test_whatever_comes_is_read_or_refused_and_read_again_the_same(data: bytes) -> None:
    document = outcome(lambda: parse(data, SETTINGS), CtgraphError)
    if isinstance(document, CtgraphError):
        assert document.problems
        return
    again = parse(document.canonical, SETTINGS)
    assert (again.digest, again.quads, again.canonical) == (
        document.digest,
        document.quads,
        document.canonical,
    )


ODD_IRIS = st.builds(
    str.__add__,
    st.sampled_from(["https://x.example/", "urn:x:", "skos:", "ceterms:", "mailto:", "http://"]),
    st.text(alphabet='a1%2f#?[]:/@é |^\\{}<"', max_size=8),
)


@given(ODD_IRIS)
@settings(max_examples=300, deadline=None)
def test_an_iri_is_refused_or_in_the_graph(iri: str) -> None:
    types = {"@type": ["ceterms:Certificate", iri]}
    for more in ({"ceterms:jurisdiction": {"@id": iri}}, {iri: "A"}, types):
        whole = parse(json.dumps(certificate()).encode(), load_settings()).quads
        data = json.dumps(certificate(**more)).encode()
        document = outcome(partial(parse, data, load_settings()), InvalidDocument)
        if isinstance(document, InvalidDocument):
            assert document.problems
        else:
            assert len(document.quads.splitlines()) > len(whole.splitlines())


@pytest.mark.parametrize(
    "iri", ["https://x.example/%zz", "https://x.example/?a[]=1", "urn:x:#a#b", "skos:a#b"]
)
def test_what_the_processor_would_drop_is_refused(iri: str) -> None:
    document = certificate(**{"ceterms:sameAs": iri})
    with pytest.raises(InvalidDocument) as caught:
        parse(json.dumps(document).encode(), load_settings())
    problem = caught.value.problems[0]
    assert problem.pointer == "/@graph/0/ceterms:sameAs"
    assert "%25" in problem.remedy


def test_expanded_json_ld_names_its_ctid_as_it_names_all_values() -> None:
    compact = certificate()["@graph"][0]
    expanded: dict[str, Any] = {
        "@id": compact["@id"],
        "@type": [f"{CETERMS}Certificate"],
        f"{CETERMS}ctid": [{"@value": ctid_number(1)}],
        f"{CETERMS}name": [{"@value": "Welding", "@language": "en"}],
    }
    assert read(expanded).ctid == ctid_number(1)
    twice = expanded | {f"{CETERMS}ctid": [{"@value": ctid_number(n)} for n in (1, 2)]}
    with pytest.raises(InvalidDocument, match="exactly one CTID"):
        read(twice)


@pytest.mark.parametrize("keyword", ["@list", "@set"])
def test_texts_in_a_list_of_json_ld_are_told_how_to_be_written(keyword: str) -> None:
    document = certificate(**{"ceterms:keyword": {keyword: ["a", "b"]}})
    (problem,) = refused(document)
    assert problem.pointer == f"/@graph/0/ceterms:keyword/{keyword}"
    assert "array" in problem.remedy
