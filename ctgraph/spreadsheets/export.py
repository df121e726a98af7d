"""Records as the rows of a template: uploaded again, they change nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import zip_longest
from typing import Any

import orjson

from ctgraph.forms.values import Node
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.standing import documents, standing_of
from ctgraph.ledger.values import Organization
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import Settings
from ctgraph.spreadsheets.code_book import CodeBooks
from ctgraph.spreadsheets.columns import listed
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.held import held
from ctgraph.spreadsheets.merge import language_of
from ctgraph.spreadsheets.profiles import ProfileCells, rows_of
from ctgraph.spreadsheets.record_types import Group, RecordType, record_types
from ctgraph.spreadsheets.references import place_identifier
from ctgraph.spreadsheets.things import PLACES
from ctgraph.vocab import vocabulary

IDENTIFIER, CTID = "External Identifier", "CTID"


@dataclass
class Sheet:
    """The rows of one type of records, each by its headings.

    :param headings: of the columns that are not empty, in the order of a template.
    """

    type: RecordType
    headings: list[str]
    rows: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Exported:
    """Records as sheets.

    :param left_out: the classes of things that no template has, with how many there were.
    :param unknown: what was wanted, and is no published record of the organization.
    """

    sheets: list[Sheet]
    left_out: dict[str, int] = field(default_factory=dict)
    unknown: list[Ctid] = field(default_factory=list)


def export(
    settings: Settings,
    ledger: Ledger,
    owner: Organization,
    records: Collection[Ctid] | None = None,
) -> Exported:
    """Return records of an organization as the rows of templates.

    :param records: those that are wanted; None means all.
    """
    identity, sheets = Identity.of(settings), dict[str, Sheet]()
    known = {str(record): key for key, record in ledger.identifiers.of(owner.ctid).items()}
    own = [one.ctid for one in standing_of(ledger.database, owner.ctid)]
    wanted = [one for one in own if records is None or one in records]
    found = Exported([], unknown=sorted({*(records or ())} - {*own}))
    codes = CodeBooks(ledger.codes)
    at = Context(identity, owner, places=places_of(ledger, owner), codes=codes)
    for _, document in held(ledger.database, wanted):
        for node in _entities(document) if document else ():
            kind = _type_of(node)
            if kind is None:
                label = vocabulary().label(str(node.get("@type", "")))
                found.left_out[label] = found.left_out.get(label, 0) + 1
                continue
            at.language = language_of(node)
            sheet = sheets.setdefault(kind.name, Sheet(kind, headings(kind)))
            sheet.rows += _rows(kind, node, known, at)
    if owner.ctid in wanted and at.places:
        sheets[PLACES] = _locations(at)
    found.sheets = [_trimmed(sheets[name]) for name in record_types() if name in sheets]
    return found


def headings(kind: RecordType) -> list[str]:
    """Return all headings of a template, in its order."""
    own = [IDENTIFIER, CTID, *kind.class_headings[:1]]
    own += [column.heading for column in kind.columns if not column.is_alternative]
    for group in groups(kind):
        own += [title for title, _ in _group_titles(group)]
    return list(dict.fromkeys(own))


def groups(kind: RecordType) -> Iterator[Group]:
    """Yield the groups of a template: of those for the same properties, the first one."""
    seen: set[str] = set()
    for group in kind.groups:
        if not seen.issuperset(group.kinds.values()):
            seen.update(group.kinds.values())
            yield group


def _group_titles(group: Group) -> Iterator[tuple[str, str]]:
    """Yield the headings of a group as a template writes them, each with what stands there."""
    prefix = group.prefixes[0]
    yield f"{prefix}: {IDENTIFIER}", "identifier"
    if group.kind:
        yield f"{prefix}: {group.kind[0]}", "kind"
    yield from ((f"{prefix}: {one.heading}", one.heading) for one in group.columns)


def _entities(document: bytes) -> Iterator[Node]:
    graph = orjson.loads(document)["@graph"]
    yield from (node for node in graph if isinstance(node, dict) and "ceterms:ctid" in node)


def _type_of(node: Node) -> RecordType | None:
    kind = node.get("@type")
    return _types_by_class().get(Curie(kind)) if isinstance(kind, str) else None


@cache
def _types_by_class() -> dict[Curie, RecordType]:
    return {
        kind: one
        for one in record_types().values()
        if one.name != PLACES
        for kind in (*one.classes, *one.parts)
    }


def _rows(
    kind: RecordType, node: Node, known: Mapping[str, str], at: Context
) -> Iterator[dict[str, str]]:
    """Yield the rows of a thing: the first one with its cells, others with further profiles."""
    record = str(node["ceterms:ctid"])
    own = {IDENTIFIER: known.get(record, ""), CTID: record}
    own[kind.class_headings[0]] = vocabulary().label(node["@type"])
    cells = {
        column.heading: column.show(node, at)
        for column in kind.columns
        if not column.is_alternative
    }
    given = [list(rows_of(node, group, at)) for group in groups(kind)]
    for number, profiles in enumerate(zip_longest(*given) if any(given) else [()]):
        row = own | (cells if number == 0 else {})
        for profile in profiles:
            row |= _profile(profile) if profile else {}
        yield {heading: text for heading, text in row.items() if text}


def _profile(given: ProfileCells) -> dict[str, str]:
    prefix = given.group.prefixes[0]
    row = {f"{prefix}: {IDENTIFIER}": given.identifier}
    if given.group.kind:
        row[f"{prefix}: {given.group.kind[0]}"] = given.kind
    return row | {f"{prefix}: {column.heading}": text for column, text in given.cells}


def places_of(ledger: Ledger, owner: Organization) -> dict[str, Node]:
    """Return the addresses of an organization, by the identifiers that rows name them by."""
    kept = documents(ledger.database, {owner.ctid}).get(owner.ctid)
    node: dict[str, Any] = orjson.loads(kept)["@graph"][0] if kept else {}
    places = (one for one in listed(node.get("ceterms:address")) if isinstance(one, dict))
    return {place_identifier(one): one for one in places}


def _locations(at: Context) -> Sheet:
    kind = record_types()[PLACES]
    sheet = Sheet(kind, headings(kind))
    for identifier, place in at.places.items():
        cells = {column.heading: column.show(place, at) for column in kind.columns}
        row = {IDENTIFIER: identifier} | cells
        sheet.rows.append({heading: text for heading, text in row.items() if text})
    return sheet


def _trimmed(sheet: Sheet) -> Sheet:
    """Return a sheet without empty columns; what identifies a record stays."""
    used = {heading for row in sheet.rows for heading in row} | {IDENTIFIER}
    sheet.headings = [heading for heading in sheet.headings if heading in used]
    return sheet


def rows_by_heading(sheet: Sheet) -> Iterable[list[str]]:
    """Yield the rows of a sheet as lists of cells, the headings first."""
    yield sheet.headings
    for row in sheet.rows:
        yield [row.get(heading, "") for heading in sheet.headings]
