"""A walk through the nodes of one document that brings them to their canonical form.

Whatever a JSON-LD processor would drop without a word (a property that no context maps, a reference
that is not an IRI) is reported instead: nothing that a publisher sends is lost silently.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from ctgraph.documents.context import IRI_COERCIONS
from ctgraph.documents.iris import BLANK, is_iri
from ctgraph.documents.json_text import Place
from ctgraph.documents.literals import LANGUAGE, Literals
from ctgraph.documents.names import Names
from ctgraph.documents.node_values import each
from ctgraph.documents.problems import Problems, shown
from ctgraph.documents.purpose import Purpose
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import RDFS, Iri
from ctgraph.vocab import vocabulary
from ctgraph.vocab.former_names import present_property

RDFS_LITERAL = f"{RDFS}Literal"
Found = tuple[dict[str, Any], Place]
"""A node in its canonical form, and its place."""


ABOUT_DOCUMENTS = ("adms:status",)
"""The properties that a document may state of itself, beside its graph."""


class Canonicaliser:
    """Canonicalises the nodes of one document and collects their problems.

    After :meth:`node` has seen every node, and :meth:`close` was called, `problems` holds every
    problem, `nodes` every node, and `entities` those with a CTID.

    `sent` has, by the `id` of a node, the keys that were sent in another spelling.

    :param max_depth: how deep nodes may be nested.
    """

    def __init__(
        self, identity: Identity, prefixes: dict[str, str], max_depth: int, purpose: Purpose
    ) -> None:
        self.problems = Problems(purpose)
        self.names = Names(identity, prefixes, self.problems)
        self.nodes: list[Found] = []
        self.entities: list[Found] = []
        self.stand_ins: set[Ctid] = set()
        self.sent: dict[int, dict[str, str]] = {}
        self._identity = identity
        self._literals = Literals(self.problems, self.names)
        self._max_depth = max_depth

    def node(self, node: dict[str, Any], at: Place, depth: int = 1) -> dict[str, Any]:
        """Return a node object with canonical IRIs."""
        if depth > self._max_depth:
            return self._too_deep(at)
        self.problems.once(node, at)
        out: dict[str, Any] = {}
        self.nodes.append((out, at))
        if any(self.names.official(key) == "ceterms:ctid" for key in node):
            self.entities.append((out, at))
        for key, value in node.items():
            before = self.problems.violations
            if key == "@id":
                iri = self.names.reference(value, (at, key))
                if len(node) > 1:
                    self.names.short(iri, (at, key))
                if self.problems.violations == before:
                    out[key] = iri
            elif key == "@type":
                kinds = self.names.classes(value, (at, key))
                if kinds or self.problems.violations == before:
                    out[key] = kinds if isinstance(value, list) or not kinds else kinds[0]
            elif key.startswith("@"):
                self.problems.add(
                    (at, key),
                    f"The keyword {key} is not read in published documents.",
                    "Express it with plain node objects.",
                )
            elif self.names.property(key, (at, key)) and self.problems.violations == before:
                name = self.names.official(key)
                if name != key:
                    self._renamed(name, key, node, out, at)
                out[name] = self._property(name, value, (at, key), depth)
        self.names.define(out, at)
        return out

    def beside_graph(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return what a document says about itself, beside its graph, in its canonical form."""
        found = {}
        for key in value.keys() - {"@context", "@id", "@graph"}:
            if key in ABOUT_DOCUMENTS:
                self.names.property(key, ((), key))
                found[key] = self._property(key, value[key], ((), key), 1)
            else:
                meaningless = ":" not in key and not key.startswith("@")
                severity = self.problems.purpose.of_incomplete if meaningless else None
                self.problems.add(
                    ((), key),
                    f"{shown(key)} beside @graph would be lost.",
                    f"Put it into an entity. Beside @graph stand @context, @id and "
                    f"{', '.join(ABOUT_DOCUMENTS)} alone.",
                    severity or Severity.VIOLATION,
                )
        return found

    def rename(self, moved: dict[str, Iri]) -> None:
        """Give nodes other names, and let what refers to them by the old names follow."""
        self.names.used.update(("ceterms:sameAs", "ceterms"))
        for node, _ in self.nodes:
            for key, value in node.items():
                term = self.names.context.get(key)
                refers = isinstance(term, dict) and term.get("@type") in IRI_COERCIONS
                if key == "@id" or (refers and key != "ceterms:sameAs"):
                    node[key] = _renamed(value, moved)

    def close(self) -> None:
        """Report the problems that show only once the whole document was read."""
        self.names.close()
        self.problems.close()

    def _too_deep(self, at: Place) -> dict[str, Any]:
        message = f"The document is nested deeper than {self._max_depth} levels."
        self.problems.add(at, message, "Flatten it.")
        return {}

    def _renamed(
        self, name: str, key: str, node: dict[str, Any], out: dict[str, Any], at: Place
    ) -> None:
        """Note that a key was sent in another spelling; report a property that stands twice."""
        if name in node or name in out:
            self.problems.add(
                (at, key),
                f"{shown(key)} is another spelling of {name}, which stands here too.",
                "Keep one, and join the values in an array.",
            )
        self.sent.setdefault(id(out), {})[name] = key

    def _property(self, key: str, value: Any, at: Place, depth: int) -> Any:
        term = self.names.context.get(key)
        if isinstance(term, dict):
            return self._value(term, value, at, depth)
        return self._value({}, self._linked(key, value, at), at, depth)

    def _linked(self, key: str, value: Any, at: Place) -> Any:
        """Return the values of a property that no context defines, with its links as references."""
        present = present_property(key)
        values = [
            {"@id": one} if isinstance(one, str) and self._is_link(one, present) else one
            for one in each(value)
        ]
        if present:
            message = f"{key} is a former name of {present}, and is read like it."
            self.problems.add(at, message, f"Write {present}.", Severity.WARNING)
        elif values != each(value):
            self.problems.add(
                at,
                f"No context defines {shown(key)}. Addresses of records in it are read as "
                "references.",
                "Use a declared property, or write a reference as an object with @id.",
                Severity.WARNING,
            )
        return values if isinstance(value, list) or not values else values[0]

    def _is_link(self, value: str, present: str | None) -> bool:
        if self._identity.ctid_of(value):
            return True
        term = self.names.context.get(present) if present else None
        is_reference = isinstance(term, dict) and term.get("@type") in IRI_COERCIONS
        return is_reference and (is_iri(value) or BLANK.fullmatch(value) is not None)

    def _value(self, term: dict[str, Any], value: Any, at: Place, depth: int) -> Any:
        if isinstance(value, list):
            return self._values(term, value, at, depth)
        if isinstance(value, dict) and not _holds_texts(term) and "@value" not in value:
            return self._object(term, value, at, depth)
        return self._if_readable(partial(self._literal, term, value, at))

    def _if_readable(self, read: Callable[[], Any]) -> Any:
        """Return what `read` returns; None, which states nothing, when it finds a violation."""
        before = self.problems.violations
        found = read()
        return found if self.problems.violations == before else None

    def _literal(self, term: dict[str, Any], value: Any, at: Place) -> Any:
        if isinstance(value, dict):
            if _holds_texts(term):
                return self._literals.language_map(value, at)
            return self._literals.value_object(value, at, term)
        if isinstance(value, (int, float)):
            if _holds_texts(term):
                return self._literals.number_in_words(value, at)
            return self._literals.number(term, value, at)
        if not isinstance(value, str):
            return value
        if term.get("@type") not in IRI_COERCIONS:
            return self._literals.typed(term, value, at)
        if value.startswith("_:") or self.names.is_kept(value):
            return self.names.reference(value, at)
        return self._words(value, at)

    def _words(self, value: str, at: Place) -> Any:
        """Return a text that stands where an IRI is expected, as a text if it may be one.

        Any text may be one where the range of the property holds literals, and in a harvested
        document.
        """
        if not _takes_literals(at):
            severity = self.problems.purpose.of_incomplete
            self.problems.add(
                at,
                f"{shown(value)} is not an absolute IRI."
                + (" It was kept as a text." if severity is Severity.WARNING else ""),
                "Write it in full, such as https://example.org/page, and percent-encode "
                "spaces, brackets and percent signs (%25).",
                severity,
            )
        return {"@value": self._literals.text(value, at)}

    def _values(self, term: dict[str, Any], values: list[Any], at: Place, depth: int) -> Any:
        if depth > self._max_depth:
            return self._too_deep(at)
        if not _holds_texts(term):
            return [self._value(term, v, (at, i), depth + 1) for i, v in enumerate(values)]
        return [
            self._values(term, item, (at, i), depth + 1)
            if isinstance(item, list)
            else self._if_readable(partial(self._literals.text_in_list, item, (at, i)))
            for i, item in enumerate(values)
        ]

    def _object(self, term: dict[str, Any], value: dict[str, Any], at: Place, depth: int) -> Any:
        if not term and value and all(map(LANGUAGE.fullmatch, value)):
            self.problems.add(
                at,
                "No context says that this property holds texts in languages: "
                "they are kept, but SPARQL does not see them.",
                "Use a declared property.",
                Severity.WARNING,
            )
            return self._if_readable(partial(self._literals.language_map, value, at))
        return self.node(value, at, depth + 1)


def _holds_texts(term: dict[str, Any]) -> bool:
    """Tell whether a property holds texts by their languages, from its definition."""
    return term.get("@container") == "@language"


def _renamed(value: Any, moved: dict[str, Iri]) -> Any:
    if isinstance(value, list):
        return [_renamed(item, moved) for item in value]
    return moved.get(value, value) if isinstance(value, str) else value


def _takes_literals(at: Place) -> bool:
    """Tell whether the range of the property of a place holds literals of any kind."""
    while isinstance(at[1], int):
        at = at[0]
    term = vocabulary().term(at[1])
    return term is not None and RDFS_LITERAL in term.range_includes
