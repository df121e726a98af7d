"""Dumps: what is in them, how they are served, and what becomes of old and half ones."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph as ox
import pytest
from flask.testing import FlaskClient

from ctgraph.bulk.zstandard import zstd
from ctgraph.documents import parse
from ctgraph.errors import Conflict, LockHeld
from ctgraph.harvest import dumper, dumps
from ctgraph.harvest.dumps import Dump, make
from ctgraph.identity import Identity
from ctgraph.ledger import Ledger
from ctgraph.ledger.append import Submission, append
from ctgraph.projections.store_folder import take_lock
from ctgraph.settings import load_settings
from ctgraph.web import create_app
from tests.support.registry import Registry, certificate, ctid_number, environment, publish
from tests.support.server import CLI
from tests.support.waiting import until

ORG, KEPT, WITHDRAWN = ctid_number(0), ctid_number(1), ctid_number(3)


def made(registry: Registry, output: Path | None = None) -> Dump:
    return make(registry.settings, registry.ledger, lambda done: None, output)


def history(registry: Registry) -> None:
    """Publish four records in several versions, and withdraw one of them."""
    publish(registry, range(1, 4), "first")
    publish(registry, range(1, 3), "second")
    append(registry.ledger, [Submission(registry.organization, WITHDRAWN)], "12345678")
    odd = {
        "ceterms:keyword": {"en": [f"> _:b{KEPT.removeprefix('ce-').replace('-', '')}n0 \n<x> ."]},
        "ceterms:estimatedCost": [{"@type": "ceterms:CostProfile", "ceterms:price": 7}],
    }
    document = parse(
        orjson.dumps(certificate(4, **odd), option=orjson.OPT_INDENT_2), registry.settings
    )
    append(registry.ledger, [Submission(registry.organization, document.ctid, document)], "x")


@pytest.fixture
def filled(registry: Registry) -> Registry:
    """A registry with a history that a test may change."""
    history(registry)
    return registry


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """A registry with the same history, which all tests share."""
    settings = load_settings(home=tmp_path_factory.mktemp("standing") / "home")
    ledger = Ledger.initialise(settings)
    registry = Registry(settings, ledger, ledger.organizations.add("Test College", ORG), "")
    history(registry)
    registry.project()
    return registry


@pytest.fixture(scope="module")
def dump(standing: Registry) -> Dump:
    return made(standing)


@pytest.fixture(scope="module")
def client(standing: Registry, dump: Dump) -> FlaskClient:
    return create_app(standing.settings).test_client()


def lines(dump: Dump, name: str) -> list[Any]:
    with gzip.open(dump.path / f"{name}.jsonl.gz") as file:
        return [json.loads(line) for line in file]


def quads(dump: Dump, name: str) -> list[ox.Quad]:
    with gzip.open(dump.path / f"{name}.nq.gz") as file:
        return list(ox.parse(file.read(), format=ox.RdfFormat.N_QUADS))


def test_the_current_records_are_the_documents_as_they_stand(
    standing: Registry, dump: Dump
) -> None:
    current = lines(dump, "current")
    assert [line["ctid"] for line in current] == [KEPT, ctid_number(2), ctid_number(4)]
    for line in current:
        envelope, canonical = standing.ledger.records.read(line["ctid"])
        assert line["document"] == json.loads(canonical)
        assert (line["sha256"], line["version"]) == (envelope.digest, envelope.version)
        assert (line["time"], line["owner"]) == (envelope.updated_at, ORG)
    kept = b"".join(standing.ledger.records.quads(ln["ctid"], ln["version"]) for ln in current)
    assert set(quads(dump, "current")) == set(ox.parse(kept, format=ox.RdfFormat.N_QUADS))


def test_the_history_has_every_version_and_withdrawal_in_order(
    standing: Registry, dump: Dump
) -> None:
    told = lines(dump, "history")
    assert [line["seq"] for line in told] == list(range(1, 8))
    assert [line["event"] for line in told] == [
        *["create"] * 3,
        *["update"] * 2,
        "withdraw",
        "create",
    ]
    assert (told[5]["ctid"], told[5]["version"], told[5]["actor"]) == (WITHDRAWN, 2, "12345678")
    assert "document" not in told[5]
    received = standing.ledger.records.received(ctid_number(4), 1)
    assert told[6]["received"].encode() == received
    identity = Identity.of(standing.settings)
    found = quads(dump, "history")
    for line in told[:5]:
        graph = ox.NamedNode(f"{identity.graph(line['ctid'])}/versions/{line['version']}")
        text = standing.ledger.records.quads(line["ctid"], line["version"])
        plain = ox.Dataset(ox.parse(text, format=ox.RdfFormat.N_QUADS))
        stood = ox.Dataset(
            ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode(identity.graph(line["ctid"])))
            for q in found
            if q.graph_name == graph
        )
        for one in (plain, stood):
            one.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert plain == stood


def test_blank_nodes_of_two_versions_are_two_and_texts_stay(dump: Dump) -> None:
    found = quads(dump, "history")
    graphs: dict[Any, set[Any]] = {}
    for quad in found:
        for node in (quad.subject, quad.object):
            if isinstance(node, ox.BlankNode):
                graphs.setdefault(node, set()).add(quad.graph_name)
    assert graphs
    assert all(len(names) == 1 for names in graphs.values())
    said = f"> _:b{KEPT.removeprefix('ce-').replace('-', '')}n0 \n<x> ."
    assert any(isinstance(q.object, ox.Literal) and q.object.value == said for q in found)


def test_the_index_dates_every_record(standing: Registry, dump: Dump) -> None:
    index = {line["ctid"]: line for line in lines(dump, "records")}
    assert dump.manifest["index"] == "records.jsonl.gz"
    assert sorted(index) == [ctid_number(n) for n in range(1, 5)]
    for record, line in index.items():
        envelope = standing.ledger.records.find(record)
        assert envelope
        assert (line["modified"], line["withdrawn"]) == (envelope.updated_at, envelope.deleted_at)


def test_the_manifest_counts_and_proves_every_file(standing: Registry, dump: Dump) -> None:
    said = dump.manifest
    assert (said["sequence"], said["records"], said["versions"]) == (7, 3, 7)
    assert said["time"] == standing.ledger.changes.newest_moment()
    names = {one["name"] for one in said["files"]}
    assert names | {"manifest.json"} == {file.name for file in dump.path.iterdir()}
    for one in said["files"]:
        data = (dump.path / one["name"]).read_bytes()
        assert one["bytes"] == len(data)
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert one["url"] == f"http://localhost:8000/dumps/7/{one['name']}"
        is_gzip = one["name"].endswith(".gz")
        text = gzip.decompress(data) if is_gzip else zstd.decompress(data)
        if one["quads"] is not None:
            assert text.count(b"\n") == one["quads"]
        else:
            assert text.count(b"\n") == one["records"]


def test_the_same_ledger_makes_the_same_bytes(
    standing: Registry, dump: Dump, tmp_path: Path
) -> None:
    other = made(standing, tmp_path / "other")
    for file in dump.path.iterdir():
        assert file.read_bytes() == (other.path / file.name).read_bytes(), file.name


def test_nobody_is_named_who_published_nothing(filled: Registry) -> None:
    filled.ledger.organizations.add("Waiting For Approval")
    named = lines(made(filled), "organizations")
    assert [(line["ctid"], line["name"]) for line in named] == [(ORG, "Test College")]


def test_an_empty_registry_has_an_empty_dump(registry: Registry) -> None:
    dump = made(registry)
    assert (dump.sequence, dump.manifest["records"], lines(dump, "history")) == (0, 0, [])


def test_nothing_new_makes_no_new_dump(filled: Registry) -> None:
    first = made(filled)
    before = (first.path / "manifest.json").stat()
    assert made(filled).path == first.path
    assert (first.path / "manifest.json").stat() == before


def test_old_dumps_go_and_an_open_file_stays_readable(filled: Registry) -> None:
    first = made(filled)
    with (first.path / "current.nq.gz").open("rb") as download:
        for number in range(filled.settings.dumps_kept):
            publish(filled, range(10 + number, 11 + number), "more")
            made(filled)
        assert not first.path.exists()
        assert hashlib.sha256(download.read()).hexdigest() == first.files[0]["sha256"]
    assert [d.sequence for d in dumps.listed(filled.settings, filled.ledger)] == [10, 9, 8]


def test_a_half_dump_is_never_listed_and_is_removed(filled: Registry) -> None:
    half = filled.settings.dump_path / ".part-7"
    half.mkdir(parents=True)
    (half / "current.nq.gz").write_bytes(b"half")
    assert dumps.listed(filled.settings, filled.ledger) == []
    made(filled)
    assert not half.exists()
    assert [d.sequence for d in dumps.listed(filled.settings, filled.ledger)] == [7]


def test_one_that_fails_leaves_nothing(
    filled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> Iterator[Any]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ctgraph.ledger.history.envelopes", fail)
    with pytest.raises(OSError, match="space"):
        made(filled)
    with pytest.raises(OSError, match="space"):
        made(filled, tmp_path / "out")
    assert [*filled.settings.dump_path.glob("[!.]*"), *tmp_path.glob("out*")] == []
    assert not list(filled.settings.dump_path.glob(".part*"))


def test_dumps_of_another_ledger_are_not_listed(filled: Registry) -> None:
    dump = made(filled)
    text = (dump.path / "manifest.json").read_text()
    own = dump.manifest["incarnation"]
    (dump.path / "manifest.json").write_text(text.replace(own, "0" * 36))
    assert dumps.listed(filled.settings, filled.ledger) == []
    made(filled)
    assert made(filled).path != dump.path  # another registry may serve the other one
    [found] = dumps.listed(filled.settings, filled.ledger)
    assert found.manifest["incarnation"] == own
    assert dumps.read(dump.path)
    assert (dump.path / "current.nq.gz").exists()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"incarnation": 7, "files": [7]}', "\0"])
def test_a_manifest_that_cannot_be_read_is_that_of_no_dump(filled: Registry, text: str) -> None:
    dump = made(filled)
    whole = (dump.path / "manifest.json").read_text()
    client = create_app(filled.settings).test_client()
    told = json.loads(whole)
    lacking = json.dumps(told | {"files": [{**told["files"][0], "sha256": None}]})
    for damaged in (text, lacking):
        (dump.path / "manifest.json").write_text(damaged)
        assert client.get("/dumps?format=json").json == {"dumps": []}
        assert client.get("/dumps", headers={"Accept": "text/html"}).status_code == 200
        assert client.get("/dumps/latest.json").status_code == 404
        assert client.get("/dumps/7/manifest.json").status_code == 404
    assert made(filled).path == dump.path
    assert client.get("/dumps/latest.json").text == whole


def test_a_dump_that_is_written_beside_the_others_is_left_alone(filled: Registry) -> None:
    folder = filled.settings.dump_path
    seen = list[Path]()

    def look(done: int) -> None:
        if not seen:
            seen.extend(folder.glob(".part*"))
            made(filled)
            assert all(one.exists() for one in seen)

    dumps.make(filled.settings, filled.ledger, look, folder / "20260101")
    assert seen
    assert dumps.read(folder / "20260101")


def test_an_iri_that_looks_like_a_blank_node_stays_as_it_is(registry: Registry) -> None:
    record = ctid_number(8)
    label = f"_:b{record.removeprefix('ce-').replace('-', '')}n0"
    page = f"https://www.example.org/{label}"
    cost = {"@type": "ceterms:CostProfile", "ceterms:price": 7.5}
    content = certificate(
        8,
        **{
            "ceterms:subjectWebpage": page,
            "ceterms:keyword": {"en": [f'see <x> {label} and "{label}']},
            "ceterms:estimatedCost": [cost],
        },
    )
    document = parse(orjson.dumps(content), registry.settings)
    append(registry.ledger, [Submission(registry.organization, record, document)], "test")
    packed = (made(registry).path / "history.nq.gz").read_bytes()
    lines = gzip.decompress(packed).decode()
    assert f"<{page}>" in lines
    assert f'see <x> {label} and \\"{label}' in lines
    assert f"{label[:-2]}v1n0 " in lines
    assert f" {label} " not in lines.replace(f"> {label} and", "")


def test_a_folder_that_holds_something_else_is_not_replaced(
    filled: Registry, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/thesis.txt").write_text("mine")
    with pytest.raises(Conflict, match="something else"):
        made(filled, tmp_path / "mine")
    assert (tmp_path / "mine/thesis.txt").read_text() == "mine"


def test_two_dumps_at_once_do_not_disturb_each_other(filled: Registry) -> None:
    folder = filled.settings.dump_path
    folder.mkdir(parents=True)
    with (folder / ".lock").open("a+b") as lock:
        assert take_lock(lock)
        with pytest.raises(LockHeld):
            made(filled)
    made(filled)


def test_a_killed_dump_leaves_the_next_one_a_clean_start(filled: Registry) -> None:
    process = subprocess.Popen([*CLI, "dump"], env=environment(filled), stderr=subprocess.DEVNULL)
    folder = filled.settings.dump_path
    until(lambda: process.poll() is not None or any(folder.glob(".part*")))
    process.send_signal(signal.SIGKILL)
    process.wait()
    for dump in dumps.listed(filled.settings, filled.ledger):
        shutil.rmtree(dump.path)  # it was quicker than the signal
    made(filled)
    assert [file.name for file in folder.iterdir() if file.is_dir()] == ["7"]


def test_the_command_prints_the_folder(run: Any, registry: Registry, tmp_path: Path) -> None:
    history(registry)
    result = run("dump", "--output", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(tmp_path / "out")
    assert dumps.read(tmp_path / "out")
    assert dumps.listed(registry.settings, registry.ledger) == []


def test_a_dump_is_due_when_something_changed_and_the_last_is_old(filled: Registry) -> None:
    settings, ledger = filled.settings, filled.ledger
    assert dumper.is_due(settings, ledger)
    dump = made(filled)
    os.utime(dump.path / "manifest.json", (0, 0))
    assert not dumper.is_due(settings, ledger)
    publish(filled, range(20, 21), "more")
    assert dumper.is_due(settings, ledger)
    os.utime(dump.path / "manifest.json")
    assert not dumper.is_due(settings, ledger)


def test_without_a_dump_the_list_is_empty(registry: Registry) -> None:
    client = create_app(registry.settings).test_client()
    assert client.get("/dumps").json == {"dumps": []}
    assert "no dump" in client.get("/dumps", headers={"Accept": "text/html"}).text
    for path in ("/dumps/latest.json", "/dumps/latest/current.nq.gz"):
        assert "ctgraph dump" in client.get(path).json["detail"]


def test_the_site_lists_dumps_and_leads_to_their_files(client: FlaskClient, dump: Dump) -> None:
    [one] = client.get("/dumps").json["dumps"]
    assert (one["sequence"], one["manifest"]) == (7, "http://localhost:8000/dumps/7/manifest.json")
    assert client.get("/dumps/latest.json").json == dump.manifest
    assert client.get("/dumps/7/manifest.json").json == dump.manifest
    page = client.get("/dumps", headers={"Accept": "text/html"}).text
    for file in dump.files:
        assert f'href="/dumps/7/{file["name"]}"' in page
        led = client.get(f"/dumps/latest/{file['name']}", follow_redirects=True)
        assert hashlib.sha256(led.data).hexdigest() == file["sha256"]
    for path in (
        "/dumps/6/current.nq.gz",
        "/dumps/7/.lock",
        "/dumps/7/..%2F.lock",
        "/dumps/latest/x",
    ):
        assert client.get(path).status_code == 404, path


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ({}, 200, slice(None)),
        ({"Range": "bytes=0-9"}, 206, slice(0, 10)),
        ({"Range": "bytes=10-"}, 206, slice(10, None)),
        ({"Range": "bytes=-5"}, 206, slice(-5, None)),
        ({"Range": "bytes=-99999999"}, 200, slice(None)),
        ({"Range": f"bytes=-{'9' * 5000}"}, 200, slice(None)),
        ({"Range": f"bytes={'9' * 5000}-"}, 200, slice(None)),
        ({"If-Match": '"TAG"'}, 200, slice(None)),
        ({"Range": "bytes=5-5,8-9"}, 200, slice(None)),
        ({"Range": "lines=1-2"}, 200, slice(None)),
        ({"Range": "bytes=x"}, 200, slice(None)),
        ({"Range": "bytes=5-9", "If-Range": '"TAG"'}, 206, slice(5, 10)),
        ({"Range": "bytes=5-9", "If-Range": '"other"'}, 200, slice(None)),
        ({"Range": "bytes=5-9", "If-None-Match": '"TAG"'}, 304, slice(0, 0)),
    ],
)
@pytest.mark.parametrize("name", ["current.nq.gz", "history.jsonl.zst"])
def test_a_file_is_served_in_parts(
    client: FlaskClient,
    dump: Dump,
    name: str,
    asked: dict[str, str],
    status: int,
    part: slice,
) -> None:
    data = (dump.path / name).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    headers = {key: value.replace("TAG", digest) for key, value in asked.items()}
    answer = client.get(f"/dumps/7/{name}", headers={**headers, "Accept-Encoding": "gzip, zstd"})
    assert (answer.status_code, answer.data) == (status, data[part])
    assert answer.headers["ETag"] == f'"{digest}"'
    assert "Content-Encoding" not in answer.headers
    if status == 206:
        begin, end, _ = part.indices(len(data))
        assert answer.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{len(data)}"
    if status == 200:
        assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_part_beyond_the_end_is_refused(client: FlaskClient, dump: Dump) -> None:
    size = dump.files[0]["bytes"]
    refused = client.get("/dumps/7/current.nq.gz", headers={"If-Match": '"other"'})
    assert (refused.status_code, refused.mimetype) == (412, "application/problem+json")
    answer = client.get("/dumps/7/current.nq.gz", headers={"Range": f"bytes={size}-"})
    assert (answer.status_code, answer.headers["Content-Range"]) == (416, f"bytes */{size}")
    assert answer.mimetype == "application/problem+json"


def test_the_description_of_the_dataset_lists_the_files(client: FlaskClient, dump: Dump) -> None:
    told = set(ox.parse(client.get("/void.nt").data, format=ox.RdfFormat.N_TRIPLES))
    found = {(q.predicate.value.rpartition("#")[2], str(q.object)) for q in told}
    for file in dump.files:
        assert ("downloadURL", f"<{file['url']}>") in found
        assert any(value == file["sha256"] for _, value in _literals(told))
    assert ("dataDump", "<http://localhost:8000/dumps/7/current.nq.gz>") in found


def _literals(told: set[ox.Quad]) -> set[tuple[str, str]]:
    return {
        (quad.predicate.value, quad.object.value)
        for quad in told
        if isinstance(quad.object, ox.Literal)
    }
