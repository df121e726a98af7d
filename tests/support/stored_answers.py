"""What each ready-made query answers of the sample data, worked out in plain Python."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from statistics import mean
from typing import Any

from ctgraph.validation.completeness import node_completeness
from ctgraph.vocab import vocabulary
from tests.support.sample import (
    BASE,
    CTG,
    FOR,
    FROM,
    NURSING,
    Sample,
    each,
    english,
    head,
    iri,
    link,
    links,
)

STONEBRIDGE = "ce-655806d5-e9e7-4085-aa5e-415dfad2909d"
"""The organization of the sample that one of the queries asks about."""
Answer = Iterable[tuple[Any, ...]]
Row = tuple[str, ...]


def answer_affordable_credentials(s: Sample, most: float = 500) -> Answer:
    return {
        (*head(c), cost["ceterms:price"], english(by))
        for c in s.all("ceterms:Credential")
        for cost in s.at(c, "ceterms:estimatedCost")
        if cost.get("ceterms:price", 9e9) <= most
        for by in s.at(c, "ceterms:ownedBy")
    }


def answer_changes_since(s: Sample) -> Answer:
    """Return the versions in the order of their publication, which is that of the files."""
    return [
        (seq, f"{BASE}/graph/{record}", number, CTG + event, f"{BASE}/resources/{s.owner[record]}")
        for seq, (record, number, event) in enumerate(s.events, 1)
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
            label(kind),
            currency,
            len({c for c, _ in found}),
            min(numbers),
            mean(numbers),
            max(numbers),
        )


def answer_credentials_by_provider_and_level(s: Sample) -> Answer:
    found = {
        (english(by), english(level.get("ceterms:targetNodeName", {})), c["@id"])
        for c in s.all("ceterms:Credential")
        for by in s.at(c, "ceterms:ownedBy") or [{}]
        for level in s.at(c, "ceterms:audienceLevelType") or [{}]
    }
    return [(*key, n) for key, n in Counter(row[:2] for row in found).items()]


def answer_credentials_for_an_occupation(s: Sample, word: str = "nurs") -> Answer:
    found = {
        (*head(c), english(work["ceterms:targetNodeName"]))
        for c in s.all("ceterms:Credential")
        for work in s.at(c, "ceterms:occupationType")
    }
    return {row for row in found if word.lower() in row[2].lower()}


def answer_dead_links(s: Sample, organization: str = STONEBRIDGE) -> Answer:
    for record, graph in s.documents.items():
        if s.owner[record] != organization:
            continue
        for target in {text for node in graph for text in links(node)}:
            if target.startswith(f"{BASE}/resources/ce-") and target not in s.nodes:
                yield f"{BASE}/resources/{record}", target


def answer_durations(s: Sample) -> Answer:
    return {
        (
            *head(c),
            time.get("ceterms:exactDuration") or time.get("ceterms:timeRequired", ""),
            time.get("ceterms:minimumDuration", ""),
            time.get("ceterms:maximumDuration", ""),
        )
        for c in s.all("ceterms:Credential")
        for time in s.at(c, "ceterms:estimatedDuration")
        if any(key != "@type" and key != "ceterms:description" for key in time)
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
    found = Counter(m.properties[0] for one in scores if one for m in (*one.missing, *one.required))
    return [(property, label(property), n) for property, n in found.items()]


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
    return sorted((row for row in found if row[2]), key=lambda row: (-row[2], row[0]))[:50]


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
                    label(iri(node["@type"])),
                    head(proxy)[0] if proxy else "",
                )


def answer_places(s: Sample) -> Answer:
    kinds = (
        "ceterms:Credential",
        "ceterms:LearningOpportunityProfile",
        "ceterms:LearningProgram",
        "ceterms:Course",
        "ceterms:AssessmentProfile",
        "ceterms:SupportService",
        "ceterms:ScheduledOffering",
    )
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
            yield *head(s.nodes[thing]), by.title(), english(s.nodes[assurer])


def answer_records_by_class(s: Sample) -> Answer:
    found = Counter(iri(kind) for _, node in s.records() for kind in each(node["@type"]))
    return [(kind, label(kind), n) for kind, n in found.items()]


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


def named_by(s: Sample, word: str) -> set[tuple[str, str]]:
    """Return the records, and their classes, that have a word in one of their names as it is."""
    whole = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    return {
        (node["@id"], iri(node["@type"]))
        for _, node in s.records()
        for key in ("ceterms:name", "ceasn:name", "skos:prefLabel")
        for name in node.get(key, {}).values()
        if whole.search(name)
    }


def answer_transfer_partners(s: Sample) -> Answer:
    by = "ceterms:ownedBy|ceterms:offeredBy"
    found = {
        (english(giver), english(taker), profile["@id"])
        for profile in s.all("ceterms:TransferValueProfile")
        for giver in s.at(profile, "ceterms:transferValueFrom", by) or [{}]
        for taker in s.at(profile, "ceterms:transferValueFor", by) or [{}]
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


def label(iri: str) -> str:
    """Return the label of a class or property of the vocabulary."""
    return next((term.label for term in vocabulary() if term.iri == iri), "")


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
    "changes-since": [4],
    "dead-links": [1, 2],
    "versions-of-a-record": [2, 3, 4],
    "withdrawn-records": [1],
}
