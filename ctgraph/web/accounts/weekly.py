"""The weekly mail of what is new to a search. Nobody has to sign in for it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, request
from flask_babel import gettext as _

from ctgraph.accounts.weekly import Weekly
from ctgraph.finder import address
from ctgraph.finder.wording import in_words
from ctgraph.web.accounts.forms import Press, WeeklyMail
from ctgraph.web.accounts.people import filled, text, told
from ctgraph.web.http import respond
from ctgraph.web.http.languages import language
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
        _use_cases().ask(text(form.email), search, language(), visitor())
        return told(
            _("Look into your mail"),
            _(
                "A mail was sent to %(address)s. Follow the link in it to get the weekly mail.",
                address=text(form.email),
            ),
        )

    return filled(form, use, "accounts/weekly.html", search=search, words=_words(search))


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

    words = _words(_use_cases().to_confirm(request.args.get("token", "")))
    title = _("Get the weekly mail")
    return filled(Press(), use, "accounts/press.html", title=title, lead=words)


@blueprint.get("/account/weekly/end")
@reads("token")
def ending() -> Response:
    """Show the button that ends a weekly mail."""
    words = _words(_use_cases().to_end(request.args.get("token", "")))
    return private(respond.page("accounts/weekly_end.html", words=words))


@blueprint.post("/account/weekly/end")
@reads("token")
def end() -> Response:
    """End a weekly mail. Mail programs post here, too, by one click of their users (RFC 8058)."""
    words = _words(_use_cases().to_end(request.args.get("token", "")))
    _use_cases().end(request.args.get("token", ""))
    return told(
        _("The weekly mail is ended"),
        _("You get no further mail of this search."),
        *([words] if words else []),
    )


def _words(search: str | None) -> str:
    """Return a search in words in the language of the page; empty for none."""
    return in_words(address.asked(parse_qsl(search)), language()) if search else ""


def _use_cases() -> Weekly:
    return Weekly(state().ledger, state().settings.base_url)
