"""What a spreadsheet makes of codes and identifiers without being asked is told."""

from __future__ import annotations

import pytest

from tests.support.registry import Registry
from tests.support.rows import COURSE, file, look, publish_organization

DATES = ["2026-03-01", "1-Mar", "1-Mar-26", "Mar-26", "3/1/2026"]
PLACE = {
    "External Identifier": "MAIN",
    "City": "Springfield",
    "Region": "Massachusetts",
    "Postal Code": "01103",
    "Country": "US",
}


def warned(registry: Registry, name: str, row: dict[str, str]) -> list[tuple[str, str, str]]:
    found = look(registry, file(name, row)).problems
    assert {one.severity for one in found} <= {"warning"}
    return [(one.place.column, one.message, one.remedy) for one in found]


@pytest.mark.parametrize("text", DATES)
def test_a_date_among_codes_and_identifiers_is_told(registry: Registry, text: str) -> None:
    for column in ("External Identifier", "Coded Notation"):
        ((place, message, remedy),) = warned(registry, "courses.csv", COURSE | {column: text})
        assert place == column
        assert "for a date" in message
        assert "as text" in remedy


@pytest.mark.parametrize(
    "text", ["MAR-101", "DEC-10", "COM-101", "1.2", "03-01", "Mar-101", "1234"]
)
def test_other_codes_are_taken_as_they_are(registry: Registry, text: str) -> None:
    row = COURSE | {"External Identifier": text, "Coded Notation": text}
    assert warned(registry, "courses.csv", row) == []


def test_a_number_among_identifiers_is_told(registry: Registry) -> None:
    ((_, message, _),) = warned(
        registry, "courses.csv", COURSE | {"External Identifier": "1.2E+15"}
    )
    assert "for a number" in message


def test_the_notation_of_a_competency_is_looked_at_too(registry: Registry) -> None:
    framework = {
        "External Identifier": "fw",
        "@type": "Competency Framework",
        "Name": "Metal",
        "Description": "What people who work with metal know and can do.",
        "Language": "English",
    }
    part = {
        "External Identifier": "a",
        "@type": "Competency",
        "Competency Text": "Weld",
        "ceasn:codedNotation": "1-Mar",
    }
    found = look(registry, file("frameworks.csv", framework, part)).problems
    assert [one.place.row for one in found if "for a date" in one.message] == [3]


@pytest.mark.parametrize(
    ("text", "country", "meant"),
    [
        ("1103", "US", "01103"),
        ("501", "United States", "00501"),
        ("1103-1234", "USA", "01103-1234"),
        ("1103", "", "01103"),
        ("01103", "US", ""),
        ("1103", "Denmark", ""),
        ("SW1A", "US", ""),
    ],
)
def test_a_zip_code_without_its_zeros_is_told(
    registry: Registry, text: str, country: str, meant: str
) -> None:
    publish_organization(registry)
    row = PLACE | {"Postal Code": text, "Country": country}
    told = [one for one in warned(registry, "locations.csv", row) if "ZIP" in one[1]]
    assert [meant in remedy for _, _, remedy in told] == [True] * bool(meant)


def test_the_zip_code_of_an_organization_is_looked_at_too(registry: Registry) -> None:
    row = {
        "CTID": registry.organization.ctid,
        "Organization Type": "Credential Organization",
        "Name": "Test College",
        "Description": "A college that the tests have made up for themselves.",
        "City": "Springfield",
        "Postal Code": "1103",
        "Country": "US",
    }
    found = look(registry, file("organizations.csv", row)).problems
    (told,) = [one for one in found if "ZIP" in one.message]
    assert (told.place.column, told.value) == ("Postal Code", "1103")
