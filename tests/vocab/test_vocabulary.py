"""The vocabulary that ships: equal to the official one in facts, free of its sentences."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from ctgraph.errors import CtgraphError
from ctgraph.vocab import CONTEXT_URLS, context_text, load_definitions, vocabulary
from ctgraph.vocab.build import build, import_definitions
from tests.support.paths import ROOT, shared

SHIPPED = ROOT / "ctgraph/vocab"
SCHEMAS = ("ctdl-schema.json", "ctdlasn-schema.json")
SENTENCES = ("rdfs:comment", "skos:definition", "dct:description", "vann:usageNote")
CETERMS = "https://purl.org/ctdl/terms/"


def official() -> list[Path]:
    return [
        shared(f"vocab/{name}")
        for name in (
            "ctdl-schema.json",
            "ctdl-context.json",
            "ctdlasn-schema.json",
            "ctdlasn-context.json",
        )
    ]


def context(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(context_text(name))["@context"]
    return found


@pytest.mark.parametrize("name", CONTEXT_URLS)
def test_each_context_equals_the_official_one_term_by_term(name: str) -> None:
    theirs = json.loads(shared(f"vocab/{name}-context.json").read_text("utf-8"))["@context"]
    ours = context(name)
    assert ours.keys() == theirs.keys()
    assert {term: ours[term] for term in ours if ours[term] != theirs[term]} == {}


def test_the_two_contexts_do_not_contradict_each_other() -> None:
    ctdl, ctdlasn = context("ctdl"), context("ctdlasn")
    both = ctdl.keys() & ctdlasn.keys()
    assert both
    assert {term for term in both if ctdl[term] != ctdlasn[term]} == set()
    assert vocabulary().context == ctdl | ctdlasn


def test_building_from_the_official_files_gives_the_shipped_files_byte_for_byte(
    tmp_path: Path,
) -> None:
    count, names = build(official(), tmp_path)
    assert count == len(list(vocabulary()))
    assert names == ["ctdl", "ctdlasn"]
    for file in ("terms.json", "contexts/ctdl.json", "contexts/ctdlasn.json"):
        assert (tmp_path / file).read_bytes() == (SHIPPED / file).read_bytes(), file


def test_every_official_term_ships() -> None:
    for schema in SCHEMAS:
        for node in json.loads(shared(f"vocab/{schema}").read_text("utf-8"))["@graph"]:
            term = vocabulary().term(node["@id"])
            assert term is not None, node["@id"]
            assert term.curie == node["@id"]


def test_no_sentence_of_the_official_files_ships() -> None:
    sentences = set()
    for schema in SCHEMAS:
        for node in json.loads(shared(f"vocab/{schema}").read_text("utf-8"))["@graph"]:
            for key in SENTENCES:
                value = node.get(key) or ""
                for text in value.values() if isinstance(value, dict) else [value]:
                    for item in text if isinstance(text, list) else [text]:
                        sentences.add(json.dumps(item, ensure_ascii=False)[1:-1])
    long = {sentence for sentence in sentences if len(sentence) > 40}
    assert len(long) > 900
    files = [p for p in SHIPPED.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert {"terms.json", "ctdl.json", "build.py"} <= {path.name for path in files}
    for path in files:
        shipped = path.read_text("utf-8")
        assert [sentence for sentence in long if sentence in shipped] == [], path


def test_a_credential_has_48_proper_subclasses() -> None:
    classes = vocabulary().subclasses("ceterms:Credential")
    assert len(classes - {CETERMS + "Credential"}) == 48
    assert CETERMS + "BachelorOfScienceDegree" in classes
    assert CETERMS + "Course" not in classes


@pytest.mark.parametrize("kind", ["CollectionComponent", "MultiComponent", "BasicComponent"])
def test_the_components_of_a_pathway_descend_from_pathway_component(kind: str) -> None:
    vocab = vocabulary()
    assert vocab.is_a(f"ceterms:{kind}", "ceterms:PathwayComponent")
    assert CETERMS + kind in vocab.subclasses("ceterms:PathwayComponent")
    assert not vocab.is_a(f"ceterms:{kind}", "ceterms:Credential")


def test_a_class_is_itself_and_descends_over_several_steps() -> None:
    vocab = vocabulary()
    assert vocab.is_a("ceterms:Certificate", "ceterms:Certificate")
    assert vocab.is_a("ceterms:BachelorOfScienceDegree", "ceterms:Organization", "ceterms:Degree")
    assert vocab.is_a(CETERMS + "BachelorOfScienceDegree", "ceterms:Credential")
    assert not vocab.is_a("ceterms:Credential", "ceterms:Certificate")
    assert vocab.superclasses("https://example.org/X") == {"https://example.org/X"}


def test_the_concepts_of_a_scheme_are_listed() -> None:
    concepts = {term.curie for term in vocabulary().concepts_of("ceterms:CredentialStatus")}
    assert concepts == {
        f"credentialStat:{name}"
        for name in ("Active", "Ceasing", "Deprecated", "Probationary", "Suspended", "TeachOut")
    }
    assert vocabulary().concepts_of("ceterms:Certificate") == []


def test_the_concepts_of_every_scheme_lie_in_it() -> None:
    vocab = vocabulary()
    for scheme in (term for term in vocab if term.kind == "scheme"):
        for concept in vocab.concepts_of(scheme.iri):
            assert concept.kind == "concept"
            assert scheme.iri in concept.in_scheme


def test_the_properties_of_a_class_include_those_of_its_ancestors() -> None:
    vocab = vocabulary()
    found = vocab.properties_of("ceterms:Certificate")
    curies = [term.curie for term in found]
    assert curies == sorted(curies)
    assert {"ceterms:ctid", "ceterms:name", "ceterms:requires"} <= set(curies)
    assert "ceasn:competencyText" not in curies
    assert {term.kind for term in found} == {"property"}
    assert "ceasn:competencyText" in {t.curie for t in vocab.properties_of("ceasn:Competency")}


def test_labels_are_the_official_ones_or_made_from_the_iri() -> None:
    vocab = vocabulary()
    assert vocab.label("ceterms:ctid") == "CTID"
    assert vocab.label(CETERMS + "ownedBy") == "Owned By"
    assert vocab.label("ceterms:notDeclared") == "Not Declared"
    assert vocab.label("https://example.org/terms#Thing") == "Thing"
    assert all(term.label for term in vocab)


def test_every_term_expands_and_compacts_back() -> None:
    vocab = vocabulary()
    for term in vocab:
        assert vocab.expand(term.curie) == term.iri
        assert vocab.compact(term.iri) == term.curie
        assert vocab.term(term.curie) is vocab.term(term.iri) is term
        assert term.iri.startswith(("http://", "https://"))


def test_prefixes_match_in_any_case_and_iris_stay_as_they_are() -> None:
    vocab = vocabulary()
    assert vocab.expand("lifecycle:Active") == vocab.expand("lifeCycle:Active")
    assert vocab.compact(vocab.expand("LIFECYCLE:Active")) == "lifeCycle:Active"
    for iri in ("https://example.org/a", "unknown:thing", "plain", ""):
        assert vocab.expand(iri) == iri
        assert vocab.compact(iri) == iri


def test_definitions_are_read_back_after_an_import(tmp_path: Path) -> None:
    source = tmp_path / "schema.json"
    source.write_text(
        json.dumps(
            {
                "@graph": [
                    {"@id": "ceterms:ctid", "rdfs:comment": {"en-US": "An identifier – unique."}},
                    {"@id": "credentialStat:Active", "skos:definition": {"en-US": "In force."}},
                    {"@id": "ceterms:name", "rdfs:comment": {}},
                ]
            }
        ),
        "utf-8",
    )
    assert load_definitions(tmp_path / "vocab") == {}
    assert import_definitions([source], tmp_path / "vocab") == 2
    assert load_definitions(tmp_path / "vocab") == {
        CETERMS + "ctid": "An identifier – unique.",
        "https://purl.org/ctdl/vocabs/credentialStat/Active": "In force.",
    }


def test_definitions_are_read_once_until_they_change(tmp_path: Path) -> None:
    file = tmp_path / "definitions.json"
    file.write_text('{"x:a": "First."}')
    first = load_definitions(tmp_path)
    assert load_definitions(tmp_path) is first
    file.write_text('{"x:a": "Second."}')
    os.utime(file, ns=(0, 0))
    assert load_definitions(tmp_path) == {"x:a": "Second."}


def test_the_official_definitions_import(tmp_path: Path) -> None:
    count = import_definitions(official(), tmp_path)
    definitions = load_definitions(tmp_path)
    assert count == len(definitions) > 900
    assert definitions[CETERMS + "ctid"]
    assert definitions.keys() <= {term.iri for term in vocabulary()}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ctdl-context.json", "{"),
        ("ctdl-context.json", "[]"),
        ("ctdl-context.json", "{}"),
        ("other-context.json", '{"@context": {}}'),
    ],
)
def test_a_file_that_is_neither_schema_nor_context_is_refused(
    tmp_path: Path, name: str, text: str
) -> None:
    source = tmp_path / name
    source.write_text(text, "utf-8")
    with pytest.raises(CtgraphError, match=name):
        build([source], tmp_path / "built")


def test_a_file_that_is_absent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CtgraphError, match=r"absent\.json"):
        import_definitions([tmp_path / "absent.json"], tmp_path)
