"""Dates in a text -> values, as exact as the text gives them."""

import pytest

from qa.language.dates import Date, comparable, dates, near, same, years_meant

YEAR = (2023, 2023)


def only(text: str) -> Date:
    (date,) = dates(text)
    return date


@pytest.mark.parametrize(
    ("text", "years", "months", "days"),
    [("14 March 2023", YEAR, (3, 3), (14, 14)), ("March 14, 2023", YEAR, (3, 3), (14, 14)),
     ("2023-03-14", YEAR, (3, 3), (14, 14)), ("1st of June 2023", YEAR, (6, 6), (1, 1)),
     ("14-15 March 2023", YEAR, (3, 3), (14, 15)), ("March 14 to 16, 2023", YEAR, (3, 3), (14, 16)),
     ("the 3rd of May", None, (5, 5), (3, 3)), ("Sept. 2023", YEAR, (9, 9), None),
     ("March to May 2023", YEAR, (3, 5), None), ("the third quarter of 2023", YEAR, (7, 9), None),
     ("Q2 2023", YEAR, (4, 6), None), ("the last quarter of 2023", YEAR, (10, 12), None),
     ("the second half of 2023", YEAR, (7, 12), None), ("in 2023", YEAR, None, None),
     ("the 1920s", (1920, 1929), None, None), ("the 19th century", (1801, 1900), None, None),
     ("the twenty-first century", (2001, 2100), None, None), ("2019-21", (2019, 2021), None, None),
     ("2019–2021", (2019, 2021), None, None), ("2019/20", (2019, 2020), None, None),
     ("not before mid-2023", YEAR, None, None),
     ("late March", None, (3, 3), None), ("in July", None, (7, 7), None)],
)  # fmt: skip
def test_a_date_is_as_exact_as_it_is_given(text, years, months, days):
    date = only(text)
    assert (date.years, date.months, date.days) == (years, months, days)


@pytest.mark.parametrize(
    "text",
    [
        "It may rain.",
        "They march on.",
        "last year",
        "It cost $1926.",
        "Council #1926",
        "1,926 goats",
        "a 1926% rise",
    ],
)
def test_lookalikes_of_dates_are_ignored(text):
    assert dates(text) == ()


def test_dates_come_in_order_with_their_spans():
    text = "The bridge was begun on 8 August 1921, opened in May 1926 and lost in the 1990s."
    assert [text[slice(*d.span)] for d in dates(text)] == ["8 August 1921", "May 1926", "1990s"]


@pytest.mark.parametrize(
    ("a", "b", "alike"),
    [("14-15 March 2023", "14 March 2023", True), ("14-15 March 2023", "16 March 2023", False),
     ("March 2023", "14 March 2023", True), ("March 2023", "May 2023", False), ("Q1 2023", "May 2023", False),
     ("Q1 2023", "February 2023", True), ("the 1920s", "in 1926", True), ("the 1920s", "in 1930", False),
     ("the 20th century", "the 1920s", True), ("14 March 2023", "14 March", True), ("2019-21", "2020", True),
     ("14 March 2023", "14 March 2022", False), ("in 2023", "March 2023", True)],
)  # fmt: skip
def test_a_range_contains_the_dates_within_it_and_no_others(a, b, alike):
    assert comparable(only(a), only(b))
    assert {same(only(a), only(b)), same(only(b), only(a))} == {alike}


def test_a_year_cannot_be_compared_with_a_month_without_a_year():
    assert not comparable(only("in 2023"), only("in July"))
    assert comparable(only("in July"), only("July 2023"))


def test_dates_are_near_if_their_years_are():
    assert near(only("in 1926"), only("in 1936"), 10)
    assert not near(only("in 1937"), only("in 1926"), 10)
    assert near(only("in July"), only("in 1926"), 0)


def test_last_year_means_a_year_if_the_day_of_writing_is_known():
    text = "Trade grew last year, will this year, and is to next year; last year's drought is over."
    assert [d.years for d in years_meant(text, "2021-03-10")] == [(2020, 2020), (2021, 2021), (2022, 2022)]
    assert years_meant(text, "") == ()
