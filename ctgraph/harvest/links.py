"""Links with their types (RFC 8288), and the times that Mementos add to them (RFC 7089)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import format_datetime
from typing import NamedTuple


class Link(NamedTuple):
    """A link from one thing to another.

    :param rel: its relation types, with blanks between them.
    :param type: the media type of its target; empty for none.
    :param datetime: of a Memento, when it was made, as HTTP writes it; empty for none.
    :param begin: of a TimeMap, the time of its first Memento, as HTTP writes it; empty for none.
    :param until: of a TimeMap, the time of its last Memento, as HTTP writes it; empty for none.
    :param profile: the IRI of the profile that its target follows (RFC 6906); empty for none.
    :param anchor: what it leads from; empty for the thing that it is sent with.
    """

    href: str
    rel: str
    type: str = ""
    datetime: str = ""
    begin: str = ""
    until: str = ""
    anchor: str = ""
    profile: str = ""

    def __str__(self) -> str:
        """Write it as in a ``Link`` header."""
        more = (
            ("anchor", self.anchor),
            ("type", self.type),
            ("profile", self.profile),
            ("datetime", self.datetime),
            ("from", self.begin),
            ("until", self.until),
        )
        said = "".join(f'; {name}="{value}"' for name, value in more if value)
        return f'<{self.href}>; rel="{self.rel}"{said}'


def header(links: Iterable[Link]) -> str:
    """Return the value of a ``Link`` header."""
    return ", ".join(map(str, links))


def link_format(links: Iterable[Link]) -> str:
    """Return a document in application/link-format (RFC 6690) or application/linkset (RFC 9264)."""
    return ",\n".join(map(str, links)) + "\n"


def http_time(moment: str) -> str:
    """Return a time of the ledger as HTTP writes it, in whole seconds (RFC 9110, section 5.6.7)."""
    return format_datetime(datetime.fromisoformat(moment), usegmt=True)
