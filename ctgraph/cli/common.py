"""The parts that commands share: the report of errors, CTIDs as arguments, progress bars."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from errno import EPIPE
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from sqlalchemy.exc import SQLAlchemyError

from ctgraph.errors import CtgraphError, InsufficientStorage, LockHeld
from ctgraph.identity import ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger, settled
from ctgraph.ledger.failures import is_full, ledger_error
from ctgraph.problem import one_line
from ctgraph.projections.process import UMASK
from ctgraph.rdf.formats import FORMATS
from ctgraph.settings import Settings, load_settings

FILE = click.Path(path_type=Path)
OUTPUT = click.Path(path_type=Path, dir_okay=False, writable=True)
FORMAT_NAMES = ", ".join(format.name for format in FORMATS)
"""The formats of documents, for help texts and messages."""


def in_a_folder(_: click.Context, option: click.Parameter, file: Path) -> Path:
    """Return a file that an option names, or fail as click does where it cannot be made."""
    if not file.parent.is_dir():
        raise click.BadParameter(f"There is no folder {file.parent}.", param=option)
    if not os.access(file.parent, os.W_OK):
        raise click.BadParameter(f"The folder {file.parent} is not writable.", param=option)
    return file


class ErrorReportingGroup(click.Group):
    """A group that shows every error of its commands as text on stderr, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and report its error."""
        try:
            return self._invoke(ctx)
        except CtgraphError as error:
            # "Bad request", the title of an error without one of its own, is a word of HTTP.
            title = "" if error.title == CtgraphError.title else f"{error.title}: "
            click.echo(one_line(title + error.message), err=True)
            if len(error.problems) > 1:
                for problem in error.problems:
                    click.echo(f"  {problem.severity}: {problem}", err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno == EPIPE:  # the reader closed the pipe, as `head` does
                raise
            click.echo(f"The operating system refused: {error}", err=True)
            ctx.exit(1)
        except SQLAlchemyError as error:
            click.echo(f"The ledger cannot be used: {getattr(error, 'orig', error)}", err=True)
            ctx.exit(1)
        except UnicodeError as error:
            click.echo(f"An argument or input is not UTF-8: {error}", err=True)
            ctx.exit(1)

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SQLAlchemyError as error:
            raise ledger_error(error) or error from error
        except OSError as error:
            if is_full(error):
                raise InsufficientStorage(f"The disk is full: {error}") from error
            raise


class _Ctid(click.ParamType[Ctid]):
    name = "ctid"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Ctid:
        """Return the CTID in its canonical form, or fail as click does."""
        try:
            return ctid.canonical(value)
        except CtgraphError as error:
            self.fail(error.message, param, ctx)


CTID = _Ctid()


def keep_private(settings: Settings) -> None:
    """Make new files private, and warn when other users can read the home folder."""
    os.umask(UMASK)
    if settings.home.is_dir() and settings.home.stat().st_mode & UMASK:
        click.echo(
            f"Other users of this machine can read {settings.home}, which holds the hashes "
            f"of API keys. Run: chmod 700 {settings.home}",
            err=True,
        )


def open_registry() -> tuple[Settings, Ledger]:
    """Return the settings, and the ledger that they name."""
    settings = settled(load_settings())
    os.umask(UMASK)
    return settings, Ledger.of(settings)


def project_now(settings: Settings, ledger: Ledger) -> None:
    """Make the newest changes queryable, unless a running server does so within a second."""
    from ctgraph.projections.projector import Projector
    from ctgraph.projections.store_folder import hold, store_folder_of

    if store_folder_of(settings).shows(ledger, ledger.changes.last_sequence()):
        return
    with suppress(LockHeld), hold(settings), closing(Projector(settings, ledger)) as ours:
        ours.catch_up()


@contextmanager
def bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr; yield a function that advances it by some steps."""
    with stages() as progress:
        progress(title, 0, total)
        yield lambda done: progress(title, done, total)


@contextmanager
def stages() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on stderr for each stage of some work.

    Yields a function that advances one bar. It takes the title of the stage, the number of steps
    done since the last call, and the number of all steps.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, TaskID] = {}

        def move(title: str, done: int, total: int) -> None:
            if title not in tasks:
                tasks[title] = progress.add_task(title, total=total)
            progress.advance(tasks[title], done)

        yield move
