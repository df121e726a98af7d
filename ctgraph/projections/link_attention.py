"""What the link index tells of the links of an organization that need attention."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from ctgraph.identity.ctid import Ctid
from ctgraph.projections.link_reader import Links
from ctgraph.projections.link_rows import array

MAX_LINKS = 2_000
"""Links of an organization that are looked at: a page of figures stays fast."""
MAX_NODES = 2_000
"""Things of an organization for which links from others are counted."""
MAX_THEIRS = 10_000
"""Documents of others that are counted: very many may link to one thing."""
MAX_LINKING = 20
"""Organizations that are named."""
_OWN = "SELECT document, earlier, later, relation FROM link WHERE owner = :owner LIMIT :most"
_SUPERSEDED = """SELECT DISTINCT newer.earlier FROM json_each(:ids) AS asked
CROSS JOIN link AS newer ON newer.earlier = asked.value AND newer.relation = 'version'
JOIN node ON node.id = newer.later
JOIN node AS old ON old.id = newer.earlier AND old.owner = newer.owner"""
_ONE_SIDED = f"""WITH own AS MATERIALIZED ({_OWN})
SELECT DISTINCT own.document, node.id FROM own
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


def superseded(links: Links, records: Collection[Ctid]) -> set[Ctid]:
    """Return those of some records that their own publishers replaced by newer ones."""
    return {Ctid(one) for (one,) in links.db.execute(_SUPERSEDED, {"ids": array(records)})}


def one_sided(links: Links, owner: Ctid) -> tuple[list[Doubt], bool]:
    """Return the links of an organization to records of others, which do not say the same.

    Tell besides whether some links were not looked at: it has :data:`MAX_LINKS` or more.
    """
    given = {"owner": owner, "most": MAX_LINKS}
    found = [Doubt(*row) for row in links.db.execute(_ONE_SIDED, given)]
    looked_at: int = links.db.execute(f"SELECT count(*) FROM ({_OWN})", given).fetchone()[0]
    return found, looked_at == MAX_LINKS


def linking(links: Links, owner: Ctid) -> tuple[tuple[Ctid, int], ...]:
    """Return the organizations whose documents link to one, with the numbers of these."""
    given = {"owner": owner, "most": MAX_NODES, "theirs": MAX_THEIRS, "shown": MAX_LINKING}
    return tuple((Ctid(one), number) for one, number in links.db.execute(_LINKING, given))
