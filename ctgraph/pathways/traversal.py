"""What precedes and what succeeds: breadth first, bounded, with a view that may leave nodes out."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from ctgraph.errors import BadParameter
from ctgraph.identity.ctid import is_ctid
from ctgraph.links.model import STRENGTHS, Relation
from ctgraph.pathways.families import FAMILIES, family_of
from ctgraph.pathways.model import Cut
from ctgraph.projections.link_reader import Known, Links

DEEPEST = 10
MOST_NODES = 5_000
MOST_STEPS = 50_000
MOST_WAYS = 200_000
PAGE = 200
LARGEST_PAGE = 1_000

Pair = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """How far a question reaches, and what its answer shows.

    :param depth: steps to follow, from 1 to 10.
    :param strengths: the strengths to follow; empty for all.
    :param kinds: the families of nodes to show; empty for all. `providers` likewise, by CTID.
        What is not shown is followed all the same, and the edge says that it goes through it.
    :param limit: nodes in a page, up to 1,000.
    :param cursor: where the page begins, as the page before says in `next`.
    :raises BadParameter: for any other value.
    """

    depth: int = 3
    strengths: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    providers: frozenset[str] = frozenset()
    limit: int = PAGE
    cursor: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= DEEPEST:
            raise BadParameter(f"depth={self.depth} is not from 1 to {DEEPEST}.")
        if not 1 <= self.limit <= LARGEST_PAGE:
            raise BadParameter(f"limit={self.limit} is not from 1 to {LARGEST_PAGE}.")
        for given, known, name in (
            (self.strengths, STRENGTHS, "strength"),
            (self.kinds, FAMILIES, "kind"),
        ):
            if unknown := sorted(given - set(known)):
                raise BadParameter(
                    f"There is no {name} {unknown[0][:40]!r}; there are {', '.join(known)}."
                )

    def shows(self, node: Known | None) -> bool:
        """Tell whether an answer shows a node; `None` is one that the registry knows nothing of."""
        if not self.kinds and not self.providers:
            return True
        if node is None:  # it could be of any kind
            return not self.providers
        return (not self.kinds or family_of(node.type) in self.kinds) and (
            not self.providers or (is_ctid(node.id) and node.owner in self.providers)
        )


@dataclass
class Walk:
    """What a traversal finds: how far each shown node is, and between which there are edges.

    :param depths: steps from the start, by node, negative backward; nodes left out are no steps.
    :param edges: pairs in the order of time, each with what it goes through.
    :param relation: what the edges say: what precedes, parts, or versions.
    """

    depths: dict[str, int]
    edges: dict[Pair, tuple[str, ...]] = field(default_factory=dict)
    cut: list[Cut] = field(default_factory=list)
    relation: Relation = Relation.PRECEDES


def walk(
    links: Links,
    start: Iterable[str],
    forward: bool,
    asked: Asked,
    relation: Relation = Relation.PRECEDES,
) -> Walk:
    """Follow links from some nodes, level by level, to the depth asked for."""
    found = Walk(dict.fromkeys(start, 0), relation=relation)
    return _Walker(links, found, forward, asked).walk()


def both_ways(
    links: Links, start: str, asked: Asked, relation: Relation = Relation.PRECEDES
) -> Walk:
    """Follow links from a node backward and forward; in a circle, the shorter way counts."""
    back = walk(links, [start], False, asked, relation)
    ahead = walk(links, [start], True, asked, relation)
    depths = {id: -depth for id, depth in back.depths.items()}
    depths |= {
        id: depth for id, depth in ahead.depths.items() if depth <= back.depths.get(id, depth)
    }
    cut = [*back.cut, *(cut for cut in ahead.cut if cut not in back.cut)]
    return Walk(depths, back.edges | ahead.edges, cut, relation)


class _Walker:
    def __init__(self, links: Links, found: Walk, forward: bool, asked: Asked) -> None:
        self._links = links
        self._found = found
        self._forward = forward
        self._asked = asked
        # For everything that was followed: what it leads to.
        self._next: dict[str, list[str]] = {}
        self._hidden: set[str] = set()
        self._ways = 0

    def walk(self) -> Walk:
        level = list(self._found.depths)
        for depth in range(1, self._asked.depth + 1):
            if not level or self._found.cut:
                break
            self._follow(level)
            level = self._connect(level, depth)
        if level and not self._found.cut and self._asked.depth == DEEPEST:
            self._follow(level)
            if any(True for here in level for _ in self._reached(here)):
                self._cut(f"Only {DEEPEST} steps are followed.", level[0])
        return self._found

    def _follow(self, level: list[str]) -> None:
        """Read what a level leads to, through what is left out up to what is shown."""
        fresh = [id for id in level if id not in self._next]
        while fresh:
            self._next |= {id: [] for id in fresh}
            steps = self._links.steps(fresh, self._forward, MOST_STEPS, self._found.relation)
            if len(steps) == MOST_STEPS:
                self._cut(f"Only {MOST_STEPS:,} links are followed in one step.")
            for earlier, later, strength in steps:
                if not self._asked.strengths or strength in self._asked.strengths:
                    here, there = (earlier, later) if self._forward else (later, earlier)
                    self._next[here].append(there)
            ahead = {id for here in fresh for id in self._next[here]} - self._next.keys()
            hidden = self._not_shown(ahead - self._found.depths.keys())
            self._hidden |= hidden
            fresh = sorted(hidden)
            if len(self._next) > MOST_NODES:
                self._cut(f"Only about {MOST_NODES:,} things are followed.")
                return

    def _not_shown(self, ids: Collection[str]) -> set[str]:
        """Return those nodes that the answer leaves out."""
        if not self._asked.kinds and not self._asked.providers:
            return set()
        known = self._links.nodes(ids)
        return {id for id in ids if not self._asked.shows(known.get(id))}

    def _connect(self, level: list[str], depth: int) -> list[str]:
        """Add the edges from a level; return the nodes that are new, in order."""
        new: dict[str, int] = {}
        for here in level:
            for there, through in self._reached(here):
                pair = (here, there) if self._forward else (there, here)
                if there not in self._found.depths and there not in new:
                    if len(self._found.depths) + len(new) >= MOST_NODES:
                        self._cut(f"Only the first {MOST_NODES:,} things are shown.", here)
                        continue
                    new[there] = depth
                self._found.edges.setdefault(pair, through)
        self._found.depths |= new
        return sorted(new)

    def _reached(self, here: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the shown nodes that a node leads to, each by a shortest way of what is not."""
        queue: deque[tuple[str, tuple[str, ...]]] = deque([(here, ())])
        seen = {here}
        while queue:
            at, through = queue.popleft()
            for there in self._next.get(at, ()):
                self._ways += 1
                if self._ways > MOST_WAYS:
                    self._cut(f"Only {MOST_WAYS:,} ways are followed.", here)
                    return
                if there in seen:
                    continue
                seen.add(there)
                if there not in self._hidden:
                    yield there, through if self._forward else through[::-1]
                elif there in self._next:
                    queue.append((there, (*through, there)))

    def _cut(self, reason: str, at: str = "") -> None:
        if all(cut.reason != reason for cut in self._found.cut):
            self._found.cut.append(Cut(reason, at))
