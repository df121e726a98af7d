"""What the registry holds, and how well, in counts that each lead to the search for them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from ctgraph.documents.csv_cells import harmless
from ctgraph.finder.found import Found
from ctgraph.finder.labels import TITLES
from ctgraph.finder.query import shows_parts
from ctgraph.finder.question import Facet, Measure, Question
from ctgraph.finder.search import Search
from ctgraph.projections.tallies import Measure as Tallied
from ctgraph.projections.tallies import Tally
from ctgraph.projections.tally_table import tally_now
from ctgraph.settings import Settings
from ctgraph.vocab import vocabulary

MAX_BARS = 12
"""Bars of one chart: its largest counts."""
MAX_PLACES = 60
"""Bars of a chart of places: more than the United States have states and territories."""
FRESH_DAYS = 365
"""Days for which a record counts as fresh after its owner last published or confirmed it."""
CHARTED = (
    Facet.FAMILY,
    Facet.KIND,
    Facet.LEVEL,
    Facet.DELIVERY,
    Facet.REGION,
    Facet.LANGUAGE,
    Facet.PROVIDER,
)
"""The facets that the statistics count records by."""
CAPTIONS = {
    "providersByCountry": "Providers by country",
    "providersByRegion": "Providers by state or region",
    "completeness": "Completeness",
    "confirmed": "Last published or confirmed",
    "lacking": "What is missing most",
}
"""The titles of the charts of the coverage, by their names."""
FIFTHS = {
    "80 to 100%": ("0.8", "1"),
    "60 to 80%": ("0.6", "0.7999"),
    "40 to 60%": ("0.4", "0.5999"),
    "20 to 40%": ("0.2", "0.3999"),
    "0 to 20%": ("0", "0.1999"),
}
"""The ranges of completeness. No score lies between: it is a share of under 2,000 properties."""
NO_SCORE, FRESH, OLDER = "Nothing is recommended", "Within 12 months", "Before that"
VALUES = (*FIFTHS, NO_SCORE, FRESH, OLDER)
"""The labels of bars that are no terms."""


@dataclass(frozen=True)
class Bar:
    """One count of a chart.

    :param path: where the registry lists what is counted; empty where no address does.
    """

    value: str
    label: str
    count: int
    path: str


@dataclass(frozen=True)
class Chart:
    """Counts of one kind.

    :param of: how many things are counted in all. One thing may count for several bars, or none.
    """

    name: str
    title: str
    of: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Report:
    """Charts of one moment.

    :param total: all current records.
    :param sequence: the ledger's sequence number that the counts hold.
    """

    total: int
    sequence: int
    charts: tuple[Chart, ...]


def statistics(settings: Settings) -> Report:
    """Return how many records there are of each kind, level, place, language and provider."""
    found = Search(settings).ask(Question(counted=CHARTED, size=0))
    charts = (
        Chart(facet.value, TITLES[facet], found.total, _bars(found, facet, MAX_BARS))
        for facet in CHARTED
    )
    return Report(found.total, found.sequence, tuple(charts))


def coverage(settings: Settings, today: date) -> Report:
    """Return where the providers are, and how complete and fresh the records are."""
    search = Search(settings)
    every = search.ask(Question(size=0))
    places = (Facet.COUNTRY, Facet.REGION)
    providers = search.ask(
        Question(filters={Facet.FAMILY: ("organization",)}, counted=places, size=0)
    )
    charts = [
        _chart(
            f"providersBy{facet.value.capitalize()}",
            providers.total,
            _bars(providers, facet, MAX_PLACES, ("family", "organization")),
        )
        for facet in places
    ]
    charts.append(_completeness(search, every.total))
    charts.append(_freshness(search, every.total, today))
    charts.append(_lacking(settings, every.total))
    return Report(every.total, every.sequence, tuple(charts))


def report_json(report: Report, base: str) -> dict[str, Any]:
    """Return a report as JSON; its charts are members of `charts` by their names."""
    return {
        "total": report.total,
        "sequence": report.sequence,
        "charts": {
            chart.name: {
                "of": chart.of,
                "counts": [
                    {
                        "value": bar.value,
                        "label": bar.label,
                        "count": bar.count,
                        "page": base + bar.path if bar.path else None,
                    }
                    for bar in chart.bars
                ],
            }
            for chart in report.charts
        },
    }


def report_csv(report: Report, base: str) -> str:
    """Return a report as CSV (RFC 4180): a row for each bar, in which no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["Chart", "Value", "Label", "Count", "Of", "Page"])
    for chart in report.charts:
        for bar in chart.bars:
            page = base + bar.path if bar.path else ""
            row = (chart.title, bar.value, bar.label, bar.count, chart.of, page)
            writer.writerow(harmless(cell) for cell in row)
    return out.getvalue()


def _chart(name: str, of: int, bars: tuple[Bar, ...]) -> Chart:
    return Chart(name, CAPTIONS[name], of, bars)


def _bars(found: Found, facet: Facet, most: int, *others: tuple[str, str]) -> tuple[Bar, ...]:
    """Return the largest counts of a facet.

    :param others: what else the counted records were narrowed by, as parameters of a search.
    """
    return tuple(
        Bar(one.value, one.label, one.count, _listed(facet, one.value, *others))
        for one in found.facets[facet][:most]
    )


def _listed(facet: Facet, value: str, *others: tuple[str, str]) -> str:
    """Return the search for a value; empty where it also finds parts, which no record counts."""
    if shows_parts(Question(filters={facet: (value,)})):
        return ""
    return _search(*others, (facet.value, value))


def _search(*parameters: tuple[str, str]) -> str:
    return f"/search?{urlencode(parameters)}"


def _within(search: Search, measure: Measure, least: float, most: float | None) -> int:
    return search.ask(Question(ranges={measure: (least, most)}, size=0)).total


def _completeness(search: Search, total: int) -> Chart:
    bars = [
        Bar(
            least,
            title,
            _within(search, Measure.COMPLETENESS, float(least), float(most)),
            _search(("completeness-min", least), ("completeness-max", most)),
        )
        for title, (least, most) in FIFTHS.items()
    ]
    rest = total - sum(bar.count for bar in bars)
    bars.append(Bar("none", NO_SCORE, rest, ""))
    return _chart("completeness", total, tuple(bars))


def _freshness(search: Search, total: int, today: date) -> Chart:
    since = today - timedelta(days=FRESH_DAYS)
    fresh = _within(search, Measure.CONFIRMED, float(f"{since:%Y%m%d}"), None)
    bars = (
        Bar("fresh", FRESH, fresh, _search(("confirmed-since", since.isoformat()))),
        Bar("older", OLDER, total - fresh, ""),
    )
    return _chart("confirmed", total, bars)


def _lacking(settings: Settings, total: int) -> Chart:
    counted = tally_now(settings, Tallied.LACKING) or Tally()
    most = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_BARS]
    named = [(vocabulary().compact(iri), count) for (_, iri), count in most]
    bars = (
        Bar(term, vocabulary().label(term), count, f"/vocab/{quote(term, safe=':')}")
        for term, count in named
    )
    return _chart("lacking", total, tuple(bars))
