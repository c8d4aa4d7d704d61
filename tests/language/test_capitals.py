"""Capitals that stand for their country, and those that are places."""

import pytest

from qa.language.capitals import meant, speaks_of


@pytest.mark.parametrize(
    ("text", "name", "spoken"),
    [("Tashkent pays for the wool.", "Uzbekistan", True), ("Tashkent pays for the wool.", "Uzbek", True),
     ("Goats are sold in Tashkent.", "Uzbekistan", False), ("Uzbekistan sells goats.", "Tashkent", False),
     ("Astana pays for the wool.", "Uzbekistan", False), ("Lund pays.", "Lund", True)],
)  # fmt: skip
def test_a_capital_speaks_of_its_country_unless_it_is_a_place(text, name, spoken):
    assert speaks_of(text, name) is spoken


def test_what_a_name_means_is_told_by_its_text():
    assert meant("Wool is sold to New Delhi by Kabul.", "Kabul") == "Afghanistan"
    assert meant("Wool is sold at Kabul.", "Kabul") == "Kabul"
    assert meant("Lund pays.", "Lund") == "Lund"
