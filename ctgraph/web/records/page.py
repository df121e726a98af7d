"""The arrangement of a record for its page: properties in groups, references as links."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flask_babel import gettext as _

from ctgraph.documents.node_values import each, name_of, shortened, type_of
from ctgraph.identity.ctid import Ctid
from ctgraph.records import wordings
from ctgraph.records.plain_words import plain_label
from ctgraph.vocab import load_definitions, vocabulary
from ctgraph.web.http.languages import language, preferred_languages
from ctgraph.web.http.page_limit import MAX_PAGE_CHARACTERS
from ctgraph.web.http.registry import State
from ctgraph.web.records.groups import FURTHER, GROUPS, group_of, place_of
from ctgraph.web.records.page_model import RecordView, Row, Value

MAX_VALUES = 200
"""Values of one property, and parts of a document, that a page lists.

A framework may have ten thousand competencies. A page with all of them helps nobody.

"""
MAX_TEXT_CHARACTERS = 5_000
"""The longest text on a page. A page of longer ones cannot be read."""
MAX_LINK_CHARACTERS = 2_000
"""The longest address that becomes a link. Browsers do not follow longer ones reliably."""
MAX_DEPTH = 12
"""Levels to which things are nested on a page. Deeper ones have no room in a narrow window."""
VALUE_CHARACTERS = 200
"""How many characters of a page the markup of one value takes."""
_HIDDEN = {"@id", "@type", "@context", "@included", "ceterms:ctid"}
_HEAD = {
    "ceterms:name",
    "ceterms:description",
    "ceasn:name",
    "ceasn:description",
    "ceterms:keyword",
}
"""The properties that a page shows elsewhere than among the others: at its head or at its end."""
_DURATIONS = ("exactDuration", "minimumDuration", "maximumDuration", "timeRequired")
_DATES = ("dateEffective", "expirationDate", "startDate", "endDate")
_WORDS: dict[str, Callable[[str], str]] = {
    **{f"ceterms:{name}": wordings.duration for name in _DURATIONS},
    **{f"ceterms:{name}": wordings.day for name in _DATES},
    "ceterms:inLanguage": wordings.language,
    "ceasn:inLanguage": wordings.language,
}
"""How the values of some properties are told in words."""


def record_view(
    node: dict[str, Any], content: dict[str, Any], document: Ctid, state: State
) -> RecordView:
    """Arrange an entity for its page.

    :param node: the entity, everything nested in it where it is first mentioned.
    :param content: the whole document, whose further entities are listed as parts, unless the page
        leads to them anyway.
    :param document: CTID of the document.
    """
    arrange = Arranger(state)
    kind = type_of(node)
    view = RecordView(
        title=shortened(name_of(node, language())) or node.get("ceterms:ctid", ""),
        kind=shortened(_label(kind)),
        kind_curie=shortened(kind),
        description=arrange.fitting(
            _plain(node.get("ceterms:description") or node.get("ceasn:description"))
        ),
        document=document,
    )
    grouped: dict[str, list[Row]] = {group: [] for group in (*GROUPS, FURTHER)}
    for row in arrange.rows(_without_head(node)):
        grouped[group_of(row.curie)].append(row)
    view.groups = [(group, rows) for group, rows in grouped.items() if rows]
    for rows in grouped.values():
        rows.sort(key=lambda row: place_of(row.curie))
    keywords = list(arrange.rows({key: node[key] for key in ("ceterms:keyword",) if key in node}))
    view.keywords = keywords[0] if keywords else None
    own = {
        entity["ceterms:ctid"]: shortened(name_of(entity))
        for entity in content["@graph"]
        if "ceterms:ctid" in entity
    }
    names = state.ledger.records.names(arrange.linked - own.keys())
    view.names = {record: shortened(name) for record, name in names.items()} | own
    view.cut = arrange.cut
    if own.pop(document, None) is not None and node.get("ceterms:ctid") == document:
        others = [record for record in own if record not in arrange.linked]
        view.parts = [
            Value(record, f"/resources/{record}", record=True) for record in others[:MAX_VALUES]
        ]
        view.more_parts = len(others) - len(view.parts)
    return view


class Arranger:
    """Turns JSON-LD values into values of a page, as long as the page has room.

    :param linked: the CTIDs of the records that are referred to.
    :param cut: whether something was left out.
    """

    def __init__(self, state: State) -> None:
        self._identity = state.identity
        self._definitions = load_definitions(state.settings.vocab_path)
        self._room = MAX_PAGE_CHARACTERS
        self._anchors: dict[str, Value] = {}
        self.linked: set[Ctid] = set()
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
            while len(shown) < min(len(given), MAX_VALUES) and self._room > 0:
                shown.append(self._value(*given[len(shown)], depth, key))
            if given:
                curie, definition = shortened(key), self._definitions.get(vocab.expand(key), "")
                self._room -= len(curie) + len(definition) + VALUE_CHARACTERS
                self.cut = self.cut or len(shown) < len(given)
                yield Row(
                    shortened(_label(key)),
                    curie,
                    definition,
                    tuple(shown),
                    len(given) - len(shown),
                )

    def _value(self, item: Any, language: str, depth: int, key: str) -> Value:
        if key in _WORDS and isinstance(item, str):
            found = Value(self.fitting(_WORDS[key](item)))
        elif isinstance(item, dict):
            found = self._node(item, depth)
        elif isinstance(item, bool):
            found = Value(_("yes") if item else _("no"))
        elif language or not isinstance(item, str):
            found = Value(self.fitting(str(item)), language=language)
        else:
            found = self._text(item)
        self._room -= len(found.text) + len(found.href) + VALUE_CHARACTERS
        return found

    def _text(self, text: str) -> Value:
        record = self._identity.ctid_of(text)
        if record:
            self.linked.add(record)
            return Value(record, f"/resources/{record}", record=True)
        if text.startswith(("http://", "https://")) and len(text) <= MAX_LINK_CHARACTERS:
            return Value(text, href=text, external=True)
        term = vocabulary().term(text)
        return Value(wordings.term_label(term.label) if term else self.fitting(text))

    def fitting(self, text: str) -> str:
        """Return a text, or its beginning where it is too long for a page."""
        self.cut = self.cut or len(text) > MAX_TEXT_CHARACTERS
        return shortened(text, MAX_TEXT_CHARACTERS)

    def _node(self, node: dict[str, Any], depth: int) -> Value:
        label, kind = str(node.get("@id", "")), type_of(node)
        if _is_aligned(node):
            return self._aligned(node)
        if set(node) == {"@id"}:
            return self._mentioned(label)
        record = self._identity.ctid_of(label)
        text = shortened(name_of(node)) if record else ""
        href = f"/resources/{record}" if record else ""
        title = shortened(_label(kind)) or _("Details")
        if depth > MAX_DEPTH:
            self.cut = True
            return Value(text or title, href)
        anchor = f"part-{len(self._anchors) + 1}" if label.startswith("_:") else ""
        if anchor:
            name = shortened(name_of(node))
            self._anchors[label] = Value(": ".join(filter(None, (title, name))), f"#{anchor}")
        rows = tuple(self.rows(node, depth + 1))
        return Value(text, href, kind=title, rows=rows, anchor=anchor)

    def _mentioned(self, label: str) -> Value:
        """Return a reference to something on this page, or to another record."""
        if not label.startswith("_:"):
            return self._text(label)
        if label not in self._anchors:
            self.cut = True
            return Value(_("something that is not on this page"))
        return self._anchors[label]

    def _aligned(self, node: dict[str, Any]) -> Value:
        """Return what an alignment object points to, by its name, its label or its address."""
        name = _plain(node.get("ceterms:targetNodeName")) or name_of(node, language())
        given = next(iter(each(node.get("ceterms:targetNode"))), "")
        target = self._text(str(given.get("@id", "") if isinstance(given, dict) else given))
        if target.record and not name:
            return target
        code = shortened(_plain(node.get("ceterms:codedNotation")))
        text = self.fitting(wordings.term_label(name) or target.text)
        shown = f"{text} ({code})" if text and code else text or code or _("Details")
        return Value(shown, target.href, external=bool(target.href) and not target.record)


def _is_aligned(node: dict[str, Any]) -> bool:
    """Tell whether a node only points to something. Such ones are often written without class."""
    kind = type_of(node)
    names = ("ceterms:targetNode", "ceterms:targetNodeName")
    return kind == "ceterms:CredentialAlignmentObject" or (
        not kind and any(n in node for n in names)
    )


def _without_head(node: dict[str, Any]) -> dict[str, Any]:
    """Return an entity without what stands elsewhere on its page, unless in several languages."""
    texts = {key: node[key] for key in _HEAD & node.keys()}
    several = {
        key
        for key, value in texts.items()
        if key != "ceterms:keyword" and len(list(_single(value))) > 1
    }
    return {key: value for key, value in node.items() if key not in texts or key in several}


def _single(value: Any) -> Iterator[tuple[Any, str]]:
    """Yield each value of a property, with its language."""
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
        value = next(iter(_preferred(value)), "")
    return str(next(iter(each(value)), ""))


def _preferred(texts: dict[str, Any]) -> list[Any]:
    """Return the texts of a language map, those that the reader prefers first."""
    ranks = {code: rank for rank, code in enumerate(preferred_languages())}
    tags = sorted(texts, key=lambda tag: ranks.get(tag.partition("-")[0].lower(), len(ranks)))
    return [texts[tag] for tag in tags if texts[tag]]


def _label(term: str) -> str:
    """Return the label of a class or property in the language of the page."""
    return plain_label(vocabulary().label(term))
