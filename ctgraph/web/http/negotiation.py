"""Content negotiation (RFC 9110, section 12) and entity tags (section 8.8.3)."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from functools import lru_cache
from typing import NamedTuple

from flask import g, request
from werkzeug.http import generate_etag, parse_list_header

from ctgraph.errors import NotAcceptable, NotFound
from ctgraph.rdf import formats
from ctgraph.sparql.formats import RESULTS
from ctgraph.web.http import languages

HTML = "text/html"
ANYTHING = "*/*"
FORMAT_PARAMETERS = ("format", "output", "results")
"""The parameters that name a format. Clients of SPARQL send all three, as endpoints differ."""
MAX_KEPT_HEADERS = 1024
"""Headers whose reading is kept in memory: more than the clients of a day send."""

Offers = tuple[tuple[str, str], ...]


def _meanings() -> dict[str, tuple[str, ...]]:
    """Return the media types that each other name or older media type of a format may mean."""
    found: dict[str, tuple[str, ...]] = {}
    for format in (*formats.FORMATS, *RESULTS):
        for name in (format.name, format.extension, *format.also):
            found[name] = (*found.get(name, ()), format.media_type)
    return found


MEANINGS = _meanings()
EXTENSIONS = {f.name: f.extension for f in formats.FORMATS}
"""The extensions of formats by their names. Other formats have their names as extensions."""


class _Range(NamedTuple):
    """A media range of an ``Accept`` header, with its parameters and quality."""

    type: str
    parameters: ItemsView[str, str]
    quality: float


class _Match(NamedTuple):
    """How well an offer suits a client; the greatest match is the best.

    :param nearness: 4 for the media type itself, 3 if only its parameters differ, 2 for an older
        name of it, 1 for a range such as ``text/*`` or ``*/*``; 0 for none.
    """

    quality: float
    nearness: int


@dataclass(frozen=True)
class Wish:
    """What a request says about the format of its answer.

    :param names: the values of ``?format=`` and the like.
    :param accept: the ``Accept`` header; empty without it.
    :param extension: the one that its path ends with, which wins over both; None without one.
    """

    names: tuple[str, ...]
    accept: str
    extension: str | None = None

    def choose(
        self,
        offers: Mapping[str, str],
        *,
        usual: str = "",
        elsewhere: Mapping[str, str] | None = None,
    ) -> str:
        """Return the name of the representation to send.

        A format that is named wins over the ``Accept`` header. A name that means nothing here
        counts for nothing where the header says what the client takes.

        :param offers: media types by name. Of those that a client takes equally, the first is sent.
        :param usual: what a client gets that names no type (``*/*``); the first offer without it.
        :param elsewhere: what other questions at this address offer, and this one does not. A
            client that names one does not know which question it asks.
        :raises NotAcceptable: when no offer matches; the problem lists the offers.
        :raises NotFound: when no offer has the extension; it lists those that are offered.
        """
        if self.extension is not None:
            return _with_extension(self.extension, offers)
        for name in self.names:
            found = _named(name, offers)
            if found:
                return found
        listed = tuple(offers.items())
        if self.names and not self._says_more_than(self.names, elsewhere or {}):
            message = f"There is no format {self.names[0][:80]!r} here, only {', '.join(offers)}."
            raise NotAcceptable.naming(message, offers.values())
        best = _best(self.accept, listed, usual)
        if best is None:
            message = "None of the media types you accept is available."
            raise NotAcceptable.naming(message, offers.values())
        return best

    def _says_more_than(self, names: Iterable[str], elsewhere: Mapping[str, str]) -> bool:
        """Tell whether the header says what to send where the names of formats do not."""
        if any(one.type != ANYTHING for one in _ranges(self.accept)):
            return True
        return bool(self.accept) and any(_named(name, elsewhere) for name in names)


def wish_of_request() -> Wish:
    """Return what the current request says about the format of its answer."""
    form = request.mimetype == "application/x-www-form-urlencoded"
    source = request.values if form else request.args  # other bodies are for others to read
    given = [value for name in FORMAT_PARAMETERS for value in source.getlist(name)]
    return Wish(wishes(given), request.headers.get("Accept", ""), extension())


def extension() -> str | None:
    """Return what follows the dot in the last part of the path, if that is no part of a name."""
    found: str | None = g.get("extension")
    return found


def wishes(values: Iterable[str]) -> tuple[str, ...]:
    """Return the formats that the values of parameters name: one or several each, or none."""
    return tuple(name.strip() for value in values for name in value.split(",") if name.strip())


def choose(offers: Mapping[str, str], *, usual: str = "") -> str:
    """Return the name of the representation that the current request asks for.

    An extension wins over ``?format=``, and that over the ``Accept`` header; see
    :meth:`Wish.choose`.

    :raises NotAcceptable: when no offer matches; the problem lists the offers.
    :raises NotFound: when no offer has the extension; it lists those that are offered.
    """
    name = wish_of_request().choose(offers, usual=usual)
    if offers[name] != HTML:
        languages.use_usual()
    return name


def wants_html() -> bool:
    """Return whether the client prefers HTML over JSON, as browsers do."""
    json = {"problem": "application/problem+json", "json": "application/json"}
    return _best(request.headers.get("Accept", ""), tuple({**json, "html": HTML}.items())) == "html"


def etag(*parts: object) -> str:
    """Return a strong entity tag for all that a representation depends on."""
    return generate_etag("\n".join(map(str, parts)).encode())


def _with_extension(extension: str, offers: Mapping[str, str]) -> str:
    # A media type with parameters is a form of a format, and has no extension of its own.
    known = {EXTENSIONS.get(n, n): n for n, media_type in offers.items() if ";" not in media_type}
    found = known.get(extension.lower())
    if found is None:
        raise NotFound(f"Unknown extension .{extension[:80]}. Use one of .{', .'.join(known)}.")
    return found


def _named(name: str, offers: Mapping[str, str]) -> str | None:
    """Return the name of the offer that a client calls `name`."""
    # In a query string, a raw plus is a blank.
    plain = name.lower().replace(" ", "+")
    if plain in offers:
        return plain
    by_type = {media_type: own for own, media_type in offers.items()}
    plain = plain if plain in by_type else plain.partition(";")[0]
    return next((by_type[t] for t in (plain, *MEANINGS.get(plain, ())) if t in by_type), None)


@lru_cache(maxsize=MAX_KEPT_HEADERS)
def _ranges(header: str) -> tuple[_Range, ...]:
    """Read an ``Accept`` header; what is no media range with a quality is left out.

    A header of which nothing is left says nothing, as one that was not sent.
    """
    return tuple(_read(header)) or (_Range(ANYTHING, {}.items(), 1.0),)


def _read(header: str) -> Iterator[_Range]:
    for item in parse_list_header(header):
        media_type, parameters = _split(item)
        media_type = ANYTHING if media_type == "*" else media_type
        try:
            quality = float(parameters.pop("q", "1"))
        except ValueError:
            continue
        if media_type.count("/") == 1 and 0 <= quality <= 1:
            yield _Range(media_type, parameters.items(), quality)


@lru_cache(maxsize=MAX_KEPT_HEADERS)
def _best(header: str, offers: Offers, usual: str = "") -> str | None:
    """Return the name of the best offer for an ``Accept`` header, or None."""
    found = [(_match(header, media_type), name) for name, media_type in offers]
    best = max(match for match, _ in found)
    if not best.quality:
        return None
    names = [name for match, name in found if match == best]
    return usual if best.nearness == 1 and usual in names else names[0]


def _match(header: str, media_type: str) -> _Match:
    """Return how well a media type suits a client that may know it by an older name."""
    older = [_matched(header, name) for name in _older(media_type)]
    return max(
        [
            _matched(header, media_type),
            *(_Match(found.quality, 2) for found in older if found.nearness > 2),
        ]
    )


def _matched(header: str, media_type: str) -> _Match:
    """Return the quality of a media type: that of the most specific range (section 12.5.1)."""
    plain, parameters = _split(media_type)
    family = f"{plain.partition('/')[0]}/*"
    found = []
    for one in _ranges(header):
        if one.type == plain:
            found.append((3 + (one.parameters == parameters.items()), one.quality))
        elif one.type in (family, ANYTHING):
            found.append((1 + (one.type == family), one.quality))
    specificity, quality = max(found, default=(0, 0.0))
    return _Match(quality, specificity if specificity > 2 else min(specificity, 1))


def _older(media_type: str) -> list[str]:
    return [name for name, types in MEANINGS.items() if media_type in types and "/" in name]


def _split(media_type: str) -> tuple[str, dict[str, str]]:
    """Return a media type in lower case, and its parameters, though a value lacks its quotes."""
    message = Message()
    message["Content-Type"] = media_type
    (plain, _), *parameters = message.get_params([("", "")])
    return plain.lower(), {name.lower(): value for name, value in parameters}


@lru_cache(maxsize=MAX_KEPT_HEADERS)
def shown(accept: str, media_type: str) -> str:
    """Return the media type to state: an older name of it where the client takes only that.

    :param accept: the ``Accept`` header; empty without it.
    """
    if _matched(accept, media_type).quality:
        return media_type
    best = max(_older(media_type), key=lambda n: _matched(accept, n).quality, default=media_type)
    return best if _matched(accept, best).quality else media_type
