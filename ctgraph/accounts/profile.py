"""The description of an organization in a form, and its record in CTDL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from ctgraph.accounts.names import hidden, is_seen
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Problem
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

CONTEXT = "https://credreg.net/ctdl/schema/context/json"
LANGUAGE = "en-US"
"""The language of what people write, until they say another."""
CLASSES = (
    ("ceterms:CredentialOrganization", "It offers or awards credentials"),
    ("ceterms:QACredentialOrganization", "It assures the quality of others"),
)
MAX_NAME_CHARACTERS = 200
"""Characters of the name of an organization."""
_TEXTS = ("name", "description", "agentPurposeDescription")
_PLAIN = ("subjectWebpage", "email", "fein", "duns", "opeID")
_CHOICES = ("agentType", "agentSectorType", "serviceType")
_PLACE = ("streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry")
_LOCALIZED = ("streetAddress", "addressLocality", "addressRegion", "addressCountry")
FIELDS = ("type", *_TEXTS, *_PLAIN, *_CHOICES, *_PLACE)
"""What a description of an organization may say."""
_LINES = frozenset(FIELDS) - {"description", "agentPurposeDescription"}
"""The fields whose texts have no line breaks."""
LISTS = frozenset(_CHOICES)
"""The fields that have several values."""


def choices(name: str) -> list[tuple[str, str]]:
    """Return the values that a property may have, as CURIEs and labels."""
    property = vocabulary().term(f"ceterms:{name}")
    assert property is not None
    concepts = (
        one for scheme in property.target_scheme for one in vocabulary().concepts_of(scheme)
    )
    return sorted(((one.curie, one.label) for one in concepts), key=lambda pair: pair[1])


def checked(given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return what a program says of an organization as fields, and what is wrong with it.

    A choice is a CURIE, perhaps without its prefix, or a label; several are a list, or a text with
    a bar between them.

    :param given: texts and lists by the local names of properties, `name` and `type` among them.
    """
    found: dict[str, Any] = {}
    problems = []
    for name, value in given.items():
        wrong, remedy = "", ""
        if name in _CHOICES:
            found[name], others, known = _chosen(name, value)
            if others:
                wrong = f"{name} has no value {', '.join(others)[:200]}."
                remedy = f"Use {', '.join(label for _, label in known)}."
        elif not isinstance(value, str):
            wrong = f"{name} is not a text."
        elif name == "type":
            kinds = {kind.partition(":")[2]: kind for kind, _ in CLASSES}
            found[name] = kinds.get(value.strip().removeprefix("ceterms:"), "")
            if value.strip() and not found[name]:
                wrong, remedy = f"There is no type {value[:80]}.", f"Use {', '.join(kinds)}."
        else:
            found[name] = value.replace("\0", "").strip()
            if name in _LINES:
                found[name] = " ".join(found[name].split())
            is_name = is_seen(found[name]) and len(found[name]) <= MAX_NAME_CHARACTERS
            if name == "name" and not is_name:
                wrong = "The name is missing or too long."
                remedy = f"Give it, in {MAX_NAME_CHARACTERS} characters at most."
            elif name == "name" and (sign := hidden(found[name])):
                wrong, remedy = f"The name has the invisible character {sign}.", "Leave it out."
        if wrong:
            problems.append(Problem(wrong, remedy, f"/{name}"))
    return found, problems


def _chosen(name: str, value: Any) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Return the concepts that a value names, the texts that name none, and those there are."""
    known = choices(name)
    by_text = {
        text.casefold(): curie
        for curie, label in known
        for text in (curie, curie.partition(":")[2], label)
    }
    texts = value.split("|") if isinstance(value, str) else value
    if not isinstance(texts, list):
        return [], [str(value)], known
    named = [str(text).strip() for text in texts if str(text).strip()]
    found = [by_text[text.casefold()] for text in named if text.casefold() in by_text]
    return found, [text for text in named if text.casefold() not in by_text], known


def document_of(fields: Mapping[str, Any], record: Ctid, identity: Identity) -> bytes:
    """Return the record of an organization that a form describes. What is not filled in is absent.

    :param fields: texts and lists of CURIEs by the local names of properties, and `type`.
    """
    about = identity.resource(record)
    entity: dict[str, Any] = {
        "@type": fields.get("type") or CLASSES[0][0],
        "@id": about,
        "ceterms:ctid": record,
    }
    given = {name: value for name, value in fields.items() if value}
    entity |= {f"ceterms:{n}": {LANGUAGE: given[n]} for n in _TEXTS if n in given}
    entity |= {f"ceterms:{n}": given[n] for n in _PLAIN if n in given}
    entity |= {f"ceterms:{n}": list(map(_alignment, given[n])) for n in _CHOICES if n in given}
    place = {
        f"ceterms:{n}": {LANGUAGE: given[n]} if n in _LOCALIZED else given[n]
        for n in _PLACE
        if n in given
    }
    if place:
        entity["ceterms:address"] = [{"@type": "ceterms:Place", **place}]
    document = {"@context": CONTEXT, "@id": identity.graph(record), "@graph": [entity]}
    return orjson.dumps(document)


def fields_of(document: bytes) -> dict[str, Any]:
    """Return what a form shows of a record that :func:`document_of` made."""
    entity = orjson.loads(document)["@graph"][0]
    places = entity.get("ceterms:address") or [{}]
    found: dict[str, Any] = {"type": entity["@type"]}
    for names, node in (((*_TEXTS, *_PLAIN), entity), (_PLACE, places[0])):
        for name in names:
            value = node.get(f"ceterms:{name}", "")
            found[name] = value.get(LANGUAGE, "") if isinstance(value, dict) else value
    for name in _CHOICES:
        found[name] = [one["ceterms:targetNode"] for one in entity.get(f"ceterms:{name}", [])]
    return found


def _alignment(concept: str) -> dict[str, Any]:
    """Return the alignment of an organization with a concept."""
    term = vocabulary().term(concept)
    assert term is not None
    scheme = vocabulary().term(vocabulary().compact(term.in_scheme[0]))
    name = scheme.label if scheme else ""
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:framework": term.in_scheme[0],
        "ceterms:frameworkName": {LANGUAGE: name},
        "ceterms:targetNode": Curie(concept),
        "ceterms:targetNodeName": {LANGUAGE: term.label},
    }
