"""What the commands share: how errors are shown, CTIDs as arguments, progress."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from errno import EPIPE
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import SQLAlchemyError

from ctgraph import ctid
from ctgraph.errors import CtgraphError
from ctgraph.ledger import Ledger
from ctgraph.settings import Settings, load_settings

FILE = click.Path(path_type=Path)


class Group(click.Group):
    """Shows every ctgraph error as text on stderr, with exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CtgraphError as error:
            click.echo(f"{error.title}: {error.message}", err=True)
            if len(error.problems) > 1:
                for problem in error.problems:
                    click.echo(f"  {problem.severity}: {problem}", err=True)
            ctx.exit(1)
        except OSError as error:
            if error.errno == EPIPE:  # who reads has enough, which is no error
                raise
            click.echo(f"The system refused: {error}", err=True)
            ctx.exit(1)
        except SQLAlchemyError as error:
            click.echo(f"The ledger cannot be used: {getattr(error, 'orig', error)}", err=True)
            ctx.exit(1)
        except UnicodeError as error:
            click.echo(f"Something given is not UTF-8: {error}", err=True)
            ctx.exit(1)


class _Ctid(click.ParamType[str]):
    name = "ctid"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        try:
            return ctid.canonical(value)
        except CtgraphError as error:
            self.fail(error.message, param, ctx)


CTID = _Ctid()


def open_registry() -> tuple[Settings, Ledger]:
    """Return the settings, and the ledger that they name."""
    settings = load_settings()
    return settings, Ledger.of(settings)


@contextmanager
def bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on stderr; yield a function that moves it on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeRemainingColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(title, total=total)
        yield lambda done: progress.advance(task, done)


