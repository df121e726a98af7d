"""Values in words: what is well formed reads like a sentence, anything else stays as written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctgraph.records import wordings


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("P4Y", "4 years"),
        ("P1Y6M", "1 year, 6 months"),
        ("PT40H", "40 hours"),
        ("about a year", "about a year"),
        ("P", "P"),
        ("P" + "9" * 400 + "Y", "P" + "9" * 400 + "Y"),
    ],
)
def test_durations(written: str, words: str) -> None:
    assert wordings.duration(written) == words


@given(st.integers(1, 10**9 - 1), st.sampled_from("YMWD"))
def test_a_duration_names_its_number(number: int, unit: str) -> None:
    assert wordings.duration(f"P{number}{unit}").startswith(f"{number:,} ")


@given(st.text())
def test_texts_of_any_shape_have_words(text: str) -> None:
    assert isinstance(wordings.day(text), str)
    assert isinstance(wordings.language(text), str)
    assert isinstance(wordings.price(12.5, text), str)


@given(st.from_regex(r"P\d*Y?(T\d+H)?", fullmatch=True))
def test_what_resembles_a_duration_has_words(text: str) -> None:
    assert wordings.duration(text)


@pytest.mark.parametrize("amount", [float("nan"), float("inf"), 1e300, -3.0])
def test_amounts_of_any_size_have_words(amount: float) -> None:
    assert wordings.price(amount, "USD")
    assert wordings.number(amount)
