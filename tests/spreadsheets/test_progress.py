"""The progress of a check ends at its total, whatever the rows are about."""

from __future__ import annotations

from tests.support.registry import Registry
from tests.support.rows import COURSE, WELDING, file, look, publish_organization, upload

PLACE = {
    "External Identifier": "MAIN",
    "City": "Springfield",
    "Region": "Massachusetts",
    "Postal Code": "01103",
    "Country": "US",
}
FILES = file("credentials.csv", WELDING), file("courses.csv", COURSE), file("locations.csv", PLACE)


def progress(registry: Registry) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    look(registry, *FILES, progress=lambda done, total: steps.append((done, total)))
    return steps


def test_the_record_that_addresses_stand_in_is_no_step(registry: Registry) -> None:
    publish_organization(registry)
    steps = progress(registry)
    assert steps == sorted(steps)
    assert steps[-1] == (2, 2)


def test_records_that_do_not_change_are_steps(registry: Registry) -> None:
    publish_organization(registry)
    upload(registry, *FILES)
    steps = progress(registry)
    assert (1, 2) in steps
    assert steps[-1] == (2, 2)


def test_a_row_that_makes_no_record_leaves_no_step_open(registry: Registry) -> None:
    steps: list[tuple[int, int]] = []
    wrong = COURSE | {"External Identifier": "weld-102", "Learning Type": "Spoon"}
    files = file("courses.csv", COURSE, wrong)
    look(registry, files, progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (2, 2)
