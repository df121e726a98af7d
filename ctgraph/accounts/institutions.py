"""The institutions that a trusted partner names: objects of JSON, or rows of a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctgraph.accounts import profile
from ctgraph.accounts.names import hidden
from ctgraph.accounts.people import normal
from ctgraph.documents import Document
from ctgraph.errors import BadParameter, InvalidDocument, MalformedCtid
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.problem import Problem, Severity

MAX_INSTITUTIONS = 500
"""Institutions that are registered at once: as many as a large state has, and each is checked."""
MAX_IDENTIFIER_CHARACTERS = 100
"""Characters of what a partner calls an institution."""
_OWN = ("externalIdentifier", "ctid", "contactName", "contactEmail")
NEEDED = ("externalIdentifier", "name", "contactEmail")
COLUMNS = (*NEEDED, "contactName", "ctid", *(one for one in profile.FIELDS if one != "name"))
"""The members of an institution, and the headings of a file."""
SAMPLE = "SAMPLE:"
"""What the identifier of a sample begins with."""


@dataclass(frozen=True)
class Given:
    """What a partner sends.

    :param objects: the institutions, in their order.
    :param rows: the number of the row of each in a file, counted from 1; none in JSON.
    """

    objects: Sequence[Any]
    rows: Sequence[int] = ()

    def placed(self, problem: Problem, number: int) -> Problem:
        """Return a problem of an institution with its place in what was sent."""
        pointer = problem.pointer or ""
        if not self.rows:
            place = f"/organizations/{number}{pointer}"
            return Problem(problem.message, problem.remedy, place)
        column = f", column {pointer.removeprefix('/')}" if pointer else ""
        return Problem(f"Row {self.rows[number]}{column}: {problem.message}", problem.remedy)


@dataclass(frozen=True)
class Institution:
    """An institution as a partner describes it.

    :param record: the CTID that it gets if it is new: its own, if the partner names that.
    :param has_ctid: whether the partner names it.
    :param identifier: what the partner calls it.
    :param email: of the contact, who is to become its administrator.
    :param contact: the name of the contact; empty where none is given.
    :param data: its record as it is described, and `document` the same, read and checked.
    """

    record: Ctid
    has_ctid: bool
    identifier: str
    name: str
    email: str
    contact: str
    data: bytes
    document: Document


def read(given: Given, check: Callable[[bytes], Document], identity: Identity) -> list[Institution]:
    """Return the institutions that a partner names.

    :param check: reads a record, and raises :class:`InvalidDocument` if it cannot be published.
    :raises BadParameter: when there are none, or too many.
    :raises InvalidDocument: with everything that is wrong with any of them.
    """
    if not 0 < len(given.objects) <= MAX_INSTITUTIONS:
        raise BadParameter(
            f"There are {len(given.objects):,} institutions. Send from 1 to {MAX_INSTITUTIONS} at "
            "once, and split a longer list."
        )
    institutions: list[Institution] = []
    problems: list[Problem] = []
    seen: set[str] = set()
    for number, one in enumerate(given.objects):
        own, fields, wrong = _members(one)
        identifier = own["externalIdentifier"]
        if identifier and identifier in seen:
            text = f"The identifier {identifier} is that of an earlier one, too."
            wrong.append(Problem(text, "Name each institution once.", "/externalIdentifier"))
        if own["ctid"] and own["ctid"] in seen:
            text = f"{own['ctid']} is the CTID of an earlier one, too."
            wrong.append(Problem(text, "Name each institution once.", "/ctid"))
        seen |= {identifier, own["ctid"]}
        try:
            if not wrong:
                institutions.append(_institution(own, fields, check, identity))
        except InvalidDocument as error:
            blocking = (one for one in error.problems if one.severity is Severity.VIOLATION)
            wrong = list(map(_of_field, blocking))
        problems += [given.placed(problem, number) for problem in wrong]
    if problems:
        count = "is one problem" if len(problems) == 1 else f"are {len(problems)} problems"
        text = f"Nothing was registered: there {count}."
        raise InvalidDocument(text, problems)
    return institutions


def _members(given: Any) -> tuple[dict[str, str], dict[str, Any], list[Problem]]:
    """Return who an institution is, its description as fields, and what is wrong with both."""
    own = dict.fromkeys(_OWN, "")
    if not isinstance(given, dict):
        return own, {}, [Problem("It is no object.", f"Its members are {', '.join(COLUMNS)}.", "")]
    problems = [
        Problem(f"There is no member {name[:80]}.", f"Use {', '.join(COLUMNS)}.", "")
        for name in given
        if name not in COLUMNS
    ]
    for name in _OWN:
        value = given.get(name) or ""
        if isinstance(value, str):
            own[name] = " ".join(value.replace("\0", "").split())
        else:
            problems.append(Problem(f"{name} is not a text.", "", f"/{name}"))
    if sign := hidden(own["contactName"]):
        text = f"The name has the invisible character {sign}."
        problems.append(Problem(text, "Leave it out.", "/contactName"))
    if not 0 < len(own["externalIdentifier"]) <= MAX_IDENTIFIER_CHARACTERS:
        remedy = f"Give it, in {MAX_IDENTIFIER_CHARACTERS} characters at most."
        problems.append(Problem("The identifier is missing or too long.", remedy, f"/{_OWN[0]}"))
    if own["externalIdentifier"].upper().startswith(SAMPLE):
        text = "The row still holds the sample of the template."
        problems.append(Problem(text, "Delete it, or write your own values.", f"/{_OWN[0]}"))
    try:
        own["ctid"] = ctid.canonical(own["ctid"]) if own["ctid"] else ""
    except MalformedCtid as error:
        problems.append(Problem(error.message, "Leave it out, and it gets one.", "/ctid"))
    try:
        own["contactEmail"] = normal(own["contactEmail"])
    except BadParameter as error:
        problems.append(Problem(error.message, "", "/contactEmail"))
    about = {name: value for name, value in given.items() if name in profile.FIELDS and value}
    fields, wrong = profile.checked({"name": ""} | about)
    return own, fields, problems + wrong


def _institution(
    own: Mapping[str, str],
    fields: Mapping[str, Any],
    check: Callable[[bytes], Document],
    identity: Identity,
) -> Institution:
    """Return an institution whose record can be published.

    :raises InvalidDocument: when it cannot.
    """
    record = Ctid(own["ctid"]) if own["ctid"] else ctid.mint()
    data = profile.document_of(fields, record, identity)
    contact = own["contactName"][: profile.MAX_NAME_CHARACTERS]
    named = own["externalIdentifier"], fields["name"], own["contactEmail"], contact
    return Institution(record, bool(own["ctid"]), *named, data, check(data))


def _of_field(problem: Problem) -> Problem:
    """Return a problem of a record as one of the field that it comes from."""
    names = re.findall(r"ceterms:(\w+)", problem.pointer or "")
    known = [f"/{name}" for name in names if name in profile.FIELDS]
    return Problem(problem.message, problem.remedy, known[-1] if known else "")
