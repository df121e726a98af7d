"""What CTDL-ASN and CASE call the same things."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from enum import StrEnum
from typing import Any

from ctgraph.identity.ctid import Ctid, is_ctid

Node = dict[str, Any]


class Edition(StrEnum):
    """The editions of CASE, as their addresses name them."""

    V1P0 = "v1p0"
    V1P1 = "v1p1"


ITEM_TEXTS = {
    "fullStatement": "ceasn:competencyText",
    "alternativeLabel": "ceasn:competencyLabel",
    "CFItemType": "ceasn:competencyCategory",
    "notes": "ceasn:comment",
}
"""The texts of an item, which have a language in CTDL-ASN."""
ITEM_CODES = {
    "humanCodingScheme": "ceasn:codedNotation",
    "listEnumeration": "ceasn:listID",
}
"""The codes of an item, which have none."""
ITEM_LISTS = {"conceptKeywords": "ceasn:conceptKeyword", "subject": "ceasn:localSubject"}
"""The lists of words of an item."""
ONLY_V1P1 = {
    "CFDocument": ("caseVersion",),
    "CFItem": ("subject", "subjectURI"),
    "CFAssociation": ("notes",),
    "CFDefinition": (),
}
"""The fields that CASE 1.0 does not know, of those that are written here."""
STATUSES = {
    "Draft": "publicationStatus:Draft",
    "Private Draft": "publicationStatus:Draft",
    "Adopted": "publicationStatus:Published",
    "Deprecated": "publicationStatus:Deprecated",
}
"""The adoption statuses of CASE, and what they are in CTDL-ASN."""
_EVERY = (
    "identifier",
    "uri",
    "lastChangeDateTime",
    "language",
    "subject",
    "subjectURI",
    "licenseURI",
)
DOCUMENT_FIELDS = frozenset(
    (
        *(*_EVERY, "creator", "title", "officialSourceURL", "publisher", "description", "notes"),
        *("version", "adoptionStatus", "statusStartDate", "statusEndDate"),
        *("caseVersion", "CFPackageURI"),
    )
)
"""The fields of a CFDocument that are read, or say nothing of the framework."""
DOCUMENT_TEXTS = (
    *("creator", "title", "officialSourceURL", "publisher", "description", "notes", "version"),
    *("adoptionStatus", "language", "subject"),
)
"""Those of them that are texts."""
EMPTY: tuple[Any, ...] = (None, "", [], {})
"""What a field holds that says nothing."""
ITEM_FIELDS = frozenset(
    (
        *(*_EVERY, *ITEM_TEXTS, *ITEM_CODES, *ITEM_LISTS, "educationLevel"),
        *("CFItemTypeURI", "conceptKeywordsURI", "CFDocumentURI"),
    )
)
"""The fields of a CFItem that are read, or say nothing of the competency."""
CHILD = "isChildOf"
ALIGNMENTS = {
    "ceasn:exactAlignment": "exactMatchOf",
    "ceasn:alignTo": "isRelatedTo",
    "ceasn:broadAlignment": "isRelatedTo",
    "ceasn:narrowAlignment": "isRelatedTo",
    "ceasn:majorAlignment": "isRelatedTo",
    "ceasn:minorAlignment": "isRelatedTo",
    "ceasn:crossSubjectReference": "isRelatedTo",
    "ceasn:prerequisiteAlignment": "precedes",
}
"""The alignments of competencies as types of associations. What precedes is the other competency:
CTDL-ASN names it in the one that comes after it. A note keeps which property it was."""
REVERSED = "precedes"


def fitting(made: Node, without: Collection[str] = ()) -> Node:
    """Return a thing without its empty fields, and without some others."""
    return {k: v for k, v in made.items() if v not in (None, "", [], {}) and k not in without}


def identifier_of(record: Ctid) -> str:
    """Return the identifier of a record in CASE: the UUID of its CTID."""
    return record.removeprefix("ce-")


def record_of(identifier: str) -> Ctid | None:
    """Return the CTID of an identifier in CASE in any case; None where it is no UUID."""
    record = f"ce-{identifier.lower()}"
    return record if is_ctid(record) else None


def own_uuid(name: str) -> uuid.UUID:
    """Return the UUID of a name that only this module gives."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"https://w3id.org/ctgraph/case/{name}")
