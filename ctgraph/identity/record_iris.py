"""Canonical IRIs: one record has one IRI, however a document spells it.

Records link to each other by ``{base}/resources/{ctid}``. Real documents spell such links with
the hosts of other registries, with ``/graph/`` or ``/envelopes/``, with http, and with upper case;
all of them are brought to the one canonical form, so that links join.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from ctgraph.identity import ctid
from ctgraph.settings import Settings


@dataclass(frozen=True)
class Identity:
    """The IRIs of one registry.

    :param base: base of the canonical IRIs, without a trailing slash.
    :param alias_hosts: further hosts (with port) whose record IRIs mean records of this registry.
    """

    base: str
    alias_hosts: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Identity:
        """Return the identity that the settings describe."""
        return cls(settings.base_url, settings.alias_hosts)

    def resource(self, record: str) -> str:
        """Return the IRI of an entity."""
        return f"{self.base}/resources/{record}"

    def graph(self, record: str) -> str:
        """Return the IRI of a graph document, which is the name of its named graph."""
        return f"{self.base}/graph/{record}"

    def links(self, record: str) -> str:
        """Return the IRI of the named graph that holds the links which a document asserts."""
        return f"{self.base}/links/{record}"

    @cached_property
    def _alias(self) -> re.Pattern[str]:
        own = urlsplit(self.base)
        roots = [re.escape(own.netloc + own.path), *map(re.escape, self.alias_hosts)]
        return re.compile(
            rf"https?://(?:{'|'.join(roots)})(?:/(?!resources/|graph/|envelopes/)[\w-]+)?"
            rf"/(?:resources|graph|envelopes)/({ctid.PATTERN})/?",
            re.IGNORECASE,
        )

    def ctid_of(self, iri: str) -> str | None:
        """Return the CTID of a record's IRI in any of its spellings, or None for other IRIs."""
        # Most values are no links; the cheap test spares them the expression.
        if "/ce-" not in iri.lower():
            return None
        match = self._alias.fullmatch(iri)
        return match[1].lower() if match else None

    @cached_property
    def _within(self) -> re.Pattern[str]:
        ours = []
        for root in (self.base.partition("://")[2], *self.alias_hosts):
            host, slash, path = root.partition("/")
            port = "" if ":" in host else r"\.?(?::(?:80|443)?)?"
            ours.append(re.escape(host) + port + re.escape(slash + path))
        return re.compile(rf"https?:/*(?:[^/?#@]*@)?(?:{'|'.join(ours)})(?:[/?#].*)?",
                          re.IGNORECASE | re.DOTALL)  # fmt: skip

    def holds(self, iri: str) -> bool:
        """Tell whether an IRI lies under the base or on an alias host: whatever this registry
        serves, or might be taken to serve, in any spelling of the host."""
        return self._within.fullmatch(iri) is not None

    def canonical(self, iri: str) -> str:
        """Return the canonical spelling of an IRI."""
        record = self.ctid_of(iri)
        return self.resource(record) if record else iri
