"""resync, of PyPI, on the lists of ResourceSync."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.history import changed
from tests.support.registry import Registry, ctid_number

COMMAND = Path(sys.executable).parent / "resync-sync"


@pytest.fixture
def resync(growing: tuple[str, Registry], tmp_path: Path) -> Callable[..., str]:
    """Return a function that runs resync on a copy of the registry."""
    address, _ = growing
    # Newer versions of Python lack a module that it imports.
    helps = COMMAND.exists() and subprocess.run([COMMAND, "--help"], capture_output=True)
    if not helps or helps.returncode:
        pytest.skip("needs resync-sync, of the package resync")

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [str(COMMAND), *arguments, f"{address}/", "copy"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_a_copy_is_made_and_stays_in_sync(
    growing: tuple[str, Registry], resync: Callable[..., str], tmp_path: Path
) -> None:
    address, registry = growing
    changes = f"{address}/resourcesync/changelist.xml"

    def in_sync(records: int) -> None:
        audit = resync("--audit", "--hash", "md5")
        assert " IN SYNC" in audit, audit
        assert "NOT IN SYNC" not in audit
        assert len(list((tmp_path / "copy/graph").iterdir())) == records

    assert "SYNCED" in resync("--baseline", "--hash", "md5")
    in_sync(120)
    newest = int(registry.ledger.records.envelopes(20)[-1].ctid[-12:])
    changed(registry, newest, None, "2026-01-01")  # it changed last before the copy was made
    changed(registry, 1, "three", "2026-01-01")
    changed(registry, 200, "one", "2026-01-01")
    assert "NOT IN SYNC" in resync("--audit", "--hash", "md5")
    resync("--incremental", "--delete", "--changelist-uri", changes)
    in_sync(120)
    changed(registry, 200, None, "2026-01-01")
    changed(registry, newest, "again", "2026-01-01")
    changed(registry, 201, "one", "2026-01-01")
    changed(registry, 201, None, "2026-01-01")
    resync("--incremental", "--delete", "--changelist-uri", changes)
    in_sync(120)
    assert not (tmp_path / f"copy/graph/{ctid_number(200)}.jsonld").exists()


def test_packages_of_changes_are_read(growing: tuple[str, Registry]) -> None:
    """The library reads the list of packages, and their manifests name the bytes that they hold."""
    dumps = pytest.importorskip("resync.change_dump", reason="needs the package resync")
    manifests = pytest.importorskip("resync.change_dump_manifest")
    address, registry = growing
    changed(registry, 119, None, "2026-01-01")
    dump = dumps.ChangeDump()
    dump.read(f"{address}/resourcesync/changedump.xml")
    seen = []
    for one in dump.resources:
        data = io.BytesIO(urllib.request.urlopen(one.uri).read())
        with zipfile.ZipFile(data) as package:
            manifest = manifests.ChangeDumpManifest()
            manifest.parse(fh=io.BytesIO(package.read("manifest.xml")))
            for change in manifest.resources:
                seen.append((change.change, change.uri))
                if change.change != "deleted":
                    content = package.read(change.path.removeprefix("/"))
                    assert hashlib.md5(content, usedforsecurity=False).hexdigest() == change.md5
    assert len(seen) == registry.ledger.changes.last_sequence()
    assert {kind for kind, _ in seen} == {"created", "updated", "deleted"}
