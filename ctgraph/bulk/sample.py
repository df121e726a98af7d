"""A synthetic registry of any size, deterministic by seed, shaped like the live one.

The class, the CTID and the owner of document ``i`` are pure functions of the seed and ``i``, so a
document can link to any other without anything being kept in memory.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from typing import Any

BASE = "http://localhost:8000"
CTDL = "https://credreg.net/ctdl/schema/context/json"
CTDLASN = "https://credreg.net/ctdlasn/schema/context/json"
ORGANIZATION_EVERY = 60

# Shares of the documents that are no organizations, in percent.
SHARES = (
    ("credential", 20),
    ("course", 7),
    ("program", 3),
    ("assessment", 26),
    ("transfer", 5),
    ("framework", 39),
)
# Classes with their share in percent, and their level: a credential mostly requires lower ones.
CREDENTIALS = (
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
KINDS = [kind for kind, share in SHARES for _ in range(share)]
CLASSES = [(name, level) for name, share, level in CREDENTIALS for _ in range(share)]
SUBJECTS = (
    "Welding",
    "Nursing",
    "Cybersecurity",
    "Accounting",
    "Early Childhood Education",
    "Data Analytics",
    "Electrical Work",
    "Automotive Service",
    "Culinary Arts",
    "Paralegal Studies",
    "Supply Chain Management",
    "Medical Coding",
    "Carpentry",
    "Network Administration",
    "Graphic Design",
    "Phlebotomy",
    "Emergency Medicine",
    "Machining",
    "Hospitality",
    "Water Treatment",
)
QUALITIES = (
    "Applied",
    "Advanced",
    "Introductory",
    "Professional",
    "Industrial",
    "Clinical",
    "Community",
    "Rural",
    "Integrated",
    "Modern",
)
PLACES = (
    "Ashford",
    "Brookfield",
    "Cedar Falls",
    "Dunmore",
    "Eastvale",
    "Fairhaven",
    "Glenrock",
    "Hartwell",
    "Ironwood",
    "Juniper",
    "Kingsbridge",
    "Lakemont",
    "Millbrook",
    "Norwood",
    "Oakdale",
    "Pinecrest",
)
ACTIONS = (
    "plans",
    "inspects",
    "documents",
    "measures",
    "repairs",
    "explains",
    "compares",
    "operates",
    "maintains",
    "designs",
)
OBJECTS = (
    "equipment",
    "records",
    "procedures",
    "safety hazards",
    "materials",
    "customer needs",
    "test results",
    "schedules",
    "drawings",
    "costs",
)
OCCUPATIONS = (
    ("51-4121.00", "Welders"),
    ("29-1141.00", "Registered Nurses"),
    ("15-1212.00", "Information Security Analysts"),
    ("13-2011.00", "Accountants"),
    ("47-2111.00", "Electricians"),
    ("25-2011.00", "Preschool Teachers"),
)
CONDITIONS = (
    "ceterms:recommends",
    "ceterms:preparationFrom",
    "ceterms:isPreparationFor",
    "ceterms:advancedStandingFrom",
    "ceterms:isAdvancedStandingFor",
    "ceterms:isRequiredFor",
)

Node = dict[str, Any]


def generate(documents: int, seed: int = 0) -> Iterator[Node]:
    """Yield a registry of `documents` graph documents, the organizations first.

    The same arguments give the same documents on every machine. Memory does not grow with their
    number.
    """
    registry = _Registry(documents, seed)
    for index in range(documents):
        yield registry.document(index)


def _mix(value: int) -> int:
    """Scatter an integer over 64 bits (the finalizer of SplitMix64)."""
    value = (value + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return value ^ (value >> 31)


def _text(text: str) -> dict[str, str]:
    return {"en-US": text}


def _filled(node: Node) -> Node:
    """Drop empty lists: a small registry has not always something to link to."""
    return {key: value for key, value in node.items() if value != []}


def _profile(about: str, targets: Node) -> Node:
    """Return a condition profile."""
    return _filled(
        {"@type": "ceterms:ConditionProfile", "ceterms:description": _text(about), **targets}
    )


def _aligned(scheme: str, concept: str, name: str) -> Node:
    """Return a controlled value as an alignment object."""
    return {
        "@type": "ceterms:CredentialAlignmentObject",
        "ceterms:framework": f"https://credreg.net/ctdl/terms/{scheme}",
        "ceterms:frameworkName": _text(scheme),
        "ceterms:targetNode": concept,
        "ceterms:targetNodeName": _text(name),
    }


class _Registry:
    """The functions of document number and seed that make up a registry."""

    def __init__(self, documents: int, seed: int) -> None:
        self._documents = documents
        self._seed = _mix(seed)
        self._organizations = max(1 if documents < 20 else 2, documents // ORGANIZATION_EVERY)

    def document(self, index: int) -> Node:
        kind = self._kind(index)
        chance = random.Random(self._seed ^ _mix(index))
        node = getattr(self, f"_{kind}")(index, chance)
        nodes = node if isinstance(node, list) else [_filled(node)]
        context = CTDLASN if kind == "framework" else CTDL
        return {"@context": context, "@id": f"{BASE}/graph/{self._ctid(index)}", "@graph": nodes}

    def _kind(self, index: int) -> str:
        if index < self._organizations:
            return "organization"
        return KINDS[_mix(self._seed ^ _mix(index * 2 + 1)) % 100]

    def _ctid(self, index: int, part: int = 0) -> str:
        high = _mix(self._seed ^ _mix(index * 1_000_003 + part))
        digits = f"{high:016x}{_mix(high ^ index):016x}"
        variant = "89ab"[int(digits[16], 16) % 4]
        return (
            f"ce-{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-"
            f"{variant}{digits[17:20]}-{digits[20:]}"
        )

    def _iri(self, index: int, part: int = 0) -> str:
        return f"{BASE}/resources/{self._ctid(index, part)}"

    def _owner(self, index: int) -> int:
        # Squaring makes some organizations publish much more than others.
        share = _mix(self._seed ^ _mix(index + 3)) / 2**64
        return int(share * share * self._organizations)

    def _credential_class(self, index: int) -> tuple[str, int]:
        return CLASSES[_mix(self._seed ^ _mix(index * 5 + 2)) % 100]

    def _find(
        self, fits: Callable[[int], bool], count: int, not_: int, chance: random.Random
    ) -> list[str]:
        """Return the IRIs of up to `count` fitting documents other than `not_`."""
        others = self._documents - self._organizations
        found: dict[str, None] = {}
        for _ in range(count * 40):
            if len(found) == count:
                break
            drawn = chance.random()
            # Early documents are hubs. A square root, unlike a power, is exact on every machine.
            index = self._organizations + int(others * drawn * math.sqrt(drawn))
            if index != not_ and fits(index):
                found[self._iri(index)] = None
        return list(found)

    def _some(
        self, kinds: tuple[str, ...], count: int, not_: int, chance: random.Random
    ) -> list[str]:
        return self._find(lambda other: self._kind(other) in kinds, count, not_, chance)

    def _credentials(
        self, level: int, count: int, above: bool, not_: int, chance: random.Random
    ) -> list[str]:
        """Return credentials of lower (or higher) levels, with a few exceptions as in life."""

        def fits(index: int) -> bool:
            if self._kind(index) != "credential":
                return False
            other = self._credential_class(index)[1]
            return (other != level and (other > level) == above) or chance.random() < 0.03

        return self._find(fits, count, not_, chance)

    def _subject(self, index: int) -> str:
        return SUBJECTS[_mix(self._seed ^ _mix(index + 11)) % len(SUBJECTS)]

    def _base(self, kind: str, index: int, name: str, about: str) -> Node:
        return {
            "@type": kind,
            "@id": self._iri(index),
            "ceterms:ctid": self._ctid(index),
            "ceterms:name": _text(name),
            "ceterms:description": _text(about),
            "ceterms:subjectWebpage": f"https://provider{self._owner(index)}.example/{index}",
            "ceterms:ownedBy": [self._iri(self._owner(index))],
        }

    def _organization(self, index: int, chance: random.Random) -> Node:
        place = PLACES[index % len(PLACES)]
        name = f"{place} {chance.choice(('College', 'University', 'Institute'))} {index}"
        node = self._base(
            "ceterms:CredentialOrganization",
            index,
            name,
            f"{name} offers education and training around {place}.",
        )
        del node["ceterms:ownedBy"]
        node["ceterms:subjectWebpage"] = f"https://provider{index}.example/"
        node["ceterms:agentType"] = [_aligned("OrganizationType", "orgType:TwoYear", "Two-Year")]
        node["ceterms:agentSectorType"] = _aligned("AgentSector", "agentSector:Public", "Public")
        node["ceterms:email"] = [f"office@provider{index}.example"]
        node["ceterms:address"] = [
            {"@type": "ceterms:Place", "ceterms:addressLocality": _text(place)}
        ]
        return node

    def _condition(self, index: int, name: str, chance: random.Random) -> Node:
        """Return a condition profile of the kind that the property `name` wants."""
        level, above = self._credential_class(index)[1], name.startswith("ceterms:is")
        learning = chance.randint(1, 3) if name == "ceterms:requires" else chance.randint(0, 1)
        targets: Node = {
            "ceterms:targetCredential": self._credentials(
                level, chance.randint(1, 3), above, index, chance
            ),
            "ceterms:targetLearningOpportunity": self._some(
                ("course", "program"), learning, index, chance
            ),
        }
        if chance.random() < 0.4:
            targets["ceterms:targetAssessment"] = self._some(("assessment",), 1, index, chance)
        if chance.random() < 0.1:
            other = self._credentials(level, 1, above, index, chance)
            targets["ceterms:alternativeCondition"] = [
                _profile("Or hold this instead of the above.", {"ceterms:targetCredential": other})
            ]
        return _profile(f"{chance.choice(QUALITIES)} preparation counts here.", targets)

    def _credential(self, index: int, chance: random.Random) -> Node:
        kind, level = self._credential_class(index)
        title = "".join(f" {c}" if c.isupper() else c for c in kind.partition(":")[2]).strip()
        subject, quality = self._subject(index), chance.choice(QUALITIES)
        about = f"Its holder is ready for {quality.lower()} work in {subject}."
        node = self._base(kind, index, f"{quality} {subject} {title} {index}", about)
        node["ceterms:inLanguage"] = ["en-US"]
        status = _aligned("CredentialStatus", "credentialStat:Active", "Active")
        node["ceterms:credentialStatusType"] = status
        node["ceterms:keyword"] = {"en-US": [subject, quality]}
        node["ceterms:requires"] = [self._condition(index, "ceterms:requires", chance)]
        for name in chance.sample(CONDITIONS, 3):
            node[name] = [self._condition(index, name, chance)]
        if chance.random() < 0.15:
            node["ceterms:hasPart"] = self._credentials(level, 2, False, index, chance)
        if chance.random() < 0.5:
            code, occupation = chance.choice(OCCUPATIONS)
            node["ceterms:occupationType"] = [
                {
                    "@type": "ceterms:CredentialAlignmentObject",
                    "ceterms:codedNotation": code,
                    "ceterms:targetNodeName": _text(occupation),
                }
            ]
        if chance.random() < 0.4:
            node["ceterms:estimatedCost"] = [
                {
                    "@type": "ceterms:CostProfile",
                    "ceterms:currency": "USD",
                    "ceterms:description": _text("Tuition and fees for the whole credential."),
                    "ceterms:price": chance.randint(2, 400) * 50.0,
                }
            ]
        return node

    def _learning(self, kind: str, index: int, chance: random.Random) -> Node:
        subject = self._subject(index)
        node = self._base(
            kind,
            index,
            f"{chance.choice(QUALITIES)} {subject} {index}",
            f"What people who are new to {subject} need at work.",
        )
        node["ceterms:inLanguage"] = ["en-US"]
        status = _aligned("LifeCycleStatus", "lifeCycle:Active", "Active")
        node["ceterms:lifeCycleStatusType"] = status
        node["ceterms:estimatedDuration"] = [
            {
                "@type": "ceterms:DurationProfile",
                "ceterms:exactDuration": f"P{chance.randint(2, 40)}W",
            }
        ]
        above = self._credentials(0, 3, True, index, chance)
        node["ceterms:isPreparationFor"] = [
            _profile("Counts toward these credentials.", {"ceterms:targetCredential": above})
        ]
        return node

    def _course(self, index: int, chance: random.Random) -> Node:
        node = self._learning("ceterms:Course", index, chance)
        node["ceterms:prerequisite"] = self._some(("course",), 1, index, chance)
        return node

    def _program(self, index: int, chance: random.Random) -> Node:
        node = self._learning("ceterms:LearningProgram", index, chance)
        node["ceterms:hasPart"] = self._some(("course",), chance.randint(3, 6), index, chance)
        held = self._credentials(3, 2, False, index, chance)
        node["ceterms:entryCondition"] = [
            _profile("Hold one of these to enter.", {"ceterms:targetCredential": held})
        ]
        return node

    def _assessment(self, index: int, chance: random.Random) -> Node:
        node = self._learning("ceterms:AssessmentProfile", index, chance)
        node["ceterms:name"] = _text(f"{self._subject(index)} Examination {index}")
        method = _aligned("AssessmentMethod", "assessMethod:Exam", "Exam")
        node["ceterms:assessmentMethodType"] = [method]
        node["ceterms:deliveryType"] = [_aligned("Delivery", "deliveryType:InPerson", "In-Person")]
        return node

    def _transfer(self, index: int, chance: random.Random) -> Node:
        node = self._base(
            "ceterms:TransferValueProfile",
            index,
            f"Transfer Agreement {index}",
            f"Credit for earlier learning in {self._subject(index)}.",
        )
        node["ceterms:transferValue"] = [
            {
                "@type": "ceterms:ValueProfile",
                "schema:value": float(chance.randint(1, 30)),
                "schema:description": _text("Semester hours of credit."),
            }
        ]
        node["ceterms:transferValueFrom"] = self._some(("course", "assessment"), 3, index, chance)
        node["ceterms:transferValueFor"] = self._some(("credential", "program"), 2, index, chance)
        return node

    def _framework(self, index: int, chance: random.Random) -> list[Node]:
        # Most frameworks are small; one in forty is large, one in two thousand huge.
        drawn = chance.random()
        size = chance.randint(2, 8)
        if drawn < 0.0005:
            size = chance.randint(300, 900)
        elif drawn < 0.027:
            size = chance.randint(41, 150)
        subject = self._subject(index)
        parts = range(1, size + 1)
        framework = {
            "@type": "ceasn:CompetencyFramework",
            "@id": self._iri(index),
            "ceterms:ctid": self._ctid(index),
            "ceasn:name": _text(f"{chance.choice(QUALITIES)} {subject} Competencies {index}"),
            "ceasn:description": _text(f"What people who work in {subject} can do."),
            "ceasn:inLanguage": ["en-US"],
            "ceasn:publisher": [self._iri(self._owner(index))],
            "ceasn:hasTopChild": [self._iri(index, part) for part in parts],
        }
        return [framework, *(self._competency(index, part, subject, chance) for part in parts)]

    def _competency(self, index: int, part: int, subject: str, chance: random.Random) -> Node:
        text = f"{chance.choice(ACTIONS).capitalize()} {chance.choice(OBJECTS)} in {subject}."
        return {
            "@type": "ceasn:Competency",
            "@id": self._iri(index, part),
            "ceterms:ctid": self._ctid(index, part),
            "ceasn:competencyText": _text(text),
            "ceasn:isPartOf": [self._iri(index)],
            "ceasn:isTopChildOf": self._iri(index),
        }
