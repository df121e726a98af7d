"""The content of a record's page, as values."""

from __future__ import annotations

from dataclasses import dataclass, field

from ctgraph.identity.ctid import Ctid


@dataclass(frozen=True)
class Value:
    """One value as shown: a text, a link, or a nested thing with rows of its own.

    :param record: whether the text is the CTID of a record. The page shows its name instead.
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
    """One property as shown. `more` values are left to the machine-readable formats."""

    label: str
    curie: str
    definition: str
    values: tuple[Value, ...]
    more: int = 0


@dataclass
class RecordView:
    """A record as shown: a title, and groups of rows.

    :param names: the names of the records that are referred to, by CTID.
    :param cut: whether the page leaves out a part of the record.
    """

    title: str
    kind: str
    kind_curie: str
    description: str
    document: Ctid
    names: dict[Ctid, str] = field(default_factory=dict)
    groups: list[tuple[str, list[Row]]] = field(default_factory=list)
    keywords: Row | None = None
    parts: list[Value] = field(default_factory=list)
    more_parts: int = 0
    cut: bool = False
