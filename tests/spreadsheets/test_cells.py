"""Values are read from cells and shown in them again; what cannot be read is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.errors import BadParameter
from ctgraph.identity import Identity
from ctgraph.ledger.values import Organization
from ctgraph.settings import load_settings
from ctgraph.spreadsheets.columns import Column
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.headings import headings_of
from ctgraph.spreadsheets.problems import remedy_of
from ctgraph.spreadsheets.profiles import ProfileCells, Profiles, rows_of
from ctgraph.spreadsheets.record_types import record_types, simple
from ctgraph.spreadsheets.separators import as_cell, joined, meant, neutral, split
from tests.support.paths import DATA, SHARED
from tests.support.registry import ctid_number


def unexpected(column: Column, cell: str, error: BadParameter) -> None:
    pytest.fail(f"{column.heading}: {cell}: {error}")


OWNER, COURSE = ctid_number(0), ctid_number(7)
RESOURCE = "http://localhost:8000/resources/"
CAO = "ceterms:CredentialAlignmentObject"


def context() -> Context:
    places = {"MAIN": {"@type": "ceterms:Place", "ceterms:postalCode": "60601"}}
    owner = Organization(OWNER, "Test College", "")
    found = {"nur-111": COURSE}
    return Context(Identity.of(load_settings()), owner, found.get, places)


def put(heading: str, cell: str, kind: str = "learning-opportunities") -> dict[str, Any]:
    """Return a thing in which a cell was put."""
    node: dict[str, Any] = {}
    column = headings_of(kind)[simple(heading)].column
    assert column
    column.put(node, cell, context())
    return node


@pytest.mark.parametrize(
    ("heading", "cell", "node"),
    [
        ("Name", "Wind | Solar", {"ceterms:name": {"en-US": "Wind | Solar"}}),
        ("Keywords", "arc| welding ||", {"ceterms:keyword": {"en-US": ["arc", "welding"]}}),
        (
            "Subject Webpage",
            "https://a.example/x",
            {"ceterms:subjectWebpage": "https://a.example/x"},
        ),
        ("Language", "English", {"ceterms:inLanguage": "en"}),
        ("Language", "en-US|es", {"ceterms:inLanguage": ["en-US", "es"]}),
        ("Date Effective", "8/15/2026", {"ceterms:dateEffective": "2026-08-15"}),
        ("Date Effective", "August 15, 2026", {"ceterms:dateEffective": "2026-08-15"}),
        ("Is Non-Credit", "yes", {"ceterms:isNonCredit": True}),
        ("Owned By", "same as owner", {"ceterms:ownedBy": RESOURCE + OWNER}),
        ("Offered By", COURSE.upper(), {"ceterms:offeredBy": RESOURCE + COURSE}),
        ("Prerequisites", "nur-111", {"ceterms:prerequisite": RESOURCE + COURSE}),
        (
            "Offered By",
            "Pinewick University~https://pinewick.example",
            {
                "ceterms:offeredBy": {
                    "@type": "ceterms:CredentialOrganization",
                    "ceterms:name": {"en-US": "Pinewick University"},
                    "ceterms:subjectWebpage": "https://pinewick.example",
                }
            },
        ),
        (
            "Is Part Of",
            "Nurse~Diploma~https://a.example/n",
            {
                "ceterms:isPartOf": {
                    "@type": "ceterms:Diploma",
                    "ceterms:name": {"en-US": "Nurse"},
                    "ceterms:subjectWebpage": "https://a.example/n",
                }
            },
        ),
        (
            "Estimated Duration",
            "1 year~2 years",
            {
                "ceterms:estimatedDuration": {
                    "@type": "ceterms:DurationProfile",
                    "ceterms:minimumDuration": "P1Y",
                    "ceterms:maximumDuration": "P2Y",
                }
            },
        ),
        (
            "Credit Unit Value",
            "3",
            {"ceterms:creditValue": [{"@type": "ceterms:ValueProfile", "schema:value": 3}]},
        ),
        (
            "Identifier",
            "IPEDS~0113",
            {
                "ceterms:identifier": {
                    "@type": "ceterms:IdentifierValue",
                    "ceterms:identifierTypeName": {"en-US": "IPEDS"},
                    "ceterms:identifierValueCode": "0113",
                }
            },
        ),
        (
            "Available At",
            "all",
            {"ceterms:availableAt": {"@type": "ceterms:Place", "ceterms:postalCode": "60601"}},
        ),
        (
            "Subjects",
            "Math",
            {"ceterms:subject": {"@type": CAO, "ceterms:targetNodeName": {"en-US": "Math"}}},
        ),
    ],
)
def test_cells_are_read(heading: str, cell: str, node: dict[str, Any]) -> None:
    assert put(heading, cell) == node


@pytest.mark.parametrize(
    "cell", ["In-Person Only", "inperson", "IN PERSON", "in-person", "deliveryType:InPerson"]
)
def test_concepts_are_known_by_any_spelling(cell: str) -> None:
    found = put("Delivery Type", cell)["ceterms:deliveryType"]
    assert found["ceterms:targetNode"] == "deliveryType:InPerson"
    assert found["ceterms:targetNodeName"] == {"en-US": "In-Person Only"}


@pytest.mark.parametrize(
    ("heading", "cell", "code"),
    [
        ("CIP List", "01.0101", "01.0101"),
        ("SOC List", "29-1141", "29-1141"),
        ("NAICS", "611210", "611210"),
    ],
)
def test_codes_keep_their_zeros(heading: str, cell: str, code: str) -> None:
    (found,) = put(heading, cell).values()
    assert found["ceterms:codedNotation"] == code
    assert found["ceterms:targetNode"].count(code)


@pytest.mark.parametrize(
    ("heading", "cell", "message", "remedy"),
    [
        ("Subject Webpage", "www.a.example", "no address on the web", "https://"),
        ("Subject Webpage", "https://a.example/" + "x" * 600, "may have 600", "shorter"),
        ("Date Effective", "soon", "no date", "2026-08-15"),
        ("Date Effective", "13/13/2026", "no date", "2026-08-15"),
        ("Estimated Duration", "long", "no duration", "2 years"),
        ("Estimated Duration", "1 day~2 days~3 days", "more than two", "1 year~2 years"),
        ("Is Non-Credit", "maybe", "neither true nor false", "TRUE or FALSE"),
        ("Language", "Klingonese", "no language", "en-US"),
        ("Credit Unit Value", "three", "no number", "12"),
        ("Delivery Type", "By owl", "no value of Delivery type", "Blended Delivery"),
        ("CIP List", "1.0101", "lost its zeros", "write 01.0101."),
        ("CIP List", "1.03", "lost its zeros", "write 01.03 or 01.0300."),
        ("CIP List", "1.1", "lost its zeros", "write 01.10 or 01.1000."),
        ("CIP List", "52.1", "lost its zeros", "write 52.10 or 52.1000."),
        ("CIP List", "52.021", "lost its zeros", "write 52.0210."),
        ("CIP List", "1", "lost its zeros", "write 01."),
        ("CIP List", "0.3", "no such code", "Write a code such as"),
        ("SOC List", "2026-11-01", "took the code for a date", "as text"),
        ("NAICS List", "6.1121E+05", "took the code for a number", "as text"),
        ("SOC List", "nurse", "no such code", "29-1141"),
        ("Coded Notation", "1.2E+11", "took the code for a number", "as text"),
        ("Coded Notation", "x" * 101, "may have 100", "Shorten"),
        ("Prerequisites", "nur-999", "No record has the external identifier", "CTID"),
        ("Is Part Of", "A~Spoon~https://a.example", "no type", "type such as"),
        ("Is Part Of", "A~~~b", "too many parts", "Name~Type~Webpage"),
        ("Available At", "NORTH", "has no address 'NORTH'", "MAIN"),
        ("Identifier", "0113", "no identifier with its type", "TypeName~Value"),
        ("Teaches Competency Framework", "fw-9", "No competency framework", "CTID"),
        ("Name", "#DELETE", "required and cannot be cleared", "value"),
    ],
)
def test_wrong_cells_are_named_with_a_remedy(
    heading: str, cell: str, message: str, remedy: str
) -> None:
    with pytest.raises(BadParameter) as caught:
        put(heading, cell)
    assert message in caught.value.message
    assert remedy in remedy_of(caught.value)


@pytest.mark.parametrize(
    ("heading", "cell", "doubt"),
    [
        ("Version Identifier", "2024-2025 Catalog", "'2024-2025 Catalog' has no type."),
        ("CIP List", "11.01", "The code 11.01 may have lost its zeros in a spreadsheet."),
    ],
)
def test_what_is_doubtful_is_taken_and_told(heading: str, cell: str, doubt: str) -> None:
    at = context()
    column = headings_of("credentials")[simple(heading)].column
    assert column
    node: dict[str, Any] = {}
    column.put(node, cell, at)
    assert cell in str(node)
    assert [message for message, _ in at.doubts] == [doubt]


def entities() -> Iterator[Any]:
    for path in (DATA / "2-records", SHARED / "real/registry", SHARED / "real/published"):
        for file in sorted(path.rglob("*.json")):
            document = json.loads(file.read_text("utf-8-sig"))
            graph = document.get("@graph") if isinstance(document, dict) else None
            for node in graph if isinstance(graph, list) else ():
                if isinstance(node, dict) and isinstance(node.get("@type"), str):
                    yield pytest.param(node, id=f"{file.stem}-{node.get('ceterms:ctid')}")


@pytest.mark.parametrize("node", list(entities()))
def test_what_is_shown_and_put_again_changes_nothing(node: dict[str, Any]) -> None:
    after, at = orjson.loads(orjson.dumps(node)), context()
    for kind in record_types().values():
        if node["@type"] not in kind.classes + kind.parts:
            continue
        for column in kind.columns:
            if text := column.show(node, at):
                column.put(after, text, at)
        profiles = Profiles(after, at, unexpected)
        for group in kind.groups:
            for given_profile in rows_of(node, group, at):
                profiles.put(given_profile, False)
        profiles.close()
    assert after == node


def cost(identifier: str, types: str, name: str = "Tuition") -> ProfileCells:
    group = next(one for one in record_types()["credentials"].groups if one.name == "cost")
    given = {
        "Name": name,
        "Description": "What a resident pays.",
        "Details Url": "https://a.example/cost",
        "Currency Type": "USD",
        "Types List": types,
    }
    by_heading = {column.heading: column for column in group.columns}
    cells = tuple((by_heading[heading], text) for heading, text in given.items() if text)
    return ProfileCells(group, identifier, "", cells)


def with_cost(node: dict[str, Any], *rows: ProfileCells) -> dict[str, Any]:
    after = orjson.loads(orjson.dumps(node))
    profiles = Profiles(after, context(), unexpected)
    for number, row in enumerate(rows):
        profiles.put(row, number > 0)
    profiles.close()
    return dict(after)


def test_a_cost_with_several_types_is_several_profiles_and_one_row() -> None:
    node = with_cost(
        {"ceterms:ctid": COURSE}, cost("t é.1", "Tuition~1200|Technology Fee~$1,050.50")
    )
    held = node["ceterms:estimatedCost"]
    assert [one["ceterms:price"] for one in held] == [1200, 1050.5]
    assert len({one["@id"] for one in held}) == 2
    group = cost("", "").group
    (row,) = rows_of(node, group, context())
    assert row.identifier == "t é.1"
    assert "Tuition~1200|Technology Fee~1050.5" in [text for _, text in row.cells]
    assert with_cost(node, row) == node


def test_a_profile_is_updated_by_its_identifier_and_others_stay() -> None:
    node = with_cost({"ceterms:ctid": COURSE}, cost("a", "Tuition~1"), cost("b", "Travel~2"))
    after = with_cost(node, cost("b", "Travel~3"))
    assert [one["ceterms:price"] for one in after["ceterms:estimatedCost"]] == [1, 3]


def test_a_profile_that_is_there_already_is_not_added_again() -> None:
    node = with_cost({"ceterms:ctid": COURSE}, cost("", "Tuition~1"), cost("", "Travel~2"))
    assert with_cost(node, cost("", "Tuition~1"), cost("", "Travel~2")) == node


def test_one_of_several_profiles_needs_its_identifier() -> None:
    first, second = cost("", "Tuition~1"), cost("", "Travel~2", "Trips")
    node = with_cost({"ceterms:ctid": COURSE}, first, second)
    with pytest.raises(BadParameter, match="2 profiles of this kind") as caught:
        with_cost(node, cost("", "Travel~3", "Trips"))
    assert "Cost: External Identifier" in remedy_of(caught.value)


@given(st.lists(st.text().filter(lambda text: text and text == text.strip())))
def test_texts_in_one_cell_come_apart_again(texts: list[str]) -> None:
    assert split(joined(texts, "|"), "|") == texts


@given(st.text())
def test_what_is_neutral_is_meant_again(text: str) -> None:
    assert meant(neutral(text)) == text
    assert not neutral(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.text())
def test_what_a_cell_holds_stays_what_it_is(text: str) -> None:
    cell = as_cell(text)
    assert cell is None or as_cell(cell) == cell
