"""Following links breadth first, within bounds, past the nodes that a view leaves out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ctgraph.errors import BadParameter
from ctgraph.identity.ctid import Ctid, NodeId, NoId, is_ctid
from ctgraph.links.model import STRENGTHS, Relation
from ctgraph.pathways.families import is_of, kind_named
from ctgraph.pathways.model import Cut
from ctgraph.projections.link_reader import KnownNode, Links

MAX_DEPTH_STEPS = 10
"""Steps that a question follows. Within ten steps most of a registry is reached."""
MAX_NODES = 5_000
"""Nodes of one answer, including hidden ones. Nobody reads more, and programs have SPARQL."""
MAX_LEVEL_LINKS = 50_000
"""Links read from the nodes of one level. A hub may have as many as the registry has records."""
MAX_WAYS = 200_000
"""Ways tried through hidden nodes. A dense web of n hidden nodes has n² of them."""
PAGE_NODES = 200
"""Nodes of a page when the request does not say how many."""
MAX_PAGE_NODES = 1_000
"""Nodes of a page. Each is described with its name, owner and links."""

Pair = tuple[NodeId, NodeId]
"""The earlier and the later end of an edge."""


@dataclass(frozen=True)
class Asked:
    """The reach of a question, and the filters of its answer.

    :param depth: steps to follow, from 1 to MAX_DEPTH_STEPS.
    :param strengths: the strengths to follow; empty for all.
    :param kinds: the families and classes of nodes to show, with their subclasses; empty for all.
    :param providers: CTIDs of the owners whose nodes to show; empty for all. Links are followed
        through nodes that are not shown, and the edge names these.
    :param limit: nodes in a page, up to MAX_PAGE_NODES.
    :param cursor: where the page begins: the value of `next` in the page before.
    :raises BadParameter: for any other value.
    """

    depth: int = 3
    strengths: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    providers: frozenset[Ctid] = frozenset()
    limit: int = PAGE_NODES
    cursor: str = ""

    def __post_init__(self) -> None:
        for name, given, most in (
            ("depth", self.depth, MAX_DEPTH_STEPS),
            ("limit", self.limit, MAX_PAGE_NODES),
        ):
            if not 1 <= given <= most:
                raise BadParameter(f"Invalid {name}={given}. Use a number from 1 to {most}.")
        if unknown := sorted(self.strengths.difference(STRENGTHS)):
            raise BadParameter(
                f"Unknown strength {unknown[0][:40]!r}. Use one of {', '.join(STRENGTHS)}."
            )
        object.__setattr__(self, "kinds", frozenset(map(kind_named, self.kinds)))

    def shows(self, node: KnownNode | None) -> bool:
        """Tell whether an answer shows a node. None stands for one that the index lacks."""
        if not self.kinds and not self.providers:
            return True
        if node is None:  # A node that the index lacks may be of any kind.
            return not self.providers
        return (not self.kinds or is_of(node.type, self.kinds)) and (
            not self.providers or (is_ctid(node.id) and node.owner in self.providers)
        )


@dataclass
class Walk:
    """The result of a traversal.

    :param depths: steps from the start, by shown node; negative backward. Hidden nodes do not count
        as steps.
    :param edges: pairs of the earlier and the later node, each with the hidden nodes between them.
    """

    depths: dict[NodeId, int]
    edges: dict[Pair, tuple[NodeId, ...]] = field(default_factory=dict)
    cut: list[Cut] = field(default_factory=list)
    relation: Relation = Relation.PRECEDES


def walk(
    links: Links,
    start: Iterable[NodeId],
    forward: bool,
    asked: Asked,
    relation: Relation = Relation.PRECEDES,
) -> Walk:
    """Follow links from some nodes, level by level, to the depth asked for."""
    found = Walk(dict.fromkeys(start, 0), relation=relation)
    return _Walker(links, found, forward, asked).walk()


def both_ways(
    links: Links, start: NodeId, asked: Asked, relation: Relation = Relation.PRECEDES
) -> Walk:
    """Follow links from a node backward and forward. In a circle, the shorter way counts."""
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
        # The nodes that each followed node leads to.
        self._next: dict[NodeId, list[NodeId]] = {}
        self._hidden: set[NodeId] = set()
        self._ways = 0

    def walk(self) -> Walk:
        level = list(self._found.depths)
        for depth in range(1, self._asked.depth + 1):
            if not level or self._found.cut:
                break
            self._follow(level)
            level = self._connect(level, depth)
        if level and not self._found.cut and self._asked.depth == MAX_DEPTH_STEPS:
            self._follow(level)
            if any(True for here in level for _ in self._reached(here)):
                self._cut(f"Only {MAX_DEPTH_STEPS} steps are followed.", level[0])
        return self._found

    def _follow(self, level: list[NodeId]) -> None:
        """Read the links from a level, through hidden nodes up to shown ones."""
        fresh = [id for id in level if id not in self._next]
        while fresh:
            self._next |= {id: [] for id in fresh}
            steps = self._links.steps(fresh, self._forward, MAX_LEVEL_LINKS, self._found.relation)
            if len(steps) == MAX_LEVEL_LINKS:
                self._cut(f"Only {MAX_LEVEL_LINKS:,} links are followed in one step.")
            for earlier, later, strength in steps:
                if not self._asked.strengths or strength in self._asked.strengths:
                    here, there = (earlier, later) if self._forward else (later, earlier)
                    self._next[here].append(there)
            hidden = self._hidden_behind(fresh)
            self._hidden |= hidden
            fresh = sorted(hidden)
            if len(self._next) > MAX_NODES:
                self._cut(f"Only about {MAX_NODES:,} things are followed.")
                return

    def _hidden_behind(self, level: list[NodeId]) -> set[NodeId]:
        """Return the new nodes that some nodes lead to and that the answer leaves out."""
        if not self._asked.kinds and not self._asked.providers:
            return set()
        ahead = {id for here in level for id in self._next[here]}
        ids = ahead - self._next.keys() - self._found.depths.keys()
        known = self._links.nodes(ids)
        return {id for id in ids if not self._asked.shows(known.get(id))}

    def _connect(self, level: list[NodeId], depth: int) -> list[NodeId]:
        """Add the edges from a level, and return the new nodes in order."""
        new: dict[NodeId, int] = {}
        for here in level:
            for there, through in self._reached(here):
                pair = (here, there) if self._forward else (there, here)
                if there not in self._found.depths and there not in new:
                    if len(self._found.depths) + len(new) >= MAX_NODES:
                        self._cut(f"Only the first {MAX_NODES:,} things are shown.", here)
                        continue
                    new[there] = depth
                self._found.edges.setdefault(pair, through)
        self._found.depths |= new
        return sorted(new)

    def _reached(self, here: NodeId) -> Iterator[tuple[NodeId, tuple[NodeId, ...]]]:
        """Yield the shown nodes that a node leads to, by shortest ways through hidden ones."""
        ahead = self._next.get(here, ())
        if not self._hidden and self._ways + len(ahead) <= MAX_WAYS:  # The usual case, and faster.
            self._ways += len(ahead)
            yield from ((there, ()) for there in dict.fromkeys(ahead) if there != here)
            return
        queue: deque[tuple[NodeId, tuple[NodeId, ...]]] = deque([(here, ())])
        seen = {here}
        while queue:
            at, through = queue.popleft()
            for there in self._next.get(at, ()):
                self._ways += 1
                if self._ways > MAX_WAYS:
                    self._cut(f"Only {MAX_WAYS:,} ways are followed.", here)
                    return
                if there in seen:
                    continue
                seen.add(there)
                if there not in self._hidden:
                    yield there, through if self._forward else through[::-1]
                elif there in self._next:
                    queue.append((there, (*through, there)))

    def _cut(self, reason: str, at: NodeId | NoId = "") -> None:
        if all(cut.reason != reason for cut in self._found.cut):
            self._found.cut.append(Cut(reason, at))
