"""A campus as a form shows it: a few fields of a place, whose other values stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ctgraph.documents.campuses import campus_code
from ctgraph.forms.values import LANGUAGE, Node, reworded, words_of

FIELDS = (
    "ceterms:name",
    "ceterms:identifier",
    "ceterms:streetAddress",
    "ceterms:addressLocality",
    "ceterms:addressRegion",
    "ceterms:postalCode",
    "ceterms:addressCountry",
)
"""The properties of a place that the form of a campus has."""
_PLAIN = ("ceterms:postalCode",)
_IDENTIFIER, _CODE = "ceterms:identifier", "ceterms:identifierValueCode"


def place_fields(place: Node) -> dict[str, str]:
    """Return what the form of a campus shows, by the properties in :data:`FIELDS`.

    A text in several languages is shown in the language of forms, or in its first one; of several
    identifiers the first one is shown.
    """
    words = {name: words_of(place.get(name)) for name in FIELDS}
    return words | {_IDENTIFIER: campus_code(place)}


def place_of(place: Node, fields: Mapping[str, str]) -> Node:
    """Return a place with the fields of its form as they were filled in."""
    was = place_fields(place)
    result = {"@type": "ceterms:Place"} | place
    for name in FIELDS:
        text = " ".join(fields.get(name, "").split())
        if text == was[name]:
            continue
        value = _value(name, place.get(name), text)
        if value:
            result[name] = value
        else:
            result.pop(name, None)
    return result


def _value(name: str, old: Any, text: str) -> Any:
    if name == _IDENTIFIER:
        held = old if isinstance(old, list) else [old] if isinstance(old, dict) else []
        first = held[0] if held and isinstance(held[0], dict) else _identifier()
        return [first | {_CODE: text}, *held[1:]] if text else held[1:]
    return text if name in _PLAIN else reworded(old, text)


def _identifier() -> Node:
    return {
        "@type": "ceterms:IdentifierValue",
        "ceterms:identifierTypeName": {LANGUAGE: "External Identifier"},
    }
