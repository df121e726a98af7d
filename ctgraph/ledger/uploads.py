"""Uploads of spreadsheets: their files, what was found in them, and what is to be saved."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa

from ctgraph.errors import NotFound
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.database import Database, by_name
from ctgraph.ledger.upload_tables import upload, upload_file
from ctgraph.ledger.values import now


class UploadState(StrEnum):
    """How far an upload is."""

    WAITING = "waiting"
    """Its files wait to be checked."""
    CHECKING = "checking"
    CHECKED = "checked"
    """What it would change is known; somebody decides."""
    APPROVED = "approved"
    """It waits to be saved."""
    SAVING = "saving"
    SAVED = "saved"
    FAILED = "failed"
    """It could not be checked, or not be saved; `told` says why."""


RUNNING = (UploadState.WAITING, UploadState.CHECKING, UploadState.APPROVED, UploadState.SAVING)
"""The states in which the registry works on an upload, or is going to."""
_BEGUN = {UploadState.WAITING: UploadState.CHECKING, UploadState.APPROVED: UploadState.SAVING}
"""What becomes of an upload whose turn has come."""


class Sender(NamedTuple):
    """Who makes or approves an upload: a person, or a program with an API key.

    :param publisher: the organization of the key, where it is not the owner.
    """

    person: str | None
    api_key: str | None = None
    publisher: Ctid | None = None


@dataclass(frozen=True)
class Upload:
    """An upload, without its files and what was found in them.

    :param person: the identifier of whoever made it, or approved it; None with an API key.
    :param mode: what it does, as the reader of spreadsheets names it.
    :param choices: what was decided on it, as JSON.
    :param done: how many of `total` records are checked, or saved.
    :param told: why it failed, or what would be or was saved, in words.
    :param api_key: the identifier of the key with which a program made or approved it.
    :param publisher: the organization of the key, where it is not the owner.
    :param files: the names of its files.
    """

    id: str
    owner: Ctid
    person: str | None
    created_at: str
    mode: str
    choices: str
    state: UploadState
    done: int
    total: int
    told: str
    api_key: str | None = None
    publisher: Ctid | None = None
    files: tuple[str, ...] = ()


_FACTS = tuple(column for column in upload.c if column.name not in ("report", "plan"))


class Uploads:
    """The uploads of a ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        connection: sa.Connection,
        owner: Ctid,
        sender: Sender,
        mode: str,
        choices: str,
        files: Sequence[tuple[str, bytes]],
        rows: int = 0,
    ) -> str:
        """Keep an upload that waits to be checked, and return its identifier.

        :param files: their names and contents.
        :param rows: about how many rows they have.
        """
        id = secrets.token_urlsafe(16)
        connection.execute(
            upload.insert().values(
                id=id,
                owner=owner,
                **sender._asdict(),
                created_at=now(),
                mode=mode,
                choices=choices,
                state=UploadState.WAITING,
                done=0,
                total=rows,
                told="",
            )
        )
        for position, (name, data) in enumerate(files):
            connection.execute(
                upload_file.insert().values(upload=id, position=position, name=name, data=data)
            )
        return id

    def get(self, owner: Ctid, id: str, publisher: Ctid | None = None) -> Upload:
        """Return an upload of an organization.

        :param publisher: the organization that sent it; None for whichever.
        :raises NotFound: when it has none of that identifier, or no longer.
        """
        found = self._some(upload.c.id == id, *_of(owner, publisher))
        if not found:
            raise NotFound("There is no such upload. Uploads are kept for 30 days.")
        return found[0]

    def newest(self, owner: Ctid, most: int, publisher: Ctid | None = None) -> list[Upload]:
        """Return the newest uploads of an organization.

        :param publisher: the organization that sent them; None for whichever.
        """
        return self._some(*_of(owner, publisher), most=most)

    def of_state(self, *states: UploadState) -> list[Upload]:
        """Return all uploads in some states, the oldest first."""
        return self._some(upload.c.state.in_(states))[::-1]

    def _some(self, *conditions: sa.ColumnElement[bool], most: int = 100) -> list[Upload]:
        query = (
            sa.select(*_FACTS)
            .where(*conditions)
            .order_by(upload.c.created_at.desc(), upload.c.id)
            .limit(most)
        )
        found = [_upload(row) for row in self._database.rows(query)]
        names = self._names([one.id for one in found])
        return [replace(one, files=names.get(one.id, ())) for one in found]

    def _names(self, uploads: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the names of the files of some uploads."""
        query = sa.select(upload_file.c.upload, upload_file.c.name)
        query = query.where(upload_file.c.upload.in_(uploads)).order_by(upload_file.c.position)
        found: dict[str, tuple[str, ...]] = {}
        for id, name in self._database.rows(query):
            found[id] = (*found.get(id, ()), name)
        return found

    def files(self, id: str) -> list[tuple[str, bytes]]:
        """Return the names and contents of the files of an upload."""
        query = (
            sa.select(upload_file.c.name, upload_file.c.data)
            .where(upload_file.c.upload == id)
            .order_by(upload_file.c.position)
        )
        return [(name, bytes(data)) for name, data in self._database.rows(query)]

    def report(self, id: str) -> bytes:
        """Return what was found in an upload; empty before it was checked."""
        return self._blob(upload.c.report, id)

    def plan(self, id: str) -> bytes:
        """Return what is to be saved; empty where nothing can be."""
        return self._blob(upload.c.plan, id)

    def _blob(self, column: sa.Column[bytes], id: str) -> bytes:
        found = self._database.rows(sa.select(column).where(upload.c.id == id))
        return bytes(found[0][0] or b"") if found else b""

    def take(self) -> Upload | None:
        """Begin the upload that waits longest, and return it; None where none waits."""
        for one in self.of_state(*_BEGUN):
            changed = self.change(one.id, one.state, state=_BEGUN[one.state], done=0)
            if changed:
                return one
        return None

    def change(self, id: str, before: UploadState, **values: object) -> bool:
        """Change an upload that is in a state; tell whether it still was."""
        with self._database.writing() as connection:
            return self.change_within(connection, id, before, **values)

    def change_within(
        self, connection: sa.Connection, id: str, before: UploadState, **values: object
    ) -> bool:
        """Change an upload as :meth:`change` does, in a transaction."""
        same = upload.update().where(upload.c.id == id, upload.c.state == before)
        return bool(connection.execute(same.values(**values)).rowcount)

    def approve(self, id: str, plan: bytes, who: Sender) -> bool:
        """Have an upload saved that was checked and has a plan; tell whether it still had it."""
        same = (upload.c.id == id, upload.c.state == UploadState.CHECKED, upload.c.plan == plan)
        values = {"state": UploadState.APPROVED, **who._asdict()}
        with self._database.writing() as connection:
            return bool(connection.execute(upload.update().where(*same).values(**values)).rowcount)

    def begin_again(self) -> None:
        """Take up what was being worked on: whoever worked on it has ended.

        What was being saved waits once more: it was checked. A check that ended with its process
        may have ended it, so it is not tried again.
        """
        told = "The check was interrupted. Upload the files again."
        for one in self.of_state(UploadState.CHECKING):
            self.change(one.id, one.state, state=UploadState.FAILED, told=told)
        for one in self.of_state(UploadState.SAVING):
            self.change(one.id, one.state, state=UploadState.APPROVED)

    def remove(self, id: str) -> bool:
        """Forget an upload and its files, unless it is worked on; tell whether it was forgotten.

        The records that it saved stay.
        """
        worked_on = upload.c.state.in_(_BEGUN.values())
        with self._database.writing() as connection:
            # The upload is held by this change until it is gone with its files.
            held = upload.update().where(upload.c.id == id, ~worked_on).values(done=0)
            if not connection.execute(held).rowcount:
                return False
            connection.execute(upload_file.delete().where(upload_file.c.upload == id))
            connection.execute(upload.delete().where(upload.c.id == id))
        return True

    def forget(self, before: str) -> None:
        """Forget the uploads that were made before a moment, and rest."""
        rests = upload.c.state.not_in(RUNNING)
        query = sa.select(upload.c.id).where(upload.c.created_at < before, rests)
        for (id,) in self._database.rows(query):
            self.remove(id)

    def bytes_of(self, connection: sa.Connection, owner: Ctid) -> int:
        """Return the bytes of all files of an organization's uploads."""
        size = sa.func.coalesce(sa.func.sum(sa.func.length(upload_file.c.data)), 0)
        query = sa.select(size).join(upload, upload.c.id == upload_file.c.upload)
        return int(connection.scalar(query.where(upload.c.owner == owner)) or 0)


def _of(owner: Ctid, publisher: Ctid | None) -> Iterator[sa.ColumnElement[bool]]:
    yield upload.c.owner == owner
    if publisher:
        yield upload.c.publisher == publisher


def _upload(row: sa.Row[tuple[object, ...]]) -> Upload:
    values = by_name(row, _FACTS)
    return Upload(**values | {"state": UploadState(values["state"])})
