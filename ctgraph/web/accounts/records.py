"""Entering a record by hand: its form."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson
from flask import Blueprint, Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from ctgraph.accounts.rights import ROLES, Act
from ctgraph.documents.campuses import campus_code, repeats
from ctgraph.documents.json_text import read_json
from ctgraph.documents.node_values import each, name_of
from ctgraph.errors import BadParameter, CtgraphError, Forbidden
from ctgraph.forms import form_of
from ctgraph.forms.differences import differences, joined, pack, part, unpack
from ctgraph.forms.editors import Editor
from ctgraph.forms.entry_kinds import KINDS
from ctgraph.forms.rows import Filled, filled
from ctgraph.forms.values import Node
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Organization
from ctgraph.publishing.drafting import Draft
from ctgraph.publishing.structure import Structure
from ctgraph.rdf.namespaces import Curie
from ctgraph.validation.severity_words import WORDS
from ctgraph.web.accounts import leaving
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.mending import by_property, told
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.people import require_form
from ctgraph.web.accounts.sent import MINIMUM, chosen, fields_of, filled_in, looked_up, tab
from ctgraph.web.http import respond
from ctgraph.web.http.messages import worded
from ctgraph.web.http.owners import drafting_of, owned, reviewing_of
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

_CHANGED = lazy_gettext(
    "It is saved. Somebody else changed this record too since you opened it, so it is not on its "
    "way yet: look at all of it first, then press the button again."
)
blueprint = Blueprint("entering", __name__, url_prefix="/account/organizations/<organization>")


@blueprint.get("/records/<record>")
@reads("tab")
@for_people
def edit(organization: str, record: str) -> Response:
    """Show the form of a record."""
    owner = owned(organization, Act.DRAFT)
    draft = drafting_of(owner).open(ctid.canonical(record))
    if draft.kind is None:
        return respond.redirect(f"{request.path}/json", 303)
    return _shown(owner, draft)


@blueprint.post("/records/<record>")
@reads("tab")
@for_people
def save(organization: str, record: str) -> Response:
    """Save a tab of a record; add a part to it, or publish it.

    What somebody else saved meanwhile stays; where both changed the same property, the person
    chooses.
    """
    owner = owned(organization, Act.DRAFT)
    require_form()
    drafting = drafting_of(owner)
    draft = drafting.open(ctid.canonical(record))
    if draft.kind is None:
        raise BadParameter("This draft has no @type that a form can show. Edit it as JSON-LD.")
    fields = fields_of(form_of(draft.kind))
    shown = {field.property for field in fields}
    base = part(unpack(request.form.get("base", "")), shown)
    mine, wrong = (
        (part(chosen(base), shown), []) if "mine" in request.form else filled_in(fields, base)
    )
    places = mine.get("ceterms:address")
    if places != base.get("ceterms:address"):
        codes = [campus_code(place) for place in each(places)]
        # Whoever types "main" beside "MAIN" means the same; rows of spreadsheets may not.
        twice = [codes[number] for number, _code in repeats(code.casefold() for code in codes)]
        told = _("Two addresses have the identifier %(code)s. Give each its own.")
        wrong += [told % {"code": code} for code in twice]
    if wrong:
        return _shown(owner, draft, " ".join(wrong), mine)
    both = joined(base, mine, part(draft.entity, shown))
    if both.disputed:
        return _disputed(owner, draft, mine, both.disputed)
    kept = {n: v for n, v in draft.entity.items() if n not in shown or n in both.node}
    document = draft.document | {"@graph": [kept | both.node, *draft.document["@graph"][1:]]}
    if not drafting.save(draft.ctid, document, draft.digest):
        return save(organization, record)  # somebody else saved at the same moment: join with that
    if not {"publish", "send"} & request.form.keys():
        return _to(owner, draft.ctid)
    saved = drafting.open(draft.ctid)
    if request.form.get("seen") != draft.seen:
        return _shown(owner, saved, str(_CHANGED))
    return _published(owner, saved) if "publish" in request.form else _sent_to_review(owner, saved)


@blueprint.post("/records/<record>/copy")
@reads()
@for_people
def copy(organization: str, record: str) -> Response:
    """Begin a record as a copy of another one."""
    owner = owned(organization, Act.DRAFT)
    require_form()
    return _to(owner, drafting_of(owner).copy(ctid.canonical(record)))


@blueprint.route("/records/<record>/json", methods=["GET", "POST"])
@reads()
@for_people
def as_json(organization: str, record: str) -> Response:
    """Edit a record as JSON-LD."""
    owner = owned(organization, Act.DRAFT)
    drafting, canonical = drafting_of(owner), ctid.canonical(record)
    draft, problem = drafting.open(canonical), ""
    text = orjson.dumps(draft.document, option=orjson.OPT_INDENT_2).decode()
    seen = sha256(text.encode()).hexdigest()
    if request.method == "POST":
        require_form()
        text = request.form.get("document", "")
        try:
            document = _document(text, canonical)
            if request.form.get("seen") == seen and drafting.save(
                canonical, document, draft.digest
            ):
                return _to(owner, canonical)
            problem = _(
                "Somebody else changed this record meanwhile. Below is your text; press Save again "
                "to put it in the place of theirs."
            )
        except CtgraphError as error:
            problem = worded(error.message)
    response = respond.page(
        "accounts/record_json.html",
        owner=owner,
        draft=draft,
        text=text,
        seen=seen,
        problem=problem,
        form=Press(),
    )
    response.status_code = 422 if problem else 200
    return response


@blueprint.route("/records/<record>/discard", methods=["GET", "POST"])
@reads()
@for_people
def discard(organization: str, record: str) -> Response:
    """Discard a draft, once somebody confirms it. What is published stays."""
    owner, canonical = owned(organization, Act.DRAFT), ctid.canonical(record)
    drafting = drafting_of(owner)
    if request.method != "POST":
        back = request.path.removesuffix("/discard")
        return leaving.discarding(owner, drafting.open(canonical), back)
    require_form()
    drafting.discard(canonical)
    Structure(drafting).forget(canonical)
    return respond.redirect(f"/account/organizations/{owner.ctid}/records", 303)


def _document(text: str, record: Ctid) -> dict[str, Any]:
    """Return the document that somebody wrote as JSON-LD.

    :raises BadParameter: when it is not a document of that record.
    """
    value = read_json(text.encode())
    graph = value.get("@graph") if isinstance(value, dict) else None
    first = graph[0] if isinstance(graph, list) and graph else None
    if not isinstance(value, dict) or not isinstance(first, dict):
        raise BadParameter("Write a document with @context, @id and @graph.")
    if first.get("ceterms:ctid") != record or not isinstance(first.get("@type"), str):
        raise BadParameter(f"The first thing of @graph needs its @type, and ceterms:ctid {record}.")
    return value


def _disputed(
    owner: Organization, draft: Draft, mine: Node, disputed: tuple[Curie, ...]
) -> Response:
    """Show what two people changed at once, for the second one to choose."""
    theirs = part(draft.entity, {Curie(name) for name in mine} | {*disputed})
    response = respond.page(
        "accounts/disputed.html",
        owner=owner,
        draft=draft,
        tab=tab(),
        minimum=MINIMUM,
        differences=differences(
            part(theirs, disputed),
            part(mine, disputed),
            drafting_of(owner).names_in(theirs, mine),
        ),
        base=pack(theirs),
        mine=pack(mine),
        publish=request.form.get("publish", ""),
        form=Press(),
    )
    response.status_code = 409
    return response


def _shown(
    owner: Organization, draft: Draft, problem: str = "", values: Node | None = None
) -> Response:
    """Return the page of the form.

    :param problem: what was wrong with what was sent.
    :param values: the values to go on with, in the place of the draft's.
    """
    assert draft.kind
    form = form_of(draft.kind)
    fields = fields_of(form)
    own = part(draft.entity, [field.property for field in fields])
    rows = filled(fields, draft.entity if values is None else values)
    drafting = drafting_of(owner)
    problems = told(drafting.problems(draft.document, state().validator_for(owner.ctid)), form)
    role = applicants().role(who(), owner.ctid)
    both = draft.published or {}, draft.entity
    response = respond.page(
        "accounts/record.html",
        owner=owner,
        draft=draft,
        form=Press(),
        has_outline=draft.kind in KINDS,
        tabs=form.tabs,
        tab=tab(),
        minimum=MINIMUM,
        with_data={t.group for t in form.tabs if any(f.property in draft.entity for f in t.fields)},
        name=name_of(draft.entity),
        filled=rows,
        names=_names(rows),
        picks=looked_up(fields, values is not None)[0],
        seen=draft.seen,
        base=request.form.get("base") if values is not None else pack(own),
        differences=differences(draft.published, draft.entity, drafting.names_in(*both))
        if draft.published
        else [],
        problem=problem,
        problems=problems,
        beside=by_property(problems),
        severities=WORDS,
        may_publish=role in ROLES[Act.PUBLISH] and applicants().may_publish(owner.ctid),
        review=reviewing_of(owner).review(draft.ctid),
    )
    response.status_code = 422 if problem else 200
    return response


def _published(owner: Organization, draft: Draft) -> Response:
    """Publish a draft that was just saved, unless nothing changed."""
    if draft.is_draft:
        seen = {draft.ctid: draft.digest}
        outcome = reviewing_of(owner).publish(who(), seen, visitor())[0]
        if isinstance(outcome.error, Forbidden):
            raise outcome.error
        if outcome.error:
            return _shown(owner, draft, outcome.said)
        if outcome.done and outcome.done.state:
            return _to(owner, draft.ctid)
    return respond.redirect(f"/resources/{draft.ctid}", 303)


def _sent_to_review(owner: Organization, draft: Draft) -> Response:
    """Send a draft to review that was just saved, unless nothing changed."""
    if draft.is_draft:
        outcome = reviewing_of(owner).send(who(), {draft.ctid: draft.digest}, visitor())[0]
        if outcome.error:
            return _shown(owner, draft, outcome.said)
    return _to(owner, draft.ctid)


def _names(rows: Sequence[Filled]) -> dict[str, str]:
    """Return the names of the records that rows refer to, by their addresses."""
    identity = state().identity
    found = {
        row.text: record
        for one in rows
        for row in one.rows
        if row.editor is Editor.REFERENCE and (record := identity.ctid_of(row.text))
    }
    names = state().ledger.records.names({*found.values()})
    return {address: names[record] for address, record in found.items() if record in names}


def _to(owner: Organization, record: Ctid) -> Response:
    query = f"?tab={tab()}" if tab() != MINIMUM else ""
    return respond.redirect(f"/account/organizations/{owner.ctid}/records/{record}{query}", 303)
