"""Numbers as spreadsheets show them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.documents.sheets.number_formats import shown

MAY_DAY = 45413  # 2024-05-01, counted in days


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (118, "General", "118"),
        (118.0, "", "118"),
        (2.5, "General", "2.5"),
        (0.1 + 0.2, "General", "0.3"),
        (4006381333931, "General", "4006381333931"),
        (-7, 'General" m"', "-7 m"),
        (1.005, "0.00", "1.01"),
        (2.5, "0", "3"),
        (1234567.891, "#,##0", "1,234,568"),
        (-1250.5, "#,##0.00", "-1,250.50"),
        (12, "000000", "000012"),
        (12, "0,000", "0,012"),
        (3, "0.0##", "3.0"),
        (0.5, "#.##", ".5"),
        (5, '0" pcs"', "5 pcs"),
        (5, "#,##0 _€", "5"),
        (1_250_000, '0.0,,"M"', "1.3M"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (123456789, "000-00-0000", "123-45-6789"),
    ],
)
def test_plain_numbers(number: float, code: str, text: str) -> None:
    assert shown(number, code) == text


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (0.25, "0%", "25%"),
        (0.2567, "0.0%", "25.7%"),
        (1250, '"$"#,##0.00', "$1,250.00"),
        (1250, "[$$-409]#,##0.00", "$1,250.00"),
        (1250, '#,##0.00\\ "€"', "1,250.00 €"),
        (1250, "#,##0.00\\ [$€-407]", "1,250.00 €"),
        (1250, '"CHF" #,##0', "CHF 1,250"),
        (-1250, "#,##0.00_);(#,##0.00)", "(1,250.00)"),
        (-1250, "#,##0;[Red]-#,##0", "-1,250"),
        (0, '_("$"* #,##0.00_);_("$"* \\(#,##0.00\\);_("$"* "-"??_);_(@_)', "$-"),
        (0, "0;-0;;@", ""),
        (5, ";;;", ""),
        (150, '[>=100]"many";[<0]"none";0', "many"),
        (5, '[>=100]"many";[<0]"none";0', "5"),
    ],
)
def test_percentages_and_money(number: float, code: str, text: str) -> None:
    assert shown(number, code) == text


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (12345, "0.00E+00", "1.23E+04"),
        (0.00012345, "0.00E+00", "1.23E-04"),
        (12345, "##0.0E+0", "12.3E+3"),
        (2.25, "# ?/?", "2 1/4"),
        (2.5, "# ?/4", "2 2/4"),
        (0.5, "?/?", "1/2"),
        (1e20, "General", "1E+20"),
        (0.00001234, "General", "1.234E-05"),
    ],
)
def test_exponents_and_fractions(number: float, code: str, text: str) -> None:
    assert shown(number, code) == text


@pytest.mark.parametrize(
    ("number", "code", "text"),
    [
        (MAY_DAY, "yyyy-mm-dd", "2024-05-01"),
        (MAY_DAY, "dd.mm.yyyy", "01.05.2024"),
        (MAY_DAY, "d-mmm-yy", "1-May-24"),
        (MAY_DAY, "[$-409]mmmm d, yyyy;@", "May 1, 2024"),
        (MAY_DAY, "dddd", "Wednesday"),
        (MAY_DAY + 0.5, "m/d/yyyy h:mm", "5/1/2024 12:00"),
        (MAY_DAY + 0.75, "h:mm AM/PM", "6:00 PM"),
        (0.5, "hh:mm:ss", "12:00:00"),
        (1.5, "[h]:mm", "36:00"),
        (0.0001, "mm:ss.0", "00:08.6"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (61, "yyyy-mm-dd", "1900-03-01"),
    ],
)
def test_dates_and_times(number: float, code: str, text: str) -> None:
    assert shown(number, code) == text


def test_days_counted_from_1904() -> None:
    assert shown(MAY_DAY - 1462, "yyyy-mm-dd", from_1904=True) == "2024-05-01"


def test_a_date_is_in_iso_form_if_its_months_have_names_of_another_language() -> None:
    assert shown(MAY_DAY, "[$-407]d. mmmm yyyy") == "2024-05-01"
    assert shown(MAY_DAY + 0.5, "[$-F800]dddd, mmmm dd, yyyy hh:mm") == "2024-05-01 12:00"


@pytest.mark.parametrize("number", [-1, 3_000_000, 1e300])
def test_a_number_that_is_no_day_is_shown_as_a_number(number: float) -> None:
    assert shown(number, "yyyy-mm-dd") == shown(number, "General")


@given(st.floats(), st.text('0#?.,%/@;"\\_*[]$€-+EeGeneralymdhsAMP: ', max_size=30))
def test_any_format_shows_any_number_on_one_line(number: float, code: str) -> None:
    assert "\n" not in shown(number, code)
