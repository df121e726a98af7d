"""The CTDL and CTDL-ASN vocabulary as typed facts.

The facts stand in ``terms.json`` and ``contexts/`` beside this module, which
:mod:`ctgraph.vocab.build` writes from the official encodings. The sentences that define a term are
not among them: an operator imports them (:mod:`ctgraph.vocab.definitions`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from ctgraph.rdf.namespaces import Curie, Iri
from ctgraph.vocab.context_files import CONTEXT_URLS, read_context

_CURIE = re.compile(r"\b[a-z]{2,16}:[A-Za-z]+\b")
_CAMEL_CASE = re.compile(r"[A-Za-z][a-z]*(?:[A-Z][a-z]+)+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class TermKind(StrEnum):
    """The kind of a term."""

    CLASS = "class"
    PROPERTY = "property"
    SCHEME = "scheme"
    CONCEPT = "concept"


@dataclass(frozen=True)
class Term:
    """One class, property, concept scheme or concept of the vocabulary; all IRIs in full."""

    iri: Iri
    curie: Curie
    kind: TermKind
    label: str
    status: str = ""
    sub_class_of: tuple[Iri, ...] = ()
    sub_property_of: tuple[Iri, ...] = ()
    domain_includes: tuple[Iri, ...] = ()
    range_includes: tuple[Iri, ...] = ()
    inverse_of: tuple[Iri, ...] = ()
    target_scheme: tuple[Iri, ...] = ()
    in_scheme: tuple[Iri, ...] = ()
    broader: tuple[Iri, ...] = ()


class Vocabulary:
    """The terms of the vocabulary: their hierarchy, properties, concepts and labels."""

    def __init__(self, terms: list[dict[str, Any]], context: dict[str, Any]) -> None:
        self.context = context
        self.prefixes = {k: v for k, v in context.items() if isinstance(v, str)}
        self._prefix_cases = {prefix.lower(): prefix for prefix in self.prefixes}
        self._terms = {term.iri: term for term in map(self._term, terms)}
        self._children: dict[Iri, list[Iri]] = {}
        for term in self._terms.values():
            for parent in term.sub_class_of:
                self._children.setdefault(parent, []).append(term.iri)

    @classmethod
    def read(cls, folder: Traversable) -> Vocabulary:
        """Read the vocabulary that :mod:`ctgraph.vocab.build` wrote into a folder.

        The two official contexts never contradict each other, which a test checks. So one context
        that joins them reads every document.
        """
        context: dict[str, Any] = {}
        for name in CONTEXT_URLS:
            context |= json.loads(read_context(name, folder))["@context"]
        return cls(json.loads(folder.joinpath("terms.json").read_text("utf-8")), context)

    def _term(self, facts: dict[str, Any]) -> Term:
        many = {
            key: tuple(map(self.expand, value))
            for key, value in facts.items()
            if isinstance(value, list)
        }
        curie = facts["curie"]
        return Term(
            self.expand(curie),
            curie,
            TermKind(facts["kind"]),
            facts["label"],
            facts.get("status", ""),
            **many,
        )

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    def expand(self, curie: str) -> Iri:
        """Return the IRI of a CURIE, whatever the case of its prefix. Return an IRI unchanged."""
        prefix, colon, local = curie.partition(":")
        if not colon or local.startswith("//"):
            return Iri(curie)
        known = prefix if prefix in self.prefixes else self._prefix_cases.get(prefix.lower())
        return Iri(self.prefixes[known] + local if known else curie)

    @cached_property
    def _namespaces(self) -> list[tuple[str, str]]:
        return sorted(
            ((namespace, prefix) for prefix, namespace in self.prefixes.items()),
            key=lambda pair: -len(pair[0]),
        )

    @cached_property
    def _by_namespace(self) -> dict[str, str]:
        return dict(reversed(self._namespaces))

    def compact(self, iri: str) -> Curie:
        """Return the shortest CURIE of an IRI, or the IRI if no prefix fits."""
        cut = max(iri.rfind("/"), iri.rfind("#")) + 1
        if iri[:cut] in self._by_namespace:
            return Curie(f"{self._by_namespace[iri[:cut]]}:{iri[cut:]}")
        for namespace, prefix in self._namespaces:
            if iri.startswith(namespace):
                return Curie(f"{prefix}:{iri[len(namespace) :]}")
        return Curie(iri)

    def prefixes_in(self, text: str) -> dict[str, str]:
        """Return the prefixes that shorten the IRIs of a text in N-Triples or N-Quads."""
        return {p: space for p, space in self.prefixes.items() if f"<{space}" in text}

    def term(self, iri: str) -> Term | None:
        """Return the term of an IRI or CURIE, or None if the vocabulary does not declare it."""
        return self._terms.get(Iri(iri)) or self._terms.get(self.expand(iri))

    def label(self, iri: str) -> str:
        """Return a term's label; the last part of the IRI, in words, if it is not declared."""
        term = self.term(iri)
        if term:
            return term.label
        local = self.compact(iri).rpartition(":")[2]
        return _in_words(local.rpartition("/")[2].rpartition("#")[2]) or iri

    def labelled(self, text: str, words: Callable[[str], str] = str) -> str:
        """Return words for people: with the labels of terms in the place of their CURIEs.

        :param words: puts a label into the language of the text.

        >>> vocabulary().labelled("Add ceterms:name: the name that people know it by.")
        'Add Name: the name that people know it by.'
        """
        return _CURIE.sub(
            lambda found: words(term.label) if (term := self.term(found[0])) else found[0], text
        )

    @cache  # noqa: B019 - one vocabulary lives as long as the process
    def superclasses(self, iri: str) -> frozenset[Iri]:
        """Return the class itself and all its ancestors."""
        own = self.expand(iri)
        term = self._terms.get(own)
        parents = term.sub_class_of if term else ()
        return frozenset({own}).union(*(self.superclasses(parent) for parent in parents))

    def children(self, iri: str) -> list[Iri]:
        """Return the direct subclasses of a class."""
        return self._children.get(self.expand(iri), [])

    @cache  # noqa: B019
    def subclasses(self, iri: str) -> frozenset[Iri]:
        """Return the class itself and all its descendants."""
        return frozenset({self.expand(iri)}).union(
            *(self.subclasses(child) for child in self.children(iri))
        )

    def is_a(self, iri: str, *ancestors: str) -> bool:
        """Tell whether a class is one of `ancestors` or descends from one."""
        return not self.superclasses(iri).isdisjoint(map(self.expand, ancestors))

    def classes(self) -> list[Term]:
        """Return all classes."""
        return [term for term in self if term.kind == TermKind.CLASS]

    @cached_property
    def _classes_by_name(self) -> dict[str, Term]:
        classes = self.classes()
        names = {t.curie.partition(":")[2].lower(): t for t in classes}
        return names | {t.curie.lower(): t for t in classes} | {t.iri.lower(): t for t in classes}

    def class_named(self, name: str) -> Term | None:
        """Return the class that a name means in any case: a CURIE, an IRI or a plain name."""
        scheme, colon, rest = name.lower().partition("://")
        spellings = [f"{one}://{rest}" for one in ("https", "http")] if colon else [scheme]
        return next(filter(None, map(self._classes_by_name.get, spellings)), None)

    def properties_of(self, iri: str) -> list[Term]:
        """Return the properties whose domain includes a class or one of its ancestors."""
        classes = self.superclasses(iri)
        return sorted(
            (
                t
                for t in self
                if t.kind == TermKind.PROPERTY and not classes.isdisjoint(t.domain_includes)
            ),
            key=lambda term: term.curie,
        )

    @cached_property
    def _concept_cases(self) -> dict[str, Curie]:
        return {t.curie.lower(): t.curie for t in self if t.kind == TermKind.CONCEPT}

    def concept_like(self, curie: str) -> Curie:
        """Return the CURIE of the concept that a CURIE means in any case; else the CURIE itself."""
        return self._concept_cases.get(curie.lower(), Curie(curie))

    @cache  # noqa: B019
    def concepts_of(self, scheme: str) -> list[Term]:
        """Return the concepts of a concept scheme."""
        own = self.expand(scheme)
        return [term for term in self if term.kind == TermKind.CONCEPT and own in term.in_scheme]


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary that ships with ctgraph."""
    return Vocabulary.read(files("ctgraph.vocab"))


def _in_words(name: str) -> str:
    """Return a name in camel case as words, as the labels of CTDL are written.

    >>> _in_words("passRate"), _in_words("29-1141.00")
    ('Pass Rate', '29-1141.00')
    """
    if not _CAMEL_CASE.fullmatch(name):
        return name
    return " ".join(part[0].upper() + part[1:] for part in _HUMP.split(name))
