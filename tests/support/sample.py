"""What the files of the sample data say, read without SPARQL, and a few documents more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ctgraph.vocab import vocabulary
from tests.support.paths import DATA

BASE = "http://localhost:8000"
CTG = "https://w3id.org/ctgraph/terms#"
NURSING = "ce-a323b0bc-cfc0-4178-b2ff-f78bedc60fdc"
WIND = "ce-442ea66f-ea9e-4dd4-b82d-45f996a6c04f"
# Records that get a namesake, as colleges give many a degree the same name.
NAMESAKES = (
    "aldmoor-university/course-nurs-410",
    "aldmoor-university/transfer-value-profile-tvp-adn-bsn",
    "copperhill-cc/badge-infant-toddler-badge",
    "licensing-board/license-rn",
    "harrow-ferry-college/micro-credential-packet-micro",
    "riverbend-cc/pathway-nursing",
    "meridian-council/competency-framework-metalwork-framework",
    "riverbend-cc/associate-of-applied-science-degree-adn",
)
Node = dict[str, Any]
FROM = (
    "ceterms:requires",
    "ceterms:entryCondition",
    "ceterms:preparationFrom",
    "ceterms:advancedStandingFrom",
    "ceterms:recommends",
    "ceterms:prerequisite",
)
FOR = (
    "ceterms:isRequiredFor",
    "ceterms:isPreparationFor",
    "ceterms:isAdvancedStandingFor",
    "ceterms:isRecommendedFor",
)
TARGETS = "ceterms:targetCredential|ceterms:targetLearningOpportunity|ceterms:targetAssessment"


class Sample:
    """What the files say, read in the order of their names."""

    def __init__(self, *folders: Path) -> None:
        self.documents: dict[str, list[Node]] = {}
        self.owner: dict[str, str] = {}
        self.events: list[tuple[str, int, str]] = []
        organizations = {f.stem: ctid_of(f) for f in (DATA / "1-organizations").iterdir()}
        for file in (f for folder in folders for f in sorted(folder.rglob("*.json"))):
            record = ctid_of(file)
            number = sum(known == record for known, _, _ in self.events) + 1
            self.owner.setdefault(record, organizations.get(file.parent.name, record))
            # Labels of blank nodes hold within one document.
            found = json.loads(file.read_text("utf-8").replace('"_:', f'"_:{record}-'))
            self.events.append((record, number, "publish" if "@graph" in found else "withdraw"))
            self.documents.pop(record, None)
            if "@graph" in found:
                self.documents[record] = found["@graph"]
        self.nodes = {node["@id"]: node for graph in self.documents.values() for node in graph}

    def at(self, start: Node, *path: str) -> list[Any]:
        """Return the values at the end of a path; links lead to the nodes that they name."""
        found: list[Any] = [start]
        for keys in path:
            values = [v for one in found for key in keys.split("|") for v in each(one.get(key))]
            found = [self.nodes.get(link(v), v) if link(v) else v for v in values]
        return found

    def all(self, *classes: str) -> Iterator[Node]:
        """Yield the nodes of some classes and their subclasses."""
        for node in self.nodes.values():
            if any(vocabulary().is_a(kind, *classes) for kind in each(node.get("@type"))):
                yield node

    def records(self) -> Iterator[tuple[str, Node]]:
        """Yield the CTID and the first node of each record."""
        for record, graph in self.documents.items():
            yield record, graph[0]

    def linked(self, node: Node, properties: Iterable[str]) -> Iterator[Node]:
        """Yield what properties lead to, in themselves or by conditions and their alternatives."""
        todo = self.at(node, "|".join(properties))
        while todo:
            one = todo.pop()
            if isinstance(one, str):  # leads nowhere
                yield {"@id": one}
            elif one["@type"] == "ceterms:ConditionProfile":
                todo += self.at(one, "ceterms:alternativeCondition")
                for found in self.at(one, TARGETS):
                    yield found if isinstance(found, dict) else {"@id": found}
            else:
                yield one


def each(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def link(value: Any) -> str:
    """Return the address that a value is, if it is one."""
    if isinstance(value, dict):
        return str(value["@id"]) if set(value) == {"@id"} else ""
    return value if isinstance(value, str) else ""


def links(value: Any) -> Iterator[str]:
    """Yield every text below a node, links among them."""
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else each(value):
        if item is not value:
            yield from links(item)


def ctid_of(file: Path) -> str:
    found = json.loads(file.read_text("utf-8"))
    return str(found.get("envelope_ceterms_ctid") or found["@graph"][0]["ceterms:ctid"])


def english(value: Any) -> str:
    """Return a text in English, or a node's name."""
    if "en-US" not in value:
        name = (n for n in ("ceterms:name", "ceasn:name", "skos:prefLabel") if n in value)
        value = value.get(next(name, ""), {"en-US": ""})
    return str(value["en-US"])


def head(node: Node) -> tuple[str, str]:
    """Return a node's address and name."""
    return "_" if node["@id"].startswith("_") else node["@id"], english(node)


def iri(curie: str) -> str:
    return vocabulary().expand(curie)


def write(folder: Path, name: str, content: Node) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(json.dumps(content), "utf-8")


def copy(path: str) -> Node:
    """Return a document of the sample with other CTIDs for what it describes: a namesake."""
    text = (DATA / path).read_text("utf-8")
    for node in json.loads(text)["@graph"]:
        own = node.get("ceterms:ctid", "ce-none")
        text = text.replace(own, f"ce-00000000{own[11:]}")
    return dict(json.loads(text))


def more_documents(folder: Path) -> None:
    """Write documents that have what the sample lacks."""
    quiet = copy("1-organizations/pinewick-university.json")
    organization = quiet["@graph"][0]
    organization |= {  # only a provisional one may give no contact data
        "ceterms:name": {"en-US": "Quiet", "es": "Tranquila"},
        "ceterms:ownedBy": [organization["@id"]],
        "adms:status": "graphPublicationStatus:Provisional",
    }
    for key in ("ceterms:address", "ceterms:email", "ceterms:targetContactPoint"):
        organization.pop(key, None)
    write(folder, "1-organizations/quiet.json", quiet)
    for path in NAMESAKES:
        write(folder, f"2-records/{path}.json", copy(f"2-records/{path}.json"))
    course = copy("2-records/stonebridge-tc/course-weld-101a.json")
    course["@graph"][0] |= {
        "ceterms:name": {"en-US": 'Welding "at" \\ night } #', "es": "Welding de noche"},
        "ceterms:prerequisite": [f"{BASE}/resources/{WIND.replace('44', '55')}"],
        "ceterms:isPreparationFor": [
            {
                "@type": "ceterms:ConditionProfile",
                "ceterms:description": {"en-US": "Gone."},
                "ceterms:targetCredential": [f"{BASE}/resources/{WIND}"],
            }
        ],
    }
    write(folder, "2-records/stonebridge-tc/course.json", course)
    twice = copy("2-records/stonebridge-tc/certificate-wind-tech-cert.json")
    withdrawal = json.loads((DATA / "4-withdrawn/wind-tech-cert.json").read_text("utf-8"))
    withdrawal["envelope_ceterms_ctid"] = twice["@graph"][0]["ceterms:ctid"]
    write(folder, "2-records/stonebridge-tc/twice.json", twice)
    write(folder, "3-withdrawn/twice.json", withdrawal)
    write(folder, "4-again/twice.json", twice)
    write(folder, "5-withdrawn/twice.json", withdrawal)
