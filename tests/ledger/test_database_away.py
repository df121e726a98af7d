"""A database that is away is told as that, and is used again once it is back."""

from __future__ import annotations

from ctgraph.web import create_app
from tests.support.registry import Registry, ctid_number


def test_a_web_worker_starts_while_the_database_is_away(registry: Registry) -> None:
    away = "postgresql+psycopg://nobody@127.0.0.1:9/nothing?connect_timeout=1"
    settings = registry.settings.model_copy(update={"database_url": away})
    client = create_app(settings, proved=True).test_client()
    answer = client.get(f"/resources/{ctid_number(1)}")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/healthz").status_code == 200
