"""What is wrong with a draft, in the words of its form, each with the field where it is mended."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import NamedTuple

from ctgraph.forms.model import Form
from ctgraph.problem import Problem, Severity
from ctgraph.records.wordings import term_label
from ctgraph.vocab import vocabulary
from ctgraph.web.accounts.sent import MINIMUM, tab
from ctgraph.web.http.messages import worded

_CURIE = re.compile(r"\bceterms:\w+")
_PLACES = {"ceterms:address": "streetAddress"}
"""The properties for which the form of an organization has several fields: the first of them."""


class Told(NamedTuple):
    """A problem as the form tells it.

    :param property: of the primary entity, as a CURIE, or the name of its field; empty where it is
        about the whole.
    :param href: leads to the field; empty where no field shows the property.
    :param is_english: whether the text is as it was found, and not in the language of the page.
    """

    text: str
    severity: Severity
    property: str
    href: str
    is_english: bool


def told(problems: Iterable[Problem], form: Form) -> list[Told]:
    """Return the problems of a draft, with the labels of properties in the place of their names."""
    tabs: dict[str, str] = {f.property: one.group for one in form.tabs for f in one.fields}
    tabs |= {field.property: MINIMUM for field in form.minimum}
    return [_of_record(one, tabs) for one in problems]


def told_of_description(problems: Iterable[Problem], fields: Container[str]) -> list[Told]:
    """Return what the description of an organization lacks, each with the field of its form.

    :param fields: the names of the fields, which are the local names of properties.
    """
    return [_of_description(one, fields) for one in problems if one.severity is Severity.VIOLATION]


def _of_description(problem: Problem, fields: Container[str]) -> Told:
    named = [
        _property(problem),
        *_CURIE.findall(problem.remedy),
    ]  # such as one of two that it needs
    names = [_PLACES.get(one, one.partition(":")[2]) for one in named]
    field = next((name for name in names if name in fields), "")
    return _told(problem, field, f"#{field}" if field else "")


def _of_record(problem: Problem, tabs: Mapping[str, str]) -> Told:
    property, href = _property(problem), ""
    if property in tabs:
        query = f"?tab={tabs[property]}"
        # What was filled in on this page stays there: a link to the field itself loads nothing.
        href = f"{'' if tabs[property] == tab() else query}#{property}"
    return _told(problem, property, href)


def _told(problem: Problem, property: str, href: str) -> Told:
    is_english = worded(problem.message) == problem.message
    text = f"{worded(problem.message)} {worded(problem.remedy)}".strip()
    words = vocabulary().labelled(text, term_label)
    return Told(words, problem.severity, property, href, is_english)


def _property(problem: Problem) -> str:
    place = (problem.pointer or "").split("/")
    name = place[3] if len(place) > 3 and place[1:3] == ["@graph", "0"] else ""
    return name or vocabulary().compact(problem.detail.property)


def by_property(found: Sequence[Told]) -> dict[str, list[Told]]:
    """Return problems by the properties that they are about."""
    return {one.property: [two for two in found if two.property == one.property] for one in found}
