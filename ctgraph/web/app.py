"""The HTTP face: a Flask application over the use cases."""

from __future__ import annotations

import weakref

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

from ctgraph.identity import Identity
from ctgraph.ledger import Ledger, settled
from ctgraph.ledger.database import Database
from ctgraph.pathways import looks
from ctgraph.pathways.formats import FORMATS
from ctgraph.rdf.formats import FORMATS as RDF_FORMATS
from ctgraph.settings import Settings, load_settings
from ctgraph.shapes import shapes
from ctgraph.sparql.formats import RESULTS
from ctgraph.validation.report_formats import REPORT_FORMATS
from ctgraph.vocab import vocabulary
from ctgraph.web.accounts import (
    claims,
    factors,
    holdings,
    imports,
    keys,
    members,
    organizations,
    partners,
    people,
    reports,
    reviews,
    security,
    staff,
    staff_reviews,
    suspensions,
)
from ctgraph.web.accounts import records as entering
from ctgraph.web.http import addresses, parameters, problems, visitors
from ctgraph.web.http.content_coding import CODINGS, one_coding
from ctgraph.web.http.headers import add_headers
from ctgraph.web.http.registry import State, Work
from ctgraph.web.http.request import Request
from ctgraph.web.pathways import learner_check, links, routes
from ctgraph.web.pathways import views as pathways
from ctgraph.web.publishing import drafts, validate
from ctgraph.web.publishing import views as publishing
from ctgraph.web.records import completeness, graphs, listing, preview
from ctgraph.web.records import views as records
from ctgraph.web.records.response_cache import RecordCache
from ctgraph.web.reference import own_terms
from ctgraph.web.reference import shapes as minimum_data
from ctgraph.web.reference import vocabulary as ctdl
from ctgraph.web.site import api_description, health, home
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
        *(f.media_type for f in RDF_FORMATS),
        *(f.media_type for f in RESULTS),
        *(f.media_type for f in REPORT_FORMATS.values()),
        *(f.media_type for f in FORMATS.values()),
    }
)
"""The media types that are worth compressing: all texts."""

ROOMS = (
    records,
    graphs,
    listing,
    completeness,
    links,
    publishing,
    pathways,
    routes,
    learner_check,
    drafts,
    people,
    security,
    factors,
    reports,
    organizations,
    holdings,
    imports,
    entering,
    preview,
    members,
    keys,
    reviews,
    partners,
    claims,
    suspensions,
    staff,
    staff_reviews,
    validate,
    minimum_data,
    ctdl,
    own_terms,
    sparql,
    stored,
    description,
    home,
    health,
    api_description,
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
        "label": vocab.label,
        "compact": vocab.compact,
        "known": vocab.term,
        "graph_formats": {format.name: format.title for format in FORMATS.values()},
        "looks": looks.for_pages(),
    }
    # No header of a request decides where a redirect leads. Werkzeug would join slashes by a
    # redirect to the host that the request names.
    app.url_map.merge_slashes = False
    app.extensions["ctgraph"] = State(settings, ledger, work)
    visitors.protect(app, settings.base_url)
    for room in ROOMS:
        app.register_blueprint(room.blueprint)
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
        app.wsgi_app, ledger, Identity.of(settings), work.pool.cache
    )
    app.wsgi_app = addresses.spelled(one_coding(app.wsgi_app))  # type: ignore[method-assign]
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
