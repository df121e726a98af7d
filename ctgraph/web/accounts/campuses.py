"""The campuses and departments of an organization, and what it is itself a part of."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from ctgraph.accounts.rights import Act
from ctgraph.errors import BadParameter, NotFound
from ctgraph.forms.places import FIELDS, place_fields
from ctgraph.identity import ctid
from ctgraph.pathways.picking import Pick
from ctgraph.publishing.structure import DEPARTMENT, RELATIONS, Structure
from ctgraph.rdf.namespaces import Curie
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.organization_forms import Campus
from ctgraph.web.accounts.people import filled, text
from ctgraph.web.http import questions, respond
from ctgraph.web.http.owners import drafting_of, owned, referring
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people

blueprint = Blueprint("campuses", __name__, url_prefix="/account/organizations/<organization>")

KINDS = ("ceterms:Organization",)
"""What is searched for a department or a parent."""
_PAGE, _FORM = "accounts/campuses.html", "accounts/campus.html"


def _structure(organization: str) -> Structure:
    return Structure(drafting_of(owned(organization, Act.DRAFT)))


def _to(structure: Structure) -> Response:
    page = f"/account/organizations/{structure.drafting.owner.ctid}/campuses"
    return respond.redirect(page, 303)


@blueprint.get("/campuses")
@reads()
@for_people
def campuses(organization: str) -> Response:
    """Show the campuses, departments and parents of an organization."""
    return respond.page(_PAGE, form=Press(), problem="", **_values(_structure(organization)))


def _values(structure: Structure) -> dict[str, Any]:
    """Return what the page shows, with what was sent of its forms."""
    draft = structure.open()
    units = structure.units(draft)
    return {
        "owner": structure.drafting.owner,
        "draft": draft,
        "campuses": [place_fields(one) for one in structure.campuses(draft)],
        "units": {one: [unit for unit in units if unit.relation == one] for one in RELATIONS},
        "names": state().ledger.records.names({unit.record for unit in units if unit.record}),
        "drafted": {
            one.ctid: one.name for one in state().ledger.drafts.of(structure.drafting.owner.ctid)
        },
        "relation": request.form.get("relation", DEPARTMENT),
        "pick": Pick(_sent("record")),
        "new": _sent("name"),
        # A field that somebody emptied is absent in what is sent.
        "at": "name" if "begin" in request.form else "record" if "relation" in request.form else "",
        "kinds": KINDS,
    }


def _sent(name: str) -> str:
    return request.form.get(name, "").replace("\0", "").strip()


@blueprint.route("/campuses/new", methods=["GET", "POST"])
@reads()
@for_people
def add(organization: str) -> Response:
    """Add a campus."""
    return _form(_structure(organization), None)


@blueprint.route("/campuses/<int(max=99999):number>", methods=["GET", "POST"])
@reads()
@for_people
def edit(organization: str, number: int) -> Response:
    """Change a campus, or remove it."""
    return _form(_structure(organization), number)


def _form(structure: Structure, number: int | None) -> Response:
    draft = structure.open()
    place = structure.campus(draft, number) if number is not None else {}
    held = {_local(name): value for name, value in place_fields(place).items()}
    # Fields that somebody emptied are absent in what is sent, and stay empty.
    form = Campus(data=None if request.method == "POST" else held | {"seen": draft.seen})

    def use() -> Response:
        if number is not None and "remove" in request.form:
            structure.remove_campus(text(form.seen), number)
            return _to(structure)
        try:
            fields = {name: text(form[_local(name)]) for name in FIELDS}
            structure.put_campus(text(form.seen), number, fields)
        except BadParameter as error:
            for one in error.problems:
                field = form[_local(one.pointer or "")]
                field.errors = [*field.errors, one.message]
            raise
        return _to(structure)

    code = place_fields(place)["ceterms:identifier"]
    return filled(
        form,
        use,
        _FORM,
        owner=structure.drafting.owner,
        is_new=number is None,
        code=code,
        using=referring(structure.drafting.owner).available_at(code) if code else None,
    )


def _local(name: str) -> str:
    return name.partition(":")[2]


@blueprint.post("/campuses/units")
@reads()
@for_people
def units(organization: str) -> Response:
    """Name a department, a sub-organization or a parent, or begin the record of a part."""
    structure = _structure(organization)
    seen = request.form.get("seen", "")
    relation = Curie(request.form.get("relation", ""))

    def use() -> Response:
        if "begin" in request.form:
            record = structure.begin_unit(seen, relation, _sent("name"))
            page = f"/account/organizations/{structure.drafting.owner.ctid}/records/{record}"
            return respond.redirect(page, 303)
        found = _picked(_sent("record"))
        if found.record is None:  # to choose one of several
            values = _values(structure) | {"pick": found}
            return respond.page(_PAGE, form=Press(), problem="", **values)
        structure.add_unit(seen, relation, found.record)
        return _to(structure)

    return filled(Press(), use, _PAGE, **_values(structure))


def _picked(text: str) -> Pick:
    """Return the organization that a field names: by its CTID, its address, or words of its name.

    :raises BadParameter: when it names none, or several.
    """
    if not text:
        raise BadParameter("Name the organization.")
    if record := state().identity.ctid_of(text) or (ctid.is_ctid(text.lower()) and text.lower()):
        return Pick(text, ctid.canonical(record))  # perhaps a draft, which no index knows
    found = state().ask(questions.picks, [text], KINDS)
    if len(found) != 1:
        raise BadParameter("Name one organization, by words of its name or by its CTID.")
    return found[0]


@blueprint.post("/campuses/units/remove")
@reads()
@for_people
def remove(organization: str) -> Response:
    """Name a department, a sub-organization or a parent no more."""
    structure = _structure(organization)
    relation, _sep, number = request.form.get("unit", "").partition("|")

    def use() -> Response:
        if not (number.isascii() and number.isdecimal() and len(number) < 6):
            raise NotFound("Press one of the buttons of the list.")
        structure.remove_unit(request.form.get("seen", ""), relation, int(number))
        return _to(structure)

    return filled(Press(), use, _PAGE, **_values(structure))
