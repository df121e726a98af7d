"""Drafting a record by hand: begin it, change it, see what is wrong with it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson

from ctgraph.documents.entities import ctids_in
from ctgraph.documents.imports import as_ctdl
from ctgraph.documents.node_values import name_of, shortened, texts_in
from ctgraph.errors import (
    BadParameter,
    Conflict,
    CtgraphError,
    Gone,
    InvalidDocument,
    NotFound,
    RecordNotFound,
)
from ctgraph.forms.values import LANGUAGE, Node
from ctgraph.identity import Identity, ctid
from ctgraph.identity.ctid import Ctid
from ctgraph.ledger import Ledger
from ctgraph.ledger.drafts import digest_of
from ctgraph.ledger.values import Organization
from ctgraph.problem import Problem, Severity
from ctgraph.publishing.intake import accept_here
from ctgraph.rdf.namespaces import Curie
from ctgraph.settings import Settings
from ctgraph.vocab import CONTEXT_URLS, vocabulary
from ctgraph.work.calls import Runner, directly

_BEGUN = {
    "ceterms:credentialStatusType": "credentialStat:Active",
    "ceterms:lifeCycleStatusType": "lifeCycle:Active",
}
"""The states that most new records have."""


@dataclass(frozen=True)
class Draft:
    """A record that is worked on.

    :param document: the draft, or the published document where there is none.
    :param is_draft: whether it differs from what is published, or nothing is.
    :param version: the number of the published version; 0 where nothing is published.
    :param published: the primary entity of that version.
    :param digest: of the draft, for what is said of it; empty where there is none.
    """

    ctid: Ctid
    document: dict[str, Any]
    is_draft: bool
    version: int
    published: Node | None
    digest: str

    @property
    def entity(self) -> Node:
        """The primary entity; empty in a draft of another shape, which a program may save."""
        graph = self.document.get("@graph")
        first = graph[0] if isinstance(graph, list) and graph else None
        return first if isinstance(first, dict) else {}

    @property
    def seen(self) -> str:
        """What stands for this state of the record, so that nobody changes another one unseen."""
        return self.digest or str(self.version)

    @property
    def kind(self) -> Curie | None:
        """The class of the primary entity; None in a draft that no form can show."""
        kind = self.entity.get("@type")
        return Curie(kind) if isinstance(kind, str) else None


@dataclass(frozen=True)
class Drafting:
    """The use cases of drafting in one registry, for one organization."""

    settings: Settings
    ledger: Ledger
    owner: Organization

    @property
    def _identity(self) -> Identity:
        return Identity.of(self.settings)

    def begin(self, kind: Curie) -> Ctid:
        """Begin a record of a class; return its CTID."""
        record = ctid.mint()
        entity: Node = {
            "@type": kind,
            "@id": self._identity.resource(record),
            "ceterms:ctid": record,
        }
        known = {term.curie for term in vocabulary().properties_of(kind)}
        usual = self._own(kind) | {"ceterms:inLanguage": [LANGUAGE], "ceasn:inLanguage": [LANGUAGE]}
        entity |= {name: value for name, value in (_BEGUN | usual).items() if name in known}
        own = kind.startswith(("ceasn:", "asn:", "skos:"))
        context = CONTEXT_URLS["ctdlasn" if own else "ctdl"]
        document = {"@context": context, "@id": self._identity.graph(record), "@graph": [entity]}
        self.save(record, document)
        return record

    def take_over(self, file: Any) -> Ctid:
        """Begin a record from a decoded JSON document of CTDL, Open Badges or CASE.

        :raises BadParameter: when it is of no format that is known.
        """
        document = as_ctdl(file, self._identity)
        entity = document["@graph"][0]
        document["@graph"][0] = self._own(entity["@type"]) | entity
        record = ctid.canonical(entity["ceterms:ctid"])
        if not self.save(record, document, over=""):
            raise Conflict(f"There is a draft of {record} already. Publish or discard it first.")
        return record

    def _own(self, kind: str) -> Node:
        """Return what says whose record of a class it is."""
        mine = [self._identity.resource(self.owner.ctid)]
        known = {term.curie for term in vocabulary().properties_of(Curie(kind))}
        return {name: mine for name in ("ceterms:ownedBy", "ceasn:publisher") if name in known}

    def open(self, record: Ctid) -> Draft:
        """Return what is worked on: the draft, or what is published.

        :raises RecordNotFound: when the organization has neither.
        """
        published, version = self._published(record)
        try:
            document = self.ledger.drafts.document(self.owner.ctid, record)
        except NotFound:
            if not published:
                raise RecordNotFound(record) from None
            document, digest = published, ""
        else:
            digest = digest_of(document)
        entity = orjson.loads(published)["@graph"][0] if published else None
        return Draft(record, orjson.loads(document), bool(digest), version, entity, digest)

    def copy(self, record: Ctid) -> Ctid:
        """Begin a record as a copy of another one, with new CTIDs; return its own.

        :raises BadParameter: when no form can show the other one.
        """
        other = self.open(record)
        if other.kind is None:
            raise BadParameter("This draft has no @type. Give it one first.")
        document = other.document
        text = orjson.dumps(document).decode()
        renamed = {old: ctid.mint() for old in {record, *ctids_in(document, self._identity)}}
        for old, new in renamed.items():
            text = text.replace(old, new)
        self.save(renamed[record], orjson.loads(text))
        return renamed[record]

    def save(self, record: Ctid, document: dict[str, Any], over: str | None = None) -> bool:
        """Keep a draft; without a change of what is published, keep none.

        Tell whether it was kept: it is not in the place of another one than was meant.

        :param over: the digest of the draft in whose place it is, empty for none; without it, of
            whichever there is.
        :raises Forbidden: when it bears a CTID of another organization.
        :raises DraftsFull: when there are too many.
        """
        published, _ = self._published(record)
        if published and orjson.loads(published) == document:
            self.discard(record)
            return True
        name = shortened(name_of(document["@graph"][0])).replace("\0", "")
        borne, kind = ctids_in(document, self._identity), document["@graph"][0]["@type"]
        kind = kind.replace("\0", "")  # PostgreSQL takes no NUL in a text
        try:
            data = orjson.dumps(document)
        except orjson.JSONEncodeError as error:
            raise BadParameter(f"The record cannot be kept as JSON: {error}.") from None
        return self.ledger.drafts.save(self.owner, record, name, data, borne, kind, over)

    def discard(self, record: Ctid) -> None:
        """Delete a draft, if there is one."""
        try:
            self.ledger.drafts.delete(self.owner.ctid, record)
        except NotFound:
            return

    def problems(self, document: dict[str, Any], run: Runner = directly) -> list[Problem]:
        """Return what is wrong with a draft, and what would make it better, the worst first."""
        return self.problems_of(orjson.dumps(document), run)

    def problems_of(self, document: bytes, run: Runner = directly) -> list[Problem]:
        """Return what :meth:`problems` returns for a draft as it is kept."""
        try:
            _, report = run(accept_here, self.settings, document)
        except InvalidDocument as error:
            return error.problems
        except CtgraphError as error:
            return [Problem(error.message)]
        order = list(Severity)
        return sorted(report.problems, key=lambda problem: order.index(problem.severity))

    def names_in(self, *nodes: Node) -> dict[str, str]:
        """Return the names of the records that things refer to, by the addresses that are used.

        Records with the same name have none: only their addresses tell them apart.
        """
        used = {text: found for text in texts_in(nodes) if (found := self._identity.ctid_of(text))}
        held = self.ledger.records.names({*used.values()})
        drafts = self.ledger.drafts.of(self.owner.ctid) if used else []
        held = {one.ctid: one.name for one in drafts} | held
        names = {record: held[record] for record in used.values() if held.get(record)}
        shared = Counter(names.values())
        return {
            text: names[record]
            for text, record in used.items()
            if record in names and shared[names[record]] == 1
        }

    def _published(self, record: Ctid) -> tuple[bytes, int]:
        """Return the published document and its version; b"" and 0 where there is none of ours."""
        try:
            found = self.ledger.records.read(record)
        except (RecordNotFound, Gone):
            return b"", 0
        if found.envelope.owner != self.owner.ctid:
            return b"", 0
        return found.canonical, found.envelope.version
