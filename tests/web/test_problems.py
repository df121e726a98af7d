"""What a refusal tells strangers, and what only the log tells."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ctgraph.errors import CtgraphError, LockHeld, NotQueryable, StoreError
from ctgraph.web import create_app
from tests.support.registry import Registry

SECRETS = ("db.internal.example", "/srv/registry/home", "5432")
SECRET = f"connection to server at {SECRETS[0]}, port {SECRETS[2]} failed: {SECRETS[1]}/ledger"
ERRORS = (
    StoreError(SECRET),
    LockHeld(SECRET),
    sa.exc.OperationalError("SELECT 1", {}, Exception(SECRET)),
    RuntimeError(SECRET),
    OSError(5, "Input/output error", SECRETS[1]),
    OSError(28, "No space left on device", SECRETS[1]),
)


def raising(registry: Registry, error: Exception) -> Flask:
    """Return the application with an address that meets an error."""
    app = create_app(registry.settings)

    @app.get("/fails")
    def fails() -> str:
        raise error

    return app


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_a_failure_of_ours_reveals_no_host_and_no_path(
    registry: Registry, error: Exception, accept: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = raising(registry, error).test_client()
    answer = client.get("/fails", headers={"Accept": accept})
    assert answer.status_code in (500, 503, 507)
    told = f"{answer.text}{answer.headers}"
    for secret in SECRETS:
        assert secret not in told
    assert caplog.records
    if isinstance(error, CtgraphError | sa.exc.OperationalError):
        assert SECRET in caplog.text


def test_readiness_says_why_not(registry: Registry) -> None:
    answer = create_app(registry.settings).test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json
    assert answer.json["type"].endswith("#" + NotQueryable.term)
    assert "No projector runs" in answer.json["detail"]
    assert answer.json["queryableSequence"] == -1


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", "/recrods", 404, "There is nothing at /recrods. People find the records"),
        ("POST", f"/{'x' * 999}", 404, f"There is nothing at /{'x' * 199}…. People find"),
        ("DELETE", "/records", 405, "/records does not take DELETE. Use GET, HEAD, OPTIONS."),
    ],
)
def test_a_wrong_address_or_method_has_a_remedy(
    client: FlaskClient, method: str, path: str, status: int, said: str
) -> None:
    for accept in ("application/json", "text/html"):
        answer = client.open(path, method=method, headers={"Accept": accept})
        assert answer.status_code == status
        assert said in answer.text
    spanish = client.open(f"/es{path}", method=method, headers={"Accept": "text/html"})
    assert spanish.status_code == status
    assert "There is nothing" not in spanish.text
    assert "does not take" not in spanish.text
