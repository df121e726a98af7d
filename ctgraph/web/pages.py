"""What a record's page shows: its properties in groups, its references as links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ctgraph.nodes import each, name_of, type_of
from ctgraph.vocab import load_definitions, vocabulary
from ctgraph.web.state import State

GROUPS = {
    "About": ("name", "description", "subjectWebpage", "image", "alternateName", "inLanguage",
              "keyword", "subject", "dateEffective", "credentialStatusType", "lifeCycleStatusType",
              "competencyText", "prefLabel", "definition", "agentType", "agentSectorType",
              "agentPurpose", "agentPurposeDescription", "audienceLevelType", "audienceType"),
    "Requirements and pathways": (
        "requires", "recommends", "entryCondition", "corequisite", "coPrerequisite",
        "prerequisite", "renewal", "isPreparationFor", "preparationFrom", "isRequiredFor",
        "isRecommendedFor", "isAdvancedStandingFor", "advancedStandingFrom", "commonConditions",
        "hasPart", "isPartOf", "hasDestinationComponent", "hasCondition", "precedes",
        "precededBy", "proxyFor", "hasPathway", "transferValueFrom", "transferValueFor",
        "transferValue", "previousVersion", "nextVersion", "latestVersion", "supersedes",
        "supersededBy", "targetComponent", "isDestinationComponentOf"),
    "Organizations": ("ownedBy", "offeredBy", "accreditedBy", "approvedBy", "recognizedBy",
                      "regulatedBy", "publisher", "creator", "author", "assertedBy",
                      "parentOrganization", "subOrganization", "department", "owns", "offers"),
    "Competencies": ("teaches", "assesses", "targetCompetency", "hasTopChild", "hasChild",
                     "isChildOf", "isTopChildOf", "hasConcept", "hasTopConcept", "inScheme"),
    "Cost, time and delivery": ("estimatedCost", "commonCosts", "financialAssistance",
                                "estimatedDuration", "creditValue", "deliveryType",
                                "learningDeliveryType", "assessmentDeliveryType", "startDate",
                                "endDate", "availableOnlineAt", "availabilityListing",
                                "availableAt", "address", "email", "contactPoint"),
    "Occupations, industries and programs": ("occupationType", "industryType",
                                             "instructionalProgramType"),
}  # fmt: skip
ELSE = "Further facts"
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
# A framework may have ten thousand competencies; a page of them all helps nobody.
MOST_SHOWN = 200
_HIDDEN = {"@id", "@type", "@context", "ceterms:ctid"}


@dataclass(frozen=True)
class Value:
    """One value as shown: a text, a link, or a nested profile with rows of its own."""

    text: str = ""
    href: str = ""
    language: str = ""
    external: bool = False
    kind: str = ""
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Row:
    """One property as shown; `more` values are left to the machine-readable formats."""

    label: str
    curie: str
    definition: str
    values: tuple[Value, ...]
    more: int = 0


@dataclass
class RecordView:
    """A record as shown: a title, and groups of rows."""

    title: str
    kind: str
    kind_curie: str
    description: str
    document: str
    groups: list[tuple[str, list[Row]]] = field(default_factory=list)
    parts: list[Value] = field(default_factory=list)
    more_parts: int = 0


def record_view(
    node: dict[str, Any], content: dict[str, Any], document: str, state: State
) -> RecordView:
    """Arrange an entity for its page.

    :param node: the entity, everything nested in it.
    :param content: the whole document, whose further entities are listed as parts.
    :param document: CTID of the document.
    """
    own = {entity["ceterms:ctid"]: name_of(entity) for entity in content["@graph"]
           if "ceterms:ctid" in entity}  # fmt: skip
    linked = {record for value in _strings(node) if (record := state.identity.ctid_of(value))}
    names = state.ledger.names(linked - own.keys()) | own
    arrange = _Arranger(state, names)
    kind = type_of(node)
    view = RecordView(
        title=name_of(node) or node.get("ceterms:ctid", ""),
        kind=vocabulary().label(kind),
        kind_curie=kind,
        description=_plain(node.get("ceterms:description") or node.get("ceasn:description")),
        document=document,
    )
    grouped: dict[str, list[Row]] = {group: [] for group in (*GROUPS, ELSE)}
    for row in arrange.rows(node):
        grouped[_GROUP_OF.get(row.curie.partition(":")[2], ELSE)].append(row)
    view.groups = [(group, rows) for group, rows in grouped.items() if rows]
    if own.pop(document, None) is not None and node.get("ceterms:ctid") == document:
        view.parts = [Value(text=name or record, href=f"/resources/{record}")
                      for record, name in list(own.items())[:MOST_SHOWN]]  # fmt: skip
        view.more_parts = len(own) - len(view.parts)
    return view


class _Arranger:
    """Turns JSON-LD values into what a page shows."""

    def __init__(self, state: State, names: dict[str, str]) -> None:
        self._identity = state.identity
        self._names = names
        self._definitions = load_definitions(state.settings.vocab_path)

    def rows(self, node: dict[str, Any]) -> list[Row]:
        vocab = vocabulary()
        return [
            Row(vocab.label(key), key, self._definitions.get(vocab.expand(key), ""),
                values[:MOST_SHOWN], max(0, len(values) - MOST_SHOWN))
            for key, value in node.items()
            if key not in _HIDDEN and (values := tuple(self._values(value)))
        ]  # fmt: skip

    def _values(self, value: Any) -> Iterator[Value]:
        for item in each(value):
            if isinstance(item, dict):
                yield from self._object(item)
            elif isinstance(item, bool):
                yield Value("yes" if item else "no")
            elif isinstance(item, str):
                yield self._text(item)
            else:
                yield Value(str(item))

    def _object(self, item: dict[str, Any]) -> Iterator[Value]:
        if "@value" in item:
            yield Value(str(item["@value"]), language=item.get("@language", ""))
        elif "@type" in item or "@id" in item:
            yield self._node(item)
        else:  # a language map
            for language, texts in item.items():
                for text in each(texts):
                    yield Value(str(text), language=language)

    def _text(self, text: str) -> Value:
        record = self._identity.ctid_of(text)
        if record:
            return Value(self._names.get(record, record), href=f"/resources/{record}")
        if text.startswith(("http://", "https://")):
            return Value(text, href=text, external=True)
        term = vocabulary().term(text)
        return Value(term.label if term else text)

    def _node(self, node: dict[str, Any]) -> Value:
        kind = type_of(node)
        if kind == "ceterms:CredentialAlignmentObject":
            name = _plain(node.get("ceterms:targetNodeName"))
            target = self._text(str(node.get("ceterms:targetNode") or ""))
            code = node.get("ceterms:codedNotation")
            text = name or target.text
            return Value(f"{text} ({code})" if code else text, target.href, external=True)
        if set(node) == {"@id"}:
            return self._text(node["@id"])
        record = self._identity.ctid_of(str(node.get("@id", "")))
        href = f"/resources/{record}" if record else ""
        rows = tuple(self.rows(node))
        return Value(name_of(node) if record else "", href, kind=vocabulary().label(kind),
                     rows=rows)  # fmt: skip


def _plain(value: Any) -> str:
    """Return one text of a value that may be a language map."""
    if isinstance(value, dict):
        value = value.get("en-US") or value.get("en") or next(iter(value.values()), "")
    return str(next(iter(each(value)), ""))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _strings(item)
