"""Dumps: their list, their manifests and their files, in whole or in part."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Blueprint, Response, request, send_file

from ctgraph.errors import ChangedMeanwhile, NotFound
from ctgraph.harvest import dumps
from ctgraph.harvest.dumps import MANIFEST, Dump
from ctgraph.web.http import respond
from ctgraph.web.http.negotiation import choose
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state

blueprint = Blueprint("dumps", __name__)
_RANGE = re.compile(r"bytes=(\d{1,18}-\d{0,18}|-\d{1,18})", re.ASCII)
"""One range of a file that may be. A server may ignore others, and has to ignore other units."""
DAY_SECONDS = 86_400
"""How long caches may keep a file: it never changes, but after some time there is a newer dump."""


@blueprint.get("/dumps")
@reads("format")
def index() -> Response:
    """Return the list of the dumps, the newest first."""
    name = choose(respond.JSON_OR_PAGE)
    found = dumps.listed(state().settings, state().ledger)
    if name == "html":
        return respond.page("harvest/dumps.html", dumps=found, manifest=MANIFEST)
    listed = [
        {key: value for key, value in one.manifest.items() if key != "files"}
        | {"manifest": f"{state().settings.base_url}/dumps/{one.sequence}/{MANIFEST}"}
        for one in found
    ]
    return respond.json({"dumps": listed}, caching=respond.Caching.REVALIDATE)


@blueprint.get("/dumps/latest.json")
@reads()
def latest() -> Response:
    """Return the manifest of the newest dump."""
    return respond.unchanging(_manifest(_newest()))


@blueprint.get("/dumps/latest/<name>")
@reads()
def latest_file(name: str) -> Response:
    """Redirect to a file of the newest dump."""
    dump = _newest()
    _listed(dump, name)
    return respond.redirect(f"/dumps/{dump.sequence}/{name}", 302)


@blueprint.get("/dumps/<int:sequence>/<name>")
@reads()
def file(sequence: int, name: str) -> Response:
    """Return a file of a dump, or the part that ``Range`` names (RFC 9110, section 14)."""
    found = dumps.listed(state().settings, state().ledger)
    dump = next((one for one in found if one.sequence == sequence), None)
    if dump is None:
        raise NotFound(
            f"There is no dump up to number {sequence}, or none any more. /dumps lists the dumps, "
            "and /dumps/latest.json is the manifest of the newest one."
        )
    if name == MANIFEST:
        return respond.unchanging(_manifest(dump))
    digest, media_type = _listed(dump, name)
    if request.if_match and not request.if_match.contains(digest):
        raise ChangedMeanwhile(f"The file has the ETag {digest!r}, and If-Match names another one.")
    is_known = request.if_none_match.contains(digest)  # goes before a range (section 13.2.2)
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    try:
        if is_known or asked is None or _is_whole(asked[1], dump.path / name):
            request.environ.pop("HTTP_RANGE", None)
        response = send_file(
            dump.path / name, media_type, etag=digest, max_age=DAY_SECONDS, conditional=True
        )
    except FileNotFoundError:  # it was removed a moment ago
        raise NotFound(f"The dump up to number {sequence} was just removed.") from None
    del response.headers["Date"]  # the server writes it
    response.vary.add("Accept")
    return response


def _is_whole(wanted: str, file: Path) -> bool:
    """Tell whether a range wants as many last bytes as a file has, or more (RFC 9110, 14.1.2)."""
    return wanted.startswith("-") and int(wanted[1:]) >= file.stat().st_size > 0


def _newest() -> Dump:
    for dump in dumps.listed(state().settings, state().ledger):
        return dump
    raise NotFound(
        "There is no dump yet. The server makes the first one soon after the first record, unless "
        "its operator turned that off; `ctgraph dump` makes one at once."
    )


def _manifest(dump: Dump) -> Response:
    return respond.content(dump.written, respond.JSON, caching=respond.Caching.REVALIDATE)


def _listed(dump: Dump, name: str) -> tuple[str, str]:
    """Return the SHA-256 and the media type of a file that the manifest lists."""
    if name == MANIFEST:
        return "", respond.JSON
    for one in dump.files:
        if one["name"] == name:
            return one["sha256"], one["compression"]
    names = ", ".join(one["name"] for one in dump.files)
    raise NotFound(f"{request.path} is no file of a dump. These are: {names}.")
