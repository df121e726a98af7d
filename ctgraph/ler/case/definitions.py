"""The definitions of a framework: what its items and associations name by words.

CTDL-ASN has subjects, keywords, categories and licences as texts or addresses. CASE has things of
their own for them, too. They are read from the texts, so a definition says what the text does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ctgraph.ler.case.fields import Node
from ctgraph.ler.case.identifiers import PLACES, identifier_of_part

LICENSES, GROUPINGS = "CFLicenses", "CFAssociationGroupings"
ITEM_TYPES, SUBJECTS, CONCEPTS = "CFItemTypes", "CFSubjects", "CFConcepts"
COLLECTIONS = (CONCEPTS, SUBJECTS, LICENSES, ITEM_TYPES, GROUPINGS)
"""The collections of definitions, as addresses and packages name them."""
SETS = (CONCEPTS, SUBJECTS, ITEM_TYPES)
"""The collections whose single things are answered as sets (CASE 1.1, section 7.1)."""


@dataclass(frozen=True)
class Definition:
    """One definition.

    :param title: the word or address that things name it by; unique in its collection.
    :param code: its place in its collection, from 1.
    """

    collection: str
    identifier: str
    title: str
    code: int

    def fields(self, rights: str) -> Node:
        """Return the fields of its class, besides those that all things have.

        :param rights: what the framework says of its rights.
        """
        made: Node = {"title": self.title}
        if self.collection in SETS:
            made["hierarchyCode"] = str(self.code)
        if self.collection == ITEM_TYPES:
            made["description"] = self.title
        if self.collection == LICENSES:
            made["licenseText"] = rights or self.title
        return made


def definitions(root: str, words: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Definition]:
    """Return the definitions of a framework by their collections and titles.

    :param root: the IRI of the framework.
    :param words: what is named, as collections and titles. Of more than there are places, the last
        ones have no definitions.
    """
    taken: set[int] = set()
    codes = Counter[str]()
    found: dict[tuple[str, str], Definition] = {}
    for collection, title in dict.fromkeys(words):
        if title and len(taken) < PLACES:
            codes[collection] += 1
            identifier = identifier_of_part(root, taken, collection, title)
            made = Definition(collection, identifier, title, codes[collection])
            found[collection, title] = made
    return found
