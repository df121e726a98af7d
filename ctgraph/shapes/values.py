"""The shapes of controlled values, dates and durations, made from the vocabulary.

``ctgraph vocab build`` writes them to ``values.ttl`` beside this module: the vocabulary says which
concept scheme a property takes its values from, and which properties hold dates and durations.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ctgraph.rdf.namespaces import CTGS, SH, Curie
from ctgraph.vocab import Term, TermKind, Vocabulary

DATES = {"xsd:date", "xsd:dateTime", "schema:Date"}
DURATIONS = {"schema:Duration", "xsd:duration"}
_TIME = "(T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
_DATE = (
    "^-?[0-9]{4,}(-(0[1-9]|1[0-2])|-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9])"
    + _TIME
    + "|-(0[13-9]|1[0-2])-30"
    + _TIME
    + "|-(0[13578]|1[02])-31"
    + _TIME
    + ")?(Z|[+-][0-9]{2}:[0-9]{2})?$"
)
_N = "[0-9]+([.,][0-9]+)?"
_DURATION = f"^P({_N}Y)?({_N}M)?({_N}W)?({_N}D)?(T({_N}H({_N}M)?({_N}S)?|{_N}M({_N}S)?|{_N}S))?$"
_HEAD = """\
# Made by `ctgraph vocab build` from the vocabulary; not for editing by hand.

<https://w3id.org/ctgraph/shapes/values> a owl:Ontology ;
    dct:title "Controlled values, dates and durations" ;
    dct:description "Which concepts each property takes, and how dates and durations are written." .
"""
MAX_EXAMPLES = 4
"""Concepts that a remedy names as examples, so that it stays a sentence."""


def values_turtle(vocab: Vocabulary) -> str:
    """Return the shapes as Turtle."""
    properties = sorted(
        (t for t in vocab if t.kind == TermKind.PROPERTY), key=lambda term: term.curie
    )
    controlled = {t: s for t in properties if (s := _scheme(t, vocab))}
    schemes = sorted(set(controlled.values()))
    blocks = [_HEAD]
    blocks += [_concepts(vocab, scheme) for scheme in schemes]
    for term, scheme in controlled.items():
        blocks += _controlled(vocab, term, scheme)
    blocks += [
        _literal("date", "Write it as 2026-05-01, 2026-05 or 2026 (ISO 8601).", term, _DATE)
        for term in properties
        if DATES & set(map(vocab.compact, term.range_includes))
    ]
    blocks += [
        _literal(
            "duration",
            "Write it as P2Y for two years, P10W for ten weeks or PT40H for "
            "forty hours (ISO 8601).",
            term,
            _DURATION,
            " ; sh:minLength 3",
        )
        for term in properties
        if DURATIONS & set(map(vocab.compact, term.range_includes))
    ]
    body = "\n".join(blocks)
    return _prefixes(vocab, body) + body


def slug(curie: Curie) -> str:
    """Return a CURIE as part of a shape's name: ``ceterms:name`` is ``name``."""
    prefix, _, local = curie.partition(":")
    return local if prefix in ("ceterms", "rdf") else f"{prefix}-{local}"


def _scheme(term: Term, vocab: Vocabulary) -> Curie | None:
    """Return the concept scheme of a property, if the vocabulary lists its concepts."""
    found = [s for s in term.target_scheme if vocab.concepts_of(s)]
    return vocab.compact(found[0]) if found else None


def _prefixes(vocab: Vocabulary, body: str) -> str:
    spaces = vocab.prefixes | {
        "sh": SH,
        "ctgs": CTGS,
    }
    used = sorted(p for p in spaces if f" {p}:" in body or f"\n{p}:" in body)
    return "".join(f"@prefix {prefix}: <{spaces[prefix]}> .\n" for prefix in used)


def _concepts(vocab: Vocabulary, scheme: Curie) -> str:
    curies = " ".join(sorted(term.curie for term in vocab.concepts_of(scheme)))
    listed = textwrap.indent(textwrap.fill(curies, 92, break_on_hyphens=False), "        ")
    return (
        f"ctgs:concept-of-{slug(scheme)} a sh:NodeShape ;\n"
        f'    rdfs:label "Concepts of {vocab.label(scheme)}" ;\n'
        f"    sh:in (\n{listed}\n    ) .\n"
    )


def _controlled(vocab: Vocabulary, term: Term, scheme: Curie) -> Iterator[str]:
    """Yield two shapes: a value is a concept or names one; that concept is of the scheme."""
    concepts = sorted(t.curie for t in vocab.concepts_of(scheme))
    such = ", ".join(concepts[:MAX_EXAMPLES])
    remedy = (
        f"Use one of {such}."
        if len(concepts) <= MAX_EXAMPLES
        else f"Use a concept of {scheme}, such as {such}."
    )
    name = term.label.lower()
    kind = f"ctgs:concept-of-{slug(scheme)}"
    yield _shape(
        f"value-of-{slug(term.curie)}",
        term,
        term.curie,
        f"A concept of {scheme}, or an alignment object that names one.",
        f"The {name} is neither a concept nor an alignment that names one. {remedy}",
        f"    sh:or (\n        [ sh:node {kind} ]\n"
        "        [ sh:property [ sh:path ceterms:targetNode ; sh:minCount 1 ] ]\n"
        "        [ sh:property [ sh:path ceterms:targetNodeName ; sh:minCount 1 ] ]\n"
        # An alignment without a term is reported by the shape of alignments.
        "        [ sh:property [ sh:path rdf:type ; "
        "sh:hasValue ceterms:CredentialAlignmentObject ] ]\n    ) ;",
    )
    yield _shape(
        f"concept-in-{slug(term.curie)}",
        term,
        f"( {term.curie} ceterms:targetNode )",
        f"The concept is one of {scheme}.",
        f"The {name} names no concept of {scheme}. {remedy}",
        f"    sh:node {kind} ;",
    )


def _literal(kind: str, remedy: str, term: Term, pattern: str, more: str = "") -> str:
    return _shape(
        f"{kind}-in-{slug(term.curie)}",
        term,
        term.curie,
        f"A {kind} as ISO 8601 writes it.",
        f"The {term.label.lower()} is not a {kind}. {remedy}",
        # A plain text is what reading made of a value that is none, and has reported.
        f'    sh:or ( [ sh:datatype xsd:string ] [ sh:pattern "{pattern}"{more} ] ) ;',
    )


def _shape(
    name: str, term: Term, path: str, description: str, message: str, constraint: str
) -> str:
    return (
        f"ctgs:{name} a sh:PropertyShape ;\n"
        f"    sh:targetSubjectsOf {term.curie} ;\n"
        f"    sh:path {path} ;\n"
        f'    sh:name "{term.label}" ;\n'
        f'    sh:description "{description}" ;\n'
        f"    sh:group ctgs:Classification ;\n"
        f"    sh:order 900 ;\n"
        f"{constraint}\n"
        f'    sh:message "{message}" .\n'
    )
