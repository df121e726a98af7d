"""The nodes of one version of a document, to be compared with those of another one."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

import orjson

from ctgraph.documents.nesting import described_nodes, joined, single_values
from ctgraph.documents.node_values import type_of
from ctgraph.rdf.namespaces import Iri

MAX_FORM_LEVELS = 60
"""Levels to which values are compared by what they say; deeper ones are compared as written."""
Node = dict[str, Any]


class VersionNodes:
    """The nodes of one version.

    :param content: the decoded document.
    """

    def __init__(self, content: Node) -> None:
        self._described = described_nodes(content["@graph"])
        self._digests: dict[str, str] = {}
        self._told: set[str] = set()
        self.entities = [
            Iri(label)
            for node in content["@graph"]
            if (label := node.get("@id", "")) and not label.startswith("_:")
        ]

    def node(self, iri: Iri) -> Node | None:
        """Return the node that describes an entity, wherever it stands."""
        found = self._described.get(iri)
        return joined(found) if found else None

    def nested(self, value: Any) -> Node | None:
        """Return the thing without an address that a value is or mentions; None for any other.

        An object that only points to something (CredentialAlignmentObject) is a value.
        """
        label = _blank(value)
        node = joined(self._described[label]) if label in self._described else value
        if not isinstance(node, dict) or "@value" in node or "ceterms:targetNode" in node:
            return None
        is_alignment = type_of(node) == "ceterms:CredentialAlignmentObject"
        has_address = not label and "@id" in node
        return None if is_alignment or has_address else node

    def form(self, value: Any, depth: int = 0) -> str:
        """Return a text that is the same for values that say the same."""
        label = _blank(value)
        if label in self._described and depth < MAX_FORM_LEVELS:
            return self._digest(label, depth)
        if isinstance(value, list):
            return f"[{','.join(sorted(self.form(one, depth + 1) for one in value))}]"
        if isinstance(value, dict) and depth < MAX_FORM_LEVELS:
            members = sorted(f"{key}:{self._forms(key, one, depth)}" for key, one in value.items())
            return f"{{{','.join(members)}}}"
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def _forms(self, key: str, value: Any, depth: int) -> str:
        return ",".join(sorted(self.form(one, depth + 1) for one in single_values(key, value)))

    def _digest(self, label: str, depth: int) -> str:
        """Return a text for what is said of a blank node; each is read once."""
        if label not in self._digests:
            self._digests[label] = "circle"
            node = joined(self._described[label])
            said = self.form({key: one for key, one in node.items() if key != "@id"}, depth + 1)
            self._digests[label] = blake2b(said.encode()).hexdigest()
        return self._digests[label]

    def told(self, value: Any) -> Any:
        """Return a value with what is said of the blank nodes in it: of each of them once."""
        label = _blank(value)
        if label:
            if label in self._told or label not in self._described:
                return {"@type": type_of(joined(self._described.get(label, [{}])))}
            self._told.add(label)
            value = joined(self._described[label])
        if isinstance(value, list):
            return [self.told(one) for one in value]
        if isinstance(value, dict):
            return {k: self.told(v) for k, v in value.items() if k != "@id" or not label}
        return value


def _blank(value: Any) -> str:
    """Return the label of the blank node that a value is or mentions; else an empty text."""
    label = value.get("@id") if isinstance(value, dict) else value
    return label if isinstance(label, str) and label.startswith("_:") else ""
