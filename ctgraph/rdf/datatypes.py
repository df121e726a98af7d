"""The lexical spaces of datatypes: which texts are values of a datatype.

A literal outside of the lexical space of its datatype has no value (RDF 1.1 Concepts, section 3.3):
SPARQL keeps it, but filters and sums drop its row without a word. The patterns follow XML Schema
1.1 Part 2. A year 0000 is refused as XML Schema 1.0 does: the two versions disagree which year it
is. Language tags are left to the shapes, which know more about them.
"""

from __future__ import annotations

import re
from calendar import monthrange
from functools import cache, lru_cache

from ctgraph.rdf.namespaces import SCHEMA, XSD, Iri

_ZONE = r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_YEAR = r"-?(?!0000(?![0-9]))(?:[1-9][0-9]{3,}|0[0-9]{3})"
_MONTH = r"(?:0[1-9]|1[0-2])"
_DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
_DATE = rf"(?P<year>{_YEAR})-(?P<month>{_MONTH})-(?P<day>{_DAY})"
_TIME = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_YEARS = r"(?=[0-9])(?:[0-9]+Y)?(?:[0-9]+M)?"
_CLOCK = r"T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.[0-9]+)?S)?"
_DAYS = rf"(?=[0-9T])(?:[0-9]+D)?(?:{_CLOCK})?"
_FRACTION = r"[0-9]+(?:[.,][0-9]+)?"
_DECIMAL = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_INTEGER = r"[+-]?[0-9]+"
_FLOAT = rf"(?:{_DECIMAL}(?:[Ee][+-]?[0-9]+)?|[+-]?INF|NaN)"
_NAME = r"[^\W\d][\w.\-]*"
_INFINITY = float("inf")

_PATTERNS = {
    f"{XSD}boolean": "true|false|1|0",
    f"{XSD}decimal": _DECIMAL,
    f"{XSD}float": _FLOAT,
    f"{XSD}double": _FLOAT,
    f"{XSD}date": _DATE + _ZONE,
    f"{XSD}dateTime": f"{_DATE}T{_TIME}{_ZONE}",
    f"{XSD}dateTimeStamp": f"{_DATE}T{_TIME}{_ZONE.removesuffix('?')}",
    f"{XSD}time": _TIME + _ZONE,
    f"{XSD}gYear": _YEAR + _ZONE,
    f"{XSD}gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
    f"{XSD}gMonth": f"--{_MONTH}{_ZONE}",
    f"{XSD}gMonthDay": f"--(?P<month>{_MONTH})-(?P<day>{_DAY}){_ZONE}",
    f"{XSD}gDay": f"---{_DAY}{_ZONE}",
    f"{XSD}duration": f"-?P(?=[0-9T])(?:{_YEARS})?(?:{_DAYS})?",
    f"{XSD}yearMonthDuration": f"-?P{_YEARS}",
    f"{XSD}dayTimeDuration": f"-?P{_DAYS}",
    f"{XSD}hexBinary": "(?:[0-9a-fA-F]{2})*",
    f"{XSD}base64Binary": "(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]="
    "|[A-Za-z0-9+/][AQgw]==)?",
    f"{XSD}anyURI": r"[^\s<>\"{}|\\^`]*",
    f"{XSD}normalizedString": r"[^\t\n\r]*",
    f"{XSD}token": r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    f"{XSD}NMTOKEN": r"[\w.\-:]+",
    f"{XSD}Name": r"(?:[^\W\d]|:)[\w.\-:]*",
    f"{XSD}NCName": _NAME,
    f"{XSD}QName": f"(?:{_NAME}:)?{_NAME}",
    # ISO 8601 itself, which has weeks, and a fraction in the last place.
    f"{SCHEMA}Duration": f"P(?=[0-9T])(?:{_FRACTION}Y)?(?:{_FRACTION}M)?(?:{_FRACTION}W)?"
    f"(?:{_FRACTION}D)?(?:T(?=[0-9])(?:{_FRACTION}H)?(?:{_FRACTION}M)?(?:{_FRACTION}S)?)?",
    f"{SCHEMA}Date": _DATE + _ZONE,
    f"{SCHEMA}DateTime": f"{_DATE}T{_TIME}{_ZONE}",
}
_BOUNDS: dict[str, tuple[float, float]] = {
    f"{XSD}integer": (-_INFINITY, _INFINITY),
    f"{XSD}nonNegativeInteger": (0, _INFINITY),
    f"{XSD}positiveInteger": (1, _INFINITY),
    f"{XSD}nonPositiveInteger": (-_INFINITY, 0),
    f"{XSD}negativeInteger": (-_INFINITY, -1),
    f"{XSD}long": (-(2**63), 2**63 - 1),
    f"{XSD}int": (-(2**31), 2**31 - 1),
    f"{XSD}short": (-(2**15), 2**15 - 1),
    f"{XSD}byte": (-128, 127),
    f"{XSD}unsignedLong": (0, 2**64 - 1),
    f"{XSD}unsignedInt": (0, 2**32 - 1),
    f"{XSD}unsignedShort": (0, 2**16 - 1),
    f"{XSD}unsignedByte": (0, 255),
}
_MAX_INTEGER_DIGITS = 4_000
"""Digits of a whole number that is compared with the bounds of its type: Python refuses longer."""
MAX_COMPARED_WHOLE_DIGITS = 20
"""Digits before the point of a decimal that the SPARQL engine surely computes with: it has 128 bits
for a number of 18 digits behind the point."""
MAX_COMPARED_FRACTION_DIGITS = 18
"""Digits behind the point of a decimal that the SPARQL engine computes with."""
MAX_COMPARED_TIME_DIGITS = 12
"""Digits of each part of a date, a time or a duration that the SPARQL engine surely computes with:
it counts them in seconds, as a decimal."""
EXACT_NUMBERS = frozenset({f"{XSD}decimal", *_BOUNDS})
"""The datatypes whose values are written without an exponent."""
_TIMES = {name for name in _PATTERNS if re.search("ate|ime|uration|/g|#g", name)}
_LONG_PART = re.compile(f"[0-9]{{{MAX_COMPARED_TIME_DIGITS + 1}}}")
_REDUCED_DATE = re.compile(f"{_YEAR}(?:-{_MONTH})?")
_REDUCED_TYPES = {f"{XSD}date", f"{XSD}dateTime", f"{SCHEMA}Date", f"{SCHEMA}DateTime"}


@cache
def _pattern(datatype: Iri) -> re.Pattern[str] | None:
    known = _PATTERNS.get(datatype) or (_INTEGER if datatype in _BOUNDS else None)
    return re.compile(known) if known else None


@lru_cache(maxsize=4096)
def in_lexical_space(text: str, datatype: Iri) -> bool:
    """Tell whether a text is a value of a datatype. Any text is one of an unknown datatype."""
    pattern = _pattern(datatype)
    if pattern is None:
        return True
    match = pattern.fullmatch(text)
    if match is None:
        return False
    if datatype in _BOUNDS:
        low, high = _BOUNDS[datatype]
        digits = text.lstrip("+-").lstrip("0")
        if len(digits) > _MAX_INTEGER_DIGITS:
            return (low if text.startswith("-") else high) in (-_INFINITY, _INFINITY)
        return low <= int(text) <= high
    parts = match.groupdict()
    if "day" not in parts:
        return True
    # A calendar repeats after 400 years, and in year 2000 there was a 29th of February.
    year = int(parts.get("year", "2000").lstrip("-")[-4:]) % 400 + 2000
    return int(parts["day"]) <= monthrange(year, int(parts["month"]))[1]


def is_reduced_date(text: str, datatype: Iri) -> bool:
    """Tell whether a text is a date, but of another precision than its datatype has.

    These are a year, a year with a month, a date without a time, and a date with one (ISO 8601).
    """
    return datatype in _REDUCED_TYPES and (
        _REDUCED_DATE.fullmatch(text) is not None
        or any(in_lexical_space(text, Iri(f"{XSD}{other}")) for other in ("date", "dateTime"))
    )


def is_compared(text: str, datatype: Iri) -> bool:
    """Tell whether SPARQL surely computes with a value, which is in its datatype's lexical space.

    The engine leaves out the rows of numbers and times that are larger or more exact than its own.
    """
    if datatype in _BOUNDS:
        return in_lexical_space(text, Iri(f"{XSD}long"))
    if datatype == f"{XSD}decimal":
        whole, _, fraction = text.lstrip("+-").partition(".")
        return (
            len(whole.lstrip("0")) <= MAX_COMPARED_WHOLE_DIGITS
            and len(fraction.rstrip("0")) <= MAX_COMPARED_FRACTION_DIGITS
        )
    return datatype not in _TIMES or _LONG_PART.search(text) is None
