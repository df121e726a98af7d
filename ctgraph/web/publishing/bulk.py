"""Bulk upload of spreadsheets by programs, with an API key."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from ctgraph.accounts.rights import SCOPES, Act
from ctgraph.errors import BadParameter
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.organizations import Bearer
from ctgraph.ledger.uploads import Sender, Upload
from ctgraph.ledger.values import Organization
from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Mode
from ctgraph.spreadsheets.record_types import record_types
from ctgraph.uploads.uploading import MAX_UPLOAD_BYTES, Choices, Uploading
from ctgraph.web.http import respond
from ctgraph.web.http.bearer import authenticate, owner_for
from ctgraph.web.http.parameters import flag, number, reads, words
from ctgraph.web.http.registry import state

blueprint = Blueprint("bulk", __name__, url_prefix="/api/bulk")
MAX_LISTED = 1000
"""Records, and problems, that one answer lists; `offset` leads to the next ones."""
PROBLEM = (
    "file",
    "sheet",
    "row",
    "identifier",
    "severity",
    "column",
    "problem",
    "value",
    "remedy",
)
"""The members of a problem, in the order of its columns."""


class Given(NamedTuple):
    """An upload that a request is about.

    :param bearer: whose key the request carries.
    """

    bearer: Bearer
    uploading: Uploading
    upload: Upload


@blueprint.post("")
@reads("owner", "mode", "type", "publish", "name")
def begin() -> Response:
    """Take files and have them checked: 202 with the address of the upload.

    The files are the parts of a form, or the body is one file whose name is a parameter.
    """
    bearer = authenticate(*SCOPES[Act.UPLOAD])
    owner = _owner(bearer)
    state().ledger.reviews.require_none(owner, bearer.organization)
    request.max_content_length = MAX_UPLOAD_BYTES + 1_000_000
    files = _files()
    mode, kind = request.args.get("mode", Mode.UPDATE), request.args.get("type", "")
    if mode not in {*Mode}:
        raise BadParameter(f"There is no mode {mode[:40]!r}. Use {' or '.join(Mode)}.")
    if kind and kind not in record_types():
        raise BadParameter(f"There is no type {kind[:40]!r}. Use {', '.join(record_types())}.")
    types = {file.name: kind for file in files} if kind else {}
    choices = Choices(types, {}, flag("publish"))
    uploading = _uploading(bearer, owner)
    id = uploading.begin(_sender(bearer, owner), files, Mode(mode), choices)
    answer = respond.json(_told(uploading.get(id)), status=202, caching=respond.Caching.NEVER)
    answer.headers["Location"] = f"/api/bulk/{id}"
    return answer


@blueprint.get("")
@reads("owner")
def uploads() -> Response:
    """Return the newest uploads of the organization, without what was found in them."""
    bearer = authenticate()
    found = [_told(one) for one in _uploading(bearer, _owner(bearer)).newest()]
    return respond.json({"uploads": found}, caching=respond.Caching.NEVER)


@blueprint.get("/<id>")
@reads("owner", "limit", "offset")
def upload(id: str) -> Response:
    """Return how an upload stands, and what was found in it."""
    limit, offset = number("limit", 100), number("offset", 0)
    if limit > MAX_LISTED:
        raise BadParameter(f"limit is at most {MAX_LISTED}. Ask for the next ones with offset.")
    given = _given(id, authenticate())
    report = given.uploading.report(id)
    answer = _told(given.upload) | {"report": _report(report, offset, limit) if report else None}
    return respond.json(answer, caching=respond.Caching.NEVER)


@blueprint.post("/<id>/decide")
@reads("owner")
def decide(id: str) -> Response:
    """Take which records rows mean, and have the upload checked again: 202."""
    given = _given(id, authenticate(*SCOPES[Act.UPLOAD]))
    body = request.get_json(silent=True)
    matches = body.get("matches") if isinstance(body, dict) else None
    if not isinstance(matches, dict):
        raise BadParameter(
            'Send {"matches": {"IDENTIFIER": "CTID"}} as application/json; "" means a new record.'
        )
    suggested = (given.uploading.report(id) or {}).get("suggestions", ())
    offered = {(one["identifier"], one["record"]) for one in suggested}
    named = {identifier for identifier, _ in offered}
    for identifier, record in matches.items():
        is_offered = identifier in named if record == "" else (identifier, str(record)) in offered
        if not is_offered:
            raise BadParameter(f"That is not suggested for {identifier[:60]!r}.")
    before = Choices.read(given.upload.choices)
    confirmed = {**before.confirmed, **matches}
    given.uploading.decide(id, Choices(before.types, confirmed, before.publishes))
    return _begun(given)


@blueprint.post("/<id>/publish")
@reads("owner")
def publish(id: str) -> Response:
    """Publish what an upload would change: 202. Its state tells when that is done."""
    given = _given(id, authenticate(*SCOPES[Act.UPLOAD]))
    state().ledger.reviews.require_none(given.uploading.owner, given.bearer.organization)
    given.uploading.approve(id, _sender(given.bearer, given.uploading.owner))
    return _begun(given)


@blueprint.delete("/<id>")
@reads("owner")
def remove(id: str) -> Response:
    """Forget an upload. The records that it published stay."""
    given = _given(id, authenticate(*SCOPES[Act.UPLOAD]))
    given.uploading.remove(id)
    return respond.empty()


def _owner(bearer: Bearer) -> Organization:
    """Return the organization whose records an upload is about."""
    named = request.args.get("owner")
    return owner_for(bearer.organization, ctid.canonical(named)) if named else bearer.organization


def _given(id: str, bearer: Bearer) -> Given:
    """Return an upload of the owner; to a partner only those that it sent itself.

    :raises NotFound: when there is no such upload, or another one sent it.
    """
    uploading = _uploading(bearer, _owner(bearer))
    return Given(bearer, uploading, uploading.get(id))


def _uploading(bearer: Bearer, owner: Organization) -> Uploading:
    return Uploading(state().settings, state().ledger, owner, _publisher(bearer, owner))


def _sender(bearer: Bearer, owner: Organization) -> Sender:
    return Sender(None, bearer.key.id, _publisher(bearer, owner))


def _publisher(bearer: Bearer, owner: Organization) -> Ctid | None:
    return None if bearer.organization == owner else bearer.organization.ctid


def _files() -> list[File]:
    if request.mimetype != "multipart/form-data":
        # curl --data says that it sends a form. The body is the file all the same.
        data = request.get_data(cache=False, parse_form_data=False)
        return [File(words("name") or "upload", data)] if data else []
    sent = [one for name in request.files for one in request.files.getlist(name)]
    return [File(one.filename or f"file-{n}", one.read()) for n, one in enumerate(sent, 1)]


def _begun(given: Given) -> Response:
    now = given.uploading.get(given.upload.id)
    return respond.json(_told(now), status=202, caching=respond.Caching.NEVER)


def _told(one: Upload) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": f"{state().settings.base_url}/api/bulk/{one.id}?owner={one.owner}",
        "owner": one.owner,
        "created": one.created_at,
        "mode": one.mode,
        "state": one.state,
        "done": one.done,
        "total": one.total,
        "told": one.told,
    }


def _report(report: dict[str, Any], offset: int, limit: int) -> dict[str, Any]:
    """Return a report with some of its records and problems."""
    some = slice(offset, offset + limit)
    problems = [dict(zip(PROBLEM, cells, strict=True)) for cells in report["problems"][some]]
    counted = {"recordCount": len(report["records"]), "problemCount": len(report["problems"])}
    return {**report, **counted, "records": report["records"][some], "problems": problems}
