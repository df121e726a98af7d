"""Rows of what an organization says of others: that it accredits, approves or recognizes them.

Such a statement stands in the record of the organization, and a row adds to what stands there.
"""

from __future__ import annotations

from ctgraph.forms.values import Node
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.columns import DELETE, Column, listed
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.headings import ASSERTIONS, CLASS
from ctgraph.spreadsheets.lines import Line
from ctgraph.spreadsheets.nearest import loose
from ctgraph.spreadsheets.problems import refuse
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.spreadsheets.separators import VALUES, joined, split

_ARTIFACT, _NAME, _WEBPAGE = "ceterms:accredits", "ceterms:name", "ceterms:subjectWebpage"
_STEMS = {
    "accredit": "ceterms:accredits",
    "approv": "ceterms:approves",
    "recogni": "ceterms:recognizes",
    "regulat": "ceterms:regulates",
    "renew": "ceterms:renews",
    "revok": "ceterms:revokes",
}
"""The properties by what their names begin with: Accredits, Accredited, Accredited By."""
_WORDS = "Accredits, Approves, Recognizes, Regulates, Renews, Revokes"


def assured(line: Line, node: Node, at: Context) -> None:
    """Put what a row states into the record of the organization that states it.

    :raises BadParameter: when the row does not say what is stated, or of whom.
    """
    column, text = _artifact(line)
    artifact = column.reader.read(text, at)
    given = line.roles.get(ASSERTIONS, "")
    if given == DELETE:
        for name in _STEMS.values():
            _put(node, name, [one for one in listed(node.get(name)) if one != artifact])
        return
    for name in [_meant(one) for one in split(given, VALUES)] or [_meant("")]:
        held = listed(node.get(name))
        _put(node, name, held if artifact in held else [*held, artifact])


def _artifact(line: Line) -> tuple[Column, str]:
    """Return the column of the thing that a row is about, and its text."""
    cells = {str(column.property): text for column, text in line.cells}
    column = next(one for one in line.type.columns if one.property == _ARTIFACT)
    kind = _kind(line.roles.get(CLASS, ""), column)
    if text := cells.get(_ARTIFACT):
        return column, text
    if not (cells.get(_NAME) and cells.get(_WEBPAGE)):
        refuse(
            "The row does not say what the statement is about.",
            "Write its CTID into Artifact, or its Name and its Subject Webpage.",
            column.heading,
        )
    parts = [cells[_NAME], kind, cells[_WEBPAGE]]
    return column, joined(parts, "~")


def _kind(text: str, column: Column) -> str:
    """Return the name of the class that a cell means; empty where it is empty."""
    if not text:
        return ""
    known = column.field.records
    meant = [one.class_named(text) for one in record_types().values()]
    named = Curie(f"ceterms:{text.strip().title().replace(' ', '')}")
    profile = Curie(f"{named}Profile")
    found = next((one for one in (*meant, named, profile) if one in known), None)
    if found is None:
        refuse(
            f"{text[:60]!r} is no type of what is accredited or approved.",
            "Write Credential, Assessment, Learning Opportunity, Course or Organization.",
            CLASS,
        )
    return found.partition(":")[2]


def _meant(text: str) -> str:
    own = loose(text)
    found = next((name for stem, name in _STEMS.items() if own.startswith(stem)), None)
    if found is None:
        told = f"{text[:40]!r} is no assertion." if text else "The assertion is missing."
        refuse(told, f"Write one of: {_WORDS}.", ASSERTIONS)
    return found


def _put(node: Node, name: str, values: list[object]) -> None:
    if values:
        node[name] = values
    else:
        node.pop(name, None)
