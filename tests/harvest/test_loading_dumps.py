"""`ctgraph load` of a dump: the registry anew, with its history."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ctgraph.bulk.zstandard import zstd
from ctgraph.cli import main
from ctgraph.harvest.dumps import Dump
from ctgraph.ledger.audit import audit
from ctgraph.ledger.values import Event
from tests.support.copies import (
    CHANGES,
    OWNER,
    PUBLISHER,
    RETURNED,
    WITHDRAWN,
    dumped,
    facts_of,
    new_registry,
    with_history,
)
from tests.support.registry import Registry, ctid_number, environment, publish
from tests.support.server import CLI
from tests.support.waiting import until


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return with_history(tmp_path_factory.mktemp("source") / "home")


@pytest.fixture(scope="module")
def dump(source: Registry) -> Dump:
    return dumped(source, source.settings.home.parent / "dump")


@pytest.fixture
def copy(tmp_path: Path) -> Registry:
    return new_registry(tmp_path / "copy")


@pytest.fixture
def load(copy: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Return a function that loads into the copy, from the command line, and projects nothing."""
    monkeypatch.setattr("ctgraph.cli.loading.projecting", lambda *_: nullcontext())
    monkeypatch.setenv("CTGRAPH_HOME", str(copy.settings.home))
    monkeypatch.chdir(tmp_path)
    return lambda *given: CliRunner().invoke(main, ["load", *map(str, given)])


def sound(registry: Registry) -> bool:
    with registry.ledger.database.reading() as connection:
        last = registry.ledger.changes.last_sequence()
        return list(audit(connection, last, lambda done: None)) == []


def test_a_loaded_history_is_the_same_registry(
    source: Registry, dump: Dump, copy: Registry, load: Callable[..., Result], tmp_path: Path
) -> None:
    result = load(dump.path)
    assert result.exit_code == 0, result.output
    assert f"{CHANGES} versions restored" in result.output
    assert facts_of(copy) == facts_of(source)
    assert sound(copy)
    assert copy.ledger.records.withdrawn_at([RETURNED]) == {RETURNED: None}
    again = dumped(copy, tmp_path / "again")
    for file in again.files:  # everything but the manifest, which names the ledger
        name = file["name"]
        assert (again.path / name).read_bytes() == (dump.path / name).read_bytes(), name
    differing = {k for k, v in again.manifest.items() if v != dump.manifest[k]}
    assert differing == {"incarnation"}


@pytest.mark.parametrize("coding", ["gz", "zst", ""])
def test_the_file_alone_is_enough(
    source: Registry, dump: Dump, copy: Registry, load: Callable[..., Result], coding: str
) -> None:
    alone = copy.settings.home.parent / f"history.jsonl{'.' if coding else ''}{coding}"
    packed = dump.path / "history.jsonl.gz"
    if coding:
        shutil.copy(dump.path / alone.name, alone)
    else:
        alone.write_bytes(gzip.decompress(packed.read_bytes()))
    assert load(alone).exit_code == 0
    found, wanted = facts_of(copy), facts_of(source)
    assert found.pop("names").keys() == wanted.pop("names").keys()
    assert found == wanted


def test_the_copy_may_have_a_base_of_its_own(
    source: Registry, dump: Dump, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = new_registry(tmp_path / "copy", base_url="https://copy.example.org/registry")
    monkeypatch.setenv("CTGRAPH_HOME", str(copy.settings.home))
    monkeypatch.setattr("ctgraph.cli.loading.projecting", lambda *_: nullcontext())
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["load", str(dump.path)])
    assert result.exit_code == 0, result.output
    assert sound(copy)
    record = ctid_number(2)
    assert [v.created_at for v in copy.ledger.records.versions(record)] == [
        v.created_at for v in source.ledger.records.versions(record)
    ]
    held = copy.ledger.records.read(record)
    content = json.loads(held.canonical)
    assert content["@id"] == f"https://copy.example.org/registry/graph/{record}"
    owned = content["@graph"][0]["ceterms:ownedBy"]
    assert owned == [f"https://copy.example.org/registry/resources/{PUBLISHER}"]
    assert b"localhost" not in copy.ledger.records.quads(record, held.envelope.version)
    assert copy.ledger.records.received(record, 1) == source.ledger.records.received(record, 1)


def test_loading_again_or_a_later_dump_goes_on(
    dump: Dump, copy: Registry, load: Callable[..., Result], tmp_path: Path
) -> None:
    head = gzip.decompress((dump.path / "history.jsonl.gz").read_bytes()).splitlines(True)
    (tmp_path / "history.jsonl").write_bytes(b"".join(head[:7]))
    assert "7 versions" in load(tmp_path / "history.jsonl").output
    assert f"{CHANGES - 7} versions" in load(dump.path).output
    assert "0 versions" in load(dump.path).output
    assert copy.ledger.changes.last_sequence() == CHANGES
    assert sound(copy)


def test_a_killed_load_continues(
    source: Registry, dump: Dump, copy: Registry, load: Callable[..., Result], tmp_path: Path
) -> None:
    process = subprocess.Popen(
        [*CLI, "load", str(dump.path)],
        env=environment(copy),
        cwd=tmp_path,
        stderr=subprocess.DEVNULL,
    )
    organizations = copy.ledger.organizations
    until(lambda: process.poll() is not None or len(organizations.all()) > 0)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert load(dump.path).exit_code == 0
    assert facts_of(copy) == facts_of(source)


def test_a_history_needs_an_empty_registry(
    dump: Dump, copy: Registry, load: Callable[..., Result]
) -> None:
    copy.ledger.organizations.register({OWNER: "Test College"})
    publish(copy, range(7, 8), "own")
    result = load(dump.path)
    assert result.exit_code == 1
    assert "empty registry" in result.output
    assert "current.jsonl" in result.output
    assert copy.ledger.changes.last_sequence() == 1


def test_the_current_records_go_into_any_registry(
    source: Registry, dump: Dump, copy: Registry, load: Callable[..., Result]
) -> None:
    copy.ledger.organizations.register({OWNER: "Test College"})
    publish(copy, range(7, 8), "own")
    assert load(dump.path / "current.jsonl.zst").exit_code == 0
    for record in (ctid_number(n) for n in (1, 2, 4, 5)):
        found, wanted = copy.ledger.records.find(record), source.ledger.records.find(record)
        assert found
        assert wanted
        assert (found.digest, found.owner, found.type) == (wanted.digest, wanted.owner, wanted.type)
        assert found.version == 1
    assert copy.ledger.records.find(WITHDRAWN) is None
    names = {one.name for one in copy.ledger.organizations.all()}
    assert names == {"Test College", "The Other College"}


def tampered(
    dump: Dump, folder: Path, number: int, change: Callable[[dict[str, Any]], None]
) -> Path:
    """Return a copy of a history in which one line is changed."""
    lines = gzip.decompress((dump.path / "history.jsonl.gz").read_bytes()).splitlines()
    told = json.loads(lines[number - 1])
    change(told)
    lines[number - 1] = json.dumps(told).encode()
    path = folder / "history.jsonl.zst"
    path.write_bytes(zstd.compress(b"\n".join(lines)))
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda line: line["document"]["@graph"][0].update({"ceterms:codedNotation": "X"}), "hash"),
        (lambda line: line.update(sha256="0" * 64), "hash"),
        (lambda line: line.update(ctid=ctid_number(8)), "not of"),
        (lambda line: line.pop("document"), "no line of a history"),
        (lambda line: line.update(document=7), "no line of a history"),
        (lambda line: line.update(document={"@id": "x"}), "@graph"),
        (lambda line: line.update(owner="nobody"), "nobody"),
        (lambda line: line.update(received_base64="?", received=1), ""),
        (lambda line: line.pop("time"), "no line of a history"),
        (lambda line: line.update(time="garbage"), "no time of a ledger"),
        (lambda line: line.update(time="2026-02-30T00:00:00.000000Z"), "no time of a ledger"),
        (lambda line: line.update(time="2001-06-01T00:00:00.000000Z"), "not after that"),
        (lambda line: line.update(time="9999-12-31T23:59:59.999999Z"), "in the future"),
        (lambda line: line.update(event="born"), "no line of a history"),
    ],
)
def test_a_line_that_is_not_as_it_was_published_is_named_and_stops_the_load(
    dump: Dump,
    copy: Registry,
    load: Callable[..., Result],
    tmp_path: Path,
    change: Callable[[dict[str, Any]], None],
    told: str,
) -> None:
    path = tampered(dump, tmp_path, 6, change)
    result = load(path)
    if not told:  # what differs is of no account
        assert result.exit_code == 0, result.output
        return
    assert result.exit_code == 1
    assert f"{path.name}:6" in result.output.replace("\n", "")
    assert told in result.output
    assert copy.ledger.changes.last_sequence() == 5
    [line] = (tmp_path / "load-report.jsonl").read_text().splitlines()
    assert json.loads(line)["source"].endswith(":6")
    assert load(dump.path).exit_code == 0  # a good copy goes on from there
    assert copy.ledger.changes.last_sequence() == CHANGES


def retold(dump: Dump, path: Path, number: int, **facts: Any) -> Path:
    """Write a history up to one line, in which that line has other facts."""
    lines = gzip.decompress((dump.path / "history.jsonl.gz").read_bytes()).splitlines()[:number]
    lines[-1] = json.dumps(json.loads(lines[-1]) | facts).encode()
    path.write_bytes(b"\n".join(lines))
    return path


@pytest.mark.parametrize(
    ("number", "facts", "told"),
    [
        (5, {"owner": PUBLISHER}, "belongs to"),  # an update of record 1
        (7, {"owner": PUBLISHER}, "belongs to"),  # a withdrawal
        (9, {"owner": PUBLISHER}, "belongs to"),  # what was withdrawn is published again
        (12, {"event": "update"}, "belongs to"),  # a transfer that is not told
        (12, {"published_by": PUBLISHER}, "cannot give"),
        (12, {"published_by": None}, "cannot give"),
        (1, {"event": "transfer"}, "no record"),
        (1, {"event": "withdraw"}, "no record"),
        (9, {"event": "withdraw", "version": 3}, "no record"),  # it is withdrawn already
        (9, {"event": "transfer", "version": 3}, "no record"),
    ],
)
def test_what_no_ledger_can_have_made_is_refused(
    dump: Dump,
    copy: Registry,
    load: Callable[..., Result],
    tmp_path: Path,
    number: int,
    facts: dict[str, Any],
    told: str,
) -> None:
    path = retold(dump, tmp_path / "history.jsonl", number, **facts)
    result = load(path)
    assert result.exit_code == 1
    output = result.output.replace("\n", " ")
    assert f"history.jsonl:{number}" in output
    assert told in output
    assert copy.ledger.changes.last_sequence() == number - 1
    assert load(dump.path).exit_code == 0
    assert copy.ledger.changes.last_sequence() == CHANGES


@pytest.mark.parametrize(("lacking", "told"), [(3, "does not follow"), (0, "begins at number 2")])
def test_a_gap_is_refused(
    dump: Dump,
    copy: Registry,
    load: Callable[..., Result],
    tmp_path: Path,
    lacking: int,
    told: str,
) -> None:
    lines = gzip.decompress((dump.path / "history.jsonl.gz").read_bytes()).splitlines(True)
    del lines[lacking]
    (tmp_path / "history.jsonl").write_bytes(b"".join(lines))
    result = load(tmp_path / "history.jsonl")
    assert result.exit_code == 1
    assert told in " ".join(result.output.split())
    assert copy.ledger.changes.last_sequence() == 0
    assert sound(copy)


def test_a_file_that_is_not_the_manifests_is_refused(
    dump: Dump, copy: Registry, load: Callable[..., Result], tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(dump.path, folder)
    tampered(dump, folder, 2, lambda line: line.update(owner=ctid_number(8)))
    result = load(folder)
    assert result.exit_code == 1
    assert "manifest" in result.output
    assert copy.ledger.changes.last_sequence() == 0


def test_a_history_alone_is_proved_by_the_manifest_beside_it(
    dump: Dump, copy: Registry, load: Callable[..., Result], tmp_path: Path
) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(dump.path, folder)
    packed = folder / "history.jsonl.gz"
    lines = gzip.decompress(packed.read_bytes()).splitlines(True)
    packed.write_bytes(gzip.compress(b"".join(lines[:2])))
    result = load(packed)
    assert result.exit_code == 1
    assert "manifest" in result.output
    (folder / "manifest.json").write_text("[]")
    for path in (folder, packed):
        result = load(path)
        assert result.exit_code == 1
        assert "no manifest" in result.output
    assert copy.ledger.changes.last_sequence() == 0


def test_damaged_lines_are_named(
    dump: Dump, copy: Registry, load: Callable[..., Result], tmp_path: Path
) -> None:
    packed = dump.path / "history.jsonl.gz"
    lines = gzip.decompress(packed.read_bytes()).splitlines(True)
    path = tmp_path / "history.jsonl"
    path.write_bytes(b"".join(lines[:2]))
    assert load(path).exit_code == 0
    for line, told in {
        b"{": "no JSON",
        b"[]": "no JSON object",
        b"{}": "not the beginning",
    }.items():  # in the place of one that is here already
        path.write_bytes(lines[0] + line + b"\n" + lines[2])
        result = load(path)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert told in result.output.replace("\n", " ")
    path.write_bytes(b"".join(lines))
    since = "2026-01-01T00:00:00.000000Z"
    good = {"ctid": OWNER, "name": "Test College", "created_at": since}
    for number, fault in enumerate(
        [
            b"{",
            b"7",
            *(
                json.dumps(good | one).encode()
                for one in (
                    {"name": None},
                    {"name": ""},
                    {"ctid": "x"},
                    {"ctid": None},
                    {"created_at": "today"},
                )
            ),
        ]
    ):
        listed = json.dumps(good | {"more": number}).encode()
        (tmp_path / "organizations.jsonl").write_bytes(listed + b"\n" + fault + b"\n")
        result = load(path)
        assert result.exit_code == 1, fault
        assert isinstance(result.exception, SystemExit)
        assert "organizations.jsonl:2" in result.output.replace("\n", "")
    assert copy.ledger.changes.last_sequence() == 2


def reported(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "load-report.jsonl").read_text().splitlines()]


def test_current_records_do_not_decide_for_those_who_publish_here(
    dump: Dump, load: Callable[..., Result], copy: Registry, tmp_path: Path
) -> None:
    current = dump.path / "current.jsonl.gz"
    assert load(dump.path).exit_code == 0
    ledger = copy.ledger
    assert "unchanged" in load(current).output
    ledger.organizations.add_key(OWNER)
    assert load(current).exit_code == 0  # it says the same
    told = map(json.loads, gzip.decompress(current.read_bytes()).splitlines())
    lines = {one["ctid"]: one for one in told}
    older, newer = dict(lines[ctid_number(1)]), lines[RETURNED]
    publish(copy, range(1, 2), "newer")
    gone = {k: v for k, v in newer.items() if k != "document"} | {
        "event": "withdraw",
        "time": "2126-01-01T00:00:00.000000Z",
    }
    free = gone | {"ctid": ctid_number(2), "owner": PUBLISHER}
    path = tmp_path / "current.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in (older, gone, free)))
    last = ledger.changes.last_sequence()
    result = load(path)
    assert result.exit_code == 1
    assert "1 rejected" in result.output
    assert "1 skipped" in result.output
    assert "1 withdrawn" in result.output
    skipped, rejected = reported(tmp_path)
    assert "changed on" in skipped["skipped"]
    assert OWNER in rejected["error"]
    assert ledger.changes.last_sequence() == last + 1
    path.write_text("".join(json.dumps(one) + "\n" for one in (older, gone)))
    result = load(path, "--owner", OWNER)
    assert result.exit_code == 0, result.output
    assert ledger.changes.last_sequence() == last + 3


def test_options_that_a_history_cannot_have_are_refused(
    dump: Dump, load: Callable[..., Result]
) -> None:
    assert load(dump.path, "--strict").exit_code == 2
    assert load(dump.path, "--owner", OWNER).exit_code == 2


def test_a_withdrawal_is_a_version_of_the_copy(
    dump: Dump, copy: Registry, load: Callable[..., Result]
) -> None:
    load(dump.path)
    newest, *_ = copy.ledger.records.versions(WITHDRAWN)
    assert (newest.event, newest.seq) == (Event.WITHDRAW, 7)
