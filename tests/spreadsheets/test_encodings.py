"""Letters that a wrong encoding made others of are told, with a cell to look at."""

from __future__ import annotations

import pytest

from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Preview
from tests.support.registry import Registry
from tests.support.rows import COURSE, look

TEXT = "\r\n".join(",".join(row) for row in (COURSE, COURSE.values()))


def looked(registry: Registry, name: str, encoding: str = "utf-8") -> Preview:
    data = TEXT.replace("Arc Welding", name).encode(encoding)
    return look(registry, File("courses.csv", data))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1252", "Café"),
        ("mac_roman", "Café"),
        ("latin2", "Café ŕ la carte"),
        ("shift_jis", "ﾛﾎﾞﾂﾄ"),
    ],
)
def test_a_file_that_is_no_utf_8_is_told_with_a_cell(
    registry: Registry, encoding: str, name: str
) -> None:
    found = looked(registry, name, encoding)
    (problem,) = found.problems
    assert problem.severity == "warning"
    assert (problem.place.file, problem.place.row, problem.place.column) == (
        "courses.csv",
        2,
        "Name",
    )
    assert problem.message == "The file is no UTF-8, and was read as Windows-1252."
    assert problem.value == name.encode(encoding).decode("cp1252")
    assert "UTF-8" in problem.remedy
    assert found.can_be_saved


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("CafÃ© Welding", "wrong encoding"),
        ("The studentâ€™s Welding", "wrong encoding"),
        ("Caf\ufffd Welding", "lost before the file was saved"),
        ("Caf+AOk- Welding", "UTF-7"),
        ("The student+IBk-s Welding", "UTF-7"),
    ],
)
def test_letters_that_were_damaged_before_are_told(
    registry: Registry, name: str, message: str
) -> None:
    (problem,) = looked(registry, name).problems
    assert message in problem.message
    assert (problem.severity, problem.value) == ("warning", name)


@pytest.mark.parametrize("name", ["Café – “Arc”", "SÃO Paulo", "C+AB- Grade", "Call +353-1", "â 1"])
def test_other_letters_are_taken_as_they_are(registry: Registry, name: str) -> None:
    assert looked(registry, name).problems == []


def test_the_signs_of_a_word_processor_tell_nothing(registry: Registry) -> None:
    assert looked(registry, "The “student’s” day – and …", "cp1252").problems == []
    assert len(looked(registry, "The “student’s” day – and …", "mac_roman").problems) == 1


def test_each_kind_is_told_once(registry: Registry) -> None:
    rows = "\r\n".join(TEXT.splitlines()[1].replace("101", str(n)) for n in range(3))
    data = f"{TEXT.splitlines()[0]}\r\n{rows}".replace("Arc", "Café").encode("cp1252")
    found = look(registry, File("courses.csv", data))
    assert [one.place.row for one in found.problems if "UTF-8" in one.message] == [2]
