"""Reporting a problem with a record. Nobody has to sign in for it."""

from __future__ import annotations

from flask import Blueprint, Response
from flask_babel import gettext as _

from ctgraph.accounts.reports import Reports
from ctgraph.identity import ctid
from ctgraph.web.accounts.forms import Report
from ctgraph.web.accounts.people import filled, text, told
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import visitor

blueprint = Blueprint("reports", __name__)


@blueprint.route("/account/reports/<record>", methods=["GET", "POST"])
@reads()
def report(record: str) -> Response:
    """Report a problem with a record to those who publish it."""
    use_cases = Reports(state().ledger, state().settings.base_url)
    about = use_cases.about(ctid.canonical(record))
    form = Report()

    def use() -> Response:
        use_cases.report(ctid.canonical(record), text(form.words), text(form.email), visitor())
        return told(_("Thank you"), _("Your report was sent to those who can mend the record."))

    return filled(form, use, "accounts/report.html", about=about, record=record)
