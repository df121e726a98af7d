"""Reading documents: what is refused, and where it says so; what is canonicalised."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.documents import Document, parse
from ctgraph.errors import CtgraphError, DocumentTooLarge, InvalidDocument
from ctgraph.rdf.canonical import canonical_of, label_blank_nodes
from ctgraph.settings import Settings
from tests.support.outcome import outcome
from tests.support.registry import certificate, ctid_number

SETTINGS = Settings()
BASE = "http://localhost:8000/resources"
PROFILE = {"@type": "ceterms:ConditionProfile"}


def read(document: Any) -> Document:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return parse(data, SETTINGS)


def text(**more: Any) -> str:
    return json.dumps(certificate(**more))


@pytest.mark.parametrize(
    ("data", "pointer"),
    [
        (b"", ""),
        (b"{'a': 1}", ""),
        (b"\xff\xfe{\x00", ""),
        (b'{"name": "Caf\xe9"}', ""),
        (b"[" * 100_000, ""),
        (b"[1]", ""),
        (b"{}", ""),
        (b'{"@graph": []}', "/@graph"),
        (b'{"@graph": [7]}', "/@graph/0"),
        (b'{"@graph": [{"@type": "ceterms:Badge"}]}', "/@graph/0/ceterms:ctid"),
        (text(**{"ceterms:ctid": "ce-1"}), "/@graph/0/ceterms:ctid"),
        (text(**{"ceterms:ctid": ctid_number(2)}), "/@graph/0/@id"),
        (json.dumps(certificate() | {"@id": f"{BASE}/{ctid_number(2)}"}), "/@id"),
        (json.dumps(certificate() | {"@context": "https://evil.example/c"}), "/@context"),
        (
            json.dumps(certificate() | {"@context": {"ceterms": "https://x.example/"}}),
            "/@context/ceterms",
        ),
        (text(**{"ceterms:requires": "_:nobody"}), "/@graph/0/ceterms:requires"),
        (text(**{"ceterms:requires": {"@id": "_:nobody"}}), "/@graph/0/ceterms:requires"),
        (text(**{"ceterms:name": {"en us": "x"}}), "/@graph/0/ceterms:name/en us"),
        (text(**{"ceterms:image": "a picture.png"}), "/@graph/0/ceterms:image"),
        (text(**{"ceterms:price": float("nan")}), "/@graph/0/ceterms:price"),
        (text(**{"ceterms:price": 7}).replace("7", "1e999", 1), None),
        (text(**{"ceterms:weight": 2**80}), "/@graph/0/ceterms:weight"),
        (text(**{"ceterms:codedNotation": "a\u0000b"}), "/@graph/0/ceterms:codedNotation"),
        (text(**{"ceterms:codedNotation": "\ud800"}), "/@graph/0/ceterms:codedNotation"),
        (text(naked="x"), "/@graph/0/naked"),
        (
            text().replace('"ceterms:name"', '"ceterms:name": "x", "ceterms:name"'),
            "/@graph/0/ceterms:name",
        ),
        (text(**{"a/b~c": 1}), "/@graph/0/a~1b~0c"),
        (text(**{"ceterms:name": [{"en": "lost"}, "kept"]}), "/@graph/0/ceterms:name/0"),
        (text(**{"ceterms:name": {"@value": "a", "@type": "bad type"}}), None),
        (json.dumps(certificate() | {"ceterms:name": "beside"}), "/ceterms:name"),
        (text().replace('"@graph"', '"@graph": [], "@graph"'), "/@graph"),
        (b'{"@type": "ceterms:Badge", "ceterms:name": "a", "ceterms:name": "b"}', "/ceterms:name"),
        (
            json.dumps({"decoded_resource": certificate(naked="x")}),
            "/decoded_resource/@graph/0/naked",
        ),
    ],
)
def test_bad_input_is_refused_with_its_place(data: bytes | str, pointer: str | None) -> None:
    raw = data if isinstance(data, bytes) else data.encode()
    with pytest.raises(InvalidDocument) as raised:
        parse(raw, SETTINGS)
    if pointer is not None:
        assert pointer in [problem.pointer for problem in raised.value.problems]
    assert all(problem.message for problem in raised.value.problems)


def test_nesting_and_size_are_bounded() -> None:
    value: Any = "deep"
    for _ in range(80):
        value = {"@type": "ceterms:ConditionProfile", "ceterms:alternativeCondition": value}
    with pytest.raises(InvalidDocument, match="64 levels"):
        read(certificate(**{"ceterms:requires": value}))
    with pytest.raises(InvalidDocument, match="64 levels"):
        read(text(**{"ceterms:requires": "X"}).replace('"X"', "[" * 100 + "]" * 100).encode())
    with pytest.raises(DocumentTooLarge):
        parse(b" " * 101, Settings(max_document_bytes=100))


def test_two_records_do_not_share_a_document() -> None:
    document = certificate(1)
    document["@graph"] += certificate(2)["@graph"]
    with pytest.raises(InvalidDocument, match="only the parts"):
        read(document)


def blank(number: int, *targets: int) -> dict[str, Any]:
    found = {"ceterms:alternativeCondition": [f"_:b{target}" for target in targets]}
    return PROFILE | {"@id": f"_:b{number}"} | (found if targets else {})


@pytest.mark.parametrize(
    "nodes",
    [
        [blank(i, (i + 1) % 3000) for i in range(3000)],
        [blank(i, i + 1) for i in range(3000)] + [blank(3000)],
        [blank(i, *(j for j in range(20) if j != i)) for i in range(20)],
        [PROFILE | {"ceterms:alternativeCondition": [PROFILE] * 12}] * 3,
        [
            PROFILE
            | {"@id": f"_:b{i}"}
            | {f"ceterms:x{k}": {"@id": f"_:b{(i + k) % 99}"} for k in range(1, 40)}
            for i in range(99)
        ],
    ],
    ids=["cycle", "chain", "clique", "nested", "ring"],
)
def test_blank_nodes_that_would_take_for_ever_are_refused(nodes: list[dict[str, Any]]) -> None:
    document = certificate()
    document["@graph"] += nodes
    with pytest.raises(InvalidDocument, match="look alike"):
        read(document)


def test_repeated_profiles_are_no_problem() -> None:
    assert read(certificate(**{"ceterms:requires": [PROFILE] * 500})).digest


@pytest.mark.parametrize(
    "spelling",
    [
        "https://credentialengineregistry.org/resources/{}",
        "http://sandbox.credentialengineregistry.org/graph/{}",
        "https://credentialengineregistry.org/ce-registry/resources/{}",
        "https://staging.credentialengineregistry.org/ce-registry/envelopes/{}",
        "HTTPS://LOCALHOST:8000/GRAPH/{}",
    ],
)
def test_links_join_however_they_are_spelled(spelling: str) -> None:
    target = ctid_number(77)
    for record in (target, target.upper()):
        document = read(certificate(**{"ceterms:isPartOf": [spelling.format(record)]}))
        assert document.content["@graph"][0]["ceterms:isPartOf"] == [f"{BASE}/{target}"]
    foreign = "https://other.example/resources/" + target
    document = read(certificate(**{"ceterms:isPartOf": [foreign]}))
    assert document.content["@graph"][0]["ceterms:isPartOf"] == [foreign]


def test_the_content_hash_depends_on_what_is_said_alone() -> None:
    one = {"ceterms:keyword": {"en": ["a", "b"]}, "ceterms:requires": [PROFILE]}
    other = {"ceterms:requires": PROFILE, "ceterms:keyword": {"en": ["b", "a"]}}
    assert read(certificate(**one)).digest == read(certificate(**other)).digest
    assert read(certificate(**one)).quads == read(certificate(**other)).quads
    assert read(certificate(**one)).digest != read(certificate()).digest
    assert b"_:b00000000000040008000000000000001n0" in read(certificate(**one)).quads


def test_a_value_object_is_not_lost_where_a_language_map_belongs() -> None:
    value = {"@value": "nom", "@language": "fr"}
    assert b'"nom"@fr' in read(certificate(**{"ceterms:name": value})).quads


def test_a_nested_part_is_not_taken_for_the_primary_entity() -> None:
    part = {"@type": "ceasn:Competency", "ceterms:ctid": ctid_number(6)}
    whole = {"@type": "ceasn:CompetencyFramework", "ceterms:ctid": ctid_number(5)}
    assert read(whole | {"ceasn:hasTopChild": part}).ctid == ctid_number(5)


def test_the_case_of_a_prefix_is_mended() -> None:
    node = {"@type": "ceterms:CredentialAlignmentObject", "ceterms:targetNode": "lifecycle:Active"}
    document = read(certificate(**{"ceterms:lifeCycleStatusType": node}))
    assert b"<https://purl.org/ctdl/vocabs/lifeCycle/Active>" in document.quads


keys = st.sampled_from(
    [
        "@id",
        "@type",
        "@graph",
        "@context",
        "@value",
        "@language",
        "ceterms:ctid",
        "ceterms:name",
        "ceterms:requires",
        "ceterms:price",
        "ceterms:ownedBy",
        "foo:bar",
        "name",
        "decoded_resource",
    ]
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["ceterms:Certificate", ctid_number(1), f"{BASE}/{ctid_number(1)}", "_:a"]),
)
values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5)
)
# Control characters in a text are refused.
readable = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1)


@given(st.dictionaries(keys, values, max_size=6))
def test_whatever_comes_is_read_or_refused(document: dict[str, Any]) -> None:
    found = outcome(lambda: read(document), CtgraphError)
    if isinstance(found, CtgraphError):
        assert found.message


@given(st.binary(max_size=40))
def test_whatever_bytes_come_are_refused(data: bytes) -> None:
    with pytest.raises(CtgraphError):
        parse(data, SETTINGS)


@given(
    st.dictionaries(st.sampled_from(["en", "es-MX", "zh-Hans"]), readable),
    st.lists(st.decimals(0, 10**6, places=2).map(float), max_size=3),
)
def test_what_was_canonicalised_stays_as_it_is(names: dict[str, str], prices: list[float]) -> None:
    said = certificate(**{"ceterms:alternateName": names, "ceterms:price": prices})
    document = outcome(lambda: read(said), InvalidDocument)
    if isinstance(document, InvalidDocument):
        assert "control character" in document.message
        return
    again = read(document.canonical)
    assert (again.digest, again.quads, again.canonical) == (
        document.digest,
        document.quads,
        document.canonical,
    )


def test_only_labels_of_the_own_record_become_canonical_again() -> None:
    own, other = (f"ce-00000000-0000-4000-8000-{n:012d}" for n in (1, 2))
    lines = '<http://a> <http://p> _:c14n0 .\n_:c14n0 <http://p> "_:c14n0 of a text" .\n'
    kept = label_blank_nodes(lines, own)
    assert "c14n0 ." not in kept
    assert canonical_of(kept.encode(), own).decode() == lines
    assert canonical_of(kept.encode(), other).decode() == kept
