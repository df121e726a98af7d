"""The sample data, projected once for the tests of a module."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from ctgraph.finder.search import Search
from ctgraph.web import create_app
from tests.support.finding import Finding, found_in


@pytest.fixture(scope="module")
def finding(tmp_path_factory: pytest.TempPathFactory) -> Finding:
    """A registry with programs of three colleges."""
    return found_in(tmp_path_factory.mktemp("finding"))


@pytest.fixture(scope="module")
def search(finding: Finding) -> Search:
    """Its search."""
    return Search(finding.registry.settings)


@pytest.fixture(scope="module")
def visitor(finding: Finding) -> FlaskClient:
    """A client of its HTTP face."""
    return create_app(finding.registry.settings).test_client()


@pytest.fixture
def page(visitor: FlaskClient) -> Any:
    """Return a function that returns the page at an address."""

    def get(address: str, status: int = 200) -> str:
        answer = visitor.get(address, headers={"Accept": "text/html"})
        assert answer.status_code == status, answer.text[:2000]
        return answer.text

    return get
