"""The institutions in a spreadsheet of a trusted partner, and the template of such a file."""

from __future__ import annotations

import csv
import io
import re

from ctgraph.accounts.institutions import COLUMNS, NEEDED, SAMPLE, Given
from ctgraph.errors import BadParameter
from ctgraph.problem import Problem
from ctgraph.spreadsheets.files import File, read
from ctgraph.spreadsheets.sheet import letters

_SAMPLE = {
    "externalIdentifier": f"{SAMPLE} C-0001",
    "name": "Pine College",
    "contactEmail": "registrar@pine.example.org",
    "contactName": "Rita Registrar",
    "type": "CredentialOrganization",
    "description": "A college in the pines where people learn to weld and to nurse.",
    "subjectWebpage": "https://www.pine.example.org/",
    "email": "info@pine.example.org",
    "agentType": "TwoYear",
    "agentSectorType": "Public",
}


def template() -> str:
    """Return the headings of a file of institutions, and a sample row, which is not registered."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerow(_SAMPLE)
    return text.getvalue()


def institutions_in(file: File) -> Given:
    """Return the rows of the first sheet of a file, without those that are empty.

    A heading is read without regard to case, blanks and punctuation.

    :raises Unreadable: when it is no spreadsheet.
    :raises BadParameter: when it has other headings, with those that it may have.
    """
    sheet = read(file)[0]
    first, *rows = (row for row in sheet.rows if not row.is_blank)
    headings = [_plain(heading) for heading in first.cells]
    names = {_plain(name): name for name in COLUMNS}
    unknown = [one for one in headings if one and one not in names]
    doubled = {one for one in headings if one and headings.count(one) > 1}
    absent = [name for name in NEEDED if _plain(name) not in headings]
    if unknown or absent or doubled:
        said = [f"There is no column {one[:80]}." for one in unknown]
        said += [f"The column {names.get(one, one)[:80]} stands twice." for one in sorted(doubled)]
        said += [f"The column {name} is missing." for name in absent]
        known = f"The columns are {', '.join(COLUMNS)}."
        raise BadParameter(f"{' '.join(said)} {known}", [Problem(one, known) for one in said])
    for row in rows:
        for place, cell in enumerate(row.cells):
            if cell and not (place < len(headings) and headings[place]):
                text = f"Column {letters(place)} has no heading, but a text in row {row.number}."
                raise BadParameter(f"{text} Write a heading, or delete the text.")
    objects = [
        {
            names[heading]: cell
            for heading, cell in zip(headings, row.cells, strict=False)
            if heading
        }
        for row in rows
    ]
    return Given(objects, [row.number for row in rows])


def _plain(heading: str) -> str:
    return re.sub(r"\W|_", "", heading).casefold()
