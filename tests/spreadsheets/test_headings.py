"""Headings as colleges and states write them are understood; others are named."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.headings import recognised, table_of, title_of
from ctgraph.spreadsheets.problems import SheetProblem
from ctgraph.spreadsheets.record_types import record_types

CREDENTIAL = """External Identifier,Credential Name*,Description,Credential Type,Subject Webpage,
Credential Status Type,In Language,OWNED BY,Keywords,Audience Level Type,CIP List,SOC List,
NAICS List,Cost: External Identifier,Cost: Name,Cost: Details Url,Cost: Currency Type,
Cost: Types List,ConditionProfile: Condition Type,Condition Profile: Description,
ConnectionProfile: Connection Type,ceterms:versionIdentifier,ceterms.image,Available At Codes,
Degree Major,UploadComments""".replace("\n", "")


def problems_of(headings: str, kind: str = "credentials") -> list[SheetProblem]:
    found: list[SheetProblem] = []
    table_of(read(File("a.csv", headings.encode()))[0], record_types()[kind], found)
    return found


def test_headings_of_credentials_are_understood() -> None:
    assert problems_of(CREDENTIAL) == []


@pytest.mark.parametrize(
    ("headings", "type"),
    [
        (CREDENTIAL, "credentials"),
        ("Name,Learning Type,Prerequisites,In Catalog,Is Non-Credit", "learning-opportunities"),
        ("Assessment Name,Assessment Method Type,Is Proctored,Assessment Output", "assessments"),
        ("External Identifier,Address Name,Address1,Address2,City,State,Country", "locations"),
        ("Organization Name,Organization Type,Contact Email,Webpage", "organizations"),
        (
            "@id,@type,ceasn:description,ceasn:inLanguage,ceasn:name,ceasn:publicationStatusType,"
            "ceasn:source,ceasn:codedNotation,ceasn:competencyCategory,ceasn:competencyText,"
            "ceasn:isPartOf,ceasn:isTopChildOf,ceasn:isChildOf,ceasn:listID,ceasn:publisher",
            "frameworks",
        ),
        ("@type,skos:prefLabel,skos:inScheme,skos:topConceptOf,ceasn:name", "concept-schemes"),
        ("Name,Transfer Value From,Transfer Value For,Transfer Value", "transfer-values"),
    ],
)
def test_headings_tell_the_type(headings: str, type: str) -> None:
    kind = recognised(read(File("upload.csv", headings.encode()))[0])
    assert kind
    assert kind.name == type
    assert problems_of(headings, type) == []


@pytest.mark.parametrize("kind", record_types().values(), ids=lambda kind: kind.name)
def test_a_sheet_is_recognised_by_its_name(kind: object) -> None:
    assert hasattr(kind, "sheets")
    for name in kind.sheets:
        found = recognised(read(File(f"{name}.csv", b"Name,Description"))[0])
        assert found is kind


def test_a_type_that_nothing_tells_is_not_guessed() -> None:
    assert recognised(read(File("upload.csv", b"Name,Description"))[0]) is None


def test_headings_may_stand_below_titles() -> None:
    text = "Riverbend Community College\nAs of May 2026\n\nName,Description,Credential Type\na,b,c"
    table = table_of(read(File("a.csv", text.encode()))[0], record_types()["credentials"], [])
    assert [row.number for row in table.rows] == [5]


@pytest.mark.parametrize(
    ("headings", "message", "remedy"),
    [
        ("Name,Descripton", "no column 'Descripton'", "Did you mean 'Description'?"),
        ("Name,Name", "'Name' stands twice", "Delete one"),
        ("Name,Credential Name", "'Name' and 'Credential Name' mean the same", "Delete one"),
        ("Name,Is Proctored", "no column 'Is Proctored' for credentials", "Assessments"),
        ("Name,Zzz9", "no column 'Zzz9'", "Take a heading of the template"),
    ],
)
def test_wrong_headings_are_named(headings: str, message: str, remedy: str) -> None:
    (problem,) = problems_of(headings)
    assert message in problem.message
    assert remedy in problem.remedy


def test_every_heading_of_a_template_is_understood() -> None:
    for kind in record_types().values():
        from ctgraph.spreadsheets.headings import headings_of

        for heading in headings_of(kind.name).values():
            assert problems_of(f'"{title_of(heading)}"', kind.name) == []
