"""Entering a record by hand: its form."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Blueprint, Response, request

from ctgraph.accounts.rights import ROLES, Act
from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter, Conflict, CtgraphError, Forbidden
from ctgraph.forms import Field, Form, form_of
from ctgraph.forms.rows import added, edited, filled
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Organization
from ctgraph.problem import Problem
from ctgraph.publishing.drafting import Draft
from ctgraph.rdf.namespaces import Curie
from ctgraph.validation.severity_words import WORDS
from ctgraph.vocab import vocabulary
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.organizations import applicants
from ctgraph.web.accounts.owners import drafting_of, owned, reviewing_of
from ctgraph.web.accounts.people import require_form
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, visitor, who

blueprint = Blueprint("entering", __name__, url_prefix="/account/organizations/<organization>")

MINIMUM = "minimum"
"""The tab of the minimum data."""


@blueprint.get("/records/<record>")
@reads("tab")
@for_people
def edit(organization: str, record: str) -> Response:
    """Show the form of a record."""
    owner = owned(organization, Act.DRAFT)
    return _shown(owner, drafting_of(owner).open(ctid.canonical(record)))


@blueprint.post("/records/<record>")
@reads("tab")
@for_people
def save(organization: str, record: str) -> Response:
    """Save a tab of a record; add a part to it, or publish it."""
    owner = owned(organization, Act.DRAFT)
    require_form()
    drafting = drafting_of(owner)
    draft = drafting.open(ctid.canonical(record))
    form, identity = form_of(draft.entity["@type"]), state().identity
    if request.form.get("sent") != str(draft.version):
        raise Conflict("Somebody published this record meanwhile. Reload the page.")
    posted = {name: request.form.getlist(name) for name in request.form}
    try:
        entity = edited(_fields(form), draft.entity, posted, identity)
    except BadParameter as error:
        return _shown(owner, draft, error.message)
    if part := request.form.get("add"):
        name, _, kind = part.partition("|")
        entity = added(entity, name, Curie(kind))
    document = draft.document | {"@graph": [entity, *draft.document["@graph"][1:]]}
    drafting.save(draft.ctid, document)
    if request.form.get("publish"):
        return _published(owner, drafting.open(draft.ctid))
    if request.form.get("send"):
        return _sent_to_review(owner, drafting.open(draft.ctid))
    return _to(owner, draft.ctid)


@blueprint.route("/records/<record>/json", methods=["GET", "POST"])
@reads()
@for_people
def as_json(organization: str, record: str) -> Response:
    """Edit a record as JSON-LD."""
    owner = owned(organization, Act.DRAFT)
    drafting, canonical = drafting_of(owner), ctid.canonical(record)
    draft, problem = drafting.open(canonical), ""
    text = orjson.dumps(draft.document, option=orjson.OPT_INDENT_2).decode()
    if request.method == "POST":
        require_form()
        text = request.form.get("document", "")
        try:
            drafting.save(canonical, _document(text, canonical))
            return _to(owner, canonical)
        except CtgraphError as error:
            problem = error.message
    response = respond.page(
        "accounts/record_json.html",
        owner=owner,
        draft=draft,
        text=text,
        problem=problem,
        form=Press(),
    )
    response.status_code = 422 if problem else 200
    return response


@blueprint.post("/records/<record>/discard")
@reads()
@for_people
def discard(organization: str, record: str) -> Response:
    """Discard a draft. What is published stays."""
    owner = owned(organization, Act.DRAFT)
    require_form()
    drafting_of(owner).discard(ctid.canonical(record))
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


def _shown(owner: Organization, draft: Draft, problem: str = "") -> Response:
    form = form_of(draft.entity["@type"])
    drafting = drafting_of(owner)
    problems = drafting.problems(draft.document, state().validator_for(owner.ctid))
    role = applicants().role(who(), owner.ctid)
    response = respond.page(
        "accounts/record.html",
        owner=owner,
        draft=draft,
        form=Press(),
        tabs=form.tabs,
        tab=_tab(),
        minimum=MINIMUM,
        with_data={t.group for t in form.tabs if any(f.property in draft.entity for f in t.fields)},
        filled=filled(_fields(form), draft.entity),
        problem=problem,
        problems=problems,
        beside=_beside(problems),
        severities=WORDS,
        may_publish=role in ROLES[Act.PUBLISH] and applicants().may_publish(owner.ctid),
        is_new=not draft.version,
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


def _beside(problems: list[Problem]) -> dict[str, list[Problem]]:
    """Return the problems by the properties of the primary entity that they are about."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        place = (problem.pointer or "").split("/")
        name = place[3] if len(place) > 3 and place[1:3] == ["@graph", "0"] else ""
        name = name or vocabulary().compact(problem.detail.property)
        found.setdefault(name, []).append(problem)
    return found


def _tab() -> str:
    return request.args.get("tab", MINIMUM)


def _fields(form: Form) -> tuple[Field, ...]:
    """Return the fields of the tab that is asked for."""
    if _tab() == MINIMUM:
        return form.minimum
    tab = form.tab(_tab())
    if tab is None:
        raise BadParameter(f"There is no tab {_tab()[:40]!r} in this form.")
    return tab.fields


def _to(owner: Organization, record: Ctid) -> Response:
    tab = f"?tab={_tab()}" if _tab() != MINIMUM else ""
    return respond.redirect(f"/account/organizations/{owner.ctid}/records/{record}{tab}", 303)
