"""The formats of learning and employment records in which a record can be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import orjson

from ctgraph.finder.schema_org import in_schema_org
from ctgraph.finder.schema_org.record import CONTEXT as SCHEMA_ORG
from ctgraph.ler.elm import in_elm, in_elm_turtle, is_learning
from ctgraph.ler.elm_values import PREFIXES
from ctgraph.ler.open_badge import CONTEXT, achievement, is_achievement
from ctgraph.ler.subject import Subject
from ctgraph.rdf.formats import JSON_LD, TURTLE


@dataclass(frozen=True)
class LerFormat:
    """A representation of some classes of records.

    :param name: its name in ``?format=``.
    :param title: its name for people.
    :param type: its media type, which several formats share.
    :param profile: the IRI that tells it from others of that media type (RFC 6906).
    :param takes: tells whether records of a class can be had in it.
    """

    name: str
    title: str
    type: str
    profile: str
    takes: Callable[[str], bool]
    write: Callable[[Subject], bytes]

    @property
    def media_type(self) -> str:
        """Its media type with its profile."""
        return f'{self.type}; profile="{self.profile}"'


def _open_badge(subject: Subject) -> bytes:
    return orjson.dumps(achievement(subject))


def _schema_org(subject: Subject) -> bytes:
    return orjson.dumps(in_schema_org(subject.reading, subject.node, subject.record))


LER_FORMATS = (
    LerFormat(
        "open-badge",
        "Open Badges 3.0",
        JSON_LD.media_type,
        CONTEXT[-1],
        is_achievement,
        _open_badge,
    ),
    LerFormat(
        "schema-org",
        "schema.org",
        JSON_LD.media_type,
        SCHEMA_ORG,
        lambda _: True,
        _schema_org,
    ),
    LerFormat(
        "elm",
        "European Learning Model, JSON-LD",
        JSON_LD.media_type,
        PREFIXES["elm"],
        is_learning,
        in_elm,
    ),
    LerFormat(
        "elm-turtle",
        "European Learning Model, Turtle",
        TURTLE.media_type,
        PREFIXES["elm"],
        is_learning,
        in_elm_turtle,
    ),
)
"""All of them, in the order in which pages offer them."""


def ler_format(name: str) -> LerFormat | None:
    """Return the format with a name."""
    return next((format for format in LER_FORMATS if format.name == name), None)


def formats_of(kind: str) -> list[LerFormat]:
    """Return the formats in which records of a class can be had."""
    return [format for format in LER_FORMATS if format.takes(kind)]
