"""A rubric of the registry as a CFRubric."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from ctgraph.documents.node_values import each, type_of
from ctgraph.errors import RecordNotFound
from ctgraph.finder.schema_org import Reading
from ctgraph.finder.schema_org.values import iri_of, number
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ler.case.fields import Edition, Node, fitting, identifier_of, own_uuid
from ctgraph.ler.subject import MAX_CHARS
from ctgraph.records import read

RUBRIC = "ceasn:Rubric"
JUDGED = "ceterms:targetCompetency"
"""What a criterion judges."""


@dataclass(frozen=True)
class _Rubric:
    """A rubric while it is written.

    :param nodes: the nodes of its document by their identifiers.
    """

    record: Ctid
    changed: str
    base: str
    identity: Identity
    reading: Reading
    nodes: dict[str, Node]

    def written(self) -> Node:
        node = self.nodes[self.identity.resource(self.record)]
        own = identifier_of(self.record)
        criteria = self._parts(node, "ceasn:hasRubricCriterion")
        return fitting(
            {
                **self._thing(own, own),
                "title": self.reading.text(node, "ceasn:name"),
                "description": self.reading.text(node, "ceasn:description"),
                "CFRubricCriteria": [
                    self._criterion(one, own, place) for place, one in enumerate(criteria, start=1)
                ],
            }
        )

    def _criterion(self, node: Node, rubric: str, place: int) -> Node:
        own = self._identifier(node, f"{rubric} {place}")
        levels = self._parts(node, "ceasn:hasCriterionLevel")
        text = self.reading.text
        return fitting(
            {
                **self._thing(own, rubric),
                "category": text(node, "ceasn:name", "ceasn:hasCriterionCategory"),
                "description": text(node, "ceasn:description", "ceasn:name"),
                "CFItemURI": self._item(node),
                "weight": number(text(node, "ceasn:weight")),
                "position": place,
                "rubricId": rubric,
                "CFRubricCriterionLevels": [
                    self._level(one, own, rubric, number)
                    for number, one in enumerate(levels, start=1)
                ],
            }
        )

    def _level(self, node: Node, criterion: str, rubric: str, place: int) -> Node:
        own = self._identifier(node, f"{criterion} {place}")
        text = self.reading.text
        return fitting(
            {
                **self._thing(own, rubric),
                "description": text(node, "ceasn:benchmarkText", "ceasn:description"),
                "quality": text(node, "ceasn:benchmarkLabel", "ceasn:name"),
                "score": number(text(node, "schema:value")),
                "feedback": text(node, "ceasn:feedback"),
                "position": place,
                "rubricCriterionId": criterion,
            }
        )

    def _thing(self, identifier: str, rubric: str) -> Node:
        """Return what all things have. The parts of a rubric are found in it."""
        place = "" if identifier == rubric else f"#{identifier}"
        return {
            "identifier": identifier,
            "uri": f"{self.base}/CFRubrics/{rubric}{place}",
            "lastChangeDateTime": self.changed,
        }

    def _identifier(self, node: Node, place: str) -> str:
        record = node.get("ceterms:ctid")
        return identifier_of(Ctid(record)) if isinstance(record, str) else str(own_uuid(place))

    def _parts(self, node: Node, property: str) -> list[Node]:
        found = []
        for value in each(node.get(property)):
            nested = value if isinstance(value, dict) and len(value) > 1 else None
            iri = value.get("@id") if isinstance(value, dict) else value
            part = nested or (self.nodes.get(iri) if isinstance(iri, str) else None)
            found += [part] if part else []
        return found

    def _item(self, node: Node) -> Node | None:
        """Return the competency of this registry that a criterion judges."""
        for value in each(node.get(JUDGED)):
            record = self.identity.ctid_of(iri_of(value))
            if record:
                identifier = identifier_of(record)
                title = self.reading.target_name(value) or record
                uri = f"{self.base}/CFItems/{identifier}"
                return {"title": title, "identifier": identifier, "uri": uri}
        return None


def rubric_of(ledger: Ledger, identity: Identity, edition: Edition, record: Ctid) -> Node:
    """Return the rubric that a CTID names.

    :raises RecordNotFound: when the registry holds none.
    :raises Gone: when it was withdrawn.
    """
    held = read.held(ledger, record)
    nodes = {node["@id"]: node for node in orjson.loads(held.canonical)["@graph"]}
    iri = identity.resource(record)
    if iri not in nodes or type_of(nodes[iri]) != RUBRIC:
        raise RecordNotFound(record)
    spoken = each(nodes[iri].get("ceasn:inLanguage"))
    own = spoken[0].partition("-")[0].lower() if spoken and isinstance(spoken[0], str) else "en"
    competencies = [
        identity.ctid_of(iri_of(value))
        for node in nodes.values()
        for value in each(node.get(JUDGED))
    ]
    names = ledger.records.names({one for one in competencies if one})
    reading = Reading(identity, names, (own, "en"), max_chars=MAX_CHARS)
    base = f"{identity.base}/ims/case/{edition}"
    changed = held.envelope.updated_at
    return _Rubric(record, changed, base, identity, reading, nodes).written()
