"""Plain values as people type them: dates, durations, numbers, codes, languages, addresses."""

from __future__ import annotations

import math
import re
from datetime import date, datetime
from functools import cache

from babel import Locale
from babel.numbers import list_currencies

from ctgraph.spreadsheets.problems import refuse
from ctgraph.spreadsheets.separators import VALUES

MAX_ADDRESS_CHARACTERS = 600
"""Characters of an address on the web."""
MAX_NOTATION_CHARACTERS = 100
"""Characters of a coded notation."""
MAX_DURATION_CHARACTERS = 100
"""Characters of a duration in words: all seven units with their numbers take fewer."""
AS_TEXT = "Format the column as text, and type the value anew."
"""What to do about a value of which a spreadsheet made something else."""
_DATES = ("%Y-%m-%d", "%m/%d/%Y", "%m-%d-%Y", "%Y/%m/%d", "%B %d, %Y", "%b %d, %Y", "%d %B %Y")
_SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE][+-]?\d+")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_SHOWN_DAY = re.compile(
    rf"\d{{1,2}}-{_MONTH}(-\d{{2}}|-\d{{4}})?|{_MONTH}-\d{{2}}|\d{{1,2}}/\d{{1,2}}/\d{{4}}"
)
"""Days as spreadsheets show them that took `1-3`, `3-26` or `1/3` for one."""
_ZIP = re.compile(r"\d{3,4}(-\d{4})?")
_ISO_DURATION = re.compile(
    r"P(?=.)(\d+(?:\.\d+)?Y)?(\d+(?:\.\d+)?M)?(\d+(?:\.\d+)?W)?(\d+(?:\.\d+)?D)?"
    r"(?:T(?=.)(\d+(?:\.\d+)?H)?(\d+(?:\.\d+)?M)?(\d+(?:\.\d+)?S)?)?"
)
_UNITS = ("year", "month", "week", "day", "hour", "minute", "second")
_SHORT = {"yr": "year", "mo": "month", "wk": "week", "hr": "hour", "min": "minute", "sec": "second"}
_WORDS = re.compile(r"(\d+(?:\.\d+)?)\s*-?\s*([a-z]+?)s?\.?(?:\s*(?:,|and)\s*|\s+|$)")


def date_of(text: str) -> str:
    """Return a date as ISO 8601.

    :raises BadParameter: when it is none.
    """
    for form in _DATES:
        try:
            found = datetime.strptime(text, form).date()
        except ValueError:
            continue
        if found >= date(1000, 1, 1):
            return found.isoformat()
    refuse(f"{text[:40]!r} is no date.", "Write it as 2026-08-15.")


def duration_of(text: str) -> str:
    """Return a duration in words as ISO 8601: `1 year 6 months` is `P1Y6M`.

    :raises BadParameter: when it is none.
    """
    if len(text) > MAX_DURATION_CHARACTERS:
        refuse(f"{text[:40]!r} is too long for a duration.", "Write it as 2 years, or 18 months.")
    if _ISO_DURATION.fullmatch(text.upper()):
        return text.upper()
    amounts: dict[str, str] = {}
    left = text.lower().strip() + " "
    while left.strip() and (found := _WORDS.match(left)):
        unit = _SHORT.get(found[2], found[2])
        if unit not in _UNITS or unit in amounts:
            break
        amounts[unit], left = found[1], left[found.end() :]
    if not amounts or left.strip():
        refuse(
            f"{text[:40]!r} is no duration.", "Write it as 2 years, 18 months, or 1 year 6 months."
        )
    parts = [(unit, f"{amounts[unit]}{unit[0].upper()}") for unit in _UNITS if unit in amounts]
    days = "".join(part for unit, part in parts if unit in _UNITS[:4])
    time = "".join(part for unit, part in parts if unit in _UNITS[4:])
    return f"P{days}{'T' if time else ''}{time}"


def duration_in_words(iso: str) -> str:
    """Return a duration of ISO 8601 in words; one that is none as it is."""
    found = _ISO_DURATION.fullmatch(iso)
    if not found:
        return iso
    amounts = zip((part[:-1] if part else "" for part in found.groups()), _UNITS, strict=True)
    words = (f"{amount} {unit}{'' if amount == '1' else 's'}" for amount, unit in amounts if amount)
    return " ".join(words)


def number_of(text: str) -> int | float:
    """Return a number; a currency sign and commas between thousands do not count.

    :raises BadParameter: when it is none.
    """
    plain = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text.strip().removeprefix("$").strip())
    try:
        number = int(plain) if re.fullmatch(r"[+-]?\d{1,15}", plain) else float(plain)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or "_" in plain:
        is_free = text.strip().casefold() in ("free", "none", "no cost")
        remedy = "Write 0 for what is free." if is_free else "Write it as 12 or 12.5."
        refuse(f"{text[:40]!r} is no number.", remedy)
    return number


def number_in_words(number: int | float) -> str:
    """Return a number as people write it: `3`, not `3.0`."""
    return str(int(number)) if float(number).is_integer() else repr(number)


def boolean_of(text: str) -> bool:
    """Return whether a text says yes.

    :raises BadParameter: when it says neither yes nor no.
    """
    found = {"true": True, "yes": True, "y": True, "1": True} | dict.fromkeys(
        ("false", "no", "n", "0"), False
    )
    if text.lower() not in found:
        refuse(f"{text[:40]!r} is neither true nor false.", "Write TRUE or FALSE.")
    return found[text.lower()]


def address_of(text: str) -> str:
    """Return an address on the web.

    :raises BadParameter: when it is none.
    """
    if not text:
        refuse("The address on the web is missing.", "Write it in full: https://www.example.org.")
    if len(text) > MAX_ADDRESS_CHARACTERS:
        refuse(
            f"The address has {len(text):,} characters, and may have {MAX_ADDRESS_CHARACTERS}.",
            "Use a shorter address.",
        )
    if not re.fullmatch(r"(?:https?://[^\s/]+\.[^\s/]+\S*|https?://localhost\S*|urn:\S+)", text):
        refuse(
            f"{text[:80]!r} is no address on the web.",
            "Write it in full: https://www.example.org/page.",
        )
    return text


def notation_of(text: str) -> str:
    """Return a code of one's own, such as `NUR-111`.

    :raises BadParameter: when it is too long, or a spreadsheet spoiled it.
    """
    if len(text) > MAX_NOTATION_CHARACTERS:
        refuse(
            f"The code has {len(text):,} characters, and may have {MAX_NOTATION_CHARACTERS}.",
            "Shorten it.",
        )
    return unspoiled(text)


def unspoiled(text: str) -> str:
    """Return a code that no spreadsheet took for a number.

    :raises BadParameter: when one did.
    """
    if spoiled(text) == "number":
        refuse(f"A spreadsheet took the code for a number: {text}.", AS_TEXT)
    return text


def spoiled(text: str) -> str:
    """Return for what a spreadsheet seems to have taken a code; empty for none of it."""
    if _SCIENTIFIC.fullmatch(text) and text.upper().count("E") == 1 and "." in text:
        return "number"
    is_day = _DAY.fullmatch(text.removesuffix(" 00:00:00")) or _SHOWN_DAY.fullmatch(text)
    return "date" if is_day else ""


def zip_of(text: str) -> str:
    """Return the ZIP code of which a spreadsheet left out the first zeros; empty for none."""
    if not _ZIP.fullmatch(text):
        return ""
    first, dash, more = text.partition("-")
    return f"{first.zfill(5)}{dash}{more}"


def code_of(text: str, pattern: str, like: str) -> str:
    """Return a code of a published list.

    :param pattern: of such codes.
    :param like: one of them, for people.
    :raises BadParameter: when it is none; what a spreadsheet made of it is named.
    """
    if re.fullmatch(pattern, text):
        return text
    if _SCIENTIFIC.fullmatch(text):
        refuse(f"A spreadsheet took the code for a number: {text}.", AS_TEXT)
    if spoiled(text) == "date" or re.fullmatch(r"(\d{1,2}-)?[A-Za-z]{3}-\d{2,4}", text):
        refuse(f"A spreadsheet took the code for a date: {text}.", AS_TEXT)
    if padded := _padded(text, pattern):
        refuse(
            f"The code {text} lost its zeros in a spreadsheet.",
            f"Format the column as text, and write {' or '.join(padded)}.",
        )
    several = [one for one in re.split(r"[\s,;]+", text) if one]
    if len(several) > 1 and all(re.fullmatch(pattern, one) for one in several):
        remedy = f"Write {VALUES} between several codes: {VALUES.join(several[:3])}."
        refuse(f"{text[:40]!r} are several codes.", remedy)
    refuse(f"{text[:40]!r} is no such code.", f"Write a code such as {like}.")


def _padded(text: str, pattern: str) -> list[str]:
    """Return the codes that a text may be without its zeros: `1.1` is 01.10 or 01.1000."""
    if not re.fullmatch(r"[1-9]\d?(\.\d+)?", text, re.ASCII):
        return []
    before, dot, after = text.partition(".")
    widths = (2, 4) if dot else (0,)
    padded = (f"{before.zfill(2)}{dot}{after.ljust(width, '0')}" for width in widths)
    return [one for one in dict.fromkeys(padded) if re.fullmatch(pattern, one)]


def currency_of(text: str) -> str:
    """Return the code of a currency (ISO 4217).

    :raises BadParameter: when it is none.
    """
    if text.upper() not in _currencies():
        refuse(f"{text[:40]!r} is no currency.", "Write its code, such as USD.")
    return text.upper()


def language_of(text: str) -> str:
    """Return the tag of a language that is given by its tag or its English name.

    :raises BadParameter: when it is none.
    """
    if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", text):
        return text.replace("_", "-")
    if found := _languages().get(text.casefold()):
        return found
    refuse(f"{text[:40]!r} is no language.", "Write its name or its tag: English, or en-US.")


@cache
def _languages() -> dict[str, str]:
    names = Locale("en").languages
    return {name.casefold(): code.replace("_", "-") for code, name in sorted(names.items())}


@cache
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())
