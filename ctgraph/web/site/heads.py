"""What the head of a page tells other programs: its one address, the way to it, schema.org."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from flask import Flask, request
from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from ctgraph.finder.schema_org import breadcrumb
from ctgraph.web.http.languages import USUAL, language
from ctgraph.web.http.registry import state

MAX_DESCRIPTION_CHARS = 200
"""Characters of the description of a page; search engines show fewer."""
SUFFIX = " · ctgraph"
"""What the titles of pages end with."""
Node = dict[str, Any]


class Page(NamedTuple):
    """A page of the site: its name on the way to the pages below it, and what it is good for.

    :param address: its path, where the pages below it have another beginning than it has.
    """

    name: LazyString
    description: LazyString
    address: str = ""


_SITE = _(
    "Find credentials, courses and pathways from many providers, and see what each costs, "
    "takes and leads to."
)
_SEARCH = Page(
    _("Search"),
    _("Search credentials, courses, assessments and competencies by words, place, cost and time."),
    "/search",
)
_PROVIDERS = Page(
    _("Providers"),
    _("The organizations that offer credentials and learning, and what each of them publishes."),
    "/providers",
)
PAGES = {
    "/": Page(_("Home"), _SITE),
    "/search": _SEARCH,
    "/resources": _SEARCH,
    "/graph": _SEARCH,
    "/providers": _PROVIDERS,
    "/organizations": _PROVIDERS,
    "/map": Page(_("Map"), _("Where credentials and courses are offered, on a map of the world.")),
    "/leads": Page(
        _("What leads where"),
        _("What leads to a credential or an occupation, and what a credential leads to."),
    ),
    "/pathways": Page(
        _("Pathways"),
        _("What comes before a credential and what it leads to, across all providers."),
    ),
    "/compare": Page(
        _("Compare"),
        _("Credentials and courses side by side: what each costs, how long it takes, and where."),
    ),
    "/statistics": Page(
        _("Statistics"),
        _("How many credentials, courses and organizations there are, by kind, level and place."),
    ),
    "/coverage": Page(
        _("Coverage"),
        _("Where the providers of credentials are, and how complete and fresh their records are."),
    ),
    "/records": Page(
        _("Records"), _("All records of the registry in order, by class and by owner.")
    ),
    "/changes": Page(
        _("Changes"), _("What was published, updated, withdrawn and transferred, in order.")
    ),
    "/terms-of-use": Page(
        _("Terms of use"), _("Under which licence the records of this registry may be used.")
    ),
    "/sparql": Page(
        _("SPARQL"),
        _("Ask the registry any question in SPARQL, the query language of linked data."),
    ),
    "/queries": Page(
        _("Queries"), _("Ready-made questions to the registry, to read, to change and to run.")
    ),
    "/void": Page(
        _("The dataset"),
        _("The data of the registry as a whole: how much there is of what, and how to get it."),
    ),
    "/validate": Page(
        _("Check a document"),
        _("Check a description of credentials in CTDL: what is wrong, missing or doubtful in it."),
    ),
    "/shapes": Page(
        _("Minimum data"),
        _("What a record of each class must say, and what else is recommended for it."),
    ),
    "/vocab": Page(
        _("Vocabulary"),
        _("The terms of CTDL and CTDL-ASN, how they are linked, and how often each is used."),
    ),
    "/terms": Page(
        _("Terms of this registry"), _("The terms in which the registry describes its records.")
    ),
    "/widget": Page(
        _("A search for your site"),
        _("Put a search for credentials and courses on a page of your own site."),
        "/widget/build",
    ),
    "/account": Page(
        _("Account"),
        _("Publish what your organization offers: sign up, sign in, and describe your records."),
    ),
    "/staff": Page(_("Staff"), _SITE),
}
"""The pages that have others below them, or a description of their own, by the beginnings of
paths."""


@dataclass(frozen=True)
class Head:
    """What the head of a page says.

    :param title: its name, without that of the site.
    :param address: its one whole address in the language of the request.
    :param trail: the names and paths of the pages on the way to it, from the home page to itself.
    :param markup: its content in schema.org.
    """

    title: str
    description: str
    address: str
    trail: list[tuple[str, str]]
    markup: list[Node]


def set_up(app: Flask) -> None:
    """Let templates ask for the head of their page."""
    app.jinja_env.globals["head_of"] = head_of


def head_of(
    title: str,
    description: str = "",
    markup: Iterable[Node] = (),
    between: Iterable[tuple[str, str]] = (),
    address: str = "",
) -> Head:
    """Return the head of the page of the current request.

    :param title: escaped, as it stands in the page.
    :param description: what is special about the page; empty for that of the page above it.
    :param between: the names and paths of pages between it and the page above it.
    :param address: its path and query, if that of the request is not its only one.
    """
    base = state().settings.base_url
    prefix = "" if language() == USUAL else f"/{language()}"
    name = Markup(title).unescape().removesuffix(SUFFIX)
    address = address or _address()
    trail = [*_above(), *between, (name, address)] if request.path != "/" else []
    crumbs = [breadcrumb((one, f"{base}{prefix}{path}") for one, path in trail)] if trail else []
    own = PAGES.get(request.path)
    about = description or str(own.description if own else _SITE)
    return Head(
        name,
        about if len(about) <= MAX_DESCRIPTION_CHARS else f"{about[: MAX_DESCRIPTION_CHARS - 1]}…",
        f"{base}{prefix}{address}",
        trail,
        [*markup, *crumbs],
    )


def _above() -> Iterator[tuple[str, str]]:
    """Yield the names and paths of the pages above that of the current request."""
    yield str(PAGES["/"].name), "/"
    beginning = "/" + request.path.split("/")[1]
    page = PAGES.get(beginning)
    if page and (page.address or beginning) != request.path:
        yield str(page.name), page.address or beginning


def _address() -> str:
    """Return the path and query of the request, without what does not decide what the page says."""
    given = [(n, v) for n, v in request.args.items(multi=True) if v and n != "format"]
    query = urlencode([pair for pair in given if pair != ("page", "1")])
    return quote(request.path) + (f"?{query}" if query else "")
