"""How the values of a property are read from cells, as its field tells."""

from __future__ import annotations

from dataclasses import replace

from ctgraph.forms.codes import ALIGNMENT, PUBLISHED
from ctgraph.forms.editors import Editor
from ctgraph.forms.model import Field
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets import plain
from ctgraph.spreadsheets.cells import (
    ClassName,
    Concept,
    Identifier,
    Length,
    Named,
    Reader,
    Text,
)
from ctgraph.spreadsheets.code_cells import Code, Notation
from ctgraph.spreadsheets.percentages import Percentage
from ctgraph.spreadsheets.references import Address, Framework, Organization, Target

_ORGANIZATIONS = frozenset(
    map(
        Curie,
        (
            "ceterms:Organization",
            "ceterms:CredentialOrganization",
            "ceterms:QACredentialOrganization",
        ),
    )
)
_NAICS, _CIP = PUBLISHED["naics"], PUBLISHED["cip"]
_CODES = {
    "soc": Code(
        ("soc", "onet"),
        r"\d{2}-\d{4}(\.\d{2})?",
        "29-1141",
        replace(PUBLISHED["onet"].list, title=PUBLISHED["soc"].list.title),
        ("onetcenter.org", "onetonline.org", "bls.gov/soc"),
    ),
    "naics": Code(
        ("naics",),
        _NAICS.pattern,
        _NAICS.like,
        _NAICS.list,
        ("census.gov", "naics.com"),
    ),
    "cip": Code(
        ("cip",),
        _CIP.pattern,
        _CIP.like,
        _CIP.list,
        ("nces.ed.gov",),
        r"\d{2}\.\d{2}",
    ),
}
_PLAIN = {
    Editor.TEXT: Text(),
    Editor.LONG_TEXT: Text(),
    Editor.PLAIN: Text(),
    Editor.ADDRESS: Text(plain.address_of),
    Editor.DATE: Text(plain.date_of),
    Editor.NUMBER: Text(plain.number_of, plain.number_in_words),
    Editor.BOOLEAN: Text(plain.boolean_of, lambda value: "TRUE" if value else "FALSE"),
    Editor.DURATION: Text(plain.duration_of, plain.duration_in_words),
    Editor.LANGUAGE: Text(plain.language_of),
}
_OF_PARTS: dict[tuple[str, ...], Reader] = {
    (ALIGNMENT,): Named(),
    ("ceterms:IdentifierValue",): Identifier(),
    ("ceterms:DurationProfile",): Length(),
}


def reader_of(one: Field, name: str = "") -> Reader | None:
    """Return how the values of a field are read; None where no cell can express them.

    :param name: of the reader, where the range of the property does not tell it.
    """
    if name:
        return None if name == "none" else reader_named(name, one)
    if one.editor is Editor.CHOICE:
        return Concept(one)
    if one.editor is Editor.NUMBER and one.property.lower().endswith("percentage"):
        return Percentage()
    if one.property == "ceasn:codedNotation":
        return Notation()
    if one.editor in _PLAIN:
        return _PLAIN[one.editor]
    if one.records:
        return Organization(one) if set(one.records) <= _ORGANIZATIONS else _target(one)
    if one.property == "ceterms:availableAt":
        return Address()
    if one.editor is Editor.REFERENCE:
        return Target(one)
    return _OF_PARTS.get(one.parts)


def _target(one: Field) -> Reader | None:
    if "ceterms:ConditionProfile" in one.parts:
        return None
    if ALIGNMENT in one.parts and "skos:Concept" in one.records:
        return Named()
    return Target(one)


def reader_named(name: str, one: Field) -> Reader:
    """Return a reader by its name in the table of headings."""
    if name in _CODES:
        return _CODES[name]
    readers: dict[str, Reader] = {
        "target": Target(one),
        "framework": Framework(one),
        "location": Address(),
        "version": Identifier(is_lax=True),
        "currency": Text(plain.currency_of),
        "notation": Notation(),
        "class": ClassName(one),
    }
    return readers[name]
