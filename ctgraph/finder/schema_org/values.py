"""Values of records as schema.org has them: texts in one language, addresses, days, numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from typing import Any

from ctgraph.documents.node_values import NAMES, each, shortened
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.vocab import vocabulary

MAX_LISTED = 50
"""Values of one property that the markup of a page states."""
MAX_TEXT_CHARS = 1_000
"""Characters of a text in the markup of a page; search engines show fewer."""
_DURATION = re.compile(
    r"P(?=[\dT])(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?W)?(\d+(\.\d+)?D)?"
    r"(T(?=\d)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?",
    re.ASCII,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
Node = dict[str, Any]


@dataclass(frozen=True)
class Reading:
    """How the values of records are read.

    :param names: the names of the records that one refers to.
    :param languages: codes of languages; of texts in several, that in the first one is read.
    :param words: returns the label of a concept or class in the first of these languages.
    :param max_chars: where a text is cut.
    """

    identity: Identity
    names: Mapping[Ctid, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    words: Callable[[str], str] = str
    max_chars: int = MAX_TEXT_CHARS

    def texts(self, node: Node, *properties: str) -> list[str]:
        """Return the texts of properties, each at most so long."""
        found = (text for name in properties for text in self._spoken(node.get(name)))
        return [shortened(text, self.max_chars) for text in found if text.strip()][:MAX_LISTED]

    def text(self, node: Node, *properties: str) -> str:
        """Return the first text of the first property that has one; else an empty text."""
        return next((texts[0] for name in properties if (texts := self.texts(node, name))), "")

    def name(self, node: Node) -> str:
        """Return the name, label or text of a node."""
        return shortened(self.text(node, *NAMES))

    def labels(self, node: Node, *properties: str) -> list[str]:
        """Return the words for concepts, or for what alignment objects name."""
        found = []
        for value in listed(node, *properties):
            term = vocabulary().term(iri_of(value))
            found.append(self.words(term.label) if term else self.target_name(value))
        return [words for words in dict.fromkeys(found) if words]

    def target_name(self, value: Any) -> str:
        """Return the name of a thing that is referred to; an empty text if none is known."""
        record = self.identity.ctid_of(iri_of(value))
        if record and (name := self.names.get(record)):
            return shortened(name)
        if not isinstance(value, dict):
            return ""
        return self.text(value, "ceterms:targetNodeName") or self.name(value)

    def _spoken(self, value: Any) -> list[str]:
        found: list[str] = []
        for item in each(value):
            if isinstance(item, dict) and "@value" in item:
                found.append(str(item["@value"]))
            elif isinstance(item, dict) and item and all(map(_is_tag, item)):
                found += map(str, each(item[min(item, key=self._rank)]))
            elif isinstance(item, str | int | float) and not isinstance(item, bool):
                found.append(str(item))
        return found

    def _rank(self, tag: str) -> int:
        plain = tag.lower().partition("-")[0]
        return self.languages.index(plain) if plain in self.languages else len(self.languages)


def listed(node: Node, *properties: str) -> list[Any]:
    """Return the values of properties, the first of them if there are many."""
    return [value for name in properties for value in each(node.get(name))][:MAX_LISTED]


def nested(node: Node, *properties: str) -> list[Node]:
    """Return the nodes that stand in properties."""
    return [value for value in listed(node, *properties) if isinstance(value, dict)]


def iri_of(value: Any) -> str:
    """Return the IRI that a value is or names; an empty text where it has none."""
    if isinstance(value, dict):
        value = value.get("ceterms:targetNode") or value.get("@id")
    return value if isinstance(value, str) and not value.startswith("_:") else ""


def urls(node: Node, *properties: str) -> list[str]:
    """Return the web addresses in properties."""
    found = (iri_of(value) for value in listed(node, *properties))
    return list(dict.fromkeys(iri for iri in found if _ADDRESS.fullmatch(iri)))


def duration(text: str) -> str:
    """Return a duration of ISO 8601; an empty text for anything else."""
    return text if _DURATION.fullmatch(text) else ""


def day(text: str) -> str:
    """Return the day that a date or a time begins with; an empty text for anything else."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""


def number(text: str) -> int | float | None:
    """Return a number; None for anything else."""
    try:
        found = float(text)
    except ValueError:
        return None
    if not isfinite(found):
        return None
    return int(found) if found.is_integer() else found


def filled(node: Node) -> Node:
    """Return a node without empty values; a list of one value becomes that value."""
    kept = {key: value for key, value in node.items() if value not in (None, "", [], {})}
    return {
        key: value[0] if isinstance(value, list) and len(value) == 1 else value
        for key, value in kept.items()
    }


def _is_tag(key: str) -> bool:
    return (not key.startswith("@") and ":" not in key) or key == "@none"
