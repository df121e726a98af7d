"""The links of an organization that need attention, and who links to it, from the link index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ctgraph.identity.ctid import Ctid
from ctgraph.projections.link_reader import Links

MAX_LINKS = 2_000
"""Links of an organization that are looked at: a page of figures stays fast."""
MAX_NODES = 2_000
"""Things of an organization for which links from others are counted."""
MAX_THEIRS = 10_000
"""Documents of others that are counted: very many may link to one thing."""
MAX_SHOWN = 20
"""Links of each kind, and organizations, that are named."""
_OWN = """WITH own AS MATERIALIZED (
  SELECT document, earlier, later, relation FROM link WHERE owner = :owner LIMIT :most
), ended AS (
  SELECT document, earlier AS id, relation FROM own UNION SELECT document, later, relation FROM own
) """
_DANGLING = """SELECT DISTINCT document, id FROM ended
WHERE id LIKE 'ce-%' AND NOT EXISTS (SELECT 1 FROM node WHERE node.id = ended.id)"""
_SUPERSEDED = """SELECT DISTINCT ended.document, id FROM ended
WHERE relation <> 'version' AND id <> ended.document AND EXISTS (
  SELECT 1 FROM link AS newer JOIN node ON node.id = newer.later
  JOIN node AS old ON old.id = newer.earlier AND old.owner = newer.owner
  WHERE newer.earlier = ended.id AND newer.relation = 'version')"""
_ONE_SIDED = """SELECT DISTINCT own.document, node.id FROM own
JOIN node ON node.id IN (own.earlier, own.later) AND node.owner <> :owner
WHERE own.relation = 'precedes' AND NOT EXISTS (
  SELECT 1 FROM link AS other WHERE other.earlier = own.earlier AND other.later = own.later
  AND other.relation = own.relation AND other.owner = node.owner)"""
_LINKING = """WITH mine AS MATERIALIZED (
  SELECT DISTINCT id FROM node WHERE owner = :owner AND id LIKE 'ce-%' LIMIT :most
), theirs AS (
  SELECT link.owner, link.document FROM mine CROSS JOIN link ON link.earlier = mine.id
  UNION SELECT link.owner, link.document FROM mine CROSS JOIN link ON link.later = mine.id
  LIMIT :theirs
) SELECT owner, count(*) FROM theirs WHERE owner <> :owner GROUP BY owner
ORDER BY count(*) DESC, owner LIMIT :shown"""


class Doubt(NamedTuple):
    """A document, and what it links to."""

    document: Ctid
    target: Ctid


@dataclass(frozen=True)
class Doubts:
    """Links of one kind that need attention.

    :param first: the first :data:`MAX_SHOWN` of them.
    """

    number: int
    first: tuple[Doubt, ...]


@dataclass(frozen=True)
class Attention:
    """What an organization should know of links.

    :param dangling: to what no current record describes.
    :param superseded: to what its own publisher replaced.
    :param one_sided: to records of others, which do not say the same.
    :param linking: the organizations whose documents link to it, with the numbers of these.
    :param is_cut: whether some of its links were not looked at: it has :data:`MAX_LINKS` or more.
    """

    dangling: Doubts
    superseded: Doubts
    one_sided: Doubts
    linking: tuple[tuple[Ctid, int], ...]
    is_cut: bool


def attention_of(links: Links, owner: Ctid) -> Attention:
    """Return the links of an organization that need attention, and who links to it."""
    given = {"owner": owner, "most": MAX_LINKS}

    def doubts(query: str) -> Doubts:
        found = [Doubt(*row) for row in links.db.execute(_OWN + query, given)]
        return Doubts(len(found), tuple(found[:MAX_SHOWN]))

    counting = "SELECT count(*) FROM (SELECT 1 FROM link WHERE owner = :owner LIMIT :most)"
    looked_at: int = links.db.execute(counting, given).fetchone()[0]
    theirs = links.db.execute(
        _LINKING, {"owner": owner, "most": MAX_NODES, "theirs": MAX_THEIRS, "shown": MAX_SHOWN}
    )
    return Attention(
        doubts(_DANGLING),
        doubts(_SUPERSEDED),
        doubts(_ONE_SIDED),
        tuple((Ctid(one), number) for one, number in theirs),
        looked_at == MAX_LINKS,
    )
