"""Values of things from what was filled in for them."""

from __future__ import annotations

import math
from typing import Any

from ctgraph.errors import BadParameter
from ctgraph.forms.editors import Editor
from ctgraph.forms.model import Field
from ctgraph.identity import Identity
from ctgraph.identity.ctid import is_ctid
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

LANGUAGE = "en-US"
"""The language of words that are written without one."""
Node = dict[str, Any]


def aligned(field: Field, concept: Curie) -> Any:
    """Return the value that stands for a concept of a field's scheme.

    :raises BadParameter: when it is none of them.
    """
    term = vocabulary().term(concept)
    if term is None or concept not in field.concepts:
        raise BadParameter(f"{concept[:80]} is no value of {field.label}. Choose one of the list.")
    if "ceterms:CredentialAlignmentObject" not in field.parts:
        return concept
    scheme = term.in_scheme[0]
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:framework": scheme,
        "ceterms:frameworkName": {LANGUAGE: vocabulary().label(scheme)},
        "ceterms:targetNode": concept,
        "ceterms:targetNodeName": {LANGUAGE: term.label},
    }


def named(field: Field, kind: str, name: str, webpage: str) -> Node | None:
    """Return a thing that no registry holds, by its name and webpage; None where none is named.

    :raises BadParameter: when only a part of it is told.
    """
    if not name and not webpage:
        return None
    if kind not in field.records or not name or not webpage:
        raise BadParameter(f"{field.label}: tell the type, the name and the webpage.")
    own = "ceasn" if kind.startswith("ceasn:") else "ceterms"
    return {"@type": kind, f"{own}:name": {LANGUAGE: name}, "ceterms:subjectWebpage": webpage}


def words_of(value: Any) -> str:
    """Return a text as a short form shows it: in the language of forms, or in its first one."""
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, dict):
        return words_of(first.get(_language(first)))
    return str(first) if isinstance(first, str | int | float) else ""


def reworded(value: Any, text: str) -> Node:
    """Return a text with what a short form shows of it in other words; empty words take it away."""
    texts = dict(value) if isinstance(value, dict) else {}
    language = _language(texts)
    others = {name: held for name, held in texts.items() if name != language}
    return {language: text, **others} if text else others


def _language(texts: Node) -> str:
    return LANGUAGE if LANGUAGE in texts or not texts else next(iter(texts))


def read(editor: Editor, text: str, field: Field, identity: Identity) -> Any:
    """Return the value that a text stands for.

    :raises BadParameter: when it stands for none.
    """
    if editor is Editor.BOOLEAN:
        return text == "true"
    if editor is Editor.NUMBER:
        return _number(text, field)
    if editor in (Editor.REFERENCE, Editor.PART) and is_ctid(text.lower()):
        return identity.resource(text.lower())  # type: ignore[arg-type]
    return text


def _number(text: str, field: Field) -> int | float:
    try:
        number = int(text) if text.lstrip("-").isdecimal() else float(text)
        is_finite = math.isfinite(number)  # JSON has no other numbers
    except (ValueError, OverflowError):
        is_finite = False
    if not is_finite:
        raise BadParameter(f"{field.label}: {text[:40]!r} is no number.")
    return number
