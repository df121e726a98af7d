"""The plan of the sample: kind, CTID, owner, class and links of each document.

All are pure functions of the seed and the document's number, so that a document can link to any
other one without keeping anything in memory.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Collection
from enum import StrEnum

from ctgraph.bulk.sample.words import SUBJECTS
from ctgraph.identity.ctid import Ctid
from ctgraph.rdf.namespaces import Iri

BASE = "http://localhost:8000"
DOCUMENTS_PER_ORGANIZATION = 60
"""The ratio of the live registry, roughly."""
MAX_DRAWS_PER_LINK = 40
"""Draws for one link before it is left out: a small sample may have nothing to link to."""


class Kind(StrEnum):
    """The kinds of documents in the sample."""

    ORGANIZATION = "organization"
    CREDENTIAL = "credential"
    COURSE = "course"
    PROGRAM = "program"
    ASSESSMENT = "assessment"
    TRANSFER = "transfer"
    FRAMEWORK = "framework"


_SHARES = (
    (Kind.CREDENTIAL, 20),
    (Kind.COURSE, 7),
    (Kind.PROGRAM, 3),
    (Kind.ASSESSMENT, 26),
    (Kind.TRANSFER, 5),
    (Kind.FRAMEWORK, 39),
)
"""The shares of the documents that are not organizations, in percent."""
_CREDENTIALS = (
    ("ceterms:Badge", 10, 1),
    ("ceterms:MicroCredential", 8, 1),
    ("ceterms:CertificateOfCompletion", 14, 1),
    ("ceterms:Certificate", 26, 2),
    ("ceterms:Diploma", 4, 2),
    ("ceterms:ApprenticeshipCertificate", 3, 3),
    ("ceterms:Certification", 12, 3),
    ("ceterms:AssociateDegree", 8, 3),
    ("ceterms:License", 5, 4),
    ("ceterms:BachelorDegree", 6, 4),
    ("ceterms:MasterDegree", 3, 5),
    ("ceterms:DoctoralDegree", 1, 6),
)
"""Classes with their share in percent, and their level. A credential mostly requires lower ones."""
_KINDS = [kind for kind, share in _SHARES for _ in range(share)]
_CLASSES = [(name, level) for name, share, level in _CREDENTIALS for _ in range(share)]


def _mix(value: int) -> int:
    """Scatter an integer over 64 bits (the finalizer of SplitMix64)."""
    value = (value + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 31)


class Population:
    """The functions of document number and seed that make up a sample."""

    def __init__(self, documents: int, seed: int) -> None:
        self._documents = documents
        self._seed = _mix(seed)
        fewest = 1 if documents < 20 else 2
        self._organizations = max(fewest, documents // DOCUMENTS_PER_ORGANIZATION)

    def chance(self, index: int) -> random.Random:
        """Return the source of random numbers for one document."""
        return random.Random(self._seed ^ _mix(index))

    def kind(self, index: int) -> Kind:
        """Return the kind of a document."""
        if index < self._organizations:
            return Kind.ORGANIZATION
        return _KINDS[_mix(self._seed ^ _mix(index * 2 + 1)) % 100]

    def ctid(self, index: int, part: int = 0) -> Ctid:
        """Return the CTID of a document, or of one of its parts."""
        high = _mix(self._seed ^ _mix(index * 1_000_003 + part))
        digits = f"{high:016x}{_mix(high ^ index):016x}"
        variant = "89ab"[int(digits[16], 16) % 4]
        return Ctid(
            f"ce-{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-"
            f"{variant}{digits[17:20]}-{digits[20:]}"
        )

    def iri(self, index: int, part: int = 0) -> Iri:
        """Return the IRI of a document's entity, or of one of its parts."""
        return Iri(f"{BASE}/resources/{self.ctid(index, part)}")

    def owner(self, index: int) -> int:
        """Return the number of the organization that owns a document."""
        # Squaring makes some organizations publish much more than others.
        share = _mix(self._seed ^ _mix(index + 3)) / 2**64
        return int(share * share * self._organizations)

    def credential_class(self, index: int) -> tuple[str, int]:
        """Return the class of a credential, and its level."""
        return _CLASSES[_mix(self._seed ^ _mix(index * 5 + 2)) % 100]

    def subject(self, index: int) -> str:
        """Return the subject that a document is about."""
        return SUBJECTS[_mix(self._seed ^ _mix(index + 11)) % len(SUBJECTS)]

    def some(
        self, kinds: Collection[Kind], count: int, other_than: int, chance: random.Random
    ) -> list[str]:
        """Return the IRIs of up to `count` documents of some kinds."""
        return self._find(lambda other: self.kind(other) in kinds, count, other_than, chance)

    def credentials(
        self, level: int, count: int, above: bool, other_than: int, chance: random.Random
    ) -> list[str]:
        """Return the IRIs of credentials of lower or higher levels, with a few exceptions."""

        def fits(index: int) -> bool:
            if self.kind(index) is not Kind.CREDENTIAL:
                return False
            other = self.credential_class(index)[1]
            return (other != level and (other > level) == above) or chance.random() < 0.03

        return self._find(fits, count, other_than, chance)

    def _find(
        self, fits: Callable[[int], bool], count: int, other_than: int, chance: random.Random
    ) -> list[str]:
        """Return the IRIs of up to `count` fitting documents other than one."""
        others = self._documents - self._organizations
        found: dict[str, None] = {}
        for _ in range(count * MAX_DRAWS_PER_LINK):
            if len(found) == count:
                break
            drawn = chance.random()
            # Early documents are hubs. A square root, unlike a power, is exact on every machine.
            index = self._organizations + int(others * drawn * math.sqrt(drawn))
            if index != other_than and fits(index):
                found[self.iri(index)] = None
        return list(found)
