"""Uploads of spreadsheets: checked by the background runner, decided by people, and saved."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from ctgraph.accounts.organizations import Applicants
from ctgraph.errors import BadParameter, Conflict, Forbidden
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.uploads import RUNNING, Sender, Upload, UploadState
from ctgraph.ledger.values import Organization
from ctgraph.settings import Settings
from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Mode
from ctgraph.spreadsheets.sheet import MAX_FILE_BYTES
from ctgraph.spreadsheets.tables import MAX_FILES
from ctgraph.uploads.estimates import rows_about

KEPT_DAYS = 30
"""Days for which the attempts of an organization are kept."""
MAX_UPLOAD_BYTES = 100_000_000
"""Bytes of the files of one upload: 20,000 records with long texts have a fifth of them."""
MAX_KEPT_BYTES = 300_000_000
"""Bytes of all files of one organization that are kept, so that none can fill the disk."""
MAX_RUNNING = 3
"""Uploads of one organization that wait or are worked on: the next ones are told to wait."""
MAX_LISTED = 50
"""Uploads in the list of an organization: the newest."""


@dataclass(frozen=True)
class Choices:
    """What people decided on an upload.

    :param types: the names of the types of records, by the names of files or sheets.
    :param confirmed: the records that rows mean, by the external identifiers of the rows; empty
        for a new record.
    :param publishes: whether it is saved as soon as it is checked, if nothing is wrong or open.
    """

    types: Mapping[str, str]
    confirmed: Mapping[str, str]
    publishes: bool = False

    @classmethod
    def read(cls, text: str) -> Choices:
        """Return the choices that a ledger keeps."""
        return cls(**orjson.loads(text))

    def written(self) -> str:
        """Return them as a ledger keeps them."""
        return orjson.dumps(self).decode()


@dataclass(frozen=True)
class Uploading:
    """The use cases of uploads for one organization.

    :param publisher: another organization that uploads for it, and knows only its own uploads.
    """

    settings: Settings
    ledger: Ledger
    owner: Organization
    publisher: Ctid | None = None

    def begin(self, who: Sender, files: Sequence[File], mode: Mode, choices: Choices) -> str:
        """Keep files that wait to be checked, and return the identifier of the upload.

        :raises Forbidden: before the registry has approved the organization.
        :raises BadParameter: when there are no files, too many, or too large ones.
        :raises Conflict: when too many uploads of the organization are being worked on.
        """
        if not Applicants(self.settings, self.ledger).may_publish(who.publisher or self.owner.ctid):
            raise Forbidden("The registry has not approved your organization yet.")
        _require_fitting(files)
        # PostgreSQL takes no NUL in a text.
        named = [(file.name.replace("\0", ""), file.data) for file in files]
        with self.ledger.database.writing() as connection:
            kept = self.ledger.uploads.bytes_of(connection, self.owner.ctid)
            if kept + sum(len(file.data) for file in files) > MAX_KEPT_BYTES:
                raise Conflict(
                    f"Your organization keeps {kept:,} bytes of uploads, and may keep "
                    f"{MAX_KEPT_BYTES:,}. Remove uploads that are done."
                )
            newest = self.ledger.uploads.newest(self.owner.ctid, MAX_LISTED)
            running = [one for one in newest if one.state in RUNNING]
            if len(running) >= MAX_RUNNING:
                raise Conflict(
                    f"{len(running)} uploads of your organization are being worked on. Wait until "
                    "one of them is done."
                )
            return self.ledger.uploads.add(
                connection,
                self.owner.ctid,
                who,
                mode,
                choices.written(),
                named,
                rows_about(files),
            )

    def newest(self) -> list[Upload]:
        """Return the newest uploads of the organization."""
        return self.ledger.uploads.newest(self.owner.ctid, MAX_LISTED, self.publisher)

    def get(self, id: str) -> Upload:
        """Return an upload.

        :raises NotFound: when the organization has none of that identifier, or no longer.
        """
        return self.ledger.uploads.get(self.owner.ctid, id, self.publisher)

    def report(self, id: str) -> dict[str, Any] | None:
        """Return what was found in an upload; None before it was checked.

        :raises NotFound: when the organization has none of that identifier, or no longer.
        """
        packed = self.ledger.uploads.report(self.get(id).id)
        found: dict[str, Any] | None = orjson.loads(zlib.decompress(packed)) if packed else None
        return found

    def files(self, id: str) -> list[File]:
        """Return the files of an upload.

        :raises NotFound: when the organization has none of that identifier, or no longer.
        """
        return [File(*each) for each in self.ledger.uploads.files(self.get(id).id)]

    def decide(self, id: str, choices: Choices) -> None:
        """Have an upload checked again with what was decided.

        :raises Conflict: when it is being worked on, or is saved.
        """
        one = self.get(id)
        before = one.state if one.state is UploadState.FAILED else UploadState.CHECKED
        self._change(one, before, state=UploadState.WAITING, choices=choices.written())

    def approve(self, id: str, who: Sender, seen: str | None = None) -> None:
        """Have what an upload plans saved.

        :param who: an approver of the organization, or a program of it; it is published so.
        :param seen: the digest of the plan that was looked at; see :meth:`digest`.
        :raises Conflict: when it cannot be saved as it is, or is not what was looked at.
        """
        one, plan = self.get(id), self.ledger.uploads.plan(id)
        if not plan:
            raise Conflict(_obstacle(one, self.report(id) or {}))
        if seen is not None and seen != _digest(plan):
            raise Conflict("This upload was checked again meanwhile. Look at it again.")
        if not self.ledger.uploads.approve(one.id, plan, who):
            raise _meanwhile()

    def digest(self, id: str) -> str:
        """Return the digest (SHA-256) of what an upload plans; empty where it plans nothing."""
        plan = self.ledger.uploads.plan(id)
        return _digest(plan) if plan else ""

    def remove(self, id: str) -> None:
        """Forget an upload. The records that it saved stay.

        :raises Conflict: while it is being worked on.
        """
        if not self.ledger.uploads.remove(self.get(id).id):
            raise Conflict("This upload is being worked on. Remove it when that is done.")

    def _change(self, one: Upload, before: UploadState, **values: object) -> None:
        if not self.ledger.uploads.change(one.id, before, **values):
            raise _meanwhile()


def is_open(report: Mapping[str, Any]) -> bool:
    """Tell whether somebody has to decide on a suggestion of a report."""
    return any(one.get("decided") is None for one in report.get("suggestions", ()))


def _obstacle(one: Upload, report: Mapping[str, Any]) -> str:
    """Return why an upload without a plan cannot be saved, and what to do about it."""
    if one.state is UploadState.SAVED:
        return "This upload is saved already."
    if one.state is not UploadState.CHECKED:
        return f"This upload is {one.state}. Only one that is checked can be saved."
    if report.get("errors"):
        return "This upload cannot be saved. Correct the files, and upload them again."
    if is_open(report):
        return "This upload cannot be saved yet. Decide which records its rows are about."
    return "There is nothing to save: all records are as the files say."


def _meanwhile() -> Conflict:
    return Conflict("Something else was done with this upload meanwhile. Look at it again.")


def _digest(plan: bytes) -> str:
    return sha256(plan).hexdigest()


def _require_fitting(files: Sequence[File]) -> None:
    if not files:
        raise BadParameter("Choose at least one file.")
    if len(files) > MAX_FILES:
        raise BadParameter(f"{len(files)} files are too many. Upload at most {MAX_FILES} at once.")
    for file in files:
        if len(file.data) > MAX_FILE_BYTES:
            raise BadParameter(
                f"{file.name} has {len(file.data):,} bytes, and may have {MAX_FILE_BYTES:,}. "
                "Split it into several files."
            )
    if sum(len(file.data) for file in files) > MAX_UPLOAD_BYTES:
        raise BadParameter(
            f"The files have more than {MAX_UPLOAD_BYTES:,} bytes together. Upload them in "
            "several steps."
        )
