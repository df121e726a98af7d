"""A registry with the sample data, and its faces."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient

from ctgraph.bulk.load import load
from ctgraph.cli import main
from ctgraph.documents import parse
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.fresh import copy_ledger
from tests.support.paths import DATA
from tests.support.pathway_service import RIVERBEND
from tests.support.registry import Registry


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with the sample data, which no test changes."""
    settings = load_settings(home=tmp_path_factory.mktemp("pathways") / "home")
    copy_ledger(settings)
    ledger = Ledger.initialise(settings)
    load(settings, ledger, [DATA], None, io.StringIO(), lambda done: None)
    organization = ledger.organizations.get(RIVERBEND)
    registry = Registry(settings, ledger, organization, ledger.organizations.add_key(RIVERBEND))
    registry.project()
    return registry


@pytest.fixture(scope="module")
def client(sample: Registry) -> FlaskClient:
    return create_app(sample.settings).test_client()


@pytest.fixture
def keep(registry: Registry) -> Callable[..., FlaskClient]:
    """Return a function that keeps documents, whatever their minimum data, in a small registry."""

    def kept(*documents: dict[str, Any]) -> FlaskClient:
        for document in documents:
            parsed = parse(orjson.dumps(document), registry.settings)
            submission = Submission(registry.organization, parsed.ctid, parsed)
            append(registry.ledger, [submission], "test")
        registry.project()
        return create_app(registry.settings).test_client()

    return kept


@pytest.fixture
def cli(sample: Registry) -> Callable[..., Result]:
    def run(*arguments: object) -> Result:
        environment = {"CTGRAPH_HOME": str(sample.settings.home)}
        return CliRunner().invoke(main, ["pathways", *map(str, arguments)], env=environment)

    return run
