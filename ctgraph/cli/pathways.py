"""Commands that ask what precedes and succeeds a record, and draw the answer as a tree."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from itertools import pairwise

import click
import orjson
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree

from ctgraph.cli.common import CTID, open_registry, project_now
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Status
from ctgraph.links.model import STRENGTHS
from ctgraph.pathways import Asked, Pathways
from ctgraph.pathways.families import FAMILIES
from ctgraph.pathways.formats import FORMATS
from ctgraph.pathways.model import Edge, Graph, Node, Question
from ctgraph.pathways.routes import MAX_ROUTES, Measure, Route, Routes, routes_json
from ctgraph.pathways.traversal import MAX_DEPTH_STEPS, MAX_PAGE_NODES

MAX_LINE_CHARACTERS = 10_000
"""Width of a line in a file or a pipe: so wide that a record stays on one line, for `grep`."""
FORMAT = click.option(
    "--format",
    "name",
    default="tree",
    show_default=True,
    type=click.Choice(["tree", *FORMATS]),
    help="How to print it.",
)


@click.group()
def pathways() -> None:
    """Ask what precedes and succeeds a record, across all providers."""


def _traversal(command: Callable[[Ctid, Asked, str], None]) -> Callable[..., None]:
    """Give a command a record, the options of a traversal, and the name of a format."""

    @wraps(command)
    def run(
        record: Ctid,
        depth: int,
        strengths: tuple[str, ...],
        kinds: tuple[str, ...],
        providers: tuple[Ctid, ...],
        name: str,
    ) -> None:
        narrowed = frozenset(strengths), frozenset(kinds), frozenset(providers)
        command(record, Asked(depth, *narrowed, MAX_PAGE_NODES), name)

    decorated: Callable[..., None] = run
    options = (
        click.argument("record", metavar="CTID", type=CTID),
        click.option(
            "--depth",
            default=Asked().depth,
            show_default=True,
            type=click.IntRange(1, MAX_DEPTH_STEPS),
            help="Steps to follow.",
        ),
        click.option(
            "--strength",
            "strengths",
            multiple=True,
            type=click.Choice([*map(str, STRENGTHS)]),
            help="Strengths of links to follow; all when left out.",
        ),
        click.option(
            "--kind",
            "kinds",
            multiple=True,
            type=click.Choice([*map(str, FAMILIES)]),
            help="Kinds of records to show; others are followed and not shown.",
        ),
        click.option(
            "--provider",
            "providers",
            multiple=True,
            metavar="ORG_CTID",
            type=CTID,
            help="Providers whose records to show.",
        ),
        FORMAT,
    )
    for option in reversed(options):
        decorated = option(decorated)
    return decorated


@pathways.command()
@_traversal
def preceding(record: Ctid, asked: Asked, name: str) -> None:
    """Show what comes before a record."""
    _show(_pathways().preceding(record, asked), name)


@pathways.command()
@_traversal
def succeeding(record: Ctid, asked: Asked, name: str) -> None:
    """Show what a record leads to."""
    _show(_pathways().succeeding(record, asked), name)


@pathways.command()
@click.argument("start", metavar="FROM", type=CTID)
@click.argument("goal", metavar="TO", type=CTID)
@click.option(
    "--routes",
    "k",
    default=3,
    show_default=True,
    type=click.IntRange(1, MAX_ROUTES),
    help="Number of routes.",
)
@click.option(
    "--by",
    default=Measure.STEPS.value,
    show_default=True,
    type=click.Choice([*map(str, Measure)]),
    help="Measure by which one is better than another.",
)
@FORMAT
def route(start: Ctid, goal: Ctid, k: int, by: str, name: str) -> None:
    """Show the best routes from one record to another."""
    found = _pathways().route(start, goal, k, by)
    if name == "tree":
        _show_routes(found)
    elif name == "json":
        click.echo(orjson.dumps(routes_json(found)))
    else:
        click.echo(_written(found.graph, name))
    _tell_cuts(found.graph)
    if not found.routes:
        click.echo("There is no route: no record links them, even through others.", err=True)
        raise SystemExit(1)


def _pathways() -> Pathways:
    settings, ledger = open_registry()
    project_now(settings, ledger)  # there may be no server that does it
    return Pathways(settings, ledger)


def _show(graph: Graph, name: str) -> None:
    if name == "tree":
        _print(_tree(graph))
    else:
        click.echo(_written(graph, name))
    _tell_cuts(graph)


def _show_routes(found: Routes) -> None:
    nodes = {node.id: node for node in found.graph.nodes}
    edges = {(edge.source, edge.target): edge for edge in found.graph.edges}
    for number, one in enumerate(found.routes, 1):
        tree = Tree(f"Route {number}: {_summary(one)}")
        tree.add(_line(nodes[one.nodes[0]], None))
        for step in pairwise(one.nodes):
            tree.add(_line(nodes[step[1]], edges.get(step)))
        _print(tree)


def _summary(route: Route) -> str:
    steps = f"{route.steps} step{'s' if route.steps != 1 else ''}"
    costs = [f"{cost:,.0f} {currency}" for currency, cost in route.cost.items()]
    days = [f"{route.days:,.0f} days"] if route.days else []
    return ", ".join([steps, *costs, *days])


def _written(graph: Graph, name: str) -> bytes:
    """Return a graph in a format, without its last line end, which `echo` adds."""
    return FORMATS[name].write(graph, Identity.of(open_registry()[0])).removesuffix(b"\n")


def _tell_cuts(graph: Graph) -> None:
    for cut in graph.cut:
        click.echo(f"Cut: {cut.reason}", err=True)
    if graph.next:
        click.echo(f"Cut: Only the nearest {MAX_PAGE_NODES:,} are shown.", err=True)


def _print(tree: Tree) -> None:
    Console(emoji=False, width=None if sys.stdout.isatty() else MAX_LINE_CHARACTERS).print(tree)


def _tree(graph: Graph) -> Tree:
    """Draw a graph from its start. A node that was drawn before is named without its branches."""
    nodes = {node.id: node for node in graph.nodes}
    forward = graph.question == Question.SUCCEEDING
    ahead: dict[str, list[Edge]] = {}
    for edge in graph.edges:
        ahead.setdefault(edge.source if forward else edge.target, []).append(edge)
    start = nodes[graph.start[0]]
    root = Tree(_line(start, None))
    drawn = {start.id}
    waiting = [(root, start.id)]
    while waiting:
        tree, here = waiting.pop(0)
        for edge in ahead.get(here, ()):
            there = edge.target if forward else edge.source
            if there in drawn:
                tree.add(f"[dim]{escape(nodes[there].name or there)}, as above[/dim]")
                continue
            drawn.add(there)
            waiting.append((tree.add(_line(nodes[there], edge)), there))
    return root


def _line(node: Node, edge: Edge | None) -> str:
    """Describe a node, and the link by which it is reached, in one line."""
    said = ""
    if edge:
        one_of = ", one of several" if edge.alternative else ""
        said = f"[bold]{edge.strength}[/bold]{one_of}: "
    marks = "" if node.status == Status.CURRENT else f" ({node.status})"
    if node.latest:
        marks += f" (replaced by {node.latest})"
    owner = f", {escape(node.owner_name)}" if node.owner_name else ""
    return f"{said}{escape(node.name or node.id)}{marks}{owner} [dim]{escape(node.id)}[/dim]"
