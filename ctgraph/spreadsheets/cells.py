"""Values as the texts of cells, and texts as values again.

Each reader goes both ways: `show` returns the text of a value, or None for a value that no cell can
express and that stays as it is; `read` returns the value of a text.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Protocol

from ctgraph.forms.codes import ALIGNMENT
from ctgraph.forms.model import Field
from ctgraph.forms.values import aligned
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets import plain
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.nearest import loose, remedy_for
from ctgraph.spreadsheets.problems import refuse
from ctgraph.spreadsheets.separators import joined, split
from ctgraph.vocab import vocabulary

_TYPE, _NAME = "@type", "ceterms:targetNodeName"


class Reader(Protocol):
    """Shows the values of a property as texts, and reads them.

    :param keys: the properties of a part that a text expresses; empty for all of it. Others stay.
    """

    keys: ClassVar[tuple[str, ...]]

    def show(self, value: Any, at: Context) -> str | None:
        """Return the text of a value; None for one that no cell can express."""

    def read(self, text: str, at: Context) -> Any:
        """Return the value of a text.

        :raises BadParameter: when it has none.
        """


def scalar(value: Any) -> str | int | float | None:
    """Return a value that is no thing and has no language; None for another one."""
    if isinstance(value, dict) and value.keys() <= {"@value", _TYPE}:
        value = value.get("@value")
    return value if isinstance(value, str | int | float) else None


@dataclass(frozen=True)
class Text:
    """A text without a language, as a function reads it and another one shows it."""

    reading: Callable[[str], Any] = str
    showing: Callable[[Any], str] = str
    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        plain_value = scalar(value)
        if plain_value is None:
            return None
        try:
            return self.showing(plain_value)
        except ValueError:
            return None

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        return self.reading(text)


@dataclass(frozen=True)
class Concept:
    """A concept of the field's scheme, by its label or its name."""

    field: Field
    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        target = value.get("ceterms:targetNode", "") if isinstance(value, dict) else value
        found = vocabulary().compact(vocabulary().expand(str(target)))
        return next((label for concept, label in self.field.scheme if concept == found), None)

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        found = self._named(text)
        if not found:
            remedy = remedy_for(text, (label for _, label in self.field.scheme))
            refuse(f"{text[:60]!r} is no value of {self.field.label}.", remedy)
        return aligned(self.field, found)

    def _named(self, text: str) -> Curie | None:
        expanded = vocabulary().expand(text)
        return self._by_name.get(loose(text)) or self._by_iri.get(expanded)

    @cached_property
    def _by_name(self) -> dict[str, Curie]:
        """The concepts by what counts of their labels and names; the first one of each."""
        found: dict[str, Curie] = {}
        for concept, label in self.field.scheme:
            for name in (label, concept.partition(":")[2]):
                found.setdefault(loose(name), concept)
        return found

    @cached_property
    def _by_iri(self) -> dict[str, Curie]:
        return {vocabulary().expand(concept): concept for concept, _ in self.field.scheme}


@dataclass(frozen=True)
class ClassName:
    """A class of records, by its label or its name."""

    field: Field
    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        is_known = isinstance(value, str) and value in self.field.records
        return vocabulary().label(value) if is_known else None

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        found = vocabulary().class_named(text.replace(" ", "") if ":" not in text else text)
        if found is None or found.curie not in self.field.records:
            labels = (vocabulary().label(one) for one in self.field.records)
            message = f"{text[:60]!r} is no type that {self.field.label} takes."
            refuse(message, remedy_for(text, labels))
        return found.curie


@dataclass(frozen=True)
class Named:
    """Something that only its name is known of, such as a subject."""

    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        if not isinstance(value, dict) or value.keys() != {_TYPE, _NAME}:
            return None
        names = value[_NAME]
        if isinstance(names, dict) and len(names) == 1:
            names = next(iter(names.values()))
        return names if isinstance(names, str) else None

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        return {_TYPE: ALIGNMENT, _NAME: {at.language: text}}


@dataclass(frozen=True)
class Identifier:
    """An identifier with its type: `TypeName~Value~TypeURI`.

    :param is_lax: whether a value alone is taken, with a warning.
    """

    is_lax: bool = False
    keys: ClassVar[tuple[str, ...]] = ()
    _names: ClassVar[tuple[str, ...]] = (
        "ceterms:identifierTypeName",
        "ceterms:identifierValueCode",
        "ceterms:identifierType",
    )

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        if not isinstance(value, dict) or value.keys() - {_TYPE, *self._names}:
            return None
        name, code, uri = (value.get(key, "") for key in self._names)
        if isinstance(name, dict) and len(name) == 1:
            name = next(iter(name.values()))
        if not (isinstance(name, str) and isinstance(code, str) and isinstance(uri, str)):
            return None
        return joined([name, code, uri] if uri else [name, code], "~") if name else code

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        parts = split(text, "~")
        if len(parts) == 1 and self.is_lax:
            at.doubts.append(
                (f"{text[:40]!r} has no type.", "Write it as TypeName~Value: Catalog~2024-2025.")
            )
            return {_TYPE: "ceterms:IdentifierValue", self._names[1]: text}
        if not 2 <= len(parts) <= 3 or not all(parts[:2]):
            refuse(
                f"{text[:60]!r} is no identifier with its type.",
                "Write it as TypeName~Value, or TypeName~Value~https://address-of-the-type.",
            )
        found = {
            _TYPE: "ceterms:IdentifierValue",
            self._names[0]: {at.language: parts[0]},
            self._names[1]: parts[1],
        }
        if len(parts) == 3 and parts[2]:
            found[self._names[2]] = plain.address_of(parts[2])
        return found


@dataclass(frozen=True)
class Length:
    """A duration as a part: `2 years`, or `1 year~2 years` for the shortest and the longest."""

    keys: ClassVar[tuple[str, ...]] = (
        "ceterms:exactDuration",
        "ceterms:minimumDuration",
        "ceterms:maximumDuration",
    )

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        if not isinstance(value, dict):
            return None
        given = [scalar(value[key]) for key in self.keys if key in value]
        exact = "ceterms:exactDuration" in value
        if len(given) != (1 if exact else 2) or not all(isinstance(one, str) for one in given):
            return None
        return joined([plain.duration_in_words(str(one)) for one in given], "~")

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        parts = [plain.duration_of(part) for part in split(text, "~")]
        if len(parts) > 2:
            refuse(f"{text[:60]!r} has more than two durations.", "Write it as 1 year~2 years.")
        keys = self.keys[:1] if len(parts) == 1 else self.keys[1:]
        return {_TYPE: "ceterms:DurationProfile"} | dict(zip(keys, parts, strict=True))
