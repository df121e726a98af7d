"""One thing that is wrong with an input: how bad it is, where it is, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any

MAX_TEXT_CHARS = 1_000
"""The longest part of a text that a problem repeats: one long text may be wrong in many places, and
a report repeats it for each of them."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def one_line(text: str) -> str:
    """Return a text without line breaks and other control characters."""
    return _CONTROL.sub(" ", text)


def _shorten(value: Problem | Detail, *names: str) -> None:
    """Cut the long texts among some attributes of a frozen value."""
    for name in names:
        text = getattr(value, name)
        if isinstance(text, str) and len(text) > MAX_TEXT_CHARS:
            object.__setattr__(value, name, f"{text[: MAX_TEXT_CHARS - 1]}…")


class Severity(StrEnum):
    """How bad a problem is, the worst first. Only a violation is refused."""

    VIOLATION = "violation"
    WARNING = "warning"
    INFO = "info"


class Rule(StrEnum):
    """The rules that are not shapes. Each is described as a term of the registry."""

    READING = "reading"
    DOMAIN = "domain"
    RANGE = "range"
    UNDECLARED = "undeclared"
    LANGUAGE = "language"
    BY_NAME = "by-name"
    CONTRADICTION = "contradiction"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    OTHER_CLASS = "other-class"
    ONE_SIDED = "one-sided"
    NOT_LOOKED_AT = "not-looked-at"


@dataclass(frozen=True)
class Detail:
    """Further facts about a problem. An empty value means that the fact is unknown.

    :param label: name of the thing that the problem is about; `type` is its class, as a CURIE.
    :param focus: IRI of that thing, unless it is a blank node.
    :param property: IRI of the property.
    :param documentation: address of the page that explains the rule.
    :param value: the value as people read it.
    :param shape: IRI of the shape that the thing breaks; `constraint` is its SHACL component.
    :param advice: the rule that a warning of the vocabulary or the registry comes from.
    :param line: line of the submitted text, counted from 1.
    """

    label: str = ""
    type: str = ""
    ctid: str = ""
    focus: str = ""
    property: str = ""
    property_label: str = ""
    documentation: str = ""
    value: str = ""
    shape: str = ""
    constraint: str = ""
    advice: Rule | None = None
    line: int = 0

    def __post_init__(self) -> None:
        _shorten(self, *_DETAILS)

    def to_json(self) -> dict[str, str | int]:
        """Return the known facts as members of a JSON object."""
        found = {_MEMBERS.get(name, name): getattr(self, name) for name in _DETAILS}
        return {name: value for name, value in found.items() if value}


_DETAILS = tuple(field.name for field in fields(Detail))
_MEMBERS = {"type": "class", "focus": "focusNode", "property_label": "propertyLabel"}
"""Members of the JSON object that are named otherwise than the attributes."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, and how to mend it.

    :param message: what is wrong, in plain words.
    :param remedy: what the sender can do about it.
    :param pointer: where, as a JSON Pointer (RFC 6901) into the submitted document.
    """

    message: str
    remedy: str = ""
    pointer: str | None = None
    severity: Severity = Severity.VIOLATION
    detail: Detail = Detail()

    def __post_init__(self) -> None:
        _shorten(self, "message", "remedy")

    def __str__(self) -> str:
        place = f"{self.pointer or '/'}: " if self.pointer is not None else ""
        return one_line(f"{place}{self.message}{' ' + self.remedy if self.remedy else ''}")

    def to_json(self) -> dict[str, Any]:
        """Return the problem as a JSON object, without its empty members."""
        members: dict[str, Any] = {"message": self.message}
        if self.remedy:
            members["remedy"] = self.remedy
        if self.pointer is not None:
            members["pointer"] = self.pointer
        return members | {"severity": self.severity} | self.detail.to_json()
