"""Settings: where they come from, what is refused, and that the README lists every one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from ctgraph.errors import SettingsError
from ctgraph.settings import Settings, load_settings
from tests.support.paths import ROOT


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("CTGRAPH_"):
            monkeypatch.delenv(name)


def toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Make a text the configuration file."""
    path = tmp_path / "ctgraph.toml"
    path.write_text(text, "utf-8")
    monkeypatch.setenv("CTGRAPH_CONFIG", str(path))


def test_without_any_configuration_the_defaults_hold() -> None:
    settings = load_settings()
    assert settings.base_url == "http://localhost:8000"
    assert "credentialengineregistry.org" in settings.alias_hosts
    assert settings.validation_engine == "shacl"
    assert settings.ledger_url == f"sqlite:///{Path('home').resolve()}/ledger.sqlite"


def test_the_environment_sets_every_kind_of_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTGRAPH_BASE_URL", "https://registry.example.org/")
    monkeypatch.setenv("CTGRAPH_ALIAS_HOSTS", '["one.example.org", "two.example.org"]')
    monkeypatch.setenv("CTGRAPH_QUERY_TIMEOUT", "2.5")
    monkeypatch.setenv("CTGRAPH_HOME", "/srv/ctgraph")
    settings = load_settings()
    assert settings.base_url == "https://registry.example.org"
    assert settings.alias_hosts == ("one.example.org", "two.example.org")
    assert settings.query_timeout == 2.5
    assert settings.store_path == Path("/srv/ctgraph/store")


def test_a_toml_file_sets_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toml(tmp_path, monkeypatch, 'query_workers = 7\nalias_hosts = ["one.example.org"]\n')
    settings = load_settings()
    assert settings.query_workers == 7
    assert settings.alias_hosts == ("one.example.org",)
    assert settings.query_rows == 100_000


def test_an_argument_wins_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml(tmp_path, monkeypatch, "query_workers = 1\nquery_rows = 1\nquery_queue = 1\n")
    monkeypatch.setenv("CTGRAPH_QUERY_ROWS", "2")
    monkeypatch.setenv("CTGRAPH_QUERY_QUEUE", "2")
    settings = load_settings(query_queue=3)
    assert (settings.query_workers, settings.query_rows, settings.query_queue) == (1, 2, 3)


def test_an_empty_config_variable_means_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTGRAPH_CONFIG", "")
    assert load_settings() == Settings()


def test_a_database_url_replaces_the_sqlite_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CTGRAPH_DATABASE_URL", "postgresql+psycopg://me@db/ctgraph")
    assert load_settings().ledger_url == "postgresql+psycopg://me@db/ctgraph"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CTGRAPH_BASE_URL", "registry.example.org"),
        ("CTGRAPH_BASE_URL", "ftp://registry.example.org"),
        ("CTGRAPH_VALIDATION_ENGINE", "guess"),
        ("CTGRAPH_MAX_DOCUMENT_BYTES", "0"),
        ("CTGRAPH_MAX_DOCUMENT_BYTES", "many"),
        ("CTGRAPH_MAX_DOCUMENT_DEPTH", "1"),
        ("CTGRAPH_QUERY_TIMEOUT", "0"),
        ("CTGRAPH_QUERY_TIMEOUT", "nan"),
        ("CTGRAPH_QUERY_MEMORY", "-1"),
        ("CTGRAPH_QUERY_ROWS", "1.5"),
        ("CTGRAPH_QUERY_WORKERS", ""),
        ("CTGRAPH_QUERY_QUEUE", "-0.1"),
        ("CTGRAPH_SNAPSHOT_INTERVAL", "-1"),
        ("CTGRAPH_PUBLISH_WAIT", "0"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert name in str(caught.value)


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["CTGRAPH_QUERY_ROWS", "CTGRAPH_QUERY_TIMEOUT", "CTGRAPH_VALIDATION_ENGINE"]
    for name in names:
        monkeypatch.setenv(name, "-1")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert sorted(p.message.partition(":")[0] for p in caught.value.problems) == names


def test_an_unknown_key_in_the_file_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml(tmp_path, monkeypatch, "query_wrokers = 2\n")
    with pytest.raises(SettingsError, match="CTGRAPH_QUERY_WROKERS"):
        load_settings()


def test_a_bad_value_in_the_file_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml(tmp_path, monkeypatch, 'query_timeout = "soon"\n')
    with pytest.raises(SettingsError, match="CTGRAPH_QUERY_TIMEOUT"):
        load_settings()


def test_a_file_that_is_not_toml_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml(tmp_path, monkeypatch, "query_workers =")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings()


def test_a_config_that_is_not_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (tmp_path, tmp_path / "absent.toml"):
        monkeypatch.setenv("CTGRAPH_CONFIG", str(path))
        with pytest.raises(SettingsError, match="CTGRAPH_CONFIG"):
            load_settings()


def test_settings_cannot_be_changed_afterwards() -> None:
    settings = load_settings()
    with pytest.raises(ValueError, match="frozen"):
        settings.query_rows = 5  # type: ignore[misc]


def test_the_readme_documents_every_setting() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    missing = [name for name in Settings.model_fields if f"`CTGRAPH_{name.upper()}`" not in readme]
    assert missing == []
