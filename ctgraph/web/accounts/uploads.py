"""Bulk upload of spreadsheets: templates, files, their preview, and saving them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext

from ctgraph.accounts.organizations import Applicants
from ctgraph.accounts.rights import ROLES, Act
from ctgraph.documents.csv_cells import harmless
from ctgraph.errors import BadParameter, NotFound
from ctgraph.identity import Identity
from ctgraph.ledger.uploads import RUNNING, Upload, UploadState
from ctgraph.spreadsheets.export import export
from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.marked import marked
from ctgraph.spreadsheets.model import PLANNED, Effect, Mode
from ctgraph.spreadsheets.problems import HEADINGS
from ctgraph.spreadsheets.record_types import RecordType, record_types
from ctgraph.spreadsheets.tables import MAX_FILES
from ctgraph.spreadsheets.template import by_group, columns_of, template, titles
from ctgraph.spreadsheets.write import as_csv, as_workbook
from ctgraph.uploads.estimates import seconds_to_check, seconds_to_save
from ctgraph.uploads.names import named
from ctgraph.uploads.reading import Wanted, seen
from ctgraph.uploads.uploading import KEPT_DAYS, MAX_UPLOAD_BYTES, Choices, is_open
from ctgraph.web.accounts.desks import Desk, desk_of
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.people import filled, require_form
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import flag, number, reads, words
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import for_people, who

blueprint = Blueprint(
    "uploads", __name__, url_prefix="/account/organizations/<organization>/uploads"
)
FOR_ANOTHER = "/account/organizations/<organization>/partners/<other>/uploads"
"""Where an organization uploads for another one."""
CHANGING = (Effect.ADDED, Effect.UPDATED, Effect.WITHDRAWN)
"""The effects on records that are written."""
NEW = "new"
"""What a form says of a row that is about no record of the registry."""
MAX_DIFFERENCES = 6
"""Differences of one record that it shows."""
MAX_MARKED_BYTES = 5_000_000
"""Bytes of files that are given back with their problems: a request waits for it."""
TABLES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
"""The formats of templates."""


@blueprint.route("", methods=["GET", "POST"])
@reads()
@for_people
def uploads(organization: str, other: str = "") -> Response:
    """Show the steps of an upload; take its files."""
    desk = desk_of(organization, other, Act.DRAFT if request.method == "POST" else Act.SEE)
    # A page of forms has a smaller bound.
    request.max_content_length = MAX_UPLOAD_BYTES + 1_000_000
    listed = desk.uploading.newest()

    def use() -> Response:
        files = [File(one.filename, one.read()) for one in _sent() if one.filename]
        told = request.form.get("type", "")
        types = {file.name: _type(told).name for file in files} if told else {}
        id = desk.uploading.begin(desk.sender, files, _mode(), Choices(types, {}))
        return respond.redirect(f"{desk.path}/{id}", 303)

    return filled(
        Press(),
        use,
        "accounts/uploads.html",
        desk=desk,
        may_draft=_may(desk, Act.DRAFT),
        addresses=desk.addresses(),
        types=titles(),
        uploads=listed,
        makers=desk.makers(listed),
        days=KEPT_DAYS,
        most=MAX_FILES,
    )


@blueprint.get("/template")
@reads("type", "as", "help", "columns", many={"columns"})
@for_people
def get_template(organization: str, other: str = "") -> Response:
    """Return the template of a type of records; without `as`, a page to choose its columns."""
    desk = desk_of(organization, other, Act.SEE)
    kind = _type(request.args.get("type", ""))
    name = request.args.get("as", "")
    if not name:
        return respond.page(
            "accounts/upload_template.html",
            desk=desk,
            type=kind,
            columns=by_group(columns_of(kind)),
        )
    if name not in TABLES:
        raise BadParameter(f"There is no template as {name[:40]!r}. Choose {' or '.join(TABLES)}.")
    has_help = bool(request.args.get("help"))
    chosen = request.args.getlist("columns")[: len(columns_of(kind))] or None
    sheet = template(kind, chosen, has_help, has_help)
    return _file(as_csv(sheet) if name == "csv" else as_workbook([sheet]), name, kind.name)


@blueprint.get("/export")
@reads()
@for_people
def get_export(organization: str, other: str = "") -> Response:
    """Return the published records of an organization as a workbook of the templates."""
    owner = desk_of(organization, other, Act.SEE).owner
    found = export(state().settings, state().ledger, owner)
    if not found.sheets:
        raise NotFound("Your organization has published nothing that a template can hold.")
    return _file(as_workbook(found.sheets), "xlsx", "records")


@blueprint.get("/<id>")
@reads("words", "effect", "problems", "page")
@for_people
def upload(organization: str, id: str, other: str = "") -> Response:
    """Show an upload: its state, what it would change, and what is wrong with it."""
    desk = desk_of(organization, other, Act.SEE)
    one = desk.uploading.get(id)
    report = desk.uploading.report(id) or {}
    wanted = Wanted(words("words"), words("effect"), flag("problems"), number("page", 1) or 1)
    found = seen(report, wanted)
    counts = report.get("counts", {})
    changed = sum(counts.get(effect, 0) for effect in CHANGING)
    return respond.page(
        "accounts/upload.html",
        desk=desk,
        upload=one,
        report=report,
        seen=found,
        records=named(
            Identity.of(state().settings),
            state().ledger,
            map(_shown, found.records),
            report.get("records", ()),
        ),
        headings=[gettext(one) for one in HEADINGS],
        effects=list(Effect),
        planned=PLANNED,
        public=_public(one, found.records),
        is_open=is_open(report),
        changed=changed,
        withdrawn=counts.get(Effect.WITHDRAWN, 0),
        plan=desk.uploading.digest(id),
        runs=one.state in RUNNING,
        is_checked_next=one.state in (UploadState.WAITING, UploadState.CHECKING),
        seconds=_seconds_left(one),
        seconds_to_save=seconds_to_save(changed),
        may_draft=_may(desk, Act.DRAFT),
        may_publish=_may(desk, Act.UPLOAD),
        new=NEW,
        form=Press(),
    )


@blueprint.get("/<id>/progress")
@reads()
@for_people
def progress(organization: str, id: str, other: str = "") -> Response:
    """Return how far an upload is, as JSON."""
    one = desk_of(organization, other, Act.SEE).uploading.get(id)
    left = _seconds_left(one)
    told = {"state": one.state, "done": one.done, "total": one.total, "secondsLeft": left}
    return respond.json(told)


@blueprint.get("/<id>/problems.csv")
@reads()
@for_people
def problems(organization: str, id: str, other: str = "") -> Response:
    """Return all problems of an upload as CSV."""
    report = desk_of(organization, other, Act.SEE).uploading.report(id) or {}
    out = io.StringIO(newline="")
    rows = [HEADINGS, *report.get("problems", ())]
    csv.writer(out).writerows([harmless(cell) for cell in row] for row in rows)
    return _file(out.getvalue().encode("utf-8-sig"), "csv", "problems")


@blueprint.get("/<id>/problems.xlsx")
@reads()
@for_people
def marked_files(organization: str, id: str, other: str = "") -> Response:
    """Return the files of an upload with the problems in them."""
    uploading = desk_of(organization, other, Act.SEE).uploading
    files = uploading.files(id)
    if sum(len(file.data) for file in files) > MAX_MARKED_BYTES:
        raise BadParameter("These files are too large to be marked. Take the list of problems.")
    report = uploading.report(id) or {}
    return _file(marked(files, report.get("problems", ())), "xlsx", "problems")


@blueprint.post("/<id>/decide")
@reads()
@for_people
def decide(organization: str, id: str, other: str = "") -> Response:
    """Take what was decided on suggested matches, if anything was; check the upload again."""
    desk = desk_of(organization, other, Act.DRAFT)
    require_form()
    uploading = desk.uploading
    before = Choices.read(uploading.get(id).choices)
    given: dict[str, str] = {}
    for one in (uploading.report(id) or {}).get("suggestions", ()):
        chosen = request.form.get(f"match-{one['identifier']}", "")
        if chosen in (NEW, one["record"]):
            given[one["identifier"]] = "" if chosen == NEW else chosen
    uploading.decide(id, Choices(before.types, {**before.confirmed, **given}))
    return respond.redirect(f"{desk.path}/{id}", 303)


@blueprint.post("/<id>/save")
@reads()
@for_people
def save(organization: str, id: str, other: str = "") -> Response:
    """Publish what an upload would change."""
    desk = desk_of(organization, other, Act.UPLOAD)
    require_form()
    counts = (desk.uploading.report(id) or {}).get("counts", {})
    withdrawn = counts.get(Effect.WITHDRAWN, 0)
    if withdrawn and request.form.get("withdrawn") != str(withdrawn):
        raise BadParameter(f"{withdrawn:,} records would be withdrawn. Go back, and say yes to it.")
    desk.uploading.approve(id, desk.sender, request.form.get("plan", ""))
    return respond.redirect(f"{desk.path}/{id}", 303)


@blueprint.post("/<id>/remove")
@reads()
@for_people
def remove(organization: str, id: str, other: str = "") -> Response:
    """Forget an upload."""
    desk = desk_of(organization, other, Act.DRAFT)
    require_form()
    desk.uploading.remove(id)
    return respond.redirect(desk.path, 303)


def _may(desk: Desk, act: Act) -> bool:
    role = Applicants(state().settings, state().ledger).role(who(), desk.own.ctid)
    return role in ROLES[act]


def _public(one: Upload, records: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the CTIDs of the records that have a public page."""
    stand = {Effect.UPDATED, Effect.UNCHANGED}
    stand.add(Effect.ADDED if one.state is UploadState.SAVED else Effect.WITHDRAWN)
    return {record["ctid"] for record in records if record["effect"] in stand}


def _seconds_left(one: Upload) -> int:
    """Return about how many seconds an upload that is worked on still takes."""
    left = max(0, one.total - one.done)
    is_saved = one.state in (UploadState.APPROVED, UploadState.SAVING)
    return (seconds_to_save if is_saved else seconds_to_check)(left)


def _sent() -> list[Any]:
    return request.files.getlist("files")[: MAX_FILES + 1]


def _mode() -> Mode:
    given = request.form.get("mode", Mode.UPDATE)
    if given not in {*Mode}:
        raise BadParameter(f"There is no mode {given[:40]!r}. Choose one of the form.")
    return Mode(given)


def _type(name: str) -> RecordType:
    kind = record_types().get(name)
    if kind is None:
        raise BadParameter(f"There is no type {name[:40]!r}. Choose one of the list.")
    return kind


def _shown(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record of a report with its first differences."""
    return {**record, "differences": record["differences"][:MAX_DIFFERENCES]}


def _file(data: bytes, format: str, name: str) -> Response:
    answer = respond.content(data, TABLES[format])
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{format}"'
    return answer
