"""The words for the values of facets."""

from __future__ import annotations

from babel import Locale

from ctgraph.projections.search_fields import Facet
from ctgraph.vocab import vocabulary

WORDS = {
    "credential": "Credentials",
    "learning": "Courses and programs",
    "assessment": "Assessments",
    "organization": "Organizations",
    "pathway": "Pathways",
    "competency": "Competencies and frameworks",
    "work": "Jobs and occupations",
    "other": "Other records",
    "accredited": "Accredited",
    "approved": "Approved",
    "recognized": "Recognized",
    "regulated": "Regulated",
    "costs": "Costs",
    "outcomes": "Outcomes",
    "transfer-value": "Transfer value",
    "competencies": "Competencies",
    "financial-aid": "Financial aid",
    "has-pathway": "A pathway",
}
"""The words for values that are the Finder's own."""
_OWN = {Facet.FAMILY, Facet.ASSURANCE, Facet.HAS}
_AS_WRITTEN = {Facet.INDUSTRY, Facet.OCCUPATION, Facet.PROGRAM, Facet.SUBJECT, Facet.COMPETENCY}


def label_of(facet: Facet, value: str) -> str:
    """Return the words for a value of a facet.

    >>> label_of(Facet.LEVEL, "audLevel:AssociateDegreeLevel")
    'Associate Degree Level'
    """
    if facet in _OWN:
        return (
            WORDS["has-pathway"]
            if value == "pathway" and facet is Facet.HAS
            else WORDS.get(value, value)
        )
    if facet is Facet.LANGUAGE:
        return str(Locale("en").languages.get(value, value))
    if facet is Facet.STATUS:
        return label_of_status(value)
    if facet is Facet.CONNECTION:
        return vocabulary().label(f"ceterms:{value}")
    if facet in _AS_WRITTEN or ":" not in value:
        return value
    return vocabulary().label(value)


def label_of_status(value: str) -> str:
    """Return the words for a status, which is a concept without its scheme."""
    schemes = ("credentialStat", "lifeCycle")
    terms = (vocabulary().term(f"{scheme}:{value}") for scheme in schemes)
    return next((term.label for term in terms if term), value)


TITLES = {
    Facet.FAMILY: "Kind",
    Facet.KIND: "Type",
    Facet.PROVIDER: "Provider",
    Facet.COUNTRY: "Country",
    Facet.REGION: "State or region",
    Facet.CITY: "City",
    Facet.LEVEL: "Level",
    Facet.AUDIENCE: "Audience",
    Facet.DELIVERY: "Delivery",
    Facet.LANGUAGE: "Language",
    Facet.STATUS: "Status",
    Facet.INDUSTRY: "Industry",
    Facet.OCCUPATION: "Occupation",
    Facet.PROGRAM: "Field of study",
    Facet.SUBJECT: "Subject",
    Facet.COMPETENCY: "Competency",
    Facet.ASSURANCE: "Quality assurance",
    Facet.ASSURER: "Assured by",
    Facet.ASSESSMENT_DELIVERY: "Delivery of assessments",
    Facet.COLLECTION: "Collection",
    Facet.HAS: "Has",
    Facet.CONNECTION: "Connections",
    Facet.ORGANIZATION_TYPE: "Type of organization",
    Facet.SERVICE: "Service",
    Facet.SECTOR: "Sector",
}
"""The titles of the facets."""
PARTS = {facet.value: title for facet, title in TITLES.items()} | {
    "q": "Words",
    "near": "Place",
    "box": "Part of the map",
    "cost-min": "Costs at least",
    "cost-max": "Costs at most",
    "days-min": "Takes at least",
    "days-max": "Takes at most",
    "completeness-min": "Completeness",
    "completeness-max": "Completeness",
    "created-since": "Created since",
    "updated-since": "Updated since",
    "confirmed-since": "Confirmed since",
}
"""The titles of the parts of a search, by their parameters."""
