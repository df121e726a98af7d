"""What was sent of the form of a record: its tab, and the values that were filled in."""

from __future__ import annotations

from flask import request

from ctgraph.errors import BadParameter
from ctgraph.forms import Field, Form
from ctgraph.forms.differences import part, unpack
from ctgraph.forms.rows import added, edited
from ctgraph.forms.values import Node
from ctgraph.rdf.namespaces import Curie
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
            wrong.append(error.message)
    place, _, kind = request.form.get("add", "").partition("|")
    if place:
        try:
            if all(field.property != place.partition(".")[0] for field in fields):
                raise BadParameter("Press one of the buttons of this form.")
            node = added(node, place, Curie(kind))
        except BadParameter as error:
            wrong.append(error.message)
    return node, wrong


def chosen(base: Node) -> Node:
    """Return the values that somebody chose between their own and those of somebody else."""
    mine = unpack(request.form.get("mine", ""))
    theirs = {
        Curie(name) for name in (*mine, *base) if request.form.get(f"take.{name}") == "theirs"
    }
    return {n: value for n, value in mine.items() if n not in theirs} | part(base, theirs)
