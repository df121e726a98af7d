"""What a record's page shows: its properties in groups, its references as links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ctgraph.documents.node_values import each, name_of, shortened, type_of
from ctgraph.vocab import load_definitions, vocabulary
from ctgraph.web.http.page_limit import MAX_PAGE_CHARACTERS
from ctgraph.web.http.registry import State

GROUPS = {
    "About": (
        "name",
        "description",
        "subjectWebpage",
        "image",
        "alternateName",
        "inLanguage",
        "keyword",
        "subject",
        "dateEffective",
        "credentialStatusType",
        "lifeCycleStatusType",
        "competencyText",
        "prefLabel",
        "definition",
        "agentType",
        "agentSectorType",
        "agentPurpose",
        "agentPurposeDescription",
        "audienceLevelType",
        "audienceType",
    ),
    "Requirements and pathways": (
        "requires",
        "recommends",
        "entryCondition",
        "corequisite",
        "coPrerequisite",
        "prerequisite",
        "renewal",
        "isPreparationFor",
        "preparationFrom",
        "isRequiredFor",
        "isRecommendedFor",
        "isAdvancedStandingFor",
        "advancedStandingFrom",
        "commonConditions",
        "hasPart",
        "isPartOf",
        "hasDestinationComponent",
        "hasCondition",
        "precedes",
        "precededBy",
        "proxyFor",
        "hasPathway",
        "transferValueFrom",
        "transferValueFor",
        "transferValue",
        "previousVersion",
        "nextVersion",
        "latestVersion",
        "supersedes",
        "supersededBy",
        "targetComponent",
        "isDestinationComponentOf",
    ),
    "Organizations": (
        "ownedBy",
        "offeredBy",
        "accreditedBy",
        "approvedBy",
        "recognizedBy",
        "regulatedBy",
        "publisher",
        "creator",
        "author",
        "assertedBy",
        "parentOrganization",
        "subOrganization",
        "department",
        "owns",
        "offers",
    ),
    "Competencies": (
        "teaches",
        "assesses",
        "targetCompetency",
        "hasTopChild",
        "hasChild",
        "isChildOf",
        "isTopChildOf",
        "hasConcept",
        "hasTopConcept",
        "inScheme",
    ),
    "Cost, time and delivery": (
        "estimatedCost",
        "commonCosts",
        "financialAssistance",
        "estimatedDuration",
        "creditValue",
        "deliveryType",
        "learningDeliveryType",
        "assessmentDeliveryType",
        "startDate",
        "endDate",
        "availableOnlineAt",
        "availabilityListing",
        "availableAt",
        "address",
        "email",
        "contactPoint",
    ),
    "Occupations, industries and programs": (
        "occupationType",
        "industryType",
        "instructionalProgramType",
    ),
}
ELSE = "Further facts"
_GROUP_OF = {name: group for group, names in GROUPS.items() for name in names}
# A framework may have ten thousand competencies; a page of them all helps nobody.
MOST_SHOWN = 200
MOST_TEXT, MOST_LINK, DEEPEST = 5_000, 2_000, 12
"""Characters of one text and of an address, and how deep things are nested on a page."""
SHARE = 200
"""How many of the characters of a page each value takes by itself."""
_HIDDEN = {"@id", "@type", "@context", "@included", "ceterms:ctid"}


@dataclass(frozen=True)
class Value:
    """One value as shown: a text, a link, or a nested thing with rows of its own.

    :param record: whether the text is the CTID of a record, whose name is shown instead.
    :param anchor: the place on the page where a nested thing stands, for others to refer to.
    """

    text: str = ""
    href: str = ""
    language: str = ""
    external: bool = False
    kind: str = ""
    rows: tuple[Row, ...] = ()
    record: bool = False
    anchor: str = ""


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
    """A record as shown: a title, and groups of rows.

    :param names: the names of the records that it refers to, by their CTIDs.
    :param cut: whether something of the record is left to the machine-readable formats.
    """

    title: str
    kind: str
    kind_curie: str
    description: str
    document: str
    names: dict[str, str] = field(default_factory=dict)
    groups: list[tuple[str, list[Row]]] = field(default_factory=list)
    parts: list[Value] = field(default_factory=list)
    more_parts: int = 0
    cut: bool = False


def record_view(
    node: dict[str, Any], content: dict[str, Any], document: str, state: State
) -> RecordView:
    """Arrange an entity for its page.

    :param node: the entity, everything nested in it where it is first mentioned.
    :param content: the whole document, whose further entities are listed as parts.
    :param document: CTID of the document.
    """
    arrange = _Arranger(state)
    kind = type_of(node)
    view = RecordView(
        title=shortened(name_of(node)) or node.get("ceterms:ctid", ""),
        kind=shortened(vocabulary().label(kind)),
        kind_curie=shortened(kind),
        description=_plain(node.get("ceterms:description") or node.get("ceasn:description")),
        document=document,
    )
    grouped: dict[str, list[Row]] = {group: [] for group in (*GROUPS, ELSE)}
    for row in arrange.rows(node):
        grouped[_GROUP_OF.get(row.curie.partition(":")[2], ELSE)].append(row)
    view.groups = [(group, rows) for group, rows in grouped.items() if rows]
    own = {
        entity["ceterms:ctid"]: shortened(name_of(entity))
        for entity in content["@graph"]
        if "ceterms:ctid" in entity
    }
    names = state.ledger.records.names(arrange.linked - own.keys())
    view.names = {record: shortened(name) for record, name in names.items()} | own
    view.cut = arrange.cut
    if own.pop(document, None) is not None and node.get("ceterms:ctid") == document:
        view.parts = [
            Value(record, f"/resources/{record}", record=True) for record in list(own)[:MOST_SHOWN]
        ]
        view.more_parts = len(own) - len(view.parts)
    return view


class _Arranger:
    """Turns JSON-LD values into what a page shows, as long as the page has room.

    :param linked: the CTIDs of the records that are referred to.
    :param cut: whether something was left out.
    """

    def __init__(self, state: State) -> None:
        self._identity = state.identity
        self._definitions = load_definitions(state.settings.vocab_path)
        self._room = MAX_PAGE_CHARACTERS
        self._anchors: dict[str, Value] = {}
        self.linked: set[str] = set()
        self.cut = False

    def rows(self, node: dict[str, Any], depth: int = 1) -> Iterator[Row]:
        """Yield the properties of a node."""
        vocab = vocabulary()
        for key, value in node.items():
            if key in _HIDDEN:
                continue
            if self._room <= 0:
                self.cut = True
                return
            given = list(_single(value))
            shown: list[Value] = []
            while len(shown) < min(len(given), MOST_SHOWN) and self._room > 0:
                shown.append(self._value(*given[len(shown)], depth))
            if given:
                curie, definition = shortened(key), self._definitions.get(vocab.expand(key), "")
                self._room -= len(curie) + len(definition) + SHARE
                self.cut = self.cut or len(shown) < len(given)
                yield Row(
                    shortened(vocab.label(key)),
                    curie,
                    definition,
                    tuple(shown),
                    len(given) - len(shown),
                )

    def _value(self, item: Any, language: str, depth: int) -> Value:
        if isinstance(item, dict):
            found = self._node(item, depth)
        elif isinstance(item, bool):
            found = Value("yes" if item else "no")
        elif language or not isinstance(item, str):
            found = Value(self._fitting(str(item)), language=language)
        else:
            found = self._text(item)
        self._room -= len(found.text) + len(found.href) + SHARE
        return found

    def _text(self, text: str) -> Value:
        record = self._identity.ctid_of(text)
        if record:
            self.linked.add(record)
            return Value(record, f"/resources/{record}", record=True)
        if text.startswith(("http://", "https://")) and len(text) <= MOST_LINK:
            return Value(text, href=text, external=True)
        term = vocabulary().term(text)
        return Value(term.label if term else self._fitting(text))

    def _fitting(self, text: str) -> str:
        self.cut = self.cut or len(text) > MOST_TEXT
        return shortened(text, MOST_TEXT)

    def _node(self, node: dict[str, Any], depth: int) -> Value:
        label, kind = str(node.get("@id", "")), type_of(node)
        if kind == "ceterms:CredentialAlignmentObject":
            return self._aligned(node)
        if set(node) == {"@id"}:
            return self._mentioned(label)
        record = self._identity.ctid_of(label)
        text = shortened(name_of(node)) if record else ""
        href = f"/resources/{record}" if record else ""
        title = shortened(vocabulary().label(kind))
        if depth > DEEPEST:
            self.cut = True
            return Value(text or title, href)
        anchor = f"part-{len(self._anchors) + 1}" if label.startswith("_:") else ""
        if anchor:
            name = shortened(name_of(node))
            self._anchors[label] = Value(": ".join(filter(None, (title, name))), f"#{anchor}")
        rows = tuple(self.rows(node, depth + 1))
        return Value(text, href, kind=title, rows=rows, anchor=anchor)

    def _mentioned(self, label: str) -> Value:
        """Return a reference: to something that stands on this page, or elsewhere."""
        if not label.startswith("_:"):
            return self._text(label)
        if label not in self._anchors:
            self.cut = True
            return Value("something that is not on this page")
        return self._anchors[label]

    def _aligned(self, node: dict[str, Any]) -> Value:
        name = _plain(node.get("ceterms:targetNodeName"))
        target = self._text(str(node.get("ceterms:targetNode") or ""))
        if target.record and not name:
            return target
        code = _plain(node.get("ceterms:codedNotation"))
        text = self._fitting(name or target.text)
        return Value(f"{text} ({shortened(code)})" if code else text, target.href, external=True)


def _single(value: Any) -> Iterator[tuple[Any, str]]:
    """Yield the values of a property one by one, texts with their languages."""
    for item in each(value):
        if isinstance(item, dict) and "@value" in item:
            yield str(item["@value"]), str(item.get("@language", ""))
        elif (
            isinstance(item, dict)
            and item.keys().isdisjoint(("@type", "@id"))
            and not any(":" in key for key in item)
        ):  # a language map
            for language, texts in item.items():
                for text in each(texts):
                    yield str(text), language.removeprefix("@none")
        else:
            yield item, ""


def _plain(value: Any) -> str:
    """Return one text of a value that may be a language map."""
    if isinstance(value, dict):
        value = value.get("en-US") or value.get("en") or next(iter(value.values()), "")
    return str(next(iter(each(value)), ""))
