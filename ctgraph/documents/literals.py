"""The texts, numbers and value objects of one document."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import Any

from ctgraph.documents.json_text import Place
from ctgraph.documents.problems import Problems, shown

LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,15}")
UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that neither RDF/XML nor SPARQL XML results can carry. Half a surrogate pair is not
even Unicode."""
_VALUE_KEYWORDS = {"@value", "@language", "@type", "@direction"}


class Literals:
    """Checks the literals of a document. What a JSON-LD processor would lose is reported.

    :param used: collects the prefixes of datatypes.
    """

    def __init__(self, problems: Problems, used: set[str]) -> None:
        self._problems = problems
        self._used = used

    def number(self, term: dict[str, Any], value: float, at: Place) -> Any:
        """Return a number of a property whose definition in the context is `term`."""
        if isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                message = "A whole number must fit into 64 bits."
                self._problems.add(at, message, "Write it as a string.")
        elif not isfinite(value):
            self._problems.add(at, "A number must be finite.", "Leave the property out.")
        elif term.get("@type") == "xsd:decimal":
            # JSON-LD would write 9.96E3, which is not an xsd:decimal.
            return format(Decimal(repr(value)), "f")
        return value

    def text(self, value: str, at: Place) -> str:
        """Return a text unchanged; report one that RDF cannot carry."""
        if UNUSABLE.search(value):
            message = "The text holds a control character or half a surrogate pair."
            self._problems.add(at, message, "Remove it.")
        return value

    def text_in_list(self, item: Any, at: Place) -> Any:
        """Return one member of an array of texts in languages."""
        if isinstance(item, dict):
            if "@value" in item:
                return self.value_object(item, at)
            self._problems.add(
                at,
                "A language map cannot stand in an array: its texts would be lost.",
                "Write one language map, with an array for each language.",
            )
        return self.text(item, at) if isinstance(item, str) else item

    def language_map(self, value: dict[str, Any], at: Place) -> dict[str, Any]:
        """Return texts by their languages."""
        self._problems.once(value, at)
        if "@value" in value:
            # Where texts in languages are expected, JSON-LD would lose a value object.
            checked = self.value_object(value, at)
            if "@type" in checked:
                message = "A text has a language, not a datatype."
                self._problems.add((at, "@type"), message, "Remove it.")
            language = checked.get("@language")
            return {language if isinstance(language, str) else "@none": checked["@value"]}
        for tag, text in value.items():
            if tag != "@none" and not LANGUAGE.fullmatch(tag):
                self._wrong_language(tag, (at, tag))
            for item in text if isinstance(text, list) else [text]:
                if isinstance(item, str):
                    self.text(item, (at, tag))
                elif item is not None:
                    message = f"{shown(item)} is not a text."
                    self._problems.add((at, tag), message, "Write a string.")
        return value

    def value_object(self, value: dict[str, Any], at: Place) -> dict[str, Any]:
        """Return a value object (JSON-LD 1.1, section 4.2)."""
        self._problems.once(value, at)
        for key, item in value.items():
            if key not in _VALUE_KEYWORDS or isinstance(item, (dict, list)):
                message = f"{shown(key)} does not belong in a value object."
                self._problems.add((at, key), message, "Remove it.")
            elif isinstance(item, str):
                self.text(item, (at, key))
            elif isinstance(item, (int, float)):
                self.number({}, item, (at, key))
        language = value.get("@language")
        if language is not None and not LANGUAGE.fullmatch(str(language)):
            self._wrong_language(language, (at, "@language"))
        if isinstance(value.get("@type"), str):
            self._used.add(value["@type"].partition(":")[0])
        return value

    def _wrong_language(self, tag: Any, at: Place) -> None:
        message = f"{shown(tag)} is not a language tag (BCP 47)."
        self._problems.add(at, message, "Use a tag such as en-US.")
