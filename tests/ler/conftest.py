"""A registry with a college, a credential, a course and a framework for the tests of a module."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.ledger import Ledger
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.ler import COLLEGE, certificate_of, college, course, framework
from tests.support.registry import Registry


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """The registry."""
    settings = load_settings(home=tmp_path_factory.mktemp("ler") / "home", query_timeout=120)
    ledger = Ledger.initialise(settings)
    owner = ledger.organizations.add("Pine College", COLLEGE)
    registry = Registry(settings, ledger, owner, ledger.organizations.add_key(owner.ctid))
    client = create_app(settings).test_client()
    for document in (college(), certificate_of(), course(), framework()):
        sent = client.post(registry.documents_url, json=document, headers=registry.authorization)
        assert sent.status_code == 201, sent.text
    return registry


@pytest.fixture(scope="module")
def asking(shared: Registry) -> FlaskClient:
    """A client of its HTTP face."""
    return create_app(shared.settings).test_client()


@pytest.fixture
def get(asking: FlaskClient) -> Any:
    """Return a function that returns the JSON at an address."""

    def get(address: str, status: int = 200, **headers: str) -> Any:
        answer = asking.get(address, headers=headers)
        assert answer.status_code == status, answer.text[:2000]
        return answer.get_json(force=True)

    return get
