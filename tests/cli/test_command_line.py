"""The command line as scripts use it: outputs, exit codes, every way to load."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import click
import orjson
import pytest
from click.testing import CliRunner, Result

from ctgraph.cli import main
from ctgraph.identity.ctid import is_ctid
from tests.support.paths import DATA
from tests.support.registry import Registry, certificate, ctid_number

OWNER = ctid_number(0)


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    """Yield the words of every command that the help lists, also those within groups."""
    for name, command in group.commands.items():
        if not command.hidden:
            yield (*before, name)
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)


class Cli:
    """Runs commands on a home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def __call__(self, *arguments: object, text: str | None = None) -> Result:
        environment = {"CTGRAPH_HOME": str(self.home)}
        return CliRunner().invoke(main, [str(a) for a in arguments], env=environment, input=text)


@pytest.fixture
def cli(registry: Registry) -> Cli:
    return Cli(registry.settings.home)


def write(path: Path, *documents: object) -> Path:
    path.write_bytes(b"".join(orjson.dumps(d) + b"\n" for d in documents))
    return path


@pytest.mark.parametrize("command", list(commands(main)), ids=" ".join)
def test_every_command_explains_itself(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    usage, _, explained = result.output.partition("\n\n")
    assert usage.startswith(f"Usage: main {' '.join(command)}")
    assert explained.split("Options:")[0].strip()


def test_what_scripts_rely_on(cli: Cli, tmp_path: Path) -> None:
    added = cli("org", "add", "--name", "New College")
    assert added.exit_code == 0
    assert is_ctid(added.stdout.strip())
    key = cli("key", "add", added.stdout.strip())
    assert key.stdout.startswith("ctg_")
    assert key.stdout.count("\n") == 1
    file = write(tmp_path / "one.json", certificate())
    assert cli("publish", file, "--owner", OWNER).exit_code == 0
    assert cli("publish", "-", "--owner", OWNER, text=file.read_text()).stdout.count("unchanged")
    record = ctid_number(1)
    assert json.loads(cli("get", record).stdout)["@id"].endswith(record)
    assert "ceterms:Certificate" in cli("get", record, "--format", "turtle", "--version", 1).stdout
    assert cli("get", record, "--received").stdout.strip() == file.read_text().strip()
    query = tmp_path / "ask.rq"
    query.write_text("SELECT ?n { ?s ceterms:name ?n }")
    assert cli("query", query).stdout.split() == ["n", "Certificate", "1"]
    assert json.loads(cli("query", "-", "--format", "json", text="ASK {}").stdout)["boolean"]
    assert cli("check").exit_code == 0
    assert cli("withdraw", record).exit_code == 0
    assert cli("get", record).exit_code == 1
    assert "withdrawn" in cli("get", record).stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["get", "nonsense"], 2),
        (["get", ctid_number(5)], 1),
        (["nothing"], 2),
        (["query", "SELECT"], 1),
        (["query", "ASK {}", "--format", "doc"], 2),
        (["key", "add", ctid_number(5)], 1),
        (["key", "revoke", "12345678"], 1),
        (["load", "nowhere.json"], 2),
        (["org", "add", "--name", "X", "--ctid", OWNER], 1),
        (["publish", "-", "--owner", ctid_number(5)], 1),
        (["load", "--owner", OWNER], 2),
    ],
)
def test_wrong_use_has_its_exit_code(cli: Cli, arguments: list[str], code: int) -> None:
    result = cli(*arguments)
    assert result.exit_code == code, result.output
    assert result.stderr
    assert "Traceback" not in result.output


def test_a_home_that_was_not_initialised_is_told(tmp_path: Path) -> None:
    result = Cli(tmp_path / "empty")("org", "list")
    assert result.exit_code == 1
    assert "ctgraph init" in result.stderr


def test_validate_needs_no_registry(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "none")
    good = write(tmp_path / "good.json", certificate())
    assert cli("validate", good).exit_code == 0
    bad = write(tmp_path / "bad.json", {"@type": "ceterms:Certificate"})
    result = cli("validate", good, bad)
    assert result.exit_code == 1
    assert "/ceterms:ctid" in result.stdout


def test_load_takes_every_kind_of_source(cli: Cli, registry: Registry, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    write(folder / "one.json", certificate(1))
    write(folder / "deep" / "array.json", [certificate(2), {"decoded_resource": certificate(3)}])
    write(folder / "lines.jsonl", certificate(4), certificate(5))
    with gzip.open(folder / "zipped.jsonl.gz", "wb") as file:
        file.write(orjson.dumps(certificate(6)))
    with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
        archive.writestr("a/seven.json", orjson.dumps(certificate(7)))
        archive.writestr("more.jsonl", orjson.dumps(certificate(8)))
        archive.writestr("readme.txt", "not a document")
    (folder / "bad.json").write_text("{")
    write(folder / "worse.json", certificate(9, **{"ceterms:ctid": "ce-9"}))
    report = tmp_path / "report.jsonl"
    result = cli("load", folder, "--report", report)
    assert result.exit_code == 1, result.output
    assert "8 created, 2 rejected" in result.stderr
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    assert [Path(line["source"]).name for line in lines] == ["bad.json", "worse.json"]
    assert all(line["problems"][0]["message"] for line in lines)
    assert registry.ledger.changes.last_sequence() == 8
    count = cli("query", "SELECT (COUNT(?d) AS ?n) { ?d a ctg:Record }")
    assert count.stdout.split() == ["n", "8"]


def test_the_sample_data_loads_with_versions_and_a_withdrawal(cli: Cli, tmp_path: Path) -> None:
    result = cli("load", DATA, "--report", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert "190 created, 8 updated, 1 withdrawn" in result.stderr
    assert cli("check").exit_code == 0


def test_an_interrupted_load_goes_on_where_it_stopped(registry: Registry, tmp_path: Path) -> None:
    """Each record has two versions, so that loading anything twice would show."""
    changed = {"ceterms:keyword": {"en": "changed"}}
    documents = [certificate(i, **more) for i in range(1, 1500) for more in ({}, changed)]
    file = write(tmp_path / "many.jsonl", *documents)
    command = [sys.executable, "-m", "ctgraph.cli", "load", str(file)]
    environment = {"CTGRAPH_HOME": str(registry.settings.home)}
    process = subprocess.Popen(command, env=environment, cwd=tmp_path)
    while registry.ledger.changes.last_sequence() == 0 and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    stopped_at = registry.ledger.changes.last_sequence()
    assert 0 < stopped_at < len(documents)
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    assert registry.ledger.changes.last_sequence() == len(documents)
    assert {v.number for v in registry.ledger.records.versions(ctid_number(3))} == {1, 2}


def test_a_query_is_sent_to_an_endpoint(served: str, cli: Cli) -> None:
    endpoint = f"{served}/sparql"
    select = "SELECT (COUNT(?r) AS ?n) { ?r a ctg:Record }"
    count = cli("query", select, "--endpoint", endpoint)
    assert count.exit_code == 0, count.output
    assert count.stdout.split()[0] == "n"
    assert int(count.stdout.split()[1]) > 100
    table = cli("query", select, "--endpoint", endpoint, "--format", "table")
    assert "1 row " in table.stdout
    graph = cli("query", "DESCRIBE <x:y>", "--endpoint", endpoint, "--format", "ntriples")
    assert graph.exit_code == 0, graph.output
    misspelt = cli("query", "ASK { ?s ceterms:nme ?n }", "--endpoint", endpoint)
    assert "Not in the vocabulary: ceterms:nme (did you mean ceterms:name?)" in misspelt.stderr
    refused = cli("query", "SELECT", "--endpoint", endpoint)
    assert refused.exit_code == 1
    assert f"{endpoint} answered 400" in refused.stderr
    for path, status in (("nothing", 404), ("ce-registry/resources/documents/x", 405)):
        result = cli("query", "ASK {}", "--endpoint", f"{served}/{path}")
        assert result.exit_code == 1
        assert f"{served}/{path} answered {status}: " in result.stderr
        assert "Malformed query" not in result.stderr
        assert "{" not in result.stderr


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/sparql", "file:///etc/hostname", "nowhere", "zz", "ftp://x/"]
)
def test_an_endpoint_that_does_not_answer_is_named(cli: Cli, url: str) -> None:
    result = cli("query", "ASK {}", "--endpoint", url)
    assert result.exit_code == 1
    assert f"{url} could not be reached: " in result.stderr
    assert "--endpoint" in result.stderr
    assert ".." not in result.stderr
    assert "Malformed query" not in result.stderr


@pytest.mark.parametrize("name", ["/nonexistent.rq", "queries/none.sparql", "none.rq", "no/query"])
def test_a_file_of_a_query_that_is_not_there_is_named(cli: Cli, name: str) -> None:
    result = cli("query", name)
    assert result.exit_code == 1
    assert f"There is no file {name!r}." in result.stderr


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("transfer-values", "'transfer-values' is a ready-made query."),
        ("transfer-values.rq", "'transfer-values' is a ready-made query."),
        ("transfr-values", "Did you mean the ready-made query 'transfer-values'?"),
        ("queries/places-.sparql", "Did you mean the ready-made query 'places'?"),
    ],
)
def test_the_name_of_a_ready_made_query_is_told_how_to_run_it(
    cli: Cli, given: str, meant: str
) -> None:
    result = cli("query", given)
    assert (result.exit_code, result.stdout) == (1, "")
    assert meant in result.stderr
    file = result.stderr.rpartition("ctgraph query ")[2].strip()
    assert file.endswith(f"{meant.split(chr(39))[1]}.rq")
    assert cli("query", file).exit_code == 0
