"""Where the triple store and its snapshots lie on disk.

``live/`` is the projector's own; readers never open it. ``snapshots/{seq}`` are complete copies
(hard links) that hold the ledger up to that sequence number, and ``current`` is a symbolic link
to the newest one. ``links.sqlite`` is the link index, which the projector writes and others read.
"""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path


class Snapshots:
    """The folders of one triple store.

    :param path: the store's folder.
    :param keep: how long a replaced snapshot stays, in seconds; longer than any query may take.
    """

    def __init__(self, path: Path, keep: float = 60) -> None:
        self.path = path
        self.live = path / "live"
        self.current = path / "current"
        self.wanted = path / "wanted"
        self.links = path / "links.sqlite"
        self._folder = path / "snapshots"
        self._keep = keep

    def sequence(self) -> int:
        """Return the sequence number that readers see; -1 before the first snapshot."""
        try:
            return int(self.current.readlink().name.partition("-")[0])
        except OSError:
            return -1

    def newest(self) -> Path | None:
        """Return the folder of the snapshot that readers open, or None before the first."""
        try:
            return self.path / self.current.readlink()
        except OSError:
            return None

    def prepare(self, seq: int) -> Path:
        """Return a path where the snapshot of a sequence number can be made."""
        self._folder.mkdir(parents=True, exist_ok=True)
        # The time tells snapshots of one number apart: a rebuild changes no number.
        return self._folder / f"{seq}-{time.time_ns()}"

    def switch(self, snapshot: Path) -> None:
        """Make a complete snapshot the one that readers open, and drop those long replaced."""
        previous = self.current.resolve() if self.current.is_symlink() else None
        link = self.path / "next"
        link.unlink(missing_ok=True)
        link.symlink_to(snapshot.relative_to(self.path))
        link.replace(self.current)
        if previous and previous.exists():
            os.utime(previous)  # its age counts from now
        for folder in self._folder.iterdir():
            if folder != snapshot and time.time() - folder.stat().st_mtime > self._keep:
                shutil.rmtree(folder, ignore_errors=True)

    def ask(self) -> None:
        """Tell the projector that somebody waits for the newest change."""
        self.path.mkdir(parents=True, exist_ok=True)
        self.wanted.touch()

    def asked(self) -> float:
        """Return when somebody last asked; 0 before the first."""
        try:
            return self.wanted.stat().st_mtime
        except OSError:
            return 0

    def wait(self, seq: int, timeout: float) -> bool:
        """Wait until readers see a sequence number; tell whether they do within `timeout`."""
        deadline = time.monotonic() + timeout
        while self.sequence() < seq:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.004)
        return True
