"""Figures in a text -> values: one amount however it is written, and what it counts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.language import numerals, units
from qa.language.quantities import (
    Quantity,
    common,
    comparable,
    equal_counts,
    may_be_rounded,
    quantities,
    same,
)

PIECES = ["12", "1,500 ", "two ", "and a half ", "a third ", "of ", "in ", "between ", "and ", "-", "$",
          "Rs ", "million ", "km ", "goats ", "%", "2023", "0", "½", "٣", "Osk "]  # fmt: skip


def only(text: str) -> Quantity:
    (quantity,) = quantities(text)
    return quantity


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text(max_size=80)))
def test_figures_of_any_text_are_within_it_and_low_is_at_most_high(text):
    for quantity in quantities(text):
        assert 0 <= quantity.span[0] < quantity.span[1] <= len(text)
        assert quantity.low <= quantity.high


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), ("1,500", 1500), ("2.5", 2.5), ("zero", 0), ("seven", 7), ("nineteen", 19), ("a", 1),
     ("forty-two", 42), ("forty two", 42), ("Ninety", 90), ("a hundred", 100), ("half a", 0.5),
     ("two hundred and fifty", 250)],
)  # fmt: skip
def test_numbers_in_digits_and_words_have_the_same_value(text, value):
    assert numerals.number(text) == value


def test_scales_multiply_and_parts_divide():
    assert [numerals.scale(word) for word in (None, "dozen", "lakh", "Million", "bn")] == [
        1,
        12,
        1e5,
        1e6,
        1e9,
    ]
    assert [numerals.part(word) for word in ("half", "Quarters", "fifth", "tenths")] == [0.5, 0.25, 0.2, 0.1]
    assert [numerals.last_digit(value) for value in (250, 1000, 7, 1.5, 0.25)] == [10, 1000, 1, 0.1, 0.01]


@pytest.mark.parametrize(
    ("text", "factor", "unit"),
    [("5 dollars", 1, "USD"), ("5 US dollars", 1, "USD"), ("5 pounds sterling", 1, "GBP"),
     ("5%", 1, "percent"), ("5 tonnes of wool", 1000, "kilogram"), ("5-day trip", 86400, "second"),
     ("5 square kilometres", 1e6, "meter ** 2"), ("5 metres a second", 1, "meter / second")],
)  # fmt: skip
def test_a_unit_follows_its_number(text, factor, unit):
    counted = units.after(text, 1)
    assert (counted.factor, counted.unit, counted.words) == (pytest.approx(factor), unit, ())


def test_words_that_are_no_unit_are_kept_in_the_singular():
    assert [units.after(f"5 {text}", 1).words for text in ("grey goats", "in all")] == [("grey", "goat"), ()]


def test_currencies_have_codes_and_measures_are_recognised():
    assert [units.currency(sign) for sign in ("US$", "€", "Rs.", "RMB")] == ["USD", "EUR", "PKR", "CNY"]
    assert [word for word in ("litres", "town", "knot") if units.is_measure(word)] == ["litres", "knot"]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [("It cost $1 billion.", 1e9, 1e9, "USD"), ("It cost 1 billion dollars.", 1e9, 1e9, "USD"),
     ("It cost USD 1bn.", 1e9, 1e9, "USD"), ("It cost Rs 20 lakh.", 2e6, 2e6, "PKR"),
     ("It costs 50 cents.", 0.5, 0.5, "USD"), ("It costs $2-3 million.", 2e6, 3e6, "USD"),
     ("It costs 2 to 3 million euros.", 2e6, 3e6, "EUR"), ("It is 250 m long.", 250, 250, "meter"),
     ("It is between 10 and 12 km long.", 1e4, 1.2e4, "meter"), ("It has 3–5 masts.", 3, 5, ""),
     ("It grew by 12 percent.", 12, 12, "percent"), ("Three-quarters of it sank.", 75, 75, "percent"),
     ("Two in five bees came back.", 40, 40, "percent"), ("It took 90 minutes.", 5400, 5400, "second"),
     ("Half a million bees came.", 5e5, 5e5, ""), ("It took a quarter of a million bees.", 2.5e5, 2.5e5, ""),
     ("Half a kilometre of it sank.", 500, 500, "meter"),
     ("It took a quarter of an hour.", 900, 900, "second"),
     ("It took 14 and a half hours.", 52200, 52200, "second"),
     ("It took an hour and a half.", 5400, 5400, "second"),
     ("It took two hours, 7 minutes and 14 seconds.", 7634, 7634, "second"),
     ("She won in 2:07:14.", 7634, 7634, "second"), ("She won in 1:57.40.", 117.4, 117.4, "second"),
     ("It takes 5 to 10 minutes.", 300, 600, "second"), ("Sales doubled.", 100, 100, "percent"),
     ("One goat in eight sank.", 12.5, 12.5, "percent"), ("It fell by a tenth in May.", 10, 10, "percent"),
     ("It sells 40 tonnes a day.", 4e4, 4e4, "kilogram"),
     ("Half a million litres a day.", 500, 500, "meter ** 3"),
     ("The 34-year-old rows.", 34, 34, ""), ("Fifteen hundred goats came.", 1500, 1500, ""),
     ("It covers 400 square metres.", 400, 400, "meter ** 2"),
     ("Two and a half thousand goats came.", 2500, 2500, ""), ("It has a dozen oars.", 12, 12, "")],
)  # fmt: skip
def test_a_figure_has_a_value_in_its_unit(text, low, high, unit):
    figure = only(text)
    assert (figure.low, figure.high, figure.unit) == (pytest.approx(low), pytest.approx(high), unit)


def test_the_span_of_a_figure_includes_its_unit():
    text = "The ferry carries about 340 passengers and costs US$ 30 million a year."
    assert [text[slice(*q.span)] for q in quantities(text)] == ["about 340", "US$ 30 million"]


@pytest.mark.parametrize("text", ["from 3 to 5 goats", "3 and 5 goats"])
def test_a_change_and_a_list_are_two_figures(text):
    assert [q.high for q in quantities(text)] == [3, 5]


@pytest.mark.parametrize("text", ["It sank in 1926.", "the 3rd arch", "the CASA-1000 line", "last year"])
def test_years_ordinals_and_numbers_in_names_are_not_figures(text):
    assert quantities(text) == ()


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [("$1 billion", "1,000m dollars", True), ("1.5 km", "1,500 metres", True), ("40 goats", "40", True),
     ("3-5 goats", "4 goats", True), ("about 350 goats", "348 goats", True), ("350 goats", "348", False),
     ("60 miles", "97 km", True), ("60 miles", "110 km", False), ("96 km", "97 km", False),
     ("three-quarters of it", "72%", True), ("three-quarters of it", "60%", False), ("3-5 km", "6 km", False),
     ("about $1 billion", "$1.4 billion", False), ("a dozen boats", "12 boats", True)],
)  # fmt: skip
def test_figures_are_the_same_if_both_can_be_true(a, b, alike):
    assert comparable(only(a), only(b))
    assert {same(only(a), only(b)), same(only(b), only(a))} == {alike}


@pytest.mark.parametrize(
    ("a", "b"), [("40 goats", "40 bees"), ("40 euros", "40 dollars"), ("40 km", "40 kg"), ("40%", "40 goats")]
)
def test_figures_of_different_things_cannot_be_compared(a, b):
    assert not comparable(only(a), only(b))


@pytest.mark.parametrize(
    ("a", "b", "rounded"),
    [("500 goats", "498 goats", True), ("500 goats", "430 goats", False), ("340 goats", "310 goats", False)],
)
def test_a_figure_may_be_another_one_rounded(a, b, rounded):
    assert may_be_rounded(only(a), only(b)) is may_be_rounded(only(b), only(a)) is rounded


def test_small_counts_and_shares_are_often_equal_by_chance():
    assert [t for t in ("12%", "3 goats", "300 goats", "3 km") if common(only(t))] == ["12%", "3 goats"]


def test_large_counts_are_equal_whatever_they_count():
    assert equal_counts(only("640 workers"), only("640 people"))
    assert not equal_counts(only("6 workers"), only("6 people"))
    assert not equal_counts(only("640 km"), only("640 people"))
