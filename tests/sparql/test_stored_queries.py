"""The ready-made queries answer what they promise.

Each is held to an answer that plain Python computes from the JSON files that were loaded: the
sample data, and a few documents more for what the sample lacks, such as links that lead nowhere.
"""

from __future__ import annotations

import csv
import html
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from flask.testing import FlaskClient
from pyoxigraph import QueryResultsFormat, QuerySolutions, parse_query_results

from ctgraph.settings import load_settings
from ctgraph.validation.completeness import node_completeness
from ctgraph.vocab import vocabulary
from ctgraph.web import create_app
from tests.support.paths import DATA, ROOT

pytestmark = pytest.mark.xdist_group("stored")
QUERIES = ROOT / "queries"
NAMES = sorted(file.stem for file in QUERIES.glob("*.rq"))
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
Answer = Iterable[tuple[Any, ...]]
Row = tuple[str, ...]
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
                continue
            if one["@type"] == "ceterms:ConditionProfile":
                todo += self.at(one, "ceterms:alternativeCondition")
                yield from (found for found in self.at(one, TARGETS) if isinstance(found, dict))
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


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded registry, with `more` beside it."""
    folder = tmp_path_factory.mktemp("stored")
    more_documents(folder / "more")
    environment = os.environ | {"CTGRAPH_HOME": str(folder / "home")}
    for command in (
        ["init"],
        *(["load", str(f), "--report", str(folder / "report")] for f in (DATA, folder / "more")),
    ):
        subprocess.run([sys.executable, "-m", "ctgraph.cli", *command], env=environment, check=True)
        report = folder / "report"
        assert not report.exists() or not report.read_text(), report.read_text()
    return folder / "home"


@pytest.fixture(scope="module")
def sample(home: Path) -> Sample:
    return Sample(DATA, home.parent / "more")


@pytest.fixture(scope="module")
def client(home: Path) -> FlaskClient:
    return create_app(load_settings(home=home, queries=QUERIES)).test_client()


def rows(client: FlaskClient, name: str, **given: str) -> list[Row]:
    """Return the rows of a query; blank nodes are "_", what is unbound is empty."""
    response = client.get(f"/queries/{name}", query_string={"format": "json", **given})
    assert response.status_code == 200, response.text
    found = response.json
    assert found
    return [
        tuple(
            "_" if (cell := row.get(v, {})).get("type") == "bnode" else cell.get("value", "")
            for v in found["head"]["vars"]
        )
        for row in found["results"]["bindings"]
    ]


def answer_affordable_credentials(s: Sample, most: float = 500) -> Answer:
    return {
        (*head(c), cost["ceterms:price"], english(by))
        for c in s.all("ceterms:Credential")
        for cost in s.at(c, "ceterms:estimatedCost")
        if cost.get("ceterms:price", 9e9) <= most
        for by in s.at(c, "ceterms:ownedBy")
    }


def answer_changes_since(s: Sample) -> Answer:
    return [
        (f"{BASE}/graph/{record}", number, CTG + event, f"{BASE}/resources/{s.owner[record]}")
        for record, number, event in s.events
    ]


def answer_competencies_taught(s: Sample) -> Answer:
    return {
        (*head(n), english(what.get("ceterms:targetNodeName") or what["ceasn:competencyText"]))
        for n in s.nodes.values()
        for what in s.at(n, "ceterms:teaches")
    }


def answer_costs_by_credential_type(s: Sample) -> Answer:
    prices: dict[Row, list[tuple[str, float]]] = defaultdict(list)
    for c in s.all("ceterms:Credential"):
        for cost in s.at(c, "ceterms:estimatedCost"):
            if "ceterms:price" in cost:
                key = (iri(c["@type"]), cost.get("ceterms:currency", ""))
                prices[key].append((c["@id"], cost["ceterms:price"]))
    for (kind, currency), found in prices.items():
        numbers = [price for _, price in found]
        yield (
            kind,
            currency,
            len({c for c, _ in found}),
            min(numbers),
            mean(numbers),
            max(numbers),
        )


def answer_credentials_by_provider_and_level(s: Sample) -> Answer:
    found = {
        (english(by), english(level["ceterms:targetNodeName"]), c["@id"])
        for c in s.all("ceterms:Credential")
        for by in s.at(c, "ceterms:ownedBy")
        for level in s.at(c, "ceterms:audienceLevelType")
    }
    return [(*key, n) for key, n in Counter(row[:2] for row in found).items()]


def answer_credentials_for_an_occupation(s: Sample, word: str = "nurs") -> Answer:
    found = {
        (*head(c), english(work["ceterms:targetNodeName"]))
        for c in s.all("ceterms:Credential")
        for work in s.at(c, "ceterms:occupationType")
    }
    return {row for row in found if word.lower() in row[2].lower()}


def answer_dead_links(s: Sample) -> Answer:
    for record, graph in s.documents.items():
        for target in {text for node in graph for text in links(node)}:
            if target.startswith(f"{BASE}/resources/ce-") and target not in s.nodes:
                yield f"{BASE}/resources/{record}", target


def answer_durations(s: Sample) -> Answer:
    return {
        (*head(c), time["ceterms:exactDuration"])
        for c in s.all("ceterms:Credential")
        for time in s.at(c, "ceterms:estimatedDuration")
        if "ceterms:exactDuration" in time
    }


def answer_everything_before(s: Sample, after: str = NURSING) -> Answer:
    start = s.nodes[f"{BASE}/resources/{after}"]
    found, todo = {start["@id"]: start}, [start]
    while todo:
        new = {n["@id"]: n for n in s.linked(todo.pop(), FROM) if n["@id"] not in found}
        found |= new
        todo += new.values()
    return [head(node) for node in found.values() if node is not start]


def answer_framework_competencies(s: Sample) -> Answer:
    for graph in s.documents.values():
        if graph[0]["@type"] == "ceasn:CompetencyFramework":
            [by] = s.at(graph[0], "ceasn:publisher")
            count = sum(node["@type"] == "ceasn:Competency" for node in graph)
            yield (*head(graph[0]), english(by), count)


def answer_in_more_than_one_pathway(s: Sample) -> Answer:
    found = {
        (p["@id"], head(c))
        for p in s.all("ceterms:Pathway")
        for c in s.at(p, "ceterms:hasPart", "ceterms:proxyFor")
        if vocabulary().is_a(c["@type"], "ceterms:Credential")
    }
    return [(*c, n) for c, n in Counter(c for _, c in found).items() if n > 1]


def answer_licenses_and_their_requirements(s: Sample) -> Answer:
    return {
        (*head(one), english(condition["ceterms:description"]))
        for one in s.all("ceterms:License")
        for condition in s.at(one, "ceterms:requires")
    }


def answer_missing_most(s: Sample) -> Answer:
    scores = [node_completeness(node) for _, node in s.records()]
    return Counter(m.properties[0] for one in scores if one for m in one.missing).items()


def answer_most_connected_credentials(s: Sample) -> Answer:
    named = {record: set(links(graph)) for record, graph in s.documents.items()}
    found = [
        (
            *head(c),
            sum(
                c["@id"] in said and not c["@id"].endswith(record) for record, said in named.items()
            ),
        )
        for c in s.all("ceterms:Credential")
        if not c["@id"].startswith("_")
    ]
    return sorted((row for row in found if row[2]), key=lambda row: (-row[2], row[1], row[0]))[:50]


def answer_one_sided_links(s: Sample) -> Answer:
    return {
        (*head(part), whole["@id"])
        for _, part in s.records()
        for whole in s.at(part, "ceterms:isPartOf")
        if part["@id"] not in map(link, each(whole.get("ceterms:hasPart")))
    }


def answer_organizations_without_contact_data(s: Sample) -> Answer:
    keys = {"ceterms:address", "ceterms:email", "ceterms:targetContactPoint"}
    return [head(o) for o in s.all("ceterms:Agent", "ceterms:Organization") if not keys & set(o)]


def answer_organizations(s: Sample) -> Answer:
    for o in s.all("ceterms:Agent", "ceterms:Organization"):
        for sector in s.at(o, "ceterms:agentSectorType") or [{}]:
            yield *head(o), english(sector["ceterms:targetNodeName"]), o["ceterms:subjectWebpage"]


def answer_pathway_components(s: Sample) -> Answer:
    for graph in s.documents.values():
        parts = [node for node in graph if node["@type"].endswith("Component")]
        for node in parts if graph[0]["@type"] == "ceterms:Pathway" else []:
            for proxy in s.at(node, "ceterms:proxyFor") or [None]:
                yield (
                    *head(graph[0]),
                    *head(node),
                    iri(node["@type"]),
                    head(proxy)[0] if proxy else "",
                )


def answer_places(s: Sample) -> Answer:
    said = (QUERIES / "places.rq").read_text("utf-8")
    kinds = [
        "ceterms:Credential",
        "ceterms:LearningOpportunityProfile",
        "ceterms:LearningProgram",
        "ceterms:Course",
        "ceterms:AssessmentProfile",
        *(["ceterms:SupportService"] if "support service" in said else []),
        *(["ceterms:ScheduledOffering"] if "offerings" in said else []),
    ]
    return {
        (
            *head(node),
            english(place.get("ceterms:addressLocality", {"en-US": ""})),
            place["ceterms:latitude"],
            place["ceterms:longitude"],
        )
        for node in s.all(*kinds)
        for place in s.at(node, "ceterms:availableAt")
        if "ceterms:latitude" in place
    }


def answer_quality_assurance(s: Sample) -> Answer:
    for verb in ("accredit", "approve", "recognize", "regulate"):
        by = f"{verb}ed by" if verb == "accredit" else f"{verb}d by"
        said = {
            (n["@id"], o["@id"])
            for n in s.nodes.values()
            for o in s.at(n, f"ceterms:{by.split()[0]}By")
        }
        said |= {
            (n["@id"], o["@id"]) for o in s.nodes.values() for n in s.at(o, f"ceterms:{verb}s")
        }
        for thing, assurer in said:
            yield *head(s.nodes[thing]), by, english(s.nodes[assurer])


def answer_records_by_class(s: Sample) -> Answer:
    return Counter(iri(kind) for _, node in s.records() for kind in each(node["@type"])).items()


def answer_required_competencies(s: Sample) -> Answer:
    for c in s.all("ceterms:Credential"):
        todo = s.at(c, "ceterms:requires")
        for condition in todo:
            todo += s.at(condition, "ceterms:alternativeCondition")
            for competency in s.at(condition, "ceterms:targetCompetency"):
                yield *head(c), english(competency["ceterms:targetNodeName"])


def answer_required_credentials(s: Sample) -> Answer:
    return {
        (*head(c), english(r), english(by))
        for c in s.all("ceterms:Credential")
        for r in s.linked(c, ["ceterms:requires"])
        for by in s.at(r, "ceterms:ownedBy")
        if vocabulary().is_a(r["@type"], "ceterms:Credential")
        and by["@id"] not in each(c["ceterms:ownedBy"])
    }


def answer_search_by_name(s: Sample, word: str = "welding") -> Answer:
    """One row for each record, under whichever of its names has the word."""
    for _, node in s.records():
        names = {
            k: v
            for key in ("ceterms:name", "ceasn:name", "skos:prefLabel")
            for k, v in node.get(key, {}).items()
        }
        if any(word.lower() in name.lower() for name in names.values()):
            yield node["@id"], iri(node["@type"])


def answer_transfer_partners(s: Sample) -> Answer:
    by = "ceterms:ownedBy|ceterms:offeredBy"
    found = {
        (english(giver), english(taker), profile["@id"])
        for profile in s.all("ceterms:TransferValueProfile")
        for giver in s.at(profile, "ceterms:transferValueFrom", by)
        for taker in s.at(profile, "ceterms:transferValueFor", by)
    }
    return [(*key, n) for key, n in Counter(row[:2] for row in found).items()]


def answer_transfer_values(s: Sample) -> Answer:
    return {
        (*head(p), english(giver), english(taker), value["schema:value"])
        for p in s.all("ceterms:TransferValueProfile")
        for giver in s.at(p, "ceterms:transferValueFrom")
        for taker in s.at(p, "ceterms:transferValueFor")
        for value in s.at(p, "ceterms:transferValue")
    }


def answer_versions_of_a_record(s: Sample, record: str = NURSING) -> Answer:
    return [(number, CTG + event) for known, number, event in s.events if known == record]


def answer_what_precedes(s: Sample, after: str = NURSING) -> Answer:
    return neighbours(s, after, FROM, FOR, "by what precedes it")


def answer_what_succeeds(s: Sample, before: str = NURSING) -> Answer:
    return neighbours(s, before, FOR, FROM, "by what succeeds it")


def neighbours(
    s: Sample, record: str, own: Iterable[str], others: Iterable[str], label: str
) -> Answer:
    start = s.nodes[f"{BASE}/resources/{record}"]
    found = {(*head(node), "by the record") for node in s.linked(start, own)}
    return found | {
        (*head(node), label)
        for node in s.nodes.values()
        if any(other is start for other in s.linked(node, others))
    }


def answer_withdrawn_records(s: Sample) -> Answer:
    return [(f"{BASE}/graph/{record}",) for record in s.owner if record not in s.documents]


ANSWERS: dict[str, Callable[..., Answer]] = {
    name.removeprefix("answer_").replace("_", "-"): function
    for name, function in list(globals().items())
    if name.startswith("answer_")
}
# Columns that the files do not determine, such as times.
LEFT_OUT = {
    "changes-since": [3],
    "dead-links": [1],
    "search-by-name": [1],
    "versions-of-a-record": [2, 3, 4],
    "withdrawn-records": [1],
}


def plain(row: Iterable[Any]) -> tuple[Any, ...]:
    """Return a row with its numbers as numbers, rounded."""
    number = re.compile(r"-?\d+(\.\d+)?")
    texts = map(str, row)
    return tuple(round(float(t), 6) if number.fullmatch(t) else t for t in texts)


def same(name: str, found: list[Row], expected: Answer) -> None:
    left_out = LEFT_OUT.get(name, [])
    got = Counter(plain(c for i, c in enumerate(row) if i not in left_out) for row in found)
    wanted = Counter(map(plain, expected))
    assert {"too much": got - wanted, "missing": wanted - got} == {
        "too much": Counter(),
        "missing": Counter(),
    }


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_answer(name: str, client: FlaskClient, sample: Sample) -> None:
    same(name, rows(client, name), ANSWERS[name](sample))


def test_ways_to_and_from_every_record(client: FlaskClient, sample: Sample) -> None:
    wrong = set()
    for record, node in sample.records():
        if not any(key in node for key in FROM + FOR):
            continue
        for name, parameter in (
            ("everything-before", "after"),
            ("what-precedes", "after"),
            ("what-succeeds", "before"),
        ):
            found = rows(client, name, **{parameter: record})
            if Counter(found) != Counter(ANSWERS[name](sample, record)):
                wrong.add((name, english(node)))
    assert not wrong


def test_completeness_by_publisher(client: FlaskClient, sample: Sample) -> None:
    scores = defaultdict(list)
    for record, node in sample.records():
        if measured := node_completeness(node):
            scores[sample.owner[record]].append(round(measured.score, 4))
    found = rows(client, "completeness-by-publisher")
    assert {row[0][-39:]: int(row[2]) for row in found} == {
        owner: len(own) for owner, own in scores.items()
    }
    assert {row[0][-39:]: float(row[3]) for row in found} == pytest.approx(
        {owner: mean(own) for owner, own in scores.items()}
    )
    assert [float(row[3]) for row in found] == sorted(float(row[3]) for row in found)
    assert {row[0]: row[1] for row in found} == {
        f"{BASE}/resources/{o}": english(sample.nodes[f"{BASE}/resources/{o}"]) for o in scores
    }


def test_newest_changes(client: FlaskClient, sample: Sample) -> None:
    """The newest versions, newest first: those of all records, with and without a name."""
    last = {record: number for record, number, _ in sample.events}
    newest = [row for row in rows(client, "changes-since") if row[2] == f"{CTG}publish"]
    current = [
        (row[0][-39:], row[1])
        for row in newest
        if row[0][-39:] in sample.documents and int(row[1]) == last[row[0][-39:]]
    ]
    assert [(row[0][-39:], row[2]) for row in rows(client, "changed-records")] == current[:100]


def test_top_rows(client: FlaskClient, sample: Sample) -> None:
    """The lists of the most come with the most first."""
    for name in (
        "most-connected-credentials",
        "missing-most",
        "records-by-class",
        "in-more-than-one-pathway",
        "transfer-partners",
    ):
        counts = [int(row[-1]) for row in rows(client, name)]
        assert counts == sorted(counts, reverse=True), name
    assert sum(int(row[1]) for row in rows(client, "records-by-class")) == len(sample.documents)


def test_every_query_has_an_answer_here() -> None:
    assert set(NAMES) - set(ANSWERS) == {"changed-records", "completeness-by-publisher"}


@pytest.mark.parametrize("name", NAMES)
def test_head_and_order(name: str, client: FlaskClient) -> None:
    """A query says what it is, and its order leaves no two rows in the place of each other."""
    text = (QUERIES / f"{name}.rq").read_text("utf-8")
    for key in ("title", "description", "tags"):
        assert re.search(rf"^# {key}: \S", text, re.MULTILINE)
    response = client.get(f"/queries/{name}?format=json").json
    assert response
    order = re.search(r"^ORDER BY (.+)$", text, re.MULTILINE)
    assert order
    keys = re.findall(r"\?(\w+)", order[1])
    places = [tuple(str(row.get(key)) for key in keys) for row in response["results"]["bindings"]]
    assert [place for place, n in Counter(places).items() if n > 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_formats_agree(name: str, client: FlaskClient) -> None:
    def get(format: str) -> bytes:
        return client.get(f"/queries/{name}?format={format}").get_data()

    read = {}
    for format in ("json", "xml", "tsv"):
        found = parse_query_results(get(format), format=getattr(QueryResultsFormat, format.upper()))
        assert isinstance(found, QuerySolutions)
        names = [variable.value for variable in found.variables]
        read[format] = [names, *([c.value if c else "" for c in row] for row in found)]
    table = csv.reader(io.StringIO(get("csv").decode(), newline=""))
    read["csv"] = [[cell.removeprefix("_:") for cell in row] for row in table]
    assert all(other == read["csv"] for other in read.values())


@pytest.mark.parametrize("name", NAMES)
def test_page_and_text(name: str, client: FlaskClient) -> None:
    file = (QUERIES / f"{name}.rq").read_text("utf-8")
    assert client.get(f"/queries/{name}.rq").text == file
    page = client.get(f"/queries/{name}", headers={"Accept": "text/html"})
    title = re.search(r"# title: (.+)", file)
    assert title
    assert page.mimetype == "text/html"
    assert html.escape(title[1]) in page.text
    assert html.escape(title[1]) in client.get("/queries", headers={"Accept": "text/html"}).text


def test_list(client: FlaskClient) -> None:
    found = client.get("/queries", headers={"Accept": "application/json"}).json
    assert found
    listed = {query["name"]: query for query in found["queries"]}
    assert sorted(listed) == NAMES
    for name, query in listed.items():
        text = (QUERIES / f"{name}.rq").read_text("utf-8")
        parameters = [(p["name"], p["description"]) for p in query["parameters"]]
        assert parameters == re.findall(r"^# param: (\w+): (.+)$", text, re.MULTILINE)
        assert query["query"] == text
        assert query["url"] == f"{BASE}/queries/{name}"
        assert query["title"]
        assert query["description"]
        assert query["tags"]


@pytest.mark.parametrize("name", ["nothing", "nothing.rq", "../pyproject", "Durations", "%00"])
def test_unknown_names(name: str, client: FlaskClient) -> None:
    assert client.get(f"/queries/{name}").status_code == 404


@pytest.mark.parametrize("most", ["0", "600.5", "92399.96", "1e5"])
def test_number(most: str, client: FlaskClient, sample: Sample) -> None:
    name = "affordable-credentials"
    same(name, rows(client, name, most=most), answer_affordable_credentials(sample, float(most)))


@pytest.mark.parametrize(
    "word",
    [
        "WELD",
        "",
        "y\\",
        '"at" \\',
        "} #",
        "á",
        "资",
        "\\",
        "'\" } #",
        '\\" } #',
        "\\u0022 } #",
        '" } UNION { ?record ?p ?o } #',
        '"@en } #',
        "\n}\r\n{",
        "\x00",
        'VALUES ?word { "welding" }',
        "\\g<1>",
        "'''",
        "{word}",
        "?name",
        "<script>",
    ],
)
def test_word(word: str, client: FlaskClient, sample: Sample) -> None:
    """A word is looked for as it is, and is never read as SPARQL."""
    # Whether a record has a row for each language is test_answer's matter.
    found = {(row[0], row[2]) for row in rows(client, "search-by-name", word=word)}
    assert found == set(answer_search_by_name(sample, word))
    name = "credentials-for-an-occupation"
    same(name, rows(client, name, word=word), ANSWERS[name](sample, word))
    page = client.get(
        f"/queries/{name}", query_string={"word": word}, headers={"Accept": "text/html"}
    )
    assert page.status_code == 200
    assert '<script>"' not in page.text


@pytest.mark.parametrize(
    "form",
    [
        NURSING.upper(),
        f" {NURSING} ",
        f"{BASE}/resources/{NURSING}",
        f"{BASE}/graph/{NURSING}",
        f"http://LOCALHOST:8000/resources/{NURSING.upper()}",
    ],
)
def test_record(form: str, client: FlaskClient) -> None:
    for name, parameter in (("what-precedes", "after"), ("versions-of-a-record", "record")):
        expected = rows(client, name, **{parameter: NURSING})
        assert expected and rows(client, name, **{parameter: form}) == expected, name


def test_day(client: FlaskClient, sample: Sample) -> None:
    for since, expected in (
        ("2020-01-01", len(sample.events)),
        ("2020-01-01T10:00:00+02:00", len(sample.events)),
        ("2999-01-01", 0),
    ):
        assert len(rows(client, "changes-since", since=since)) == expected


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        *(
            ("affordable-credentials", "most", v)
            for v in ("cheap", "", "nan", "inf", "1 } #", "0x1")
        ),
        *(
            ("what-precedes", "after", v)
            for v in ("", "ce-1", "a b", "http://x/> } #", "http://x/}")
        ),
        *(("changes-since", "since", v) for v in ("", "yesterday", "2026-13-01", "01.02.2026")),
    ],
)
def test_wrong_values(name: str, parameter: str, value: str, client: FlaskClient) -> None:
    response = client.get(f"/queries/{name}", query_string={"format": "json", parameter: value})
    assert response.status_code == 400
    assert response.json
    assert parameter in response.json["detail"] or repr(value) in response.json["detail"]


def test_a_folder_of_ones_own(home: Path, tmp_path: Path, sample: Sample) -> None:
    """A class by its CURIE or IRI, and parameters that stay apart whatever they hold."""
    (tmp_path / "own.rq").write_text(
        "# title: Own\n# param: class: a class\n# param: a: text\n# param: b: text\n"
        "SELECT ?record ?a ?b { VALUES ?class { <https://purl.org/ctdl/terms/License> }\n"
        'VALUES ?a { "one" } VALUES ?b { "two" } ?record a ?class } ORDER BY ?record'
    )
    client = create_app(load_settings(home=home, queries=tmp_path)).test_client()
    courses = sorted(node["@id"] for node in sample.all("ceterms:Course"))
    for kind in ("ceterms:Course", "CETERMS:Course", iri("ceterms:Course")):
        found = rows(client, "own", **{"class": kind, "a": "VALUES ?b { }", "b": "} #"})
        assert found == [(course, "VALUES ?b { }", "} #") for course in courses]
