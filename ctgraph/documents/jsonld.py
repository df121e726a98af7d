"""JSON-LD 1.1 as the registry reads it: local contexts, canonical IRIs, quads.

Whatever a JSON-LD processor would drop without a word
(a property that no context maps, a reference that is no IRI) is reported instead: nothing that a
publisher sends is lost silently.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any
from xml.etree import ElementTree

import orjson
import pyoxigraph as ox

from ctgraph.documents.json_text import Place, Repeated, pointer
from ctgraph.errors import InvalidDocument, Problem
from ctgraph.identity import Identity
from ctgraph.rdf.namespaces import OWN, TYPE
from ctgraph.vocab import CONTEXT_URLS, vocabulary

CTID = "https://purl.org/ctdl/terms/ctid"
IRI_COERCIONS = {"@id", "@vocab"}
IRI = re.compile('[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>"{}|^`\\\\\ud800-\udfff]+')
PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
BLANK = re.compile(r"_:[A-Za-z0-9][A-Za-z0-9._-]*(?<!\.)")
LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,15}")
MOST_IRI, MOST_PREFIX = 2_000, 200
"""How long a name may be, in characters: RDF repeats it in every statement about the node, and the
IRI of a prefix wherever the prefix stands. So a short document could say very much."""
MOST_GROWTH, ROOM = 64, 1_000_000
"""How many times as long as the document its statements may be, beyond so many characters."""
MOST_TOLD = 10_000_000
"""About how many characters the problems of one document have."""
# Neither RDF/XML nor SPARQL XML results can carry these; lone surrogates are not even Unicode.
UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
VALUE_KEYWORDS = {"@value", "@language", "@type", "@direction"}


def inline_prefixes(context: Any, problems: list[Problem]) -> tuple[list[str], dict[str, str]]:
    """Read a document's ``@context``: which official contexts it names, which prefixes it adds.

    A remote context other than the official ones is a problem, for none is ever fetched; so is an
    inline definition that is more than a prefix, or contradicts the official contexts.
    """
    named: list[str] = []
    prefixes: dict[str, str] = {}
    entries = context if isinstance(context, list) else [context]
    for index, entry in enumerate(entries):
        at = "/@context" + (f"/{index}" if isinstance(context, list) else "")
        if isinstance(entry, str):
            address = "https://" + entry.partition("://")[2].rstrip("/")
            if address in CONTEXT_URLS.values():
                named.append(address)
            else:
                problems.append(
                    Problem(
                        f"The remote context {_shown(entry)} is not fetched.",
                        f"Name {' or '.join(CONTEXT_URLS.values())}, or define prefixes inline.",
                        at,
                    )
                )
        elif isinstance(entry, dict):
            for key, value in entry.items():
                known = vocabulary().context.get(key)
                if known == value:
                    continue
                if (
                    known is None
                    and PREFIX.fullmatch(key)
                    and _is_iri(value)
                    and len(value) <= MOST_PREFIX
                ):
                    prefixes[key] = value
                else:
                    problems.append(
                        Problem(
                            f"The inline context defines {_shown(key)} in a way that is not taken.",
                            "Inline contexts may only add prefixes: "
                            f"a short name and an IRI of at most {MOST_PREFIX} characters.",
                            f"{at}/{key}",
                        )
                    )
        elif entry is not None:
            problems.append(
                Problem(
                    "A context must be an address or an object.",
                    f"Name {CONTEXT_URLS['ctdl']}.",
                    at,
                )
            )
    return list(dict.fromkeys(named)), prefixes


class Canonicaliser:
    """Walks the nodes of one document: canonicalises their IRIs and collects what is wrong.

    After :meth:`node` has seen every node, `problems` holds every problem, `nodes` every node with
    its place, `entities` those with a CTID, and `used` the keys that the context must define.
    """

    def __init__(self, identity: Identity, prefixes: dict[str, str], max_depth: int) -> None:
        self.problems: list[Problem] = []
        self.nodes: list[tuple[dict[str, Any], Place]] = []
        self.entities: list[tuple[dict[str, Any], Place]] = []
        self.used: set[str] = set()
        self._identity = identity
        self._max_depth = max_depth
        self._context = vocabulary().context | prefixes
        self._prefixes = prefixes
        self._defined: set[str] = set()
        self._referenced: dict[str, Place] = {}
        self._room = MOST_TOLD
        self._untold: set[str] = set()

    def node(self, node: dict[str, Any], at: Place, depth: int = 1) -> dict[str, Any]:
        """Return a node object with canonical IRIs."""
        if depth > self._max_depth:
            return self._too_deep(at)
        self.once(node, at)
        out: dict[str, Any] = {}
        self.nodes.append((out, at))
        if "ceterms:ctid" in node:
            self.entities.append((out, at))
        for key, value in node.items():
            if key == "@id":
                out[key] = self._reference(value, (at, key))
                if len(node) > 1:
                    self._short(out[key], (at, key))
            elif key == "@type":
                out[key] = self._types(value, (at, key))
            elif key.startswith("@"):
                self._wrong(
                    (at, key),
                    f"The keyword {key} is not read in published documents.",
                    "Express it with plain node objects.",
                )
            else:
                out[key] = self._property(key, value, (at, key), depth)
        self._define(out, at)
        return out

    def _short(self, name: Any, at: Place) -> bool:
        """Tell whether a name can be repeated in every statement; report one that is too long."""
        if len(str(name)) <= MOST_IRI:
            return True
        self._wrong(at, f"The name has more than {MOST_IRI:,} characters.", "Use a shorter one.")
        return False

    def once(self, value: dict[str, Any], at: Place) -> None:
        """Report an object that names a key twice: JSON would keep the last and lose the first."""
        if isinstance(value, Repeated):
            self._wrong(
                (at, value.key),
                f"The key {_shown(value.key)} stands twice in one object.",
                "Keep one, or join the values in an array.",
            )

    def finish(self) -> None:
        """Report the blank nodes that stand nowhere in the document, and that problems are left."""
        for label, at in self._referenced.items():
            if label not in self._defined:
                self._wrong(
                    at,
                    f"The blank node {_shown(label)} is not defined in this document.",
                    "Add the node to @graph, or name the thing by an IRI.",
                )
        for severity in self._untold:
            self.problems.append(
                Problem(
                    "There are more problems than can be listed.",
                    "Mend the listed ones first.",
                    severity=severity,
                )
            )

    def _define(self, node: dict[str, Any], at: Place) -> None:
        label = node.get("@id")
        if isinstance(label, str) and label.startswith("_:"):
            if len(node) > 1:
                self._defined.add(label)
            else:
                self._referenced.setdefault(label, at)

    def _too_deep(self, at: Place) -> dict[str, Any]:
        self._wrong(
            at, f"The document is nested deeper than {self._max_depth} levels.", "Flatten it."
        )
        return {}

    def _types(self, value: Any, at: Place) -> Any:
        types = value if isinstance(value, list) else [value]
        for name in types:
            self._short(name, at)
            if not self._kept(name):
                self._wrong(
                    at,
                    f"{_shown(name)} is not the name of a class.",
                    "Write it with its prefix, such as ceterms:Certificate.",
                )
            else:
                self._reserved(self.expanded(name), name, at)
                self.used.add(name.partition(":")[0])
        return value

    def _reserved(self, iri: str, name: str, at: Place) -> None:
        """Report a term that only the registry itself speaks with."""
        if iri.startswith((OWN, "ctg:")):  # many take a prefix for what it usually means
            self._wrong(
                at,
                f"{_shown(name)} is for what the registry itself says.",
                "Leave it out: the registry says it of every document.",
            )

    def _property(self, key: str, value: Any, at: Place, depth: int) -> Any:
        term = self._context.get(key)
        prefix, colon, _ = key.partition(":")
        if not self._short(key, at[0]):  # nor is it repeated in the place of a problem
            return value
        if not colon or not self._kept(key):
            self._wrong(
                at,
                f"The property {_shown(key)} has no meaning in CTDL and would be lost.",
                "Write it with its prefix, such as ceterms:name.",
            )
            return value
        iri = self.expanded(key)
        if key != "ceterms:ctid" and iri == CTID:
            self._wrong(at, f"{key!r} is another spelling of ceterms:ctid.", "Write ceterms:ctid.")
        elif iri == TYPE.value:
            self._wrong(at, f"{key!r} is another spelling of @type.", "Write @type.")
        elif vocabulary().term(iri) is None and not _in_xml(iri):
            self._wrong(
                at,
                f"RDF/XML cannot carry the property {_shown(key)}.",
                "Let its IRI end in a name that begins with a letter.",
            )
        self._reserved(iri, key, at)
        self.used.update((key, prefix))
        return self._value(term if isinstance(term, dict) else {}, value, at, depth)

    def _value(self, term: dict[str, Any], value: Any, at: Place, depth: int) -> Any:
        if isinstance(value, (int, float)):
            return self._number(term, value, at)
        if isinstance(value, str):
            if term.get("@type") in IRI_COERCIONS:
                return self._reference(value, at)
            return self._text(value, at)
        texts = term.get("@container") == "@language"
        if isinstance(value, list):
            if depth > self._max_depth:
                return self._too_deep(at)
            if texts:
                return [self._text_item(item, (at, i), depth) for i, item in enumerate(value)]
            return [self._value(term, item, (at, i), depth + 1) for i, item in enumerate(value)]
        if isinstance(value, dict):
            if texts:
                return self._language_map(value, at)
            if "@value" in value:
                return self._value_object(value, at)
            if not term and value and all(map(LANGUAGE.fullmatch, value)):
                self._wrong(
                    at,
                    "No context says that this property holds texts in languages: "
                    "they are kept, but SPARQL does not see them.",
                    "Use a declared property.",
                    "warning",
                )
                return self._language_map(value, at)
            return self.node(value, at, depth + 1)
        return value

    def _number(self, term: dict[str, Any], value: float, at: Place) -> Any:
        if isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                self._wrong(at, "A whole number must fit into 64 bits.", "Write it as a string.")
        elif not isfinite(value):
            self._wrong(at, "A number must be finite.", "Leave the property out.")
        elif term.get("@type") == "xsd:decimal":
            # JSON-LD would write 9.96E3, which is no xsd:decimal.
            return format(Decimal(repr(value)), "f")
        return value

    def _reference(self, value: Any, at: Place) -> Any:
        if not isinstance(value, str):
            self._wrong(at, f"{_shown(value)} is not an IRI.", "Write the IRI as a string.")
        elif value.startswith("_:"):
            if BLANK.fullmatch(value):
                if at[1] != "@id":
                    self._referenced.setdefault(value, at)
                return value
            self._wrong(at, f"{_shown(value)} is not a blank node label.", "Use _: and a UUID.")
        elif not self._kept(value):
            self._wrong(
                at,
                f"{_shown(value)} is not an absolute IRI.",
                "Write it in full, such as https://example.org/page, and percent-encode "
                "spaces, brackets and percent signs (%25).",
            )
        else:
            return self._expandable(self._identity.canonical(self._ours(value)))
        return value

    def _ours(self, value: str) -> str:
        """Return an IRI of this registry in full that stands behind a prefix of the document."""
        full = self.expanded(value) if self._prefixes else value
        return full if full != value and self._identity.holds(full) else value

    def expanded(self, name: str) -> str:
        """Return the IRI that a key or a CURIE means in this document."""
        prefix, _, local = name.partition(":")
        if prefix in self._prefixes and not local.startswith("//"):
            return self._prefixes[prefix] + local
        return vocabulary().expand(name)

    def _expandable(self, value: str) -> str:
        """Mend the case of a CURIE (``lifecycle:active`` for ``lifeCycle:Active``)."""
        prefix, _, local = value.partition(":")
        if local.startswith("//"):
            return value
        if prefix not in self._context:
            vocab = vocabulary()
            expanded = vocab.expand(value)
            if expanded == value:
                return value
            value = vocab.compact(expanded)
        value = vocabulary().concept_like(value)
        self.used.add(value.partition(":")[0])
        return value

    def _text(self, value: str, at: Place) -> str:
        if UNUSABLE.search(value):
            self._wrong(
                at, "The text holds a control character or half a surrogate pair.", "Remove it."
            )
        return value

    def _language_map(self, value: dict[str, Any], at: Place) -> dict[str, Any]:
        self.once(value, at)
        if "@value" in value:
            # Where texts in languages are expected, JSON-LD would lose a value object.
            checked = self._value_object(value, at)
            if "@type" in checked:
                self._wrong((at, "@type"), "A text has a language, not a datatype.", "Remove it.")
            language = checked.get("@language")
            return {language if isinstance(language, str) else "@none": checked["@value"]}
        for tag, text in value.items():
            if tag != "@none" and not LANGUAGE.fullmatch(tag):
                self._wrong(
                    (at, tag),
                    f"{_shown(tag)} is not a language tag (BCP 47).",
                    "Use a tag such as en-US.",
                )
            for item in text if isinstance(text, list) else [text]:
                if isinstance(item, str):
                    self._text(item, (at, tag))
                elif item is not None:
                    self._wrong((at, tag), f"{_shown(item)} is not a text.", "Write a string.")
        return value

    def _text_item(self, item: Any, at: Place, depth: int) -> Any:
        if isinstance(item, dict) and "@value" in item:
            return self._value_object(item, at)
        if isinstance(item, list):
            return self._value({"@container": "@language"}, item, at, depth + 1)
        if isinstance(item, dict):
            self._wrong(
                at,
                "A language map cannot stand in an array: its texts would be lost.",
                "Write one language map, with an array for each language.",
            )
        return self._text(item, at) if isinstance(item, str) else item

    def _value_object(self, value: dict[str, Any], at: Place) -> dict[str, Any]:
        self.once(value, at)
        for key, item in value.items():
            if key not in VALUE_KEYWORDS or isinstance(item, (dict, list)):
                self._wrong(
                    (at, key), f"{_shown(key)} does not belong in a value object.", "Remove it."
                )
            elif isinstance(item, str):
                self._text(item, (at, key))
            elif isinstance(item, (int, float)):
                self._number({}, item, (at, key))
        language = value.get("@language")
        if language is not None and not LANGUAGE.fullmatch(str(language)):
            self._wrong(
                (at, "@language"),
                f"{_shown(language)} is not a language tag (BCP 47).",
                "Use a tag such as en-US.",
            )
        if isinstance(value.get("@type"), str):
            self.used.add(value["@type"].partition(":")[0])
        return value

    def _kept(self, name: Any) -> bool:
        """Tell whether a name is an IRI, also behind its prefix: others the processor drops."""
        if not _is_iri(name):
            return False
        prefix, _, local = name.partition(":")
        namespace = self._context.get(prefix)
        return not isinstance(namespace, str) or _is_iri(namespace + local)

    def _wrong(self, at: Place, message: str, remedy: str, severity: str = "violation") -> None:
        if self._room < 0:
            self._untold.add(severity)
            return
        problem = Problem(message, remedy, pointer(at), severity)
        self.problems.append(problem)
        self._room -= len(problem.pointer or "") + 500


def _is_iri(value: Any) -> bool:
    return isinstance(value, str) and IRI.fullmatch(value) is not None and _parses(value)


@lru_cache(maxsize=4096)
def _parses(iri: str) -> bool:
    """Tell whether an IRI follows the grammar to its end (RFC 3987, section 2.2)."""
    try:
        ox.NamedNode(iri)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def _in_xml(property: str) -> bool:
    """Tell whether the IRI of a property ends in what can be the name of an XML element."""
    try:
        node = ox.NamedNode(property)
        written = ox.serialize([ox.Triple(node, node, node)], format=ox.RdfFormat.RDF_XML) or b""
        ElementTree.fromstring(written)
    except (ValueError, ElementTree.ParseError):
        return False
    return True


def _shown(value: Any) -> str:
    return repr(value if len(str(value)) <= 80 else f"{str(value)[:80]}…")


@lru_cache(maxsize=4096)
def _context_for(used: frozenset[str]) -> dict[str, Any]:
    context = vocabulary().context
    chosen = {key: context[key] for key in used if key in context}
    for definition in list(chosen.values()):
        datatype = definition.get("@type", "") if isinstance(definition, dict) else ""
        prefix = datatype.partition(":")[0]
        if prefix in context:
            chosen[prefix] = context[prefix]
    return chosen


def to_quads(
    content: dict[str, Any], used: Iterable[str], prefixes: dict[str, str]
) -> list[ox.Quad]:
    """Return the quads of a canonical document.

    Only the terms that the document uses go into the context that the parser reads: the whole
    context would cost most of the parsing time of a small document, and changes nothing.

    :raises InvalidDocument: when the JSON-LD processor rejects the document; when its statements
        repeat long names so often that they are out of proportion to it.
    """
    context = _context_for(frozenset(used)) | prefixes
    text = orjson.dumps({"@context": context, "@id": content["@id"], "@graph": content["@graph"]})
    room = MOST_GROWTH * len(text) + ROOM
    quads: list[ox.Quad] = []
    try:
        for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD):
            room -= len(str(quad.subject)) + len(quad.predicate.value) + len(str(quad.object))
            if room < 0:
                break
            quads.append(quad)
    except SyntaxError as error:
        message = f"The document is not JSON-LD: {error}."
        remedy = "Look at its value objects: @type names a datatype, @language a language."
        raise InvalidDocument(message, [Problem(message, remedy, "")]) from error
    if room < 0:
        message = f"The statements of the document are {MOST_GROWTH} times as long as the document."
        remedy = "Use shorter names for the nodes, properties and prefixes that are repeated."
        raise InvalidDocument(message, [Problem(message, remedy, "")])
    return quads
