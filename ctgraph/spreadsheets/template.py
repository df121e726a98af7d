"""Templates: the columns of a type of records, with instructions, a sample, and lists of values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace

from ctgraph.forms import form_of
from ctgraph.forms.editors import Editor
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets.cells import Concept, Identifier, Length, Named
from ctgraph.spreadsheets.charges import Charge
from ctgraph.spreadsheets.code_cells import Code
from ctgraph.spreadsheets.columns import Column
from ctgraph.spreadsheets.export import CTID, IDENTIFIER, Sheet, groups
from ctgraph.spreadsheets.record_types import Group, RecordType, aliases, record_types
from ctgraph.spreadsheets.references import Address, Framework, Organization, Target
from ctgraph.spreadsheets.things import PLACES, STATEMENTS
from ctgraph.vocab import vocabulary

_EXAMPLES = {
    Editor.ADDRESS: "https://www.example.org/page",
    Editor.DATE: "2026-08-15",
    Editor.NUMBER: "12",
    Editor.BOOLEAN: "TRUE",
    Editor.DURATION: "2 years",
    Editor.LANGUAGE: "English",
    Editor.PLAIN: "A-101",
    Editor.TEXT: "A few words",
    Editor.LONG_TEXT: "A sentence or two that say what it is and whom it is for.",
}
_OF_PROPERTY = {
    "ceterms:currency": "USD",
    "ceterms:streetAddress": "100 Main Street",
    "ceterms:addressLocality": "Des Moines",
    "ceterms:addressRegion": "Iowa",
    "ceterms:postalCode": "50309",
    "ceterms:addressCountry": "United States",
    "ceterms:email": "office@college.example.org",
    "qdata:percentage": "87.5",
}
_KINDS = {
    Editor.ADDRESS: "An address on the web.",
    Editor.DATE: "A date, year first.",
    Editor.NUMBER: "A number.",
    Editor.BOOLEAN: "TRUE or FALSE.",
    Editor.DURATION: "A time, such as 2 years or 40 hours.",
    Editor.LANGUAGE: "A language by its name or tag.",
}
"""What a cell holds, by the editor of its property."""
_READ_AS = {
    Length: "2 years",
    Identifier: "TypeName~Value",
    Organization: "same as owner",
    Target: "nur-112",
    Address: "all",
    Named: "A field or a subject",
}
PLACEHOLDERS = frozenset(
    (*(_EXAMPLES[one] for one in (Editor.TEXT, Editor.LONG_TEXT, Editor.ADDRESS)), _READ_AS[Named])
)
"""The samples that are nobody's value."""
_TOLD = {
    Concept: "One of the list.",
    Organization: "An organization: same as owner, its CTID, or Name~Webpage.",
    Target: "A record: its external identifier, its CTID, or Name~Type~Webpage.",
    Framework: "A competency framework: its external identifier or its CTID.",
    Address: "Identifiers of your addresses, or all.",
    Identifier: "TypeName~Value.",
    Length: "A time, such as 2 years or 1 year~2 years.",
    Charge: "Kinds of cost with their prices: Kind~Price.",
}
"""What a cell holds, by what reads it."""


@dataclass(frozen=True)
class TemplateColumn:
    """A column of a template.

    :param help: what it is for.
    :param example: of its cells.
    :param choices: the values that there are, where they are a list.
    :param is_usual: whether it is in a template for which no columns were chosen.
    :param group: the label of the tab of the form on which its values stand.
    """

    heading: str
    help: str
    example: str
    choices: tuple[str, ...] = ()
    is_required: bool = False
    is_usual: bool = False
    group: str = ""

    @property
    def title(self) -> str:
        """The heading, with an asterisk where a value is required."""
        return f"{self.heading}*" if self.is_required else self.heading


def columns_of(kind: RecordType) -> list[TemplateColumn]:
    """Return all columns that a template of a type may have, in its order."""
    found = [
        TemplateColumn(IDENTIFIER, _IDENTIFIER, "nur-111", is_required=True, is_usual=True),
    ]
    if kind.name == STATEMENTS:
        found += _STATED
    elif kind.name != PLACES:
        found.append(TemplateColumn(CTID, _CTID, "", is_usual=True))
        found += _class_column(kind)
    required, tabs = _required(kind), _tabs(kind)
    for one in kind.columns:
        own = _column(one, "", one.property in required)
        found.append(replace(own, group=tabs.get(one.property, _ELSEWHERE)))
    for group in groups(kind):
        tab = next((tabs[one] for one in group.kinds.values() if one in tabs), _ELSEWHERE)
        found += (replace(one, group=tab) for one in _group(group))
    distinct = list({one.heading: one for one in reversed(found)}.values())[::-1]
    return [
        replace(one, is_usual=one.is_usual or one.heading in kind.usual)
        for one in distinct
        # A property whose words mean another column has its name as heading, which few know.
        if ":" not in one.heading.partition(": ")[0] or one.heading in kind.usual
    ]


def _required(kind: RecordType) -> frozenset[Curie]:
    """Return the properties that each record needs, and that its parts do not fill in."""
    found = [{field.property for field in form_of(one).minimum} for one in kind.classes]
    return frozenset(set.intersection(*found) if found else ()) - {*kind.down.values()}


def by_group(columns: Iterable[TemplateColumn]) -> dict[str, list[TemplateColumn]]:
    """Return columns by the tabs of the form, those first that identify a record."""
    found: dict[str, list[TemplateColumn]] = {}
    for one in columns:
        found.setdefault(one.group, []).append(one)
    return found


def titles() -> list[tuple[str, str]]:
    """Return the words for types of records, in order, each with the name of its type.

    They are the titles of the types, and what people call some of their records.
    """
    types = record_types()
    found = [(one.title, one.name) for one in types.values()]
    found += [(f"{word} ({types[name].title})", name) for word, name in aliases()["also"].items()]
    return sorted(found)


def _tabs(kind: RecordType) -> dict[Curie, str]:
    """Return the labels of the tabs of the forms, by the properties on them."""
    forms = map(form_of, (*kind.parts, *kind.classes))
    return {field.property: tab.label for one in forms for tab in one.tabs for field in tab.fields}


def template(
    kind: RecordType,
    chosen: Collection[str] | None = None,
    instructions: bool = False,
    samples: bool = False,
) -> Sheet:
    """Return an empty sheet for a type of records.

    :param chosen: the headings that are wanted beside those that identify a record; None means the
        required and the usual ones.
    :param instructions: whether a row says what each column is for.
    :param samples: whether a row shows how cells are filled in.
    """
    columns = chosen_of(kind, chosen)
    sheet = Sheet(kind, [one.title for one in columns])
    if instructions:
        sheet.rows.append({one.title: one.help for one in columns})
        sheet.rows[-1][sheet.headings[0]] = f"Instructions: {_IDENTIFIER}"
    if samples:
        sheet.rows.append({one.title: one.example for one in columns})
        sheet.rows[-1][sheet.headings[0]] = f"Sample Data: {columns[0].example}"
    return sheet


def chosen_of(kind: RecordType, chosen: Collection[str] | None) -> list[TemplateColumn]:
    """Return the columns of a template for which some headings were chosen."""
    always = {IDENTIFIER, CTID, kind.class_headings[0]}
    return [
        one
        for one in columns_of(kind)
        if one.heading in always
        or (one.is_required or one.is_usual if chosen is None else one.heading in chosen)
    ]


_IDENTIFIER = (
    "What you call the record, in 50 characters at most. The next upload updates the same record, "
    "and other rows refer to it."
)
_CTID = "The CTID of a record that the registry has already. Leave it empty for a new one."

_ELSEWHERE = "More"
"""The tab of what stands on no form of the type: it is lent by another class."""

_STATED = (
    TemplateColumn(
        "Assertions",
        "What you state. Put | between several values.",
        "Accredits",
        is_required=True,
        is_usual=True,
    ),
    TemplateColumn(
        "Artifact Type",
        "What it is that you accredit or approve: Credential, Assessment, Organization.",
        "Credential",
        is_usual=True,
    ),
)


def _class_column(kind: RecordType) -> Iterator[TemplateColumn]:
    classes = (*kind.classes, *kind.parts)
    if len(classes) > 1:
        labels = tuple(map(vocabulary().label, classes))
        heading, is_required = kind.class_headings[0], kind.default is None
        yield TemplateColumn(heading, "What it is.", labels[0], labels, is_required, True)


def _column(one: Column, prefix: str = "", is_required: bool = False) -> TemplateColumn:
    is_needed = one.field.is_required and not one.field.is_alternative and not one.part
    return TemplateColumn(
        f"{prefix}{one.heading}",
        _help(one),
        _example(one),
        _choices(one),
        is_required and is_needed,
        not one.is_alternative and (is_needed or one.field.is_recommended),
    )


_SINGLE = (
    "ceterms:currency",
    "ceterms:credentialStatusType",
    "ceterms:lifeCycleStatusType",
    "ceasn:publicationStatusType",
    "ceterms:actionStatusType",
    "ceterms:postalCode",
    "ceterms:postOfficeBoxNumber",
)


def _help(one: Column) -> str:
    """Return what a column is for, what its cells hold, and whether they hold several values."""
    told = one.field.help or f"{one.field.label}."
    kind = _TOLD.get(type(one.reader)) or _KINDS.get(one.field.editor, "")
    is_one = one.field.editor in _KINDS.keys() - {Editor.LANGUAGE} or one.property in _SINGLE
    several = "Put | between several values." if one.holds_several and not is_one else ""
    return " ".join(filter(None, (told, kind, several)))


def _group(group: Group) -> Iterator[TemplateColumn]:
    prefix = f"{group.prefixes[0]}: "
    help = "What you call the profile. It is needed to update one of several."
    yield TemplateColumn(f"{prefix}{IDENTIFIER}", help, "1")
    is_usual = bool(group.usual)
    if group.kind:
        kinds = tuple(group.kinds)
        told = "Which kind of profile it is."
        yield TemplateColumn(f"{prefix}{group.kind[0]}", told, kinds[0], kinds, False, is_usual)
    for one in group.columns:
        found = _column(one, prefix)
        needed = one.property in group.needs or isinstance(one.reader, Charge)
        yield replace(found, is_usual=is_usual and (needed or one.heading in group.usual))


def _choices(one: Column) -> tuple[str, ...]:
    if isinstance(one.reader, Concept):
        return tuple(label for _, label in one.field.scheme)
    return ("TRUE", "FALSE") if one.field.editor is Editor.BOOLEAN else ()


def _example(one: Column) -> str:
    if isinstance(one.reader, Code):
        return one.reader.like
    if isinstance(one.reader, Charge):
        return "Tuition~1200|Application~50"
    if choices := _choices(one):
        return choices[0]
    if example := _OF_PROPERTY.get(one.inner or one.property):
        return example
    if "Date" in one.heading:
        return _EXAMPLES[Editor.DATE]
    return _READ_AS.get(type(one.reader), _EXAMPLES.get(one.field.editor, "A few words"))
