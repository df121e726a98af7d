"""What was sent of the form of a record: its tab, and the values that were filled in."""

from __future__ import annotations

from flask import request

from ctgraph.errors import BadParameter
from ctgraph.forms import Field, Form
from ctgraph.forms.codes import ALIGNMENT
from ctgraph.forms.differences import part, unpack
from ctgraph.forms.rows import added, edited
from ctgraph.forms.values import Node
from ctgraph.publishing.code_picks import CodePicks, code_picks
from ctgraph.rdf.namespaces import Curie
from ctgraph.web.http.messages import worded
from ctgraph.web.http.registry import state

MINIMUM = "minimum"
"""The tab of the minimum data."""


def tab() -> str:
    """Return the tab of a form that is asked for."""
    return request.args.get("tab", MINIMUM)


def fields_of(form: Form) -> tuple[Field, ...]:
    """Return the fields of the tab that is asked for."""
    if tab() == MINIMUM:
        return form.minimum
    found = form.tab(tab())
    if found is None:
        raise BadParameter(f"There is no tab {tab()[:40]!r} in this form.")
    return found.fields


def filled_in(fields: tuple[Field, ...], base: Node) -> tuple[Node, list[str]]:
    """Return the values of a tab as they were filled in, and what of them cannot be read.

    :param base: the values that the form was opened with.
    """
    posted = {name: request.form.getlist(name) for name in request.form}
    node, wrong = base, []
    for field in fields:
        try:
            node = edited((field,), node, posted, state().identity)
        except BadParameter as error:
            wrong.append(worded(error.message))
    place, _, kind = request.form.get("add", "").partition("|")
    if place:
        try:
            if all(field.property != place.partition(".")[0] for field in fields):
                raise BadParameter("Press one of the buttons of this form.")
            node = added(node, place, Curie(kind))
        except BadParameter as error:
            wrong.append(worded(error.message))
    picks, unclear = looked_up(fields)
    wrong += unclear
    if not wrong:
        coded = {name: one.added(node.get(name)) for name, one in picks.items() if one.chosen}
        node = node | coded
    return node, wrong


def looked_up(
    fields: tuple[Field, ...], is_sent: bool = True
) -> tuple[dict[Curie, CodePicks], list[str]]:
    """Return what was looked up for the fields that take codes of lists, and what of it is unclear.

    :param is_sent: whether anything was.
    """
    codes = state().ledger.codes
    taking = [field for field in fields if ALIGNMENT in field.parts and not field.scheme]
    newest = codes.newest() if taking else []
    picks, wrong = {}, []
    for field in taking:
        editions = [one for one in newest if field.property in one.list.properties]
        if not editions:
            continue
        picks[field.property] = CodePicks(tuple(editions))
        try:
            given = request.form.getlist(f"{field.property}.code") if is_sent else []
            picks[field.property] = code_picks(codes, field, editions, given)
        except BadParameter as error:
            wrong.append(worded(error.message))
        wrong += map(worded, picks[field.property].wrong)
    return picks, wrong


def chosen(base: Node) -> Node:
    """Return the values that somebody chose between their own and those of somebody else."""
    mine = unpack(request.form.get("mine", ""))
    theirs = {
        Curie(name) for name in (*mine, *base) if request.form.get(f"take.{name}") == "theirs"
    }
    return {n: value for n, value in mine.items() if n not in theirs} | part(base, theirs)
