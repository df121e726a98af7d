"""Files of code lists, as their publishers offer them: their columns, and the codes of their rows.

The last word of a heading tells what the column holds: `2018 SOC Code`, `CIPTitle`,
`2022 NAICS US   Code`, `O*NET-SOC Code`, `Description`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ctgraph.errors import BadParameter
from ctgraph.forms.codes import PUBLISHED, Code, Published
from ctgraph.ledger.codes import MAX_CODES
from ctgraph.problem import Problem
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.plain import code_of
from ctgraph.spreadsheets.problems import refuse, remedy_of
from ctgraph.spreadsheets.sheet import Row, Sheet

MAX_CODE_CHARACTERS = 40
"""Characters of a code."""
MAX_CODE_NAME_CHARACTERS = 500
"""Characters of the name of a code: the longest published one has 250."""
MAX_DEFINITION_CHARACTERS = 10_000
"""Characters of the definition of a code."""
MAX_TITLE_ROWS = 20
"""Rows that stand above the headings: the names of the publisher and of the file."""
MAX_WRONG_CODES = 10
"""Wrong rows that are told at once: a file of another kind has as many as rows."""
_ROLES = (
    ("parent", re.compile(r"^(parent|broader)|(parent|broader|parentcode|broadercode)$")),
    ("others", re.compile(r"(match|alternate|alternative|short|other)(title|name|label)s?$")),
    ("others", re.compile(r"^(examples|synonyms|altlabels?)$")),
    ("code", re.compile(r"(code|codednotation|notation)$")),
    ("name", re.compile(r"(title|name|label)$")),
    ("definition", re.compile(r"(definition|description)$")),
    ("action", re.compile(r"^action$")),
)
"""What a heading means, by its letters and digits; the first one that fits."""
_FORMULA = re.compile(r'="(.*)"')
_COMPARABLE = re.compile(r"(?<=[a-z)])T$")
"""NAICS marks titles that mean the same in three countries with a `T`, raised in print."""


@dataclass
class CodeFile:
    """The codes of a file.

    :param passed_over: the headings of columns that say nothing of a code.
    :param skipped: how many rows are no code: blank, notes, or codes that were deleted or moved.
    """

    codes: list[Code] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    skipped: int = 0


def read_codes(file: File, published: Published | None = None) -> CodeFile:
    """Read the codes of the first sheet that has columns of codes and of their names.

    A code may have several rows, each with another title of it.

    :param published: the public list that it is of, whose codes have a known form.
    :raises Unreadable: when the file cannot be read.
    :raises BadParameter: when it has no such columns, or rows that cannot be right.
    """
    sheet, columns, rows = _headed(file)
    if wrong := [f"{one.place.column}{one.place.row}: {one.message}" for one in sheet.problems]:
        _refuse(file.name, wrong)
    found: dict[str, Code] = {}
    result = CodeFile(passed_over=[text for text, role in columns if not role and text])
    for row in rows:
        cells = _cells(row, columns)
        if "action" in cells and re.match(r"deleted|moved", cells["action"][0], re.I):
            result.skipped += 1
        elif "code" not in cells or "name" not in cells:
            result.skipped += not row.is_blank
        else:
            try:
                _add(found, _code(cells, published))
            except BadParameter as error:
                remedy = remedy_of(error)
                wrong.append(f"Row {row.number}: {error.message} {remedy}".strip())
    if wrong:
        _refuse(file.name, wrong)
    if not found:
        refuse(f"{file.name} has no codes below its headings.")
    if len(found) > MAX_CODES:
        refuse(f"{file.name} has {len(found):,} codes, and a list may have {MAX_CODES:,}.")
    result.codes = list(found.values())
    return result


def _refuse(name: str, wrong: list[str]) -> None:
    """Refuse a file, with its first wrong rows.

    :raises BadParameter: always.
    """
    told = wrong[:MAX_WRONG_CODES]
    if len(wrong) > len(told):
        told.append(f"and {len(wrong) - len(told):,} more")
    said = told[0] if len(told) == 1 else f"{len(wrong):,} rows are wrong."
    raise BadParameter(f"{name}: {said}", list(map(Problem, told)))


def _headed(file: File) -> tuple[Sheet, list[tuple[str, str]], Iterator[Row]]:
    """Return the sheet with headings, its columns as headings with roles, and the rows below."""
    sheets = read(file)
    for sheet in sheets:
        for number, row in enumerate(sheet.rows[:MAX_TITLE_ROWS]):
            columns = [(" ".join(text.split()), _role(text)) for text in row.cells]
            roles = [role for _, role in columns]
            if not {"code", "name"} <= set(roles):
                continue
            for role in ("code", "name", "definition", "parent"):
                if roles.count(role) > 1:
                    twice = ", ".join(repr(text) for text, one in columns if one == role)
                    refuse(f"{file.name} has several columns for a {role}: {twice}. Keep one.")
            return sheet, columns, iter(sheet.rows[number + 1 :])
    refuse(
        f"{file.name} has no columns with codes and their names.",
        "Give it the headings Code and Title; Definition and Parent Code may follow.",
    )


def _role(heading: str) -> str:
    plain = re.sub(r"[\W_]", "", heading).casefold()
    return next((role for role, pattern in _ROLES if pattern.search(plain)), "")


def _cells(row: Row, columns: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the texts of a row by the roles of their columns, without formulas around them."""
    found: dict[str, list[str]] = {}
    for text, (_, role) in zip(row.cells, columns, strict=False):
        formula = _FORMULA.fullmatch(text)
        plain = " ".join((formula[1] if formula else text).split())
        if role and plain:
            found.setdefault(role, []).append(plain)
    return found


def _code(cells: dict[str, list[str]], published: Published | None) -> Code:
    """Return the code of a row.

    :raises BadParameter: when it cannot be one.
    """
    text, name = cells["code"][0], cells["name"][0]
    definition, parent = (cells.get(role, [""])[0] for role in ("definition", "parent"))
    for what, value, most in (
        ("code", text, MAX_CODE_CHARACTERS),
        ("parent", parent, MAX_CODE_CHARACTERS),
        ("name", name, MAX_CODE_NAME_CHARACTERS),
        ("definition", definition, MAX_DEFINITION_CHARACTERS),
    ):
        if len(value) > most:
            refuse(f"The {what} has {len(value):,} characters, and may have {most:,}.")
    if published:
        _require_not_of_another(text, published)
        text = code_of(text, published.pattern, published.like)
        if published.list.key == "naics":
            name = _COMPARABLE.sub("", name)
        if published.list.key == "cip":
            name = name.removesuffix(".")
    return Code(text, name, definition, parent, tuple(cells.get("others", ())))


def _require_not_of_another(code: str, published: Published) -> None:
    """Refuse a code of occupations that belongs to another list.

    :raises BadParameter: with the list under which to import the file.
    """
    for key in ("soc", "onet"):
        other = PUBLISHED[key]
        if other is not published and re.fullmatch(other.pattern, code):
            refuse(f"{code!r} is a code of {other.list.title}.", f"Import the file as {key}.")


def _add(found: dict[str, Code], new: Code) -> None:
    """Add a code, or the further title that another row of a code tells.

    :raises BadParameter: when the code has another name already.
    """
    old = found.get(new.code)
    if old and old.name != new.name:
        refuse(f"The code {new.code} is {new.name!r} here, and {old.name!r} further up.")
    others = dict.fromkeys((*(old.others if old else ()), *new.others))
    found[new.code] = Code(
        new.code,
        new.name,
        old.definition if old else new.definition,
        old.parent if old else new.parent,
        tuple(others),
    )
