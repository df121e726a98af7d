"""The HTTP face: a Flask application over the use cases."""

from __future__ import annotations

import weakref

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from ctgraph.harvest.memento import LINK_FORMAT
from ctgraph.harvest.signposting import LINKSET, LINKSET_JSON
from ctgraph.ledger import Ledger, settled
from ctgraph.ledger.database import Database
from ctgraph.pathways import looks
from ctgraph.pathways.formats import FORMATS
from ctgraph.rdf.formats import FORMATS as RDF_FORMATS
from ctgraph.records import wordings
from ctgraph.records.plain_words import plain_label
from ctgraph.settings import Settings, load_settings
from ctgraph.shapes import shapes
from ctgraph.sparql.formats import RESULTS
from ctgraph.validation.report_formats import REPORT_FORMATS
from ctgraph.vocab import vocabulary
from ctgraph.web.accounts import (
    api,
    api_confirmations,
    api_members,
    api_organizations,
    api_partners,
    api_reviews,
    campuses,
    claims,
    confirmations,
    factors,
    holdings,
    imports,
    issuers,
    keys,
    lost_factors,
    members,
    mergers,
    organizations,
    outlines,
    partners,
    passkeys,
    people,
    registrations,
    reports,
    reviews,
    security,
    sign_in_with,
    staff,
    staff_reviews,
    suspensions,
    taking,
    uploads,
    weekly,
)
from ctgraph.web.accounts import records as entering
from ctgraph.web.accounts import webhooks as told
from ctgraph.web.finder import compare, leads, map, providers, saved, search, statistics, widget
from ctgraph.web.harvest import (
    changes,
    dumps,
    event_stream,
    memento,
    resource_sync,
    signposting,
    terms,
    webhooks,
)
from ctgraph.web.http import addresses, languages, messages, parameters, problems, visitors
from ctgraph.web.http.content_coding import CODINGS, one_coding
from ctgraph.web.http.headers import add_headers
from ctgraph.web.http.registry import State, Work
from ctgraph.web.http.request import Request
from ctgraph.web.ler import case, check
from ctgraph.web.ler import issuers as proved
from ctgraph.web.pathways import learner_check, links, routes
from ctgraph.web.pathways import views as pathways
from ctgraph.web.publishing import bulk, drafts, validate
from ctgraph.web.publishing import views as publishing
from ctgraph.web.records import completeness, differences, graphs, listing, preview
from ctgraph.web.records import views as records
from ctgraph.web.records.response_cache import RecordCache
from ctgraph.web.reference import codes, own_terms
from ctgraph.web.reference import shapes as minimum_data
from ctgraph.web.reference import vocabulary as ctdl
from ctgraph.web.site import api_description, heads, health, home, sitemaps
from ctgraph.web.sparql import description, stored
from ctgraph.web.sparql import views as sparql
from ctgraph.web.sparql.response_cache import MIN_COMPRESSED_BYTES, ResponseCache

COMPRESSED = sorted(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "text/plain",
        "image/svg+xml",
        "application/json",
        "application/problem+json",
        "application/xml",
        "application/atom+xml",
        LINKSET,
        LINKSET_JSON,
        LINK_FORMAT,
        "text/csv",
        *(f.media_type for f in RDF_FORMATS),
        *(f.media_type for f in RESULTS),
        *(f.media_type for f in REPORT_FORMATS.values()),
        *(f.media_type for f in FORMATS.values()),
    }
)
"""The media types that are worth compressing: all texts."""

ROOMS = (
    search,
    saved,
    widget,
    compare,
    leads,
    providers,
    statistics,
    map,
    records,
    differences,
    graphs,
    listing,
    completeness,
    memento,
    signposting,
    event_stream,
    resource_sync,
    links,
    publishing,
    pathways,
    routes,
    learner_check,
    check,
    case,
    proved,
    drafts,
    bulk,
    people,
    security,
    factors,
    lost_factors,
    passkeys,
    sign_in_with,
    reports,
    uploads,
    weekly,
    organizations,
    campuses,
    holdings,
    imports,
    entering,
    outlines,
    taking,
    preview,
    members,
    mergers,
    keys,
    told,
    api,
    api_members,
    api_organizations,
    api_confirmations,
    api_partners,
    api_reviews,
    registrations,
    issuers,
    reviews,
    partners,
    claims,
    confirmations,
    suspensions,
    staff,
    staff_reviews,
    validate,
    minimum_data,
    ctdl,
    own_terms,
    codes,
    sparql,
    stored,
    description,
    dumps,
    home,
    health,
    sitemaps,
    api_description,
    changes,
    webhooks,
    terms,
)
"""The modules whose blueprints make up the site."""


def create_app(settings: Settings | None = None, proved: bool = False) -> Flask:
    """Make the application for one registry; without `settings`, read them as usual.

    :param proved: whether the registry was found good a moment ago. Then a worker starts even while
        the database is unreachable, and answers 503 until it is back.
    :raises RegistryNotReady: when the registry was never initialised.
    :raises SettingsError: when the shapes do not load.
    """
    settings = settings or settled(load_settings())
    app = Flask(__name__, static_folder="static")
    app.request_class = Request
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    app.config["MAX_FORM_MEMORY_SIZE"] = app.config["MAX_CONTENT_LENGTH"]
    shapes()  # shapes that do not load stop the start
    _compress(app)
    ledger = Ledger(Database(settings.ledger_url)) if proved else Ledger.of(settings)
    work = Work(settings)
    weakref.finalize(app, work.close)  # at the latest when the process ends
    vocab = vocabulary()
    app.jinja_env.globals |= {
        "base_url": settings.base_url,
        "label": lambda iri: wordings.term_label(vocab.label(iri)),
        "term_label": wordings.term_label,
        "plain_label": plain_label,
        "plain_kind": lambda iri: plain_label(vocab.label(iri)),
        "field_label": lambda field: wordings.first_label(field.label, vocab.label(field.property)),
        "compact": vocab.compact,
        "labelled": lambda text: vocab.labelled(text, wordings.term_label),
        "known": vocab.term,
        "graph_formats": {format.name: format.title for format in FORMATS.values()},
        "looks": languages.translated(looks.for_pages()),
        "duration": wordings.duration,
        "days": wordings.days,
        "price": wordings.price,
        "least_cost": wordings.least_cost,
        "number": wordings.number,
        "day": wordings.day,
        "worded": messages.worded,
    }
    # No header of a request decides where a redirect leads. Werkzeug would join slashes by a
    # redirect to the host that the request names.
    app.url_map.merge_slashes = False
    app.extensions["ctgraph"] = State(settings, ledger, work)
    visitors.protect(app, settings.base_url)
    languages.set_up(app)
    heads.set_up(app)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
    app.register_blueprint(
        uploads.blueprint, name="uploads_for_another", url_prefix=uploads.FOR_ANOTHER
    )
    problems.register(app)
    for step in (
        addresses.require_utf8,
        addresses.without_slash,
        addresses.without_extension,
        parameters.check,
    ):
        app.before_request(step)
    app.after_request(add_headers)
    app.wsgi_app = ResponseCache(app.wsgi_app, work.pool, settings)  # type: ignore[method-assign]
    app.wsgi_app = RecordCache(  # type: ignore[method-assign]
        app.wsgi_app, ledger, settings, work.pool.cache
    )
    app.wsgi_app = addresses.spelled(one_coding(app.wsgi_app))  # type: ignore[method-assign]
    app.wsgi_app = languages.by_path(app.wsgi_app)  # type: ignore[method-assign]
    if settings.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.proxies)  # type: ignore[method-assign]
    return app


def _compress(app: Flask) -> None:
    """Compress answers where the client accepts that, also those that are streamed."""
    app.config["COMPRESS_ALGORITHM"] = app.config["COMPRESS_ALGORITHM_STREAMING"] = [*CODINGS]
    app.config["COMPRESS_LEVEL"] = 4
    app.config["COMPRESS_MIN_SIZE"] = MIN_COMPRESSED_BYTES
    app.config["COMPRESS_MIMETYPES"] = COMPRESSED
    Compress(app)
