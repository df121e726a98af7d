"""What stands inside a record: places, costs, offerings, conditions, identifiers."""

from __future__ import annotations

import re

from ctgraph.finder.schema_org.values import (
    Node,
    Reading,
    duration,
    filled,
    iri_of,
    listed,
    nested,
    number,
    urls,
)
from ctgraph.rdf.namespaces import Curie
from ctgraph.vocab import vocabulary

MODES = {
    "deliveryType:InPerson": "Onsite",
    "deliveryType:OnlineOnly": "Online",
    "deliveryType:BlendedDelivery": "Blended",
}
"""The words of search engines for how a course is given. Another way has its own words."""
CODES = {
    "ceterms:duns": "DUNS",
    "ceterms:fein": "FEIN",
    "ceterms:ipedsID": "IPEDS",
    "ceterms:opeID": "OPE ID",
    "ceterms:ncesID": "NCES",
    "ceterms:isicV4": "ISIC V4",
}
"""The properties whose values are codes, and the name of each kind of code."""
CONDITIONS = ("ceterms:requires", "ceterms:entryCondition", "ceterms:corequisite")
_CURRENCY = re.compile("[A-Z]{3}")


def identifiers(reading: Reading, node: Node) -> list[Node]:
    """Return the codes of a thing, of which the CTID is the first."""
    found = [("CTID", reading.text(node, "ceterms:ctid"))]
    found += [(title, reading.text(node, name)) for name, title in CODES.items()]
    found += [
        (
            reading.text(one, "ceterms:identifierTypeName", "ceterms:identifierType"),
            reading.text(one, "ceterms:identifierValueCode"),
        )
        for one in nested(node, "ceterms:identifier")
    ]
    return [
        filled({"@type": "PropertyValue", "propertyID": kind, "value": value})
        for kind, value in found
        if value
    ]


def offers(reading: Reading, node: Node) -> list[Node]:
    """Return the costs that have a price and a currency."""
    found = []
    for profile in nested(node, "ceterms:estimatedCost"):
        price = number(reading.text(profile, "ceterms:price"))
        currency = reading.text(profile, "ceterms:currency")
        if price is None or price < 0 or not _CURRENCY.fullmatch(currency):
            continue
        kinds = reading.labels(profile, "ceterms:directCostType")
        found.append(
            filled(
                {
                    "@type": "Offer",
                    "category": "Paid" if price else "Free",
                    "name": kinds[0] if kinds else reading.text(profile, "ceterms:name"),
                    "price": price,
                    "priceCurrency": currency,
                    "url": urls(profile, "ceterms:costDetails")[:1],
                }
            )
        )
    return found


def time_of(reading: Reading, node: Node) -> str:
    """Return the time that something takes, the shortest where there are bounds."""
    names = ("ceterms:exactDuration", "ceterms:minimumDuration", "ceterms:maximumDuration")
    profiles = nested(node, "ceterms:estimatedDuration")
    found = (duration(reading.text(one, name)) for one in profiles for name in names)
    return next(filter(None, found), "")


def addresses(reading: Reading, node: Node) -> list[Node]:
    """Return the postal addresses of an organization."""
    found = (address(reading, one) for one in nested(node, "ceterms:address"))
    return [one for one in found if len(one) > 1]


def address(reading: Reading, node: Node) -> Node:
    """Return the postal address of a place."""
    names = ("streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry")
    parts = {name: reading.text(node, f"ceterms:{name}") for name in names}
    return filled({"@type": "PostalAddress", **parts})


def locations(reading: Reading, node: Node) -> list[Node]:
    """Return the places where something is offered, and its addresses in the web."""
    found = [_place(reading, one) for one in nested(node, "ceterms:availableAt")]
    found += [
        {"@type": "VirtualLocation", "url": url} for url in urls(node, "ceterms:availableOnlineAt")
    ]
    return [one for one in found if len(one) > 1]


def contacts(reading: Reading, node: Node) -> list[Node]:
    """Return how to reach an organization."""
    places = nested(node, "ceterms:address")
    points = [
        point for one in (node, *places) for point in nested(one, "ceterms:targetContactPoint")
    ]
    found = [
        filled(
            {
                "@type": "ContactPoint",
                "contactType": reading.text(point, "ceterms:contactType", "ceterms:name"),
                "telephone": reading.texts(point, "ceterms:telephone"),
                "faxNumber": reading.texts(point, "ceterms:faxNumber"),
                "email": reading.texts(point, "ceterms:email"),
            }
        )
        for point in points
    ]
    return [one for one in found if len(one) > 1]


def areas(reading: Reading, node: Node) -> list[Node]:
    """Return the areas in which a record is valid."""
    found = [reading.target_name(one) for one in _jurisdictions(node)]
    return [{"@type": "AdministrativeArea", "name": name} for name in found if name]


def instances(reading: Reading, node: Node) -> list[Node]:
    """Return how a course is given, and its scheduled offerings."""
    usual = filled(
        {
            "@type": "CourseInstance",
            "courseMode": modes(reading, node),
            "courseWorkload": time_of(reading, node),
            "location": locations(reading, node),
        }
    )
    return [
        *([usual] if len(usual) > 1 else []),
        *things("CourseInstance", reading, node, "ceterms:hasOffering"),
    ]


def modes(reading: Reading, node: Node) -> list[str]:
    """Return how a course is given."""
    found = []
    for value in listed(node, "ceterms:deliveryType"):
        term = vocabulary().term(iri_of(value))
        curie = term.curie if term else Curie("")
        found.append(MODES.get(curie) or (reading.words(term.label) if term else ""))
    return [mode for mode in dict.fromkeys(found) if mode]


def conditions(reading: Reading, node: Node) -> list[str]:
    """Return the conditions of a record, in the words of their author."""
    profiles = nested(node, *CONDITIONS)
    words = ("ceterms:description", "ceterms:condition", "ceterms:name")
    found = [reading.text(profile, *words) for profile in profiles]
    return [text for text in dict.fromkeys(found) if text]


def required_competencies(reading: Reading, node: Node) -> list[Node]:
    """Return the competencies that the conditions of a record name."""
    profiles = [node, *nested(node, *CONDITIONS)]
    return [
        one
        for profile in profiles
        for one in things("DefinedTerm", reading, profile, "ceterms:targetCompetency")
    ]


def occupations(reading: Reading, node: Node) -> list[Node]:
    """Return the occupations that something is meant for, with their codes."""
    found = [
        filled(
            {
                "@type": "CategoryCode",
                "name": reading.target_name(one),
                "codeValue": reading.text(one, "ceterms:codedNotation"),
                "inCodeSet": urls(one, "ceterms:framework")[:1],
                "url": urls(one, "ceterms:targetNode")[:1],
            }
        )
        for one in nested(node, "ceterms:occupationType")
    ]
    return [one for one in found if "name" in one]


def things(kind: str, reading: Reading, node: Node, *properties: str) -> list[Node]:
    """Return the things that a record refers to, those with a known name, as things of a class."""
    found = []
    for value in listed(node, *properties):
        if name := reading.target_name(value):
            one = filled({"@type": kind, "@id": iri_of(value), "name": name})
            if one not in found:
                found.append(one)
    return found


def members(reading: Reading, node: Node) -> list[Node]:
    """Return the members of a collection as items of a list."""
    found = things("ListItem", reading, node, "ceterms:hasMember")
    return [
        filled({"@type": "ListItem", "position": place, "name": one["name"], "url": one.get("@id")})
        for place, one in enumerate(found, 1)
    ]


def _jurisdictions(node: Node) -> list[Node]:
    profiles = nested(node, "ceterms:jurisdiction")
    return [place for one in profiles for place in nested(one, "ceterms:mainJurisdiction")]


def _place(reading: Reading, node: Node) -> Node:
    latitude = number(reading.text(node, "ceterms:latitude"))
    longitude = number(reading.text(node, "ceterms:longitude"))
    geo = {"@type": "GeoCoordinates", "latitude": latitude, "longitude": longitude}
    where = address(reading, node)
    return filled(
        {
            "@type": "Place",
            "name": reading.name(node),
            "address": where if len(where) > 1 else None,
            "geo": None if latitude is None or longitude is None else geo,
        }
    )
