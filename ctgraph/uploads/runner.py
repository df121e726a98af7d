"""The background runner of uploads: it checks and saves them, one after the other.

What it works on when it is killed begins anew with the next start. An upload is saved in one
transaction, in which this is noted: nothing of it is saved, or everything, and never twice.
"""

from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import InterfaceError, OperationalError

from ctgraph.accounts import letters
from ctgraph.accounts.letters import Letter, post
from ctgraph.errors import Conflict, CtgraphError, Forbidden
from ctgraph.ledger import Ledger
from ctgraph.ledger.people import Person
from ctgraph.ledger.uploads import Upload, UploadState
from ctgraph.projections.process import in_a_line
from ctgraph.settings import Settings
from ctgraph.spreadsheets.files import File
from ctgraph.spreadsheets.model import Mode, Preview, planned
from ctgraph.spreadsheets.plan import steps_of
from ctgraph.spreadsheets.preview import preview
from ctgraph.spreadsheets.save import Saved, save
from ctgraph.uploads.uploading import KEPT_DAYS, Choices

LOOK_SECONDS = 1.0
"""How often the runner looks for uploads that wait: somebody sits before the page."""
TOLD_SECONDS = 1.0
"""How often progress is noted."""
_log = logging.getLogger("ctgraph.uploads.runner")


def run(settings: Settings, ledger: Ledger) -> None:
    """Work on uploads as long as the process lives."""
    is_stopped = True
    while True:
        try:
            if is_stopped:
                ledger.uploads.begin_again()
                is_stopped = False
            if not work(settings, ledger):
                oldest = datetime.now(UTC) - timedelta(days=KEPT_DAYS)
                ledger.uploads.forget(f"{oldest:%Y-%m-%dT%H:%M:%S}Z")
                time.sleep(LOOK_SECONDS)
        except Exception as error:  # such as a database that is away; it will come back
            _log.warning("The uploads cannot be worked on: %s", in_a_line(error))
            is_stopped = True
            time.sleep(LOOK_SECONDS)


def work(settings: Settings, ledger: Ledger) -> bool:
    """Work on the upload that waits longest; tell whether there was one."""
    one = ledger.uploads.take()
    if one is None:
        return False
    is_check = one.state is UploadState.WAITING
    begun = UploadState.CHECKING if is_check else UploadState.SAVING
    try:
        (_check if is_check else _save)(settings, ledger, one)
    except (OperationalError, InterfaceError):
        raise  # it is begun again when the database is back
    except Exception as error:
        if not isinstance(error, CtgraphError):
            _log.exception("An upload could not be worked on")
        told = error.message if isinstance(error, CtgraphError) else "Something went wrong here."
        with ledger.database.writing() as connection:
            ledger.uploads.change_within(
                connection, one.id, begun, state=UploadState.FAILED, told=told
            )
            owner = ledger.organizations.get(one.owner)
            _tell(
                settings,
                ledger,
                connection,
                one,
                letters.upload_failed(owner.name, one.files, told),
            )
    return True


def _check(settings: Settings, ledger: Ledger, one: Upload) -> None:
    owner = ledger.organizations.get(one.owner)
    choices = Choices.read(one.choices)
    files = [File(*each) for each in ledger.uploads.files(one.id)]
    found = preview(
        settings,
        ledger,
        owner,
        files,
        Mode(one.mode),
        choices.types,
        choices.confirmed,
        _noted(ledger, one, UploadState.CHECKING),
    )
    is_saved = choices.publishes and _changes(found)
    values = {
        "state": UploadState.APPROVED if is_saved else UploadState.CHECKED,
        "report": zlib.compress(orjson.dumps(_report(found), default=tuple)),
        "plan": found.plan if _changes(found) else None,
        "told": planned(found.counts),
    }
    with ledger.database.writing() as connection:
        ledger.uploads.change_within(connection, one.id, UploadState.CHECKING, **values)
        letter = letters.upload_checked(owner.name, one.files, found.rows, found.errors)
        _tell(settings, ledger, connection, one, letter)


def _changes(found: Preview) -> bool:
    """Tell whether an upload can be saved, and there is something to save."""
    return found.can_be_saved and next(steps_of(found.plan), None) is not None


def _report(found: Preview) -> dict[str, object]:
    return {
        "sheets": found.sheets,
        "records": found.records,
        "problems": [one.cells() for one in found.problems],
        "suggestions": found.suggestions,
        "counts": {str(effect): number for effect, number in found.counts.items()},
        "rows": found.rows,
        "errors": found.errors,
        "seconds": round(found.seconds, 1),
        "canBeSaved": _changes(found),
    }


def _save(settings: Settings, ledger: Ledger, one: Upload) -> None:
    owner, plan = ledger.organizations.get(one.owner), ledger.uploads.plan(one.id)
    noted = _noted(ledger, one, UploadState.SAVING)
    actor, who = _maker(ledger, one)
    publisher = ledger.organizations.get(one.publisher) if one.publisher else None
    steps = sum(1 for _ in steps_of(plan))
    done = 0

    def progress(more: int) -> None:
        # Records are read first. Then one transaction writes them, and no other can be begun here.
        nonlocal done
        done += more
        if done < steps:
            noted(done, steps)

    def note(connection: sa.Connection, saved: Saved) -> None:
        told = ", ".join(f"{number:,} {effect}" for effect, number in saved.effects.items())
        told = told or "Nothing changed"
        values = {"state": UploadState.SAVED, "told": told, "plan": None}
        if not ledger.uploads.change_within(connection, one.id, UploadState.SAVING, **values):
            raise Conflict("This upload was changed while it was being saved.")
        _tell(settings, ledger, connection, one, letters.upload_saved(owner.name, one.files, told))

    save(settings, ledger, owner, plan, actor, who, publisher, one.id, progress, note)


def _maker(ledger: Ledger, one: Upload) -> tuple[str, Person | None]:
    """Return the maker of the versions, for the history, and the person if it is one.

    :raises Forbidden: when the API key was revoked meanwhile.
    """
    if one.person:
        with ledger.database.reading() as connection:
            return one.person, ledger.people.get(connection, one.person)
    keys = ledger.organizations.keys(one.publisher or one.owner)
    if not any(key.id == one.api_key and not key.revoked_at for key in keys):
        raise Forbidden("The API key of this upload was revoked.")
    return str(one.api_key), None


def _noted(ledger: Ledger, one: Upload, state: UploadState) -> Callable[[int, int], None]:
    """Return a function that notes from time to time how many of all records are done."""
    following = 0.0

    def note(done: int, total: int) -> None:
        nonlocal following
        if time.monotonic() >= following:
            ledger.uploads.change(one.id, state, done=done, total=total)
            following = time.monotonic() + TOLD_SECONDS

    return note


def _tell(
    settings: Settings, ledger: Ledger, connection: sa.Connection, one: Upload, letter: Letter
) -> None:
    """Write to the person who made or approved an upload; a program asks by itself."""
    if not one.person:
        return
    whose = f"{one.publisher}/partners/{one.owner}" if one.publisher else one.owner
    page = f"{settings.base_url}/account/organizations/{whose}/uploads/{one.id}"
    person = ledger.people.get(connection, one.person)
    post(ledger.outbox, connection, person.email, letter._replace(link=page))
