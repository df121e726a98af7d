"""A walk through the nodes of one document that brings them to their canonical form.

Whatever a JSON-LD processor would drop without a word (a property that no context maps, a reference
that is not an IRI) is reported instead: nothing that a publisher sends is lost silently.
"""

from __future__ import annotations

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
from ctgraph.problem import Severity
from ctgraph.vocab.spellings import present_name

Found = tuple[dict[str, Any], Place]
"""A node in its canonical form, and its place."""


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
            if key == "@id":
                out[key] = self.names.reference(value, (at, key))
                if len(node) > 1:
                    self.names.short(out[key], (at, key))
            elif key == "@type":
                out[key] = self.names.classes(value, (at, key))
            elif key.startswith("@"):
                self.problems.add(
                    (at, key),
                    f"The keyword {key} is not read in published documents.",
                    "Express it with plain node objects.",
                )
            else:
                name = self.names.official(key)
                if name != key:
                    self._renamed(name, key, node, out, at)
                out[name] = self._property(name, value, (at, key), depth)
        self.names.define(out, at)
        return out

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
        if not self.names.property(key, at):
            return value
        term = self.names.context.get(key)
        if isinstance(term, dict):
            return self._value(term, value, at, depth)
        return self._value({}, self._linked(key, value, at), at, depth)

    def _linked(self, key: str, value: Any, at: Place) -> Any:
        """Return the values of a property that no context defines, with its links as references."""
        present = present_name(key)
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
        if isinstance(value, (int, float)):
            return self._literals.number(term, value, at)
        if isinstance(value, str):
            is_reference = term.get("@type") in IRI_COERCIONS
            if is_reference:
                return self.names.reference(value, at)
            return self._literals.typed(term, value, at)
        if isinstance(value, list):
            return self._values(term, value, at, depth)
        if isinstance(value, dict):
            return self._object(term, value, at, depth)
        return value

    def _values(self, term: dict[str, Any], values: list[Any], at: Place, depth: int) -> Any:
        if depth > self._max_depth:
            return self._too_deep(at)
        if not _holds_texts(term):
            return [self._value(term, v, (at, i), depth + 1) for i, v in enumerate(values)]
        return [
            self._values(term, item, (at, i), depth + 1)
            if isinstance(item, list)
            else self._literals.text_in_list(item, (at, i))
            for i, item in enumerate(values)
        ]

    def _object(self, term: dict[str, Any], value: dict[str, Any], at: Place, depth: int) -> Any:
        if _holds_texts(term):
            return self._literals.language_map(value, at)
        if "@value" in value:
            return self._literals.value_object(value, at, term)
        if not term and value and all(map(LANGUAGE.fullmatch, value)):
            self.problems.add(
                at,
                "No context says that this property holds texts in languages: "
                "they are kept, but SPARQL does not see them.",
                "Use a declared property.",
                Severity.WARNING,
            )
            return self._literals.language_map(value, at)
        return self.node(value, at, depth + 1)


def _holds_texts(term: dict[str, Any]) -> bool:
    """Tell whether a property holds texts by their languages, from its definition."""
    return term.get("@container") == "@language"
