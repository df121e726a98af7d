"""What a folder holds that cannot be read is told, and the rest of it is loaded."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ctgraph.bulk import bounds, sources
from ctgraph.cli import main
from ctgraph.errors import Unreadable
from tests.support.fresh import copy_store
from tests.support.registry import Registry, certificate, ctid_number


def doc(number: int) -> bytes:
    return json.dumps(certificate(number)).encode()


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def patched(data: bytes, local: int, central: int, value: int) -> bytes:
    """Change a byte of the first entry of a zip archive, in both of its headers."""
    changed = bytearray(data)
    changed[data.index(b"PK\x03\x04") + local] ^= value
    changed[data.index(b"PK\x01\x02") + central] ^= value
    return bytes(changed)


PACKED = gzip.compress(doc(3) + b"\n")
ZIPPED = zipped(("x.json", doc(3)), ("y.json", doc(4)))
NO_BLOCK = PACKED[:10] + b"\xff" * 9 + PACKED[19:]  # no such kind of block
CASES = {
    "not gzip.json.gz": (b"none", "Not a gzipped file", 0),
    "not gzip.jsonl.gz": (b"none", "Not a gzipped file", 0),
    "truncated.json.gz": (PACKED[:-20], "ended before", 0),
    "truncated.jsonl.gz": (PACKED[:-20], "ended before", 0),
    "corrupt.jsonl.gz": (NO_BLOCK, "It cannot be read", 0),
    "corrupt.json.gz": (NO_BLOCK, "It cannot be read", 0),
    "checksum.json.gz": (PACKED[:-6] + b"\0" + PACKED[-5:], "CRC", 0),
    "empty.zip": (b"", "not a zip file", 0),
    "not zip.zip": (b"none" * 100, "not a zip file", 0),
    "truncated.zip": (ZIPPED[:-30], "not a zip file", 0),
    "NOT ZIP.ZIP": (b"none" * 100, "not a zip file", 0),
    "encrypted.zip": (patched(ZIPPED, 6, 8, 1), "It is encrypted", 1),
    "checksum.zip": (patched(ZIPPED, 14, 16, 1), "Bad CRC-32", 1),
    "method.zip": (patched(ZIPPED, 8, 10, 0x60), "not packed with deflate", 1),
    "lzma.zip": (zipped(("x.json", doc(3)), method=zipfile.ZIP_LZMA), "with deflate", 0),
    "name.zip": (
        zipped(("\u00e9.json", doc(3))).replace("\u00e9".encode(), b"\xff\xff"),
        "can't decode",
        0,
    ),
    "nested.zip": (zipped(("x.zip", ZIPPED), ("y.json", doc(4))), "archive in an archive", 1),
    "gzip in zip.zip": (zipped(("x.jsonl.gz", PACKED), ("y.json", doc(4))), "in an archive", 1),
    "lines in zip.zip": (zipped(("x.jsonl", b"\xff\n" + doc(4))), "is not UTF-8", 1),
    "not UTF-8.jsonl": (b"\xff\n\n" + doc(4), "is not UTF-8", 1),
    "odd \udcff\x1b[31m name.json": (b"{", "is not JSON", 0),
}


def run(command: str, registry: Registry, *arguments: str) -> Result:
    copy_store(registry.settings)
    home = {"CTGRAPH_HOME": str(registry.settings.home)}
    result = CliRunner().invoke(main, [command, *arguments], env=home)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def loaded(registry: Registry, folder: Path) -> tuple[Result, list[dict[str, str]]]:
    report = folder.parent / "report.jsonl"
    owner = registry.organization.ctid
    result = run("load", registry, str(folder), "--owner", owner, "--report", str(report))
    lines = report.read_text("utf-8").splitlines() if report.exists() else []
    return result, [json.loads(line) for line in lines]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a good document before and behind whatever else is in it."""
    made = tmp_path / "folder"
    made.mkdir()
    (made / "!first.json").write_bytes(doc(1))
    (made / "~last.json").write_bytes(doc(2))
    return made


@pytest.mark.parametrize("name", CASES, ids=lambda name: name.encode("ascii", "replace").decode())
def test_the_rest_of_a_folder_is_loaded(registry: Registry, folder: Path, name: str) -> None:
    data, reason, good = CASES[name]
    (folder / name).write_bytes(data)
    items = list(sources.items([folder]))
    assert sources.count([folder]) == len(items) == 3 + good
    result, rejected = loaded(registry, folder)
    assert result.exit_code == 1
    assert f"{2 + good} created" in result.stderr
    assert [reason in line["error"] for line in rejected] == [True], rejected
    shown = name.encode("ascii", "backslashreplace").decode().replace("\x1b", "\\x1b")
    assert shown in rejected[0]["source"]
    checked = run("validate", registry, str(folder))
    assert checked.exit_code == 1
    assert reason in checked.output
    assert "\x1b" not in checked.output
    assert f"{3 + good} documents, 1 with violations." in checked.stderr


@pytest.mark.parametrize("name", ["x.json", "x.zip", "x.jsonl.gz", "x.ttl"])
@pytest.mark.parametrize("kind", ["broken link", "loop", "pipe", "device"])
def test_what_is_no_file_is_told(registry: Registry, folder: Path, name: str, kind: str) -> None:
    path = folder / name
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"broken link": "nowhere", "loop": name, "device": "/dev/zero"}[kind])
    if name != "x.ttl":  # load reads no Turtle
        result, rejected = loaded(registry, folder)
        assert result.exit_code == 1
        assert "2 created" in result.stderr
        assert [line["source"] for line in rejected] == [str(path)]
    checked = run("validate", registry, str(folder))
    assert checked.exit_code == 1
    assert "3 documents, 1 with violations." in checked.stderr


def test_a_folder_that_is_named_like_a_file_is_walked(registry: Registry, folder: Path) -> None:
    (folder / "x.json").mkdir()
    (folder / "x.json" / "y.json").write_bytes(doc(3))
    result, rejected = loaded(registry, folder)
    assert result.exit_code == 0
    assert "3 created" in result.stderr
    assert not rejected


@pytest.mark.parametrize("closed", ["file", "folder"])
def test_what_may_not_be_read_is_told(
    registry: Registry, folder: Path, closed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = folder / "inside"
    inside.mkdir()
    (inside / "x.json").write_bytes(doc(3))
    shut = inside if closed == "folder" else inside / "x.json"
    if os.geteuid():
        shut.chmod(0)
    else:  # nothing is shut to the superuser

        def refuse(real: Callable[..., Any]) -> Callable[..., Any]:
            def guarded(path: Path, *more: Any, **named: Any) -> Any:
                if str(path) == str(shut):
                    raise PermissionError(13, "Permission denied", str(path))
                return real(path, *more, **named)

            return guarded

        for module, call in ((os, "scandir"), (os, "listdir"), (Path, "open")):
            monkeypatch.setattr(module, call, refuse(getattr(module, call)))
    result, rejected = loaded(registry, folder)
    shut.chmod(0o700)
    assert result.exit_code == 1
    assert "2 created" in result.stderr
    assert [line["source"] for line in rejected] == [str(shut)]
    assert "Permission denied" in rejected[0]["error"]


class Counted(io.RawIOBase):
    """Endless zeros, which counts what is read of them."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        buffer[:] = bytes(len(buffer))
        Counted.taken += len(buffer)
        return len(buffer)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("x.json.gz", gzip.compress),
        ("x.jsonl.gz", gzip.compress),
        ("x.zip", lambda data: zipped(("x.json", data), ("y.json", doc(4)))),
        ("x.zip", lambda data: zipped(("x.jsonl", data), ("y.json", doc(4)))),
        (
            "x.zip",
            lambda data: zipped(*((f"{n}.json", data[: len(data) // 50]) for n in range(50))),
        ),
    ],
    ids=["text", "line", "text in zip", "line in zip", "many in zip"],
)
def test_an_archive_expands_so_far(
    registry: Registry,
    folder: Path,
    name: str,
    make: Callable[[bytes], bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "MIN_EXPANDED_BYTES", 100_000)
    (folder / name).write_bytes(make(b"0" * 5_000_000))
    expanded = max(100_000, bounds.MAX_EXPANSION * (folder / name).stat().st_size)
    found = list(sources.items([folder]))
    assert sum(len(item.data) for item in found) <= expanded + len(doc(1)) + len(doc(2))
    assert [item.name for item in found if item.error]
    assert sources.count([folder]) == len(found)
    result, rejected = loaded(registry, folder)
    assert result.exit_code == 1
    assert "2 created" in result.stderr
    assert "expands to more than" in rejected[-1]["error"]


def test_nothing_is_expanded_behind_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    left = bounds.Bounds(1000)
    with pytest.raises(Unreadable):
        left.text(io.BufferedReader(Counted(), 100))
    assert Counted.taken <= 1200
    Counted.taken = 0
    left = bounds.Bounds(1000)
    with pytest.raises(Unreadable):
        left.line(io.BufferedReader(Counted(), 100))
    assert Counted.taken <= 1200


def test_a_line_that_is_too_long_is_told_and_the_next_is_read(
    registry: Registry, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "MAX_TEXT_BYTES", 2000)
    for number, length in enumerate((1999, 2000, 2001, 9999)):  # with the end of its line, one more
        lines = [doc(10 + number), b"0" * length, doc(20 + number)]
        (folder / f"x{number}.jsonl").write_bytes(b"\n".join(lines))
    (folder / "y.json").write_bytes(b"0" * 2001)
    result, rejected = loaded(registry, folder)
    assert result.exit_code == 1
    assert "10 created" in result.stderr
    told = [
        line["source"].rpartition("/")[2] for line in rejected if "longer than" in line["error"]
    ]
    assert told == ["x1.jsonl:2", "x2.jsonl:2", "x3.jsonl:2", "y.json"]


def test_an_interrupted_load_goes_on_behind_what_it_could_not_read(
    registry: Registry, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "a.zip").write_bytes(b"none")
    (folder / "b.jsonl.gz").write_bytes(PACKED[:-20])
    for number in range(10, 15):
        (folder / f"c{number}.json").write_bytes(doc(number))
    from ctgraph.bulk import load

    monkeypatch.setattr(load, "MAX_BATCH_TEXTS", 2)
    real, stored = load._store, []

    def interrupted(*arguments: object) -> int:
        seq = real(*arguments)  # type: ignore[arg-type]
        stored.append(arguments)
        if len(stored) == 3:
            raise KeyboardInterrupt
        return seq

    monkeypatch.setattr(load, "_store", interrupted)
    report = (folder.parent / "report.jsonl").open("a+")
    with pytest.raises(KeyboardInterrupt):
        load.load(
            registry.settings,
            registry.ledger,
            [folder],
            registry.organization,
            report,
            lambda done: None,
        )
    monkeypatch.setattr(load, "_store", real)
    steps: list[int] = []
    tally = load.load(
        registry.settings, registry.ledger, [folder], registry.organization, report, steps.append
    )
    assert steps[0] == 6
    assert sum(steps) == 9 == sources.count([folder])
    assert tally.effects["created"] == 3
    assert not tally.rejected
    report.seek(0)
    assert len(report.readlines()) == 2
    assert len(registry.ledger.records.envelopes(100)) == 7
    assert registry.ledger.records.find(ctid_number(14))
