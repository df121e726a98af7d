"""A comparison as a table."""

from __future__ import annotations

from typing import Any

from ctgraph.finder.compare import NOT_STATED, Comparison


def table(comparison: Comparison) -> list[list[Any]]:
    """Return a comparison as a table: a row for each record, and one of the medians."""
    titles = [line.title for line in comparison.lines]
    numbers = ["Cost (number)", "Days", "Median earnings (number)"]
    rows: list[list[Any]] = [["CTID", "Name", "Type", *titles, *numbers]]
    for number, column in enumerate(comparison.columns):
        cells = ["; ".join(line.cells[number]) or NOT_STATED for line in comparison.lines]
        rows.append(
            [
                column.record,
                column.name,
                column.kind,
                *cells,
                _stated(column.cost),
                _stated(column.days),
                _stated(column.earnings),
            ]
        )
    medians = map(
        _stated, (comparison.median_cost, comparison.median_days, comparison.median_earnings)
    )
    rows.append(["", "Median", "", *("" for _ in titles), *medians])
    return rows


def _stated(number: float | None) -> Any:
    return NOT_STATED if number is None else round(number, 2)
