"""What the tests share: registries in temporary folders, a served one, the shared folder."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import hypothesis
import pytest
from flask.testing import FlaskClient

from ctgraph.ledger import Ledger
from ctgraph.ledger.values import Organization
from ctgraph.projections.projector import Projector
from ctgraph.projections.snapshots import hold
from ctgraph.settings import Settings, load_settings
from ctgraph.web import create_app

# A busy machine is no reason to fail.
hypothesis.settings.register_profile(
    "ctgraph", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("ctgraph")

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
SHARED = ROOT.parent / "shared"


def shared(path: str) -> Path:
    """Return a path in the folder of shared material, or skip the test where it is absent."""
    found = SHARED / path
    if not found.exists():
        pytest.skip(f"needs ../shared/{path}, which is not part of a clone")
    return found


def ctid_number(number: int) -> str:
    """Return a CTID made of a number."""
    return f"ce-00000000-0000-4000-8000-{number:012d}"


def certificate(number: int = 1, owner: str = ctid_number(0), **more: Any) -> dict[str, Any]:
    """Return a small valid document; `more` are further properties of its certificate."""
    record = ctid_number(number)
    return {
        "@context": "https://credreg.net/ctdl/schema/context/json",
        "@id": f"http://localhost:8000/graph/{record}",
        "@graph": [
            {
                "@type": "ceterms:Certificate",
                "@id": f"http://localhost:8000/resources/{record}",
                "ceterms:ctid": record,
                "ceterms:name": {"en-US": f"Certificate {number}"},
                "ceterms:description": {"en-US": "A certificate that the tests award."},
                "ceterms:subjectWebpage": f"https://www.example.org/certificates/{number}",
                "ceterms:inLanguage": ["en-US"],
                "ceterms:credentialStatusType": {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:framework": "https://credreg.net/ctdl/terms/CredentialStatus",
                    "ceterms:targetNode": "credentialStat:Active",
                    "ceterms:targetNodeName": {"en-US": "Active"},
                },
                "ceterms:ownedBy": [f"http://localhost:8000/resources/{owner}"],
                **more,
            }
        ],
    }


@dataclass
class Registry:
    """A registry in a temporary folder, with one organization and its key."""

    settings: Settings
    ledger: Ledger
    organization: Organization
    key: str

    def project(self) -> None:
        """Make every change queryable."""
        with hold(self.settings):
            Projector(self.settings, self.ledger).catch_up()

    @property
    def documents_url(self) -> str:
        """Where the organization publishes."""
        return f"/resources/organizations/{self.organization.ctid}/documents"

    @property
    def authorization(self) -> dict[str, str]:
        """The header that carries the organization's key."""
        return {"Authorization": f"Bearer {self.key}"}


@pytest.fixture
def make_registry(tmp_path: Path) -> Callable[..., Registry]:
    """Return a function that makes a registry; its arguments are settings."""

    def make(**overrides: Any) -> Registry:
        # A busy machine is no reason to fail: what tests a deadline sets its own.
        patient = {"query_timeout": 120, "query_queue": 60, "publish_wait": 60}
        settings = load_settings(**{"home": tmp_path / "home", **patient, **overrides})
        ledger = Ledger.initialise(settings)
        organization = ledger.add_organization("Test College", ctid_number(0))
        return Registry(settings, ledger, organization, ledger.add_key(organization.ctid))

    return make


@pytest.fixture
def registry(make_registry: Callable[..., Registry]) -> Registry:
    """A registry with one organization and no records."""
    return make_registry()


@pytest.fixture
def client(registry: Registry) -> FlaskClient:
    """A client of the registry's HTTP face. Changes are queryable after `registry.project()`."""
    return create_app(registry.settings).test_client()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser of its own for the tests of a module, which are skipped where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("needs chromium, which is not installed")
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=chromium, args=options)
        yield running
        running.close()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server, as `ctgraph serve` runs it, that holds the sample data."""
    home = tmp_path_factory.mktemp("served")
    environment = os.environ | {"CTGRAPH_HOME": str(home)}
    for command in (["init"], ["load", str(DATA), "--report", str(home / "report.jsonl")]):
        subprocess.run([sys.executable, "-m", "ctgraph.cli", *command], env=environment, check=True)
    with serving(environment) as address:
        yield address


class serving:
    """Run `ctgraph serve` for a block; gives its address."""

    def __init__(
        self, environment: dict[str, str], *options: str, log: IO[bytes] | None = None
    ) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ctgraph.cli", "serve", "--port", str(self.port), *options],
            env=environment,
            stderr=log,
        )

    def __enter__(self) -> str:
        address = f"http://127.0.0.1:{self.port}"
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{address}/readyz"):
                    return address
            except OSError:
                time.sleep(0.1)
        raise TimeoutError("ctgraph serve did not become ready")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(30)


def ctid_in(text: str) -> str:
    """Return the first CTID in a text."""
    found = re.search(r"ce-[0-9a-f-]{36}", text)
    assert found, text
    return found[0]
