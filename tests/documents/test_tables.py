"""Rows of tables in office documents: which of them name the columns."""

import pytest

from qa.documents.parsed import Part
from qa.documents.tables import Cell, names_columns, table_parts


@pytest.mark.parametrize(
    "rows",
    [
        [["Room", "Price"], ["Birch", "74 crowns"]],
        [["", "Summer", "Winter"], ["Birch", "74", "51"]],
        [["Boat", "2023", "2024"], ["Heron", "12", "15"]],
        [["Room", "Price"], ["Birch", "€ 74"], ["Alder", "–"]],
        [["Name", "Born"], ["Ruth Felber", "4 May 1902"]],
    ],
)
def test_words_above_numbers_are_names(rows):
    assert names_columns(rows)


@pytest.mark.parametrize(
    "rows",
    [
        [["Room", "Price"]],
        [["Birch", "74"], ["Alder", "118"]],
        [["Keeper", "Ruth Felber"], ["Village", "Ostbruck"]],
        [["Name:", "Ruth Felber"], ["Born:", "1902"]],
        [["Founded", "1902"], ["Closed", "1931"]],
        [["", ""], ["Birch", "74"]],
    ],
)
def test_other_first_rows_are_not_names(rows):
    assert not names_columns(rows)


def test_a_table_without_text_has_no_parts():
    assert table_parts([]) == []
    assert table_parts([[Cell(), Cell()], [Cell()]]) == []


def test_a_single_row_of_short_cells_is_a_line():
    assert table_parts([[Cell((Part("Pump"),)), Cell((Part("9"),))]]) == [Part("Pump | 9")]
