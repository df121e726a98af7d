"""The editors of a form (SHACL 1.2 UI: `shui:editor`)."""

from __future__ import annotations

from enum import StrEnum


class Editor(StrEnum):
    """The way in which the values of a property are edited."""

    TEXT = "text"
    """Words in a language, in one line."""
    LONG_TEXT = "long"
    """Words in a language, in several lines."""
    PLAIN = "plain"
    """A text without a language, such as a code."""
    ADDRESS = "address"
    """An address on the web."""
    DATE = "date"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DURATION = "duration"
    """A duration of ISO 8601."""
    LANGUAGE = "language"
    """The tag of a language (BCP 47)."""
    CHOICE = "choice"
    """Concepts of a concept scheme, as alignments or by their IRIs."""
    REFERENCE = "reference"
    """Another thing, by its CTID or address."""
    PART = "part"
    """A thing without a CTID, in a form of its own within the form."""
    NONE = "none"
    """A value that no form shows; it is edited as JSON-LD."""
