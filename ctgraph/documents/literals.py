"""The texts, numbers and value objects of one document."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from math import isfinite
from typing import Any

from ctgraph.documents.json_text import Place
from ctgraph.documents.names import Names
from ctgraph.documents.problems import Problems, shown
from ctgraph.problem import Severity
from ctgraph.rdf.datatypes import EXACT_NUMBERS, in_lexical_space, is_compared, is_reduced_date
from ctgraph.rdf.namespaces import SCHEMA, XSD

LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8}){0,15}")
UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that neither RDF/XML nor SPARQL XML results can carry. Half a surrogate pair is not
even Unicode."""
_NUMBERS = EXACT_NUMBERS | {f"{XSD}float", f"{XSD}double"}
_COMPARED = _NUMBERS | {f"{XSD}{name}" for name in ("boolean", "date", "dateTime", "duration")}
_DURATIONS = {f"{SCHEMA}Duration", f"{XSD}duration"}
"""CTDL gives durations the class of schema.org as their range; both are read as durations."""
_VALUE_KEYWORDS = {"@value", "@language", "@type"}


class Literals:
    """Checks the literals of a document. What a JSON-LD processor would lose is reported.

    :param names: the names in the document; they tell which datatype a CURIE means.
    """

    def __init__(self, problems: Problems, names: Names) -> None:
        self._problems = problems
        self._names = names

    def number(self, term: dict[str, Any], value: float, at: Place) -> Any:
        """Return a number of a property whose definition in the context is `term`."""
        if isinstance(value, int):
            if not -(2**63) <= value < 2**63:
                message = "A whole number must fit into 64 bits."
                self._problems.add(at, message, "Write it as a string.")
        elif not isfinite(value):
            self._problems.add(at, "A number must be finite.", "Leave the property out.")
            return value
        datatype = str(term.get("@type", ""))
        if not datatype:
            return value
        if self._names.expanded(datatype) == f"{XSD}string":
            return self.number_in_words(value, at)
        text = self._lexical(value, datatype)
        if not self._fits(text, datatype, at):
            return {"@value": text}
        # JSON-LD would write 9.96E3, which is not an xsd:decimal.
        return text if isinstance(value, float) and self._is_exact(datatype) else value

    def _lexical(self, value: float, datatype: str) -> str:
        """Return a number as a literal of a datatype writes it."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int) or not self._is_exact(datatype):
            return repr(value)
        text = format(Decimal(repr(value)), "f")
        # The number 5.0 of JSON is the integer 5 (JSON-LD 1.1, section 10.6).
        whole = self._names.expanded(datatype) != f"{XSD}decimal"
        return text.removesuffix(".0") if whole else text

    def _is_exact(self, datatype: str) -> bool:
        return self._names.expanded(datatype) in EXACT_NUMBERS

    def typed(self, term: dict[str, Any], value: str, at: Place) -> Any:
        """Return a text of a property whose definition in the context is `term`.

        A text that is no value of the property's datatype becomes a plain literal.
        """
        datatype = str(term.get("@type", ""))
        fits = not datatype or self._fits(value, datatype, at)
        return self.text(value, at) if fits else {"@value": self.text(value, at)}

    def _fits(self, text: str, datatype: str, at: Place) -> bool:
        """Tell whether a text is a value of a datatype; report one that is not."""
        iri = self._names.expanded(datatype)
        if in_lexical_space(text, iri):
            if not is_compared(text, iri):
                self._problems.add(
                    at,
                    f"{shown(text)} is larger or more exact than SPARQL computes with: its filters "
                    "and sums leave it out.",
                    "Write it with fewer digits.",
                    Severity.WARNING,
                )
            return True
        reduced = is_reduced_date(text, iri)
        severity = Severity.WARNING if reduced else self._problems.purpose.of_incomplete
        self._problems.add(
            at,
            f"{shown(text)} is not a value of {datatype}."
            + (" It counts as plain text." if severity is Severity.WARNING else ""),
            "SPARQL does not compare it with other values: write it in full, such as 2026-05-01."
            if reduced
            else f"Write a value as {datatype} has it, or leave it out.",
            severity,
        )
        return False

    def text(self, value: str, at: Place) -> str:
        """Return a text unchanged; report one that RDF cannot carry."""
        if UNUSABLE.search(value):
            message = "The text holds a control character or half a surrogate pair."
            self._problems.add(at, message, "Remove it.")
        return value

    def number_in_words(self, value: float, at: Place) -> str:
        """Return a number that stands where a text is expected as a text, and warn of that."""
        text = str(value).lower() if isinstance(value, bool) else repr(value)
        self._problems.add(
            at,
            f"{text} is not a text. It is kept as the text {shown(text)}.",
            "Write it in quotation marks.",
            Severity.WARNING,
        )
        return text

    def text_in_list(self, item: Any, at: Place) -> Any:
        """Return one member of an array of texts in languages."""
        if isinstance(item, (int, float)):
            return self.number_in_words(item, at)
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
            language, text = checked.get("@language"), checked["@value"]
            if isinstance(text, (int, float)):
                text = self.number_in_words(text, (at, "@value"))
            return {language if isinstance(language, str) else "@none": text}
        texts: dict[str, Any] = {}
        for tag, text in value.items():
            if tag in ("@list", "@set"):
                message = f"{tag} does not belong around texts: the registry would not know them."
                self._problems.add((at, tag), message, "Write the texts as an array.")
            elif tag != "@none" and not LANGUAGE.fullmatch(tag):
                self._wrong_language(tag, (at, tag))
            read = partial(self._in_a_language, at=(at, tag))
            texts[tag] = [*map(read, text)] if isinstance(text, list) else read(text)
        return texts

    def _in_a_language(self, item: Any, at: Place) -> Any:
        if isinstance(item, str):
            return self.text(item, at)
        if isinstance(item, (int, float)):
            return self.number_in_words(item, at)
        if item is not None:
            self._problems.add(at, f"{shown(item)} is not a text.", "Write a string.")
        return item

    def value_object(
        self, value: dict[str, Any], at: Place, term: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return a value object (JSON-LD 1.1, section 4.2); `term` defines its property."""
        self._problems.once(value, at)
        value = self._without_direction(value, at)
        for key, item in value.items():
            if key not in _VALUE_KEYWORDS or isinstance(item, (dict, list)):
                message = f"{shown(key)} does not belong in a value object."
                self._problems.add((at, key), message, "Remove it.")
            elif isinstance(item, str) and not (key == "@value" and "@type" in value):
                self.text(item, (at, key))
            elif isinstance(item, (int, float)) and not (key == "@value" and "@type" in value):
                self.number({}, item, (at, key))
        language = value.get("@language")
        if language is not None and not LANGUAGE.fullmatch(str(language)):
            self._wrong_language(language, (at, "@language"))
        datatype = value.get("@type")
        if isinstance(datatype, str):
            self._names.used.add(datatype.partition(":")[0])
            self._check_datatype(datatype, str((term or {}).get("@type", "")), at)
            return self._typed_object(value, datatype, at)
        plain = value.get("@value")
        if term and isinstance(plain, str) and language is None and "@type" in term:
            self._fits(plain, str(term["@type"]), (at, "@value"))
        return value

    def _check_datatype(self, datatype: str, expected: str, at: Place) -> None:
        """Warn of a datatype with which SPARQL compares no value of the property."""
        given, meant = self._names.expanded(datatype), self._names.expanded(expected)
        is_same = given == meant or {given, meant} <= _NUMBERS or {given, meant} <= _DURATIONS
        if is_same or meant not in _COMPARED | _DURATIONS:
            return
        self._problems.add(
            (at, "@type"),
            f"{shown(datatype)} is not the datatype of this property, which is {expected}. SPARQL "
            "does not compare the value with others.",
            f"Leave @type out, and write the value as {expected} has it.",
            Severity.WARNING,
        )

    def _without_direction(self, value: dict[str, Any], at: Place) -> dict[str, Any]:
        """Return a value object without its base direction, which RDF 1.1 cannot carry."""
        if "@direction" not in value:
            return value
        severity = self._problems.purpose.of_incomplete
        left_out = " It was left out." if severity is Severity.WARNING else ""
        self._problems.add(
            (at, "@direction"),
            f"RDF has no place for the direction of a text.{left_out}",
            "Leave @direction out: the language of a text tells its direction.",
            severity,
        )
        return {key: item for key, item in value.items() if key != "@direction"}

    def _typed_object(self, value: dict[str, Any], datatype: str, at: Place) -> dict[str, Any]:
        """Return a value object with a datatype, or without it where the value is none of it."""
        given = value.get("@value")
        if isinstance(given, str):
            kept = self.typed({"@type": datatype}, given, (at, "@value"))
        elif isinstance(given, (int, float)):
            kept = self.number({"@type": datatype}, given, (at, "@value"))
        else:
            return value
        return kept if isinstance(kept, dict) else value | {"@value": kept}

    def _wrong_language(self, tag: Any, at: Place) -> None:
        message = f"{shown(tag)} is not a language tag (BCP 47)."
        self._problems.add(at, message, "Use a tag such as en-US.")
