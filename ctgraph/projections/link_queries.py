"""The queries of the link index, which join the links of documents with those of manifests."""

from __future__ import annotations

import re
from collections.abc import Collection

from ctgraph.projections.link_tables import holds

_SAYS = (
    "{0}.property, {0}.strength, {1}, {0}.condition, {0}.name, {0}.description, "
    "{0}.alternative, {0}.required"
)
# A statement of a document, and one that a manifest makes of a record that has its conditions.
_OWN = (
    "link.document, link.owner, link.relation, link.earlier, link.later, link.asserter, "
    + _SAYS.format("link", "link.via")
)
_SHARED = (
    "uses.document, uses.owner, 'precedes', common.earlier, uses.later, uses.later, "
    + _SAYS.format("common", "'manifest'")
)
_HOLDS, _SHARED_HOLDS = holds("link", "link"), holds("common", "uses")
ASKED_FOR = (
    f"SELECT {_OWN} FROM json_each(?) AS id CROSS JOIN link ON link.later = id.value "
    "AND relation = 'precedes' AND strength = 'required' AND property = 'ceterms:isRequiredFor' "
    "JOIN node ON node.id = link.later AND node.owner = link.owner "
    f"WHERE {_HOLDS} ORDER BY link.document, link.rowid LIMIT ?"
)
"""Finds the statements by owners of records that other things are required for these records.

An index has the strength, and spares most rows of other properties.
"""

INDEXED_CHARACTERS = 3
"""Characters of the shortest words that the index of names finds."""


def steps_query(forward: bool, relation: str) -> str:
    """Return the query for the steps from some nodes.

    It takes `ids` as a JSON array and the `relation`.

    :param forward: whether the nodes are the earlier ones.
    """
    end, near, far = ("earlier", "common", "uses") if forward else ("later", "uses", "common")
    query = (
        f"SELECT earlier, later, strength FROM link WHERE relation = :relation AND {end} "
        f"IN (SELECT value FROM json_each(:ids)) AND {_HOLDS}"
    )
    if relation == "precedes":
        query += (
            " UNION ALL SELECT common.earlier, uses.later, common.strength "
            f"FROM json_each(:ids) AS id CROSS JOIN link AS {near} "
            f"ON {near}.{end} = id.value AND {near}.relation = '{near}' "
            f"CROSS JOIN link AS {far} "
            f"ON {far}.manifest = {near}.manifest AND {far}.relation = '{far}' "
            f"WHERE common.earlier <> uses.later AND {_SHARED_HOLDS}"
        )
    return query


def statements_query(relation: str, of_strength: bool) -> str:
    """Return the query for the statements about some pairs of nodes.

    It takes `strengths` as a JSON array and the `relation`, and `pairs` as an array of later nodes,
    each with an array of earlier ones. Behind the columns of a statement it has its `place`, the
    number of its row.

    :param of_strength: whether only the strengths count that are given.
    """
    # CROSS JOIN: SQLite is not to begin with the links, of which there are many more.
    later = "json_extract(pair.value, '$[0]')"
    earlier = "CROSS JOIN json_each(pair.value, '$[1]') AS earlier"
    strong = "{}.strength IN (SELECT value FROM json_each(:strengths))" if of_strength else "TRUE"
    # An index says which rows these are. To read them in their order is faster than one by one.
    query = (
        f"SELECT {_OWN}, link.rowid AS place FROM link WHERE link.rowid IN ("
        f"SELECT link.rowid FROM json_each(:pairs) AS pair {earlier} CROSS JOIN link "
        f"ON link.relation = :relation AND link.later = {later} AND link.earlier = earlier.value "
        f"WHERE {strong.format('link')} AND {_HOLDS})"
    )
    if relation == "precedes":
        query += (
            f" UNION ALL SELECT {_SHARED}, common.rowid FROM json_each(:pairs) AS pair "
            f"CROSS JOIN link AS uses ON uses.relation = 'uses' AND uses.later = {later} {earlier} "
            "CROSS JOIN link AS common ON common.manifest = uses.manifest "
            "AND common.relation = 'common' AND common.earlier = earlier.value "
            f"WHERE common.earlier <> uses.later AND {strong.format('common')} "
            f"AND {_SHARED_HOLDS}"
        )
    return query


def numbered(statements: str) -> str:
    """Return a query for the first `of_a_pair` statements of each pair, `most` in all."""
    return (
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY earlier, later "
        "ORDER BY asserter NOT IN (earlier, later), document, place) AS number "
        f"FROM ({statements})) WHERE number <= :of_a_pair LIMIT :most"
    )


def names_query(words: Collection[str]) -> str:
    """Return the query for the names that contain all of some words, the shortest first.

    It takes `types` as a JSON array and what :func:`names_given` returns.
    """
    short = [word for word in words if len(word) < INDEXED_CHARACTERS]
    tests = ["type IN (SELECT value FROM json_each(:types))"]
    tests += [f"name.name LIKE :word{number} ESCAPE '\\'" for number in range(len(short))]
    source, place = "name", "place"
    if len(short) < len(words):
        source, place = "trigram CROSS JOIN name ON place = trigram.rowid", "trigram.rowid"
        tests.append("trigram MATCH :match")
    return f"SELECT id, document FROM {source} WHERE {' AND '.join(tests)} ORDER BY {place}"


def names_given(words: Collection[str]) -> dict[str, str]:
    """Return the parameters of :func:`names_query`: patterns of the short words, and the others."""
    short = [word for word in words if len(word) < INDEXED_CHARACTERS]
    others = ['"' + word.replace('"', '""') + '"' for word in words if word not in short]
    patterns = ("%" + re.sub(r"([\\%_])", r"\\\1", word) + "%" for word in short)
    return {f"word{n}": pattern for n, pattern in enumerate(patterns)} | {"match": " ".join(others)}
