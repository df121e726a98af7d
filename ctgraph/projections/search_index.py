"""The search index, a projection: the words and facets of all entities.

The index is a folder of tantivy's, ``search`` in the folder of the triple store that it belongs to.
Its segments never change, so that a snapshot of it is a folder of hard links. The sequence number
stands in a document of its own, which the same commit writes. A commit is made for each snapshot:
whoever opens the index after a crash applies the changes since then again.
"""

from __future__ import annotations

import os
import shutil
import struct
import zlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import tantivy

from ctgraph.identity.ctid import Ctid
from ctgraph.projections.gazetteer import Point, city_point, zip_point
from ctgraph.projections.search_entries import Entry
from ctgraph.projections.search_facts import Place
from ctgraph.projections.search_fields import (
    MARK,
    STEMMED,
    Facet,
    Measure,
    code_field,
    register,
    schema,
    stemmed_field,
)

FOLDER = "search"
"""The name of the index in the folder of its store."""
HEAP_BYTES = 50_000_000
"""Memory in which the writer gathers entities until it writes a segment."""
NO_COST = 1e15
"""The place of entities without a price when they are sorted by it: the last."""
PLACE_DIGITS = 2
"""Decimals of the degrees of a place: to about a kilometre."""
FOOTER_MAGIC = 1337
"""The number at the end of each file of a segment, after the length of its footer."""
READ_BYTES = 1_000_000
"""How much of a file is read at once to prove it."""
COPY_ATTEMPTS = 10
"""How often a copy is tried again because a merge removed a file that it was about to link."""


class SearchIndex:
    """The projector's side of the index.

    :param store: the folder of its store.
    """

    def __init__(self, store: Path) -> None:
        self._path = store / FOLDER
        self._path.mkdir(parents=True, exist_ok=True)
        self._index = register(tantivy.Index(schema(), str(self._path)))
        self._writer = self._index.writer(HEAP_BYTES, 1)
        self._reached: int | None = None
        self.turn = mark_of(self._index.searcher()).turn
        """The turn of the last confirmation that was applied."""

    def sequence(self) -> int:
        """Return the number of the last change that was committed; 0 for an empty index."""
        return mark_of(self.searcher()).sequence

    def searcher(self) -> tantivy.Searcher:
        """Return the reader of what was committed."""
        self._index.reload()
        return self._index.searcher()

    def apply(
        self,
        entries: Iterable[Entry],
        replaced: Collection[Ctid],
        seq: int,
        turn: int | None = None,
    ) -> None:
        """Replace the entries of some documents. Readers see that after the next commit.

        :param seq: the number of the last change that this brings.
        :param turn: of the last confirmation that this brings; None where it brings none.
        """
        for document in replaced:
            self._writer.delete_documents_by_term("document", document)
        for entry in entries:
            self._writer.add_document(document_of(entry))
        self._reached = seq
        self.turn = self.turn if turn is None else turn

    def commit(self) -> None:
        """Keep what was applied, with its sequence number. Nothing is kept before."""
        if self._reached is None:
            return
        self._writer.delete_documents_by_term("document", MARK)
        mark = tantivy.Document()
        mark.add_text("document", MARK)
        mark.add_unsigned("sequence", self._reached)
        mark.add_unsigned("turn", self.turn)
        self._writer.add_document(mark)
        self._writer.commit()
        self._reached = None

    def backup(self, store: Path) -> None:
        """Commit, and link the files of the commit into the folder of a snapshot."""
        self.commit()
        for attempt in range(COPY_ATTEMPTS):
            try:
                _link(self._path, store / FOLDER)
                return
            except FileNotFoundError:
                shutil.rmtree(store / FOLDER, ignore_errors=True)
                if attempt == COPY_ATTEMPTS - 1:
                    raise

    def close(self) -> None:
        """Wait for merges, and close the index; what was not committed is gone."""
        vars(self).pop("_writer").wait_merging_threads()


def _link(source: Path, target: Path) -> None:
    """Link what a commit consists of. The list of its files goes first: it is replaced as one."""
    target.mkdir()
    for name in ("meta.json", ".managed.json"):
        os.link(source / name, target / name)
    for segment in _segments(target / "meta.json"):
        stem = segment["segment_id"].replace("-", "")
        deletes = segment["deletes"]
        for file in source.glob(f"{stem}.*"):
            if file.suffix != ".del" or deletes:
                os.link(file, target / file.name)


def _segments(meta: Path) -> list[dict[str, Any]]:
    """Return the segments of a commit.

    :raises OSError: when the list is damaged.
    """
    try:
        found: list[dict[str, Any]] = orjson.loads(meta.read_bytes())["segments"]
    except (ValueError, KeyError, TypeError) as error:
        raise OSError(f"corruption: the search index is damaged: {error}") from error
    return found


class Mark(NamedTuple):
    """How far an index has come; zeros for an empty one.

    :param sequence: the number of the last change that it holds.
    :param turn: that of the last confirmation.
    """

    sequence: int
    turn: int


def mark_of(searcher: tantivy.Searcher) -> Mark:
    """Return how far an index has come."""
    query = tantivy.Query.term_query(schema(), "document", MARK)
    found = searcher.search(query, limit=1).hits
    if not found:
        return Mark(0, 0)
    held = searcher.doc(found[0][1])
    return Mark(int(held["sequence"][0]), int(held["turn"][0]))


def opened(store: Path) -> tantivy.Index:
    """Open the index of a snapshot to read it.

    :raises ValueError: when there is none, or it is damaged.
    """
    return register(tantivy.Index.open(str(store / FOLDER)))


def damage_of(store: Path) -> str:
    """Read the index of a store through; return its damage, or an empty text."""
    folder = store / FOLDER
    try:
        for segment in orjson.loads((folder / "meta.json").read_bytes())["segments"]:
            for file in sorted(folder.glob(f"{segment['segment_id'].replace('-', '')}.*")):
                if not _is_whole(file):
                    return f"the search index is damaged: {file.name}"
        opened(store).searcher()
    except (ValueError, KeyError, TypeError, OSError) as error:
        return f"the search index is damaged: {error}"
    return ""


def _is_whole(path: Path) -> bool:
    """Tell whether the checksum in the footer of a file is that of what stands before."""
    with path.open("rb") as file:
        file.seek(-8, os.SEEK_END)
        length, magic = struct.unpack("<II", file.read())
        left = file.tell() - 8 - length
        if magic != FOOTER_MAGIC or left < 0:
            return False
        file.seek(left)
        stated = orjson.loads(file.read(length))["crc"]
        file.seek(0)
        found = 0
        while left:
            read = file.read(min(READ_BYTES, left))
            found, left = zlib.crc32(read, found), left - len(read)
    return bool(found == stated)


def point_of(place: Place) -> Point | None:
    """Return where a place lies: as stated, else its ZIP code, else its city."""
    if place.point:
        return place.point
    if place.country not in ("", "US"):
        return None
    return zip_point(place.postal_code) or city_point(place.city, place.region)


def place_term(point: Point) -> str:
    """Return the text of a point in the index."""
    return ",".join(f"{degrees:.{PLACE_DIGITS}f}" for degrees in point)


def document_of(entry: Entry) -> tantivy.Document:
    """Return an entry as a document of the index."""
    made = tantivy.Document()
    made.add_text("document", entry.document)
    made.add_text("entity", entry.record)
    made.add_unsigned("is-part", int(entry.is_part))
    made.add_text("label", " ".join(entry.name.casefold().split())[:100])
    for field, text in (("name", entry.name), ("extra", entry.extra), ("body", entry.body)):
        made.add_text(field, text)
        if entry.language in STEMMED:
            made.add_text(stemmed_field(field, entry.language), text)
    for language, name in entry.names.items():
        if name != entry.name:
            made.add_text("name", name)
        if language in STEMMED and (name, language) != (entry.name, entry.language):
            made.add_text(stemmed_field("name", language), name)
    for facet, values in entry.facets.items():
        for value in values:
            made.add_text(facet, value)
    for facet, values in entry.codes.items():
        for value in values:
            made.add_text(code_field(facet), value)
    for measure, number in entry.measures.items():
        made.add_float(measure, number)
    made.add_float("cost-order", entry.measures.get(Measure.COST, NO_COST))
    points = [point_of(place) for place in entry.places]
    for term in dict.fromkeys(place_term(point) for point in points if point):
        made.add_text("place", term)
    made.add_bytes("card", card_bytes(entry, points))
    return made


def card_bytes(entry: Entry, points: list[Point | None]) -> bytes:
    """Return what the index keeps of an entry for lists of records."""
    return orjson.dumps(_card(entry, points))


def _card(entry: Entry, points: list[Point | None]) -> dict[str, object]:
    """Return what lists of records show of an entry."""
    return {
        "record": entry.record,
        "document": entry.document,
        "name": entry.name,
        "names": entry.names if len(entry.names) > 1 else {},
        "kind": entry.kind,
        "description": entry.description,
        "language": entry.language,
        "provider": entry.providers[0],
        "provider_name": entry.provider_names.get(entry.providers[0], ""),
        "places": [
            [place.city, place.region, place.country, *(point or (None, None))]
            for place, point in zip(entry.places, points, strict=True)
        ],
        "level": entry.facets.get(Facet.LEVEL, []),
        "delivery": entry.facets.get(Facet.DELIVERY, []),
        "status": next(iter(entry.facets.get(Facet.STATUS, [])), ""),
        "cost": entry.measures.get(Measure.COST),
        "currency": entry.currency,
        "may_cost_more": entry.may_cost_more,
        "duration": entry.duration,
        "webpage": entry.webpage,
        "image": entry.image,
        "created": entry.created,
        "updated": entry.updated,
        "confirmed": entry.confirmed,
        "completeness": entry.measures.get(Measure.COMPLETENESS),
    }
