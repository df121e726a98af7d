"""Fixtures that the tests of the web share."""

from __future__ import annotations

import pytest

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.raw_site import Site
from tests.support.registry import Registry, certificate, ctid_number


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    url = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    home = tmp_path_factory.mktemp("hostile") / "home"
    options = load_settings(home=home, query_timeout=5, database_url=url)
    ledger = Ledger.initialise(options)
    organization = ledger.organizations.add("Test College", ctid_number(0))
    registry = Registry(
        options, ledger, organization, ledger.organizations.add_key(organization.ctid)
    )
    app = create_app(options)
    for number in (1, 2):
        sent = app.test_client().post(
            registry.documents_url, json=certificate(number), headers=registry.authorization
        )
        assert sent.status_code == 201
    registry.project()
    return Site(registry, app)
