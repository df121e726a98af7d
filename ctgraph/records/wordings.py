"""Durations, prices and dates in words, as people read them, and labels of terms.

They are in the language of the request for a page, and else in English.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from math import isfinite

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from flask_babel import Domain, get_locale
from flask_babel import gettext as _

LOCALE = "en_US"
"""The locale of words outside of requests."""
MAX_AMOUNT = 1e15
"""The size from which a number stays as written: a float is no longer exact there."""
_NUMBER = r"(\d{1,9}(?:\.\d{1,9})?)"
_DURATION = re.compile(
    rf"P(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?"
)
_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_LENGTHS = ((365.25, "year"), (365.25 / 12, "month"), (7.0, "week"))
"""Units in days, as the link index counts them."""
_CURRENCY = re.compile(r"[A-Z]{3}")
_TERMS = Domain(domain="vocab")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def duration(text: str) -> str:
    """Return an ISO 8601 duration in words; any other text unchanged.

    >>> duration("P1Y6M"), duration("PT40H"), duration("about a year")
    ('1 year, 6 months', '40 hours', 'about a year')
    """
    match = _DURATION.fullmatch(text.strip())
    if not match:
        return text
    parts = [
        _unit(float(number), unit)
        for number, unit in zip(match.groups(), _UNITS, strict=True)
        if number and float(number)
    ]
    return ", ".join(parts) if parts else text


def _unit(number: float, unit: str) -> str:
    locale = _locale()
    patterns = locale._data["unit_patterns"][f"duration-{unit}"]["long"]
    plural = locale.plural_form(number)
    pattern = patterns.get(plural) or patterns["other"]
    return str(pattern).format(format_decimal(number, locale=locale))


def durations(least: str, most: str) -> str:
    """Return a range of durations in words.

    >>> durations("P1Y", "P2Y")
    '1 year – 2 years'
    """
    words = dict.fromkeys(duration(text) for text in (least, most) if text)
    return " – ".join(words)


def days(number: float) -> str:
    """Return a number of days in the largest unit of which they are a whole number.

    >>> days(56), days(730.5), days(10)
    ('8 weeks', '2 years', '10 days')
    """
    for length, unit in _LENGTHS:
        units = round(number / length)
        if units and abs(number - units * length) < 1e-6:
            return _unit(units, unit)
    return _unit(round(number), "day")


def price(amount: float, currency: str = "") -> str:
    """Return an amount of money; whole amounts have no decimals.

    >>> price(4409, "USD"), price(12.5, "Euro"), price(300)
    ('$4,409', '€12.50', '300')
    """
    if not _wordable(amount):
        return str(amount)
    code = currency_code(currency).strip().upper()
    if not _CURRENCY.fullmatch(code):
        return f"{format_decimal(amount, locale=_locale())} {currency.strip()}".strip()
    if amount == int(amount):
        return str(format_currency(amount, code, _whole(), locale=_locale(), currency_digits=False))
    return str(format_currency(amount, code, locale=_locale()))


def least_cost(amount: float, currency: str, may_be_more: bool) -> str:
    """Return what something costs at least, in words.

    >>> least_cost(50, "USD", False), least_cost(50, "USD", True), least_cost(0, "USD", True)
    ('$50', 'from $50', 'free for some')
    """
    if not amount:
        return str(_("free for some") if may_be_more else _("free"))
    words = price(amount, currency)
    return str(_("from %(price)s", price=words)) if may_be_more else words


def currency_code(text: str) -> str:
    """Return the code of a currency (ISO 4217) that is told by its English name; else the text.

    >>> currency_code("US Dollar"), currency_code("usd"), currency_code("credits")
    ('USD', 'usd', 'credits')
    """
    return _codes_by_name().get(text.strip().casefold(), text)


@cache
def _codes_by_name() -> dict[str, str]:
    return {name.casefold(): code for code, name in Locale("en").currencies.items()}


def _whole() -> str:
    """Return the pattern for whole amounts."""
    pattern: str = _locale().currency_formats["standard"].pattern
    return pattern.replace(".00", "")


def day(text: str) -> str:
    """Return a date, or the date of a time, in words; any other text unchanged.

    >>> day("2026-01-31T10:00:00Z"), day("2026")
    ('January 31, 2026', '2026')
    """
    match = _DAY.match(text)
    if not match:
        return text
    try:
        return str(format_date(date(*map(int, match.groups())), "long", locale=_locale()))
    except ValueError:
        return text


def number(value: float) -> str:
    """Return a number with separators.

    >>> number(12345.5)
    '12,345.5'
    """
    return str(format_decimal(value, locale=_locale())) if _wordable(value) else str(value)


def _wordable(value: float) -> bool:
    return isfinite(value) and abs(value) < MAX_AMOUNT


def language(tag: str) -> str:
    """Return the name of a language by its BCP 47 tag; an unknown tag unchanged.

    >>> language("es-MX"), language("xx-odd")
    ('Spanish', 'xx-odd')
    """
    return str(_locale().languages.get(tag.partition("-")[0].lower(), tag))


def term_label(label: str) -> str:
    """Return the label of a term of the vocabulary, or the name of a language.

    :param label: its English label, which is returned where there is no other.
    """
    code = _language_codes().get(label)
    if code:
        return str(_locale().languages.get(code, label))
    return str(_TERMS.gettext(label)) if label else ""


@cache
def _language_codes() -> dict[str, str]:
    """Return the codes of languages by their English names."""
    return {name: code for code, name in Locale("en").languages.items()}


def first_label(label: str, other: str) -> str:
    """Return the first of two labels of a term that is translated, or else the first one."""
    return next((term_label(one) for one in (label, other) if term_label(one) != one), label)


def _locale() -> Locale:
    return get_locale() or Locale.parse(LOCALE)
