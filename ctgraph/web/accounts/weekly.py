"""The weekly mail of what is new to a search. Nobody has to sign in for it."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph.accounts.weekly import Weekly
from ctgraph.finder import address
from ctgraph.web.accounts.forms import Press, WeeklyMail
from ctgraph.web.accounts.people import filled, text, told
from ctgraph.web.http import respond
from ctgraph.web.http.parameters import reads
from ctgraph.web.http.registry import state
from ctgraph.web.http.visitors import private, visitor

blueprint = Blueprint("weekly", __name__)


@blueprint.route("/account/weekly", methods=["GET", "POST"])
@reads(*address.PARAMETERS)
def weekly() -> Response:
    """Ask for a weekly mail of a search."""
    asked = address.asked(request.args.items(multi=True), towns=state().finder.towns)
    search = urlencode(asked.without("sort", "size"))
    form = WeeklyMail()

    def use() -> Response:
        _use_cases().ask(text(form.email), search, visitor())
        return told(
            _("Look into your mail"),
            _(
                "A mail was sent to %(address)s. Follow the link in it to get the weekly mail.",
                address=text(form.email),
            ),
        )

    return filled(form, use, "accounts/weekly.html", search=search)


@blueprint.route("/account/weekly/confirm", methods=["GET", "POST"])
@reads("token")
def confirm() -> Response:
    """Confirm an address. A form does it: programs that look through mails follow links."""

    def use() -> Response:
        _use_cases().confirm(request.args.get("token", ""))
        return told(
            _("You get the weekly mail"),
            _("It comes once a week, and only when something is new. A link in each mail ends it."),
        )

    return filled(Press(), use, "accounts/press.html", title=_("Get the weekly mail"))


@blueprint.get("/account/weekly/end")
@reads("token")
def ending() -> Response:
    """Show the button that ends a weekly mail."""
    return private(respond.page("accounts/weekly_end.html"))


@blueprint.post("/account/weekly/end")
@reads("token")
def end() -> Response:
    """End a weekly mail. Mail programs post here, too, by one click of their users (RFC 8058)."""
    _use_cases().end(request.args.get("token", ""))
    return told(_("The weekly mail is ended"), _("You get no further mail of this search."))


def _use_cases() -> Weekly:
    return Weekly(state().ledger, state().settings.base_url)
