"""Commands say in a line what they cannot use: files, homes, ledgers, standard input."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ctgraph.cli import main
from tests.support.registry import Registry, ctid_number


def run(command: str, registry: Registry, *arguments: str) -> Result:
    home = {"CTGRAPH_HOME": str(registry.settings.home)}
    result = CliRunner().invoke(main, [command, *arguments], env=home)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


COMMANDS = [
    ["get", "ce-\udcff"],
    ["get", f"{ctid_number(1)}\n"],
    ["query", "\udcff"],
    ["query", "/tmp"],
    ["query", 'ASK{FILTER("\\ud800"="")}'],
    ["query", "ASK{}", "--format", "\udcff"],
    ["query", "ASK{}", "--endpoint", "http://[::1"],
    ["query", "ASK{}", "--endpoint", "x:y"],
    ["query", "ASK{}", "--endpoint", "http://x y/\udcff"],
    ["query", "{" * 90_000],
    ["get", ctid_number(1), "--version", "9" * 30],
    ["get", ctid_number(1), "--version", "9" * 5000],
    ["key", "revoke", "\udcff"],
    ["publish", "/", "--owner", ctid_number(0)],
    ["sample", "--documents", "1", "--out", "/nowhere/x"],
    ["vocab", "import", "/dev/null"],
    ["load", "/", "--report", "/"],
    ["org", "add", "--name", " \u200b"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda a: ascii(a)[:50])
def test_commands_tell_what_they_cannot_use(registry: Registry, arguments: list[str]) -> None:
    if arguments[0] == "load":  # a report that cannot be written, before anything is read
        arguments = ["load", __file__, "--report", "/"]
    result = run(arguments[0], registry, *arguments[1:])
    assert result.exit_code in (1, 2)
    assert result.stderr


@pytest.mark.parametrize("command", ["load", "validate"])
def test_a_folder_without_documents_is_told_what_is_read(
    registry: Registry, tmp_path: Path, command: str
) -> None:
    (tmp_path / "notes.txt").touch()
    more = ["--report", str(tmp_path / "report")] if command == "load" else []
    result = run(command, registry, str(tmp_path), *more)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"There are no documents in {tmp_path}.")
    assert "end in .json, .jsonld" in result.stderr
    assert ".zip" in result.stderr


@pytest.mark.parametrize("command", ["load", "mirror"])
def test_the_folder_of_a_report_that_is_missing_is_named(registry: Registry, command: str) -> None:
    what = __file__ if command == "load" else "https://example.org"
    result = run(command, registry, what, "--report", "/nowhere/report")
    assert result.exit_code == 2
    assert "'--report': There is no folder /nowhere." in result.stderr


@pytest.mark.parametrize("home", ["file", "garbage", "folder"])
@pytest.mark.parametrize("command", [["init"], ["org", "list"], ["check"], ["query", "ASK{}"]])
def test_homes_that_are_none_are_told(tmp_path: Path, home: str, command: list[str]) -> None:
    path = tmp_path / home
    if home == "file":
        path.touch()
    else:
        path.mkdir()
        ledger = path / "ledger.sqlite"
        ledger.mkdir() if home == "folder" else ledger.write_bytes(b"garbage" * 1000)
    result = CliRunner().invoke(main, command, env={"CTGRAPH_HOME": str(path)})
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert result.stderr


def test_a_folder_without_a_registry_is_named_as_it_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["check"], env={"CTGRAPH_HOME": "home"})
    assert result.exit_code == 1
    assert f"no registry in {tmp_path / 'home'}." in result.stderr
    assert "CTGRAPH_HOME" in result.stderr


def test_a_last_day_is_written_as_the_message_says(registry: Registry) -> None:
    result = run("key", registry, "add", ctid_number(0), "--expires", "tomorrow")
    assert result.exit_code == 2
    assert "'tomorrow' is not a date. Write it as 2027-12-31." in result.stderr


@pytest.mark.parametrize("url", ["x", "sqlite:////", "foo://bar", "postgresql://x@127.0.0.1:1/x"])
@pytest.mark.parametrize("command", [["init"], ["org", "list"]])
def test_ledgers_that_are_none_are_told(tmp_path: Path, url: str, command: list[str]) -> None:
    environment = {"CTGRAPH_HOME": str(tmp_path), "CTGRAPH_DATABASE_URL": url}
    result = CliRunner().invoke(main, command, env=environment)
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    assert result.stderr


@pytest.mark.parametrize("bytes_in", [b"\xff\xfe", b"", b"\0", b"\xed\xa0\x80"])
@pytest.mark.parametrize(
    "command",
    [
        ["validate", "-"],
        ["validate", "-", "--input", "turtle"],
        ["query", "-"],
        ["publish", "-", "--owner", ctid_number(0)],
    ],
)
def test_any_bytes_of_standard_input_are_told(
    registry: Registry, bytes_in: bytes, command: list[str]
) -> None:
    registry.project()
    home = {"CTGRAPH_HOME": str(registry.settings.home)}
    result = CliRunner().invoke(main, command, input=bytes_in, env=home)
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
