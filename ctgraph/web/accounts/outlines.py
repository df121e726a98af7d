"""The outline of a framework or a concept scheme, edited entry by entry.

Each entry has a page with a form, which works without scripts; a script puts the form into the
list. What is done is done to the outline as it is by then, so two people may edit it at once.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from flask import Blueprint, Response, request

from ctgraph.accounts.rights import Act
from ctgraph.documents.node_values import name_of, shortened
from ctgraph.errors import BadParameter, Conflict
from ctgraph.forms.entries import Entries, Entry, Move
from ctgraph.forms.entry_references import left_referring
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.publishing.drafting import Draft, Drafting
from ctgraph.records.referring import MAX_NAMED
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.people import filled
from ctgraph.web.http import respond
from ctgraph.web.http.owners import drafting_of, owned, referring
from ctgraph.web.http.parameters import number, reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people

blueprint = Blueprint("outlines", __name__, url_prefix="/account/organizations/<organization>")

PAGE_ENTRIES = 200
"""Entries on a page of an outline."""
MAX_LINE_CHARACTERS = 300
"""Characters of the text of an entry in the list."""
MAX_CODE_CHARACTERS = 40
"""Characters of the number of an entry, and of its code, in the list."""
MAX_TRIES = 5
"""How often a change is made anew because somebody else saved at the same moment."""


def _opened(organization: str, record: str) -> tuple[Drafting, Draft, Entries]:
    drafting = drafting_of(owned(organization, Act.DRAFT))
    draft = drafting.open(ctid.canonical(record))
    return drafting, draft, Entries(draft.document, draft.ctid, state().identity)


@blueprint.route("/records/<record>/outline", methods=["GET", "POST"])
@reads("page")
@for_people
def outline(organization: str, record: str) -> Response:
    """Show a page of the outline; add an entry at its end."""
    drafting, draft, entries = _opened(organization, record)

    def use() -> Response:
        text = request.form.get("text", "")
        return _changed(organization, draft.ctid, lambda found: found.add(text))

    pages = max((len(entries) + PAGE_ENTRIES - 1) // PAGE_ENTRIES, 1)
    page = min(max(number("page", 1), 1), pages)
    begin = (page - 1) * PAGE_ENTRIES
    return filled(
        Press(),
        use,
        "accounts/outline.html",
        owner=drafting.owner,
        draft=draft,
        name=name_of(draft.entity),
        entries=[_line(one) for one in islice(entries.listed(), begin, begin + PAGE_ENTRIES)],
        number=len(entries),
        page=page,
        pages=pages,
    )


@blueprint.route("/records/<record>/outline/<other>", methods=["GET", "POST"])
@reads()
@for_people
def entry(organization: str, record: str, other: str) -> Response:
    """Show an entry; change it, move it, remove it, or add one after or below it."""
    drafting, draft, entries = _opened(organization, record)
    found = entries.entry(ctid.canonical(other))

    def use() -> Response:
        return _changed(organization, draft.ctid, lambda now: _act(now, found.record))

    return filled(
        Press(),
        use,
        "accounts/entry.html",
        owner=drafting.owner,
        draft=draft,
        name=name_of(draft.entity),
        entry=found,
        moves=entries.moves(found.record),
        below=entries.below(found.record),
        inside=[
            _line(one)
            for one in left_referring(draft.document, draft.ctid, found.record, state().identity)
        ],
        outside=referring(drafting.owner).to(entries.subtree(found.record), draft.ctid),
        most=MAX_NAMED,
        text=request.form.get("text", found.text),  # what was written stays when it cannot be saved
        new=request.form.get("new", ""),
    )


def _line(one: Entry) -> Entry:
    """Return an entry as its line in the list shows it: the list of long texts stays small."""
    number = one.number if len(one.number) <= MAX_CODE_CHARACTERS else f"… {one.level}"
    text, code = shortened(one.text, MAX_LINE_CHARACTERS), shortened(one.code, MAX_CODE_CHARACTERS)
    return one._replace(number=number, text=text, code=code)


def _act(entries: Entries, record: Ctid) -> Ctid | None:
    """Do what the button that was pressed says; return the entry to show next.

    A text that was changed is kept whichever button was pressed.
    """
    act, new = request.form.get("act", "save"), request.form.get("new", "")
    text, was = request.form.get("text", ""), request.form.get("was", "")
    if act == "remove":
        seen = request.form.get("seen", "")
        entries.remove(record, int(seen) if seen.isascii() and seen.isdecimal() else 0)
        return None
    if act == "save" or text.split() != was.split():
        entries.reword(record, text, was)
    if act == "below":
        return entries.add(new, parent=record)
    if act == "after" or (act == "save" and new):  # the key Enter presses "Save"
        return entries.add(new, after=record)
    if act in [*Move]:
        entries.move(record, Move(act))
    elif act != "save":
        raise BadParameter("Press one of the buttons of the form.")
    return record


def _changed(organization: str, record: Ctid, change: Callable[[Entries], Ctid | None]) -> Response:
    """Make a change to the outline as it is now, and show the entry that it leaves."""
    for _ in range(MAX_TRIES):
        drafting, draft, entries = _opened(organization, record)
        shown = change(entries)
        if drafting.save(record, entries.document, draft.digest):
            page = f"/account/organizations/{drafting.owner.ctid}/records/{record}/outline"
            place = _place(entries, shown) if shown else 0
            query = f"?page={place // PAGE_ENTRIES + 1}" if place >= PAGE_ENTRIES else ""
            return respond.redirect(f"{page}{query}{f'#{shown}' if shown else ''}", 303)
    raise Conflict("Others change this outline at the same moment. Send it again.")


def _place(entries: Entries, record: Ctid) -> int:
    return next(n for n, one in enumerate(entries.listed()) if one.record == record)
