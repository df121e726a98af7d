"""A wrong value is told with the one that was meant, and never with its opposite."""

from __future__ import annotations

import pytest

from tests.support.registry import Registry
from tests.support.rows import COURSE, WELDING, file, look


@pytest.mark.parametrize("status", ["Inactive", "Superseded", "Non-Active", "Unactive"])
def test_no_opposite_is_proposed(registry: Registry, status: str) -> None:
    found = look(registry, file("credentials.csv", WELDING | {"Credential Status": status}))
    (problem,) = (one for one in found.problems if one.place.column == "Credential Status")
    assert "Did you mean" not in problem.remedy
    assert "Active" in problem.remedy


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Batchelors Degree", "Bachelor's Degree"),
        ("Associate of Applied Science", "'Associate of Applied Science Degree'"),
        ("AAS", "'Associate of Applied Science Degree'"),
        ("Certifcate", "'Certificate'"),
        ("Spoon", "(40 more are in the list of the template)"),
    ],
)
def test_a_wrong_type_is_told_with_the_nearest_label(
    registry: Registry, written: str, meant: str
) -> None:
    row = WELDING | {"Credential Type": written, "Language": "Klingon of the North"}
    found = look(registry, file("credentials.csv", row), file("courses.csv", COURSE))
    problem, other = (one for one in found.problems if one.severity == "violation")
    assert meant in problem.remedy
    # The rest of the row is checked all the same.
    assert other.place.column == "Language"


def test_all_wrong_values_of_a_list_are_told(registry: Registry) -> None:
    row = WELDING | {"Language": "English|Klingonese|Elvish"}
    found = look(registry, file("credentials.csv", row), file("courses.csv", COURSE))
    said = [one.message for one in found.problems if one.place.column == "Language"]
    assert len(said) == 2
    assert "'Klingonese'" in said[0]
    assert "'Elvish'" in said[1]


def test_a_sheet_without_records_is_told_to_be_deleted_or_hidden(registry: Registry) -> None:
    found = look(registry, file("notes.csv", {"What I think": "Call Bob."}))
    (problem,) = found.problems
    assert problem.remedy.startswith("Delete or hide the sheet if it holds no records.")


def test_a_heading_that_is_like_none_is_not_guessed(registry: Registry) -> None:
    found = look(registry, file("courses.csv", COURSE | {"Tuition": "5"}))
    (problem,) = found.problems
    assert "Action" not in problem.remedy


def test_apostrophes_do_not_count(registry: Registry) -> None:
    row = WELDING | {"Credential Type": "Bachelors Degree"}
    found = look(registry, file("credentials.csv", row), file("courses.csv", COURSE))
    assert found.errors == 0


@pytest.mark.parametrize(
    ("heading", "text", "remedy"),
    [
        ("CIP List", "51.3801, 51.3802", "51.3801|51.3802"),
        ("CIP List", "51.3801; 51.3802", "51.3801|51.3802"),
        ("Cost: Types List", "Tuition~free", "Write 0"),
    ],
)
def test_a_remedy_fits_what_was_written(
    registry: Registry, heading: str, text: str, remedy: str
) -> None:
    found = look(registry, file("credentials.csv", WELDING | {heading: text}))
    (problem,) = (one for one in found.problems if one.place.column == heading)
    assert remedy in problem.remedy
