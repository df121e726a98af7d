"""The fields of the search index, and how their texts become words."""

from __future__ import annotations

from enum import StrEnum
from functools import cache

import tantivy

STEMMED = {"en": "english", "es": "spanish"}
"""The languages whose words are reduced to their stems, by BCP 47 primary tag."""
MAX_WORD_BYTES = 80
"""The longest word that is indexed. Longer ones are hashes and encoded data."""
MARK = "mark"
"""The document that the sequence number stands in, in place of the CTID of a document."""


class Facet(StrEnum):
    """A property by which results are narrowed and counted. The value is the parameter's name."""

    FAMILY = "family"
    """credential, learning, assessment, organization, pathway, competency, work, other."""
    KIND = "type"
    """A class of records; a record also counts for each superclass (`ceterms:Degree`)."""
    PROVIDER = "provider"
    """The organization that owns or offers it, by CTID, or by IRI where it has no record."""
    COUNTRY = "country"
    REGION = "region"
    CITY = "city"
    LEVEL = "level"
    """Audience level type, a concept (`audLevel:AssociateDegreeLevel`)."""
    AUDIENCE = "audience"
    DELIVERY = "delivery"
    LANGUAGE = "language"
    """A BCP 47 primary tag, lower case (`en`)."""
    STATUS = "status"
    INDUSTRY = "industry"
    OCCUPATION = "occupation"
    PROGRAM = "program"
    """Instructional program type (CIP)."""
    SUBJECT = "subject"
    COMPETENCY = "competency"
    ASSURANCE = "assurance"
    """The kind of quality assurance: accredited, approved, recognized, regulated."""
    ASSURER = "assurer"
    """The organization that gives quality assurance."""
    ASSESSMENT_DELIVERY = "assessment-delivery"
    COLLECTION = "collection"
    """A collection that the record says it is a member of, by CTID."""
    HAS = "has"
    """pathway, costs, outcomes, transfer-value, competencies, financial-aid."""
    CONNECTION = "connection"
    """The ways in which a record is linked to others: requires, recommends, isPreparationFor…"""
    ORGANIZATION_TYPE = "organization-type"
    SERVICE = "service"
    SECTOR = "sector"


class Measure(StrEnum):
    """A number or date in which results lie within bounds: `cost-min`, `cost-max`."""

    COST = "cost"
    """The least price, in the currency in which it is given."""
    DAYS = "days"
    """The shortest time to complete, in days."""
    COMPLETENESS = "completeness"
    """The share of recommended properties that are filled, from 0 to 1."""
    CREATED = "created"
    """The day of the first version, as a number: 20260131."""
    UPDATED = "updated"
    """The day of the current version."""
    CONFIRMED = "confirmed"
    """The day on which the owner last published or confirmed it."""


CODED = (Facet.INDUSTRY, Facet.OCCUPATION, Facet.PROGRAM)
"""The facets whose values have codes, too, by which they can be chosen."""
PLAIN_FIELDS = ("name", "extra", "body")
"""The unstemmed words of the name, of short texts such as subjects and codes, and of the long
ones."""


def code_field(facet: Facet) -> str:
    """Return the field with the codes of a facet's values."""
    return f"{facet}-code"


def stemmed_field(name: str, language: str) -> str:
    """Return the field that holds the stems of a plain field in one language."""
    return f"{name}_{language}"


@cache
def schema() -> tantivy.Schema:
    """Return the schema of the index."""
    builder = tantivy.SchemaBuilder()
    for name in ("document", "entity", "place", "label"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for facet in Facet:
        builder.add_text_field(facet, tokenizer_name="raw", index_option="basic", fast=True)
    for facet in CODED:
        builder.add_text_field(
            code_field(facet), tokenizer_name="raw", index_option="basic", fast=True
        )
    for name in PLAIN_FIELDS:
        builder.add_text_field(name, tokenizer_name="plain", index_option="position")
        for language in STEMMED:
            builder.add_text_field(
                stemmed_field(name, language), tokenizer_name=language, index_option="position"
            )
    for measure in Measure:
        builder.add_float_field(measure, indexed=True, fast=True)
    builder.add_float_field("cost-order", fast=True)
    builder.add_unsigned_field("is-part", indexed=True, fast=True)
    builder.add_unsigned_field("sequence", stored=True)
    builder.add_unsigned_field("turn", stored=True)
    builder.add_bytes_field("card", stored=True)
    return builder.build()


@cache
def analyzer(language: str = "") -> tantivy.TextAnalyzer:
    """Return what splits a text into words: folded to ASCII, and stemmed where that is known."""
    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(MAX_WORD_BYTES))
        .filter(tantivy.Filter.lowercase())
    )
    if language in STEMMED:
        builder = builder.filter(tantivy.Filter.stemmer(STEMMED[language]))
    return builder.filter(tantivy.Filter.ascii_fold()).build()


def register(index: tantivy.Index) -> tantivy.Index:
    """Give an index the analyzers that its schema names."""
    index.register_tokenizer("plain", analyzer())
    for language in STEMMED:
        index.register_tokenizer(language, analyzer(language))
    return index
