"""Rows of a table by what their cells mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from ctgraph.documents.node_values import NAMES
from ctgraph.identity.ctid import is_ctid
from ctgraph.problem import Severity
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets import plain
from ctgraph.spreadsheets.columns import DELETE, Column
from ctgraph.spreadsheets.headings import IDENTIFIER, KIND, MORE, RELATION, Heading, Table
from ctgraph.spreadsheets.nearest import loose
from ctgraph.spreadsheets.problems import Place, SheetProblem
from ctgraph.spreadsheets.profiles import ProfileCells
from ctgraph.spreadsheets.record_types import Group, RecordType, record_types
from ctgraph.spreadsheets.references import ALL, SAME
from ctgraph.spreadsheets.separators import PARTS, VALUES, meant
from ctgraph.spreadsheets.sheet import Row
from ctgraph.vocab import vocabulary

MAX_IDENTIFIER_CHARACTERS = 50
"""Characters of an external identifier."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row by what its cells mean. Blank cells are left out: they change nothing.

    :param roles: the cells of columns that are no properties.
    :param headings: those of the file, by those of a template and by the roles of columns.
    """

    place: Place
    type: RecordType
    roles: dict[str, str]
    cells: tuple[tuple[Column, str], ...]
    profiles: tuple[ProfileCells, ...]
    headings: dict[str, str]

    @property
    def told(self) -> Iterator[tuple[str, Column, str]]:
        """The cells of the record and of its profiles, with the headings that a template has."""
        yield from ((column.heading, column, text) for column, text in self.cells)
        for profile in self.profiles:
            prefix = profile.group.prefixes[0]
            yield from ((f"{prefix}: {one.heading}", one, text) for one, text in profile.cells)

    def at(self, column: str) -> Place:
        """Return the place of a cell.

        :param column: its heading in a template, or its role.
        """
        known = next(iter(self.type.roles.get(column, ())), column)
        return replace(self.place, column=self.headings.get(column, known))


def lines_of(table: Table, problems: list[SheetProblem]) -> Iterator[Line]:
    """Yield the rows of a table that are about records; note what is wrong with others."""
    place = Place(table.sheet.file, table.sheet.name)
    table, *inner = _taken_apart(table)
    headings: dict[str, str] = {}
    for row in table.rows:
        here = replace(place, row=row.number)
        if row.is_blank:
            message, remedy = "The row is empty.", "Delete it, if nothing is missing there."
            problems.append(SheetProblem(here, message, remedy, severity=Severity.WARNING))
        elif table.note(row) is None and (line := _line(table, row, here, problems)):
            filled = (one for one in inner if _is_filled(one, row))
            found = [_line(one, row, here, problems) for one in filled]
            others = [one for one in found if one]
            # Rows that fill the same columns share their headings, which take a kilobyte.
            headings = headings if headings == line.headings else line.headings
            profiles = (*line.profiles, *map(partial(_required, line), others))
            line = replace(line, headings=headings, profiles=profiles)
            yield _related(line, problems)
            yield from others


def _taken_apart(table: Table) -> list[Table]:
    """Return a table of its own records, and one for each type of records that stand beside."""
    by_type: dict[str, list[tuple[int, Heading]]] = {"": []}
    for number, heading in table.columns:
        by_type.setdefault(heading.embedded, []).append((number, heading))
    return [
        replace(table, type=record_types()[name] if name else table.type, columns=tuple(columns))
        for name, columns in by_type.items()
    ]


def _is_filled(table: Table, row: Row) -> bool:
    return any(row.cell(number) for number, _ in table.columns)


def _required(line: Line, other: Line) -> ProfileCells:
    """Return the condition of a row's record that requires the record beside it."""
    group = next(one for one in line.type.groups if Curie("ceterms:requires") in one.kinds.values())
    columns = {column.property: column for column in group.columns}
    identifier = other.roles.get(IDENTIFIER) or other.roles.get("ctid", "")
    name = next((text for column, text in other.cells if column.property in NAMES), "")
    cells = [(columns[_TARGETS[other.type.name]], identifier)]
    if name:
        cells.append((columns[Curie("ceterms:description")], f"{name}."))
    return ProfileCells(group, identifier, next(iter(group.kinds)), tuple(cells))


_TARGETS = {
    "assessments": Curie("ceterms:targetAssessment"),
    "learning-opportunities": Curie("ceterms:targetLearningOpportunity"),
}
"""The properties by which a condition requires the records of a type."""


def _related(line: Line, problems: list[SheetProblem]) -> Line:
    """Return a row whose target credentials are a connection, if it tells of which kind."""
    kind = line.roles.get(RELATION, "")
    if not kind:
        return line
    found = next((text for one, text in line.cells if one.property == _CREDENTIAL), "")
    if not found:
        message, remedy = "It says how credentials are related, and names none.", _NAME_CREDENTIALS
        problems.append(SheetProblem(line.at(RELATION), message, remedy, kind))
        return line
    kind = _INVERSES.get(loose(kind), kind)
    group = next(one for one in line.type.groups if "isRequiredFor" in one.kinds)
    columns = {column.property: column for column in group.columns}
    words = vocabulary().label(group.kinds.get(kind, Curie(kind))).capitalize()
    cells = [(columns[_CREDENTIAL], found)]
    if found != DELETE:
        cells.append((columns[Curie("ceterms:description")], f"{words} the credentials."))
    others = tuple(cell for cell in line.cells if cell[0].property != _CREDENTIAL)
    connection = ProfileCells(group, "", kind, tuple(cells))
    return replace(line, cells=others, profiles=(*line.profiles, connection))


_CREDENTIAL = Curie("ceterms:targetCredential")
_NAME_CREDENTIALS = "Write their CTIDs or external identifiers into Target Credentials."
_INVERSES = {
    "requires": "isRequiredFor",
    "recommends": "isRecommendedFor",
    "entrycondition": "isPreparationFor",
}
"""What a credential says of a course or an examination, as that says it of the credential."""


def _line(table: Table, row: Row, place: Place, problems: list[SheetProblem]) -> Line | None:
    roles: dict[str, str] = {}
    cells: dict[int, tuple[Column, str]] = {}
    groups: dict[str, tuple[Group, dict[str, str], list[tuple[Column, str]]]] = {}
    beside = next((heading.text for _, heading in table.columns if heading.embedded), "")
    prefix = f"{beside.partition(':')[0]}: " if beside else ""
    headings = {IDENTIFIER: f"{prefix}External Identifier"}
    further: list[tuple[Column, str, str]] = []
    samples: list[tuple[str, str]] = []
    is_good = True
    for number, heading in table.columns:
        text = meant(row.cell(number))
        if not text:
            continue
        if text.upper() == DELETE:
            text = DELETE
        if text.upper().startswith("SAMPLE:"):
            samples.append((heading.text, text))
        column = heading.column
        headings[_known_as(heading)] = heading.text
        if heading.group:
            _, given, profile = groups.setdefault(heading.group.name, (heading.group, {}, []))
            if column:
                profile.append((column, text))
            else:
                given[heading.role] = text
        elif column and heading.role == MORE:
            further.append((column, text, heading.text))
        elif column:
            cells[id(column)] = column, text
        else:
            roles[heading.role] = text
    identifier = roles.get(IDENTIFIER) or roles.get("ctid") or roles.get("id", "")
    place = replace(place, identifier=identifier[:MAX_IDENTIFIER_CHARACTERS])
    for heading_text, text in samples:
        at = replace(place, column=heading_text)
        message = "The cell still holds the sample of the template."
        problems.append(SheetProblem(at, message, "Write your own value.", text))
        is_good = False
    for column, text, heading_text in further:
        if id(column) not in cells:
            at = replace(place, column=heading_text)
            message = f"{heading_text} continues {column.heading}, which is empty."
            problems.append(SheetProblem(at, message, f"Fill in {column.heading}.", text))
            is_good = False
        elif DELETE not in (text, cells[id(column)][1]):
            cells[id(column)] = column, f"{cells[id(column)][1]}, {text}"
    profiles = tuple(
        ProfileCells(group, given.get(IDENTIFIER, ""), given.get(KIND, ""), tuple(profile))
        for group, given, profile in groups.values()
    )
    line = Line(place, table.type, roles, tuple(cells.values()), profiles, headings)
    return line if is_good and _fits(line, problems) else None


def _known_as(heading: Heading) -> str:
    """Return by what problems name a column: its heading in a template, or its role."""
    name = heading.column.heading if heading.column and heading.role != MORE else heading.role
    if not heading.group:
        return name or heading.text
    if heading.role == KIND:
        name = heading.group.kind[0]
    return f"{heading.group.prefixes[0]}: {'External Identifier' if name == IDENTIFIER else name}"


def _fits(line: Line, problems: list[SheetProblem]) -> bool:
    """Tell whether the row names its record, and fills in no value in two columns."""
    found = []
    identifier = line.roles.get(IDENTIFIER, "")
    names_none = not identifier and not line.roles.keys() & {"ctid", "id"}
    if names_none and line.type.roles["ctid"]:
        found.append((IDENTIFIER, "", "The row names no record.", _NAME_IT))
    if fault := _fault(identifier):
        found.append((IDENTIFIER, identifier, *fault))
    for column, text in line.cells:
        others = [one for one, _ in line.cells if one is not column and _is_same(one, column)]
        if column.is_alternative and others:
            message = f"{column.heading} and {others[0].heading} are both filled in."
            found.append((column.heading, text, message, "Fill in one of them."))
    problems += [
        SheetProblem(line.at(column), message, remedy, text)
        for column, text, message, remedy in found
    ]
    problems += _spoiled(line)
    return not found


def _spoiled(line: Line) -> Iterator[SheetProblem]:
    """Yield a warning for each identifier that a spreadsheet seems to have changed."""
    given = [(IDENTIFIER, line.roles.get(IDENTIFIER, ""))]
    for one in line.profiles:
        given.append((f"{one.group.prefixes[0]}: External Identifier", one.identifier))
    for column, text in given:
        if taken := plain.spoiled(text):
            message = f"A spreadsheet seems to have taken the identifier for a {taken}."
            yield SheetProblem(line.at(column), message, plain.AS_TEXT, text, Severity.WARNING)


def _fault(identifier: str) -> tuple[str, str] | None:
    """Return why an external identifier cannot be one, and what to do; None where it can."""
    if len(identifier) > MAX_IDENTIFIER_CHARACTERS:
        allowed = f"and may have {MAX_IDENTIFIER_CHARACTERS}"
        return f"The identifier has {len(identifier)} characters, {allowed}.", "Shorten it."
    if is_ctid(identifier.lower()):
        remedy = "Write it into the column CTID, and an identifier of your choice here, or nothing."
        return "This is a CTID, and no external identifier.", remedy
    if identifier == DELETE or loose(identifier) in (loose(ALL), loose(SAME)):
        message = f"{identifier} means something else in cells that refer to a record."
        return message, "Write another identifier."
    if signs := [sign for sign in (VALUES, PARTS) if sign in identifier]:
        message = (
            f"{' and '.join(signs)} in an identifier would separate values in cells that name it."
        )
        return message, "Write an identifier without it."
    return None


_NAME_IT = "Write an External Identifier of your choice, or the CTID of the record."


def _is_same(one: Column, other: Column) -> bool:
    return (one.property, one.part, one.inner) == (other.property, other.part, other.inner)
