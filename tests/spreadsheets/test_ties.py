"""What records say of each other: circles, other classes, and what a whole list withdraws."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.model import Mode
from tests.support.registry import Registry, ctid_number, publish
from tests.support.rows import COURSE, WELDING, file, look, upload

ASSESSMENT = {
    "External Identifier": "exam",
    "Assessment Name": "Welding Exam",
    "Description": "An examination of people who weld steel plates.",
    "Subject Webpage": "https://w.example/exam",
    "Language": "English",
    "Life Cycle Status Type": "Active",
}
OTHER = ASSESSMENT | {"External Identifier": "test", "Assessment Name": "Bend Test"}
REQUIRED = WELDING | {
    "ConditionProfile: Target Learning Opportunity": "",
    "ConditionProfile: Target Assessment": "exam",
}


def certificates(**more: dict[str, str]) -> list[dict[str, str]]:
    bare = {
        name: text
        for name, text in WELDING.items()
        if not name.startswith(("ConditionProfile", "Cost"))
    }
    return [
        bare
        | {
            "External Identifier": name,
            "Credential Name": f"Certificate {name}",
            "Subject Webpage": f"https://w.example/{name}",
        }
        | cells
        for name, cells in more.items()
    ]


def warned(registry: Registry, *rows: dict[str, str], words: str) -> list[tuple[int, str]]:
    found = look(registry, file("credentials.csv", *rows))
    assert {one.severity for one in found.problems} <= {"warning"}
    return [(one.place.row, one.message) for one in found.problems if words in one.message]


@pytest.mark.parametrize(
    "rows",
    [
        {"a": {"Supersedes": "a"}},
        {"a": {"Is Part Of": "b"}, "b": {"Is Part Of": "a"}},
        {"a": {"Is Part Of": "b", "Has Part": "b"}, "b": {}},
        {"a": {"Is Part Of": "b"}, "b": {"Is Part Of": "c"}, "c": {"Is Part Of": "a"}},
        {
            "a": {
                "ConditionProfile: Condition Type": "requires",
                "ConditionProfile: Description": "Itself.",
                "ConditionProfile: Target Credential": "a",
            }
        },
    ],
)
def test_a_circle_is_told_once(registry: Registry, rows: dict[str, dict[str, str]]) -> None:
    ((row, said),) = warned(registry, *certificates(**rows), words="refers to itself")
    assert row == 2
    assert ("by way of" in said) == (len(rows) > 1)


def test_records_above_and_below_each_other_are_no_circle(registry: Registry) -> None:
    rows = certificates(
        a={"Has Part": "b|c"}, b={"Is Part Of": "a", "Has Part": "c"}, c={"Is Part Of": "a|b"}
    )
    assert warned(registry, *rows, words="refers to itself") == []


def test_a_circle_with_what_was_published_before_is_told(registry: Registry) -> None:
    first, second = certificates(a={}, b={"Is Part Of": "a"})
    upload(registry, file("credentials.csv", first, second))
    rows = certificates(a={"Is Part Of": "b"}, b={})
    assert len(warned(registry, *rows, words="refers to itself")) == 1


@pytest.mark.parametrize("is_known", [False, True])
def test_a_record_of_another_class_is_told(registry: Registry, is_known: bool) -> None:
    row = REQUIRED | {"ConditionProfile: Target Assessment": "weld-101"}
    courses = file("courses.csv", COURSE)
    if is_known:
        upload(registry, courses)
    files = [file("credentials.csv", row), *([] if is_known else [courses])]
    (problem,) = look(registry, *files).problems
    assert (problem.place.row, problem.severity, problem.value) == (2, "warning", "weld-101")
    assert "of the type course" in problem.message.lower()
    assert "Target Assessment is not meant for it" in problem.message


def test_other_columns_and_organizations_are_looked_at_too(registry: Registry) -> None:
    publish(registry, range(1, 2), "x")
    row = COURSE | {"Offered By": ctid_number(1), "Teaches Competency Framework": ctid_number(1)}
    found = look(registry, file("courses.csv", row))
    told = [one.place.column for one in found.problems if "is not meant for it" in one.message]
    assert sorted(told) == ["Offered By", "Teaches Competency Framework"]


def test_a_whole_list_names_those_that_refer_to_what_is_withdrawn(registry: Registry) -> None:
    upload(registry, file("assessments.csv", ASSESSMENT, OTHER))
    upload(registry, file("credentials.csv", REQUIRED))
    found = look(registry, file("assessments.csv", OTHER), mode=Mode.WHOLE)
    (problem,) = found.problems
    assert problem.severity == "warning"
    assert problem.message == "'Welding Exam' would be withdrawn, and 'Basic Welding' refers to it."
    record = registry.ledger.identifiers.of(registry.organization.ctid)["exam"]
    assert problem.place.identifier == record
    both = [file("assessments.csv", OTHER), file("credentials.csv", REQUIRED)]
    assert "'Basic Welding'" in look(registry, *both, mode=Mode.WHOLE).problems[0].message
    mended = REQUIRED | {"ConditionProfile: Target Assessment": "test"}
    both = [file("assessments.csv", OTHER), file("credentials.csv", mended)]
    assert look(registry, *both, mode=Mode.WHOLE).problems == []


def test_records_that_are_withdrawn_together_are_not_named(registry: Registry) -> None:
    rows = certificates(a={}, b={"Is Part Of": "a"}, c={})
    upload(registry, file("credentials.csv", *rows))
    assert look(registry, file("credentials.csv", rows[2]), mode=Mode.WHOLE).problems == []
