"""What the cells of a record are read against: the registry, the owner, and the whole upload."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ctgraph.forms.values import LANGUAGE, Node
from ctgraph.identity import Identity
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger.values import Organization
from ctgraph.spreadsheets.code_book import CodeBooks


def _unknown(_: str) -> Ctid | None:
    return None


@dataclass
class Context:
    """What the cells of one record are read against.

    :param owner: whose record it is.
    :param find: returns the CTID of the record with an external identifier.
    :param places: the addresses of the owner, by their identifiers.
    :param codes: the lists of codes that were imported.
    :param language: of texts.
    :param mentions: collects the CTIDs that the cells name.
    :param doubts: collects what is doubtful in the cell that is read, each with a remedy.
    """

    identity: Identity
    owner: Organization
    find: Callable[[str], Ctid | None] = _unknown
    places: Mapping[str, Node] = field(default_factory=dict)
    codes: CodeBooks = field(default_factory=CodeBooks)
    language: str = LANGUAGE
    mentions: set[Ctid] = field(default_factory=set)
    doubts: list[tuple[str, str]] = field(default_factory=list)
