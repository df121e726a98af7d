"""Records from files: CTDL as JSON-LD, Open Badges, CASE."""

from __future__ import annotations

from flask import Blueprint, Response, request

from ctgraph.accounts.rights import Act
from ctgraph.documents.json_text import read_json
from ctgraph.errors import BadParameter
from ctgraph.web.accounts.forms import Press
from ctgraph.web.accounts.people import filled
from ctgraph.web.http import respond
from ctgraph.web.http.owners import drafting_of, owned
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.visitors import for_people

blueprint = Blueprint("imports", __name__)


@blueprint.route("/account/organizations/<organization>/import", methods=["GET", "POST"])
@reads()
@for_people
def from_file(organization: str) -> Response:
    """Begin a record from a file."""
    owner = owned(organization, Act.DRAFT)

    def use() -> Response:
        file = request.files.get("file")
        data = file.read() if file else b""
        if not data:
            raise BadParameter("Choose a file.")
        record = drafting_of(owner).take_over(read_json(data))
        return respond.redirect(f"/account/organizations/{owner.ctid}/records/{record}", 303)

    return filled(Press(), use, "accounts/import.html", owner=owner)
