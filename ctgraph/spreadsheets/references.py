"""References of cells: to records, organizations and addresses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import orjson

from ctgraph.errors import BadParameter
from ctgraph.forms.codes import ALIGNMENT
from ctgraph.forms.model import Field
from ctgraph.forms.values import Node, named
from ctgraph.identity.ctid import Ctid, is_ctid
from ctgraph.rdf.namespaces import Curie
from ctgraph.spreadsheets import plain
from ctgraph.spreadsheets.cells import scalar
from ctgraph.spreadsheets.context import Context
from ctgraph.spreadsheets.nearest import loose
from ctgraph.spreadsheets.problems import refuse
from ctgraph.spreadsheets.separators import joined, split
from ctgraph.vocab import vocabulary

SAME, ALL = "same as owner", "all"
_WEBPAGE = "ceterms:subjectWebpage"
_NAMES = ("ceterms:name", "ceasn:name")


def address_in(value: Any) -> str:
    """Return the address that a value is, if it is one."""
    if isinstance(value, dict) and value.keys() == {"@id"}:
        value = value["@id"]
    return value if isinstance(value, str) else ""


def record_in(text: str, at: Context) -> Ctid | None:
    """Return the record that a text names by a CTID or an external identifier; None for none."""
    if not is_ctid(text.lower()):
        return at.find(text)
    found = Ctid(text.lower())
    at.mentions.add(found)
    return found


@dataclass(frozen=True)
class Target:
    """Another thing: its CTID, its external identifier, its address, or `Name~Type~Webpage`."""

    field: Field
    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        if address := address_in(value):
            return at.identity.ctid_of(address) or address
        return self._named(value) if isinstance(value, dict) else None

    def _named(self, value: Node) -> str | None:
        """Return the text of a thing that only its name and webpage are known of."""
        name = next((key for key in _NAMES if key in value), "")
        if value.keys() != {"@type", name, _WEBPAGE} or value["@type"] not in self.field.records:
            return None
        texts, webpage = value[name], address_in(value[_WEBPAGE])
        is_plain = isinstance(texts, dict) and len(texts) == 1 and webpage
        text = next(iter(texts.values())) if is_plain else None
        if not isinstance(text, str):
            return None
        return joined([text, value["@type"].partition(":")[2], webpage], "~")

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        if record := record_in(text, at):
            return at.identity.resource(record)
        parts = split(text, "~")
        if len(parts) == 1:
            if "://" in text:
                return plain.address_of(text)
            refuse(
                f"No record has the external identifier {text[:60]!r}.",
                f"Write its external identifier or its CTID, or {self._otherwise}.",
            )
        if len(parts) not in (2, 3):
            refuse(f"{text[:60]!r} has too many parts.", "Write it as Name~Type~Webpage.")
        kind = self._kind(parts[1] if len(parts) == 3 else "")
        try:
            return named(self.field, kind, parts[0], plain.address_of(parts[-1]))
        except BadParameter as error:
            refuse(error.message, "Write it as Name~Type~Webpage.")

    @property
    def _otherwise(self) -> str:
        return "Name~Type~Webpage" if self.field.records else "its address on the web"

    def _kind(self, name: str) -> Curie:
        """Return the class that a name means, among those of the field.

        :raises BadParameter: when it means none.
        """
        known = self.field.records
        if not name and known:
            return _usual(known)
        found = next((one for one in known if loose(name) in _spellings(one)), None)
        if found is None:
            refuse(
                f"{name[:60]!r} is no type that {self.field.label} takes.",
                f"Write a type such as {vocabulary().label(known[0]) if known else 'Course'}.",
            )
        return found


def _usual(known: tuple[Curie, ...]) -> Curie:
    """Return the class of a thing whose type is not told."""
    preferred = (
        "ceterms:CredentialOrganization",
        "ceterms:LearningOpportunityProfile",
        "ceterms:AssessmentProfile",
        "ceterms:Credential",
    )
    return next((Curie(one) for one in preferred if one in known), known[0])


@cache
def _spellings(kind: Curie) -> frozenset[str]:
    return frozenset(map(loose, (kind, kind.partition(":")[2], vocabulary().label(kind))))


@dataclass(frozen=True)
class Organization:
    """An organization: as a target, or the owner as `same as owner` or by its name."""

    field: Field
    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        return Target(self.field).show(value, at)

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        if loose(text) in (loose(SAME), loose(at.owner.name)):
            return at.identity.resource(at.owner.ctid)
        return Target(self.field).read(text, at)


@dataclass(frozen=True)
class Framework:
    """A competency framework as what is taught, assessed or required."""

    field: Field
    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        if not isinstance(value, dict) or value.keys() != {
            "@type",
            "ceterms:framework",
            "ceterms:targetNode",
        }:
            return None
        whole = address_in(value["ceterms:framework"])
        return at.identity.ctid_of(whole) if whole == value["ceterms:targetNode"] else None

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        record = record_in(text, at)
        if not record:
            refuse(
                f"No competency framework has the external identifier {text[:60]!r}.",
                "Write its external identifier or its CTID.",
            )
        whole = at.identity.resource(record)
        return {"@type": ALIGNMENT, "ceterms:framework": whole, "ceterms:targetNode": whole}


@dataclass(frozen=True)
class Address:
    """An address of the owner, by its identifier; `all` means all of them.

    :param is_coded: whether it was given by the external identifier of a location.
    """

    keys: ClassVar[tuple[str, ...]] = ()

    def show(self, value: Any, at: Context) -> str | None:
        """See :class:`Reader`."""
        if not isinstance(value, dict):
            return None
        found = place_identifier(value)
        return found if found in at.places or _own_identifier(value) else None

    def read(self, text: str, at: Context) -> Any:
        """See :class:`Reader`."""
        found = at.places.get(text)
        if found is None:
            some = ", ".join(list(at.places)[:5])
            refuse(
                f"{at.owner.name} has no address {text[:60]!r}.",
                f"Write all, or one of: {some}." if some else "Upload the locations too.",
            )
        return found


def place_identifier(place: Node) -> str:
    """Return the identifier of an address: its own, or one made of its content."""
    return _own_identifier(place) or content_identifier(place)


def _own_identifier(place: Node) -> str:
    held = place.get("ceterms:identifier")
    first = held[0] if isinstance(held, list) and held else held
    own = scalar(first.get("ceterms:identifierValueCode")) if isinstance(first, dict) else None
    return str(own or "")


def place_in_words(place: Node) -> str:
    """Return an address in a line."""
    values = (place.get(name) for name in _LINE)
    first = (next(iter(one.values()), "") if isinstance(one, dict) else one for one in values)
    return ", ".join(str(text) for text in first if text)


_LINE = (
    "ceterms:name",
    "ceterms:streetAddress",
    "ceterms:addressLocality",
    "ceterms:addressRegion",
    "ceterms:postalCode",
)


def content_identifier(node: Node) -> str:
    """Return an identifier of a part that is made of its content."""
    data = orjson.dumps(node, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(data).hexdigest()[:10]
