"""Tables as text: which character separates the cells, what names the columns, where a row stands."""

import time

import pytest

from qa.documents.parsed import Parsed
from qa.documents.sheets.delimited import find_delimiter, parse_delimited
from qa.errors import UnreadableFile
from qa.types import BlockKind

COLUMNS, ROW, BODY, HEADING = BlockKind.COLUMNS, BlockKind.ROW, BlockKind.BODY, BlockKind.HEADING


def parse(text: str | bytes) -> Parsed:
    return parse_delimited("table.csv", text.encode() if isinstance(text, str) else text)


def blocks(parsed: Parsed) -> list[tuple[BlockKind, str]]:
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def test_the_first_row_names_the_columns() -> None:
    parsed = parse("Item,Price\nRye bread,4.20\nOat bread,3.90\n")
    assert blocks(parsed) == [(COLUMNS, "Item | Price"), (ROW, "Rye bread | 4.20"), (ROW, "Oat bread | 3.90")]


def test_each_row_has_its_number() -> None:
    parsed = parse("Item,Price\nRye bread,4.20\n\nOat bread,3.90\n")
    assert [name for _, name in parsed.places] == ["row 1", "row 2", "row 4"]
    table = parsed.structure.table_at(parsed.text.index("Oat"))
    assert table is not None
    assert parsed.text[table.start : table.columns_end] == "Item | Price"  # also below the empty row


def test_rows_of_words_below_names() -> None:
    parsed = parse("Lock,Keeper,Village\nUpper lock,Ruth Felber,Tarn\nLower lock,Jonas Felber,Hallgate\n")
    assert blocks(parsed)[0] == (COLUMNS, "Lock | Keeper | Village")


def test_a_first_row_with_numbers_names_nothing() -> None:
    assert blocks(parse("Tarn,118\nHallgate,64\n")) == [(ROW, "Tarn | 118"), (ROW, "Hallgate | 64")]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("Item,Price\nRye,4\n", ","),
        ("Item;Price\nRye;4,20\nOats;3,90\n", ";"),
        ("4,20;5,10\n3,90;4,80\n", ";"),
        ("Item\tPrice\nRye, dark\t4\n", "\t"),
        ("Item|Price\nRye|4\n", "|"),
        ('Item,Note\nRye,"a; b"\nOats,"c; d; e"\n', ","),
        ("Ferries of the lake\n\nDay,Time\nMonday,7:00\n", ","),
        ("one column\nof words\n", ","),
        ("", ","),
    ],
)
def test_the_delimiter_is_the_one_that_fits_most_rows(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


def test_a_delimiter_may_be_declared() -> None:
    parsed = parse("sep=;\nItem;Price\nRye;4,20\n")
    assert blocks(parsed) == [(COLUMNS, "Item | Price"), (ROW, "Rye | 4,20")]
    assert parsed.places[0] == (0, "row 1")  # as Excel counts


def test_a_cell_in_quotes_may_have_delimiters_quotes_and_line_breaks() -> None:
    parsed = parse('Name,Note\n"Felber, Ruth","said ""no""\ntwice"\nJonas,yes\n')
    assert blocks(parsed)[1:] == [(ROW, 'Felber, Ruth | said "no" twice'), (ROW, "Jonas | yes")]
    assert parsed.places[-1][1] == "row 3"


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    rows = "".join(f"Pipe {n},{n}\n" for n in range(200))
    parsed = parse(f'Item,Length\n"12 inch pipe,3\n{rows}')
    assert len(parsed.blocks) == 202
    assert '"12 inch pipe | 3' in parsed.text


def test_rows_of_different_lengths() -> None:
    parsed = parse("Lock,Depth,Built\nUpper,2.5,1902,rebuilt 1950\nLower\n,3\n")
    assert blocks(parsed) == [
        (COLUMNS, "Lock | Depth | Built"),
        (ROW, "Upper | 2.5 | 1902 | rebuilt 1950"),
        (ROW, "Lower"),
        (ROW, "| | 3 |"),
    ]


def test_a_title_above_the_table() -> None:
    parsed = parse("Ferries of the lake,,\nDay,Quay,Time\nMonday,North,7:00\n")
    assert blocks(parsed)[:2] == [(HEADING, "Ferries of the lake"), (COLUMNS, "Day | Quay | Time")]


def test_one_column_is_a_list() -> None:
    assert blocks(parse("Ostbruck\nHallgate\n")) == [(BODY, "Ostbruck"), (BODY, "Hallgate")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings(encoding: str) -> None:
    text = "Café;Besitzer;Straße\nSüd;Jürgen Groß;Mühlgasse\nNord;Käthe Weiß;Brückenstraße\n"
    assert blocks(parse(text.encode(encoding)))[0] == (COLUMNS, "Café | Besitzer | Straße")


@pytest.mark.parametrize("raw", [b",,,\n,,\n", b"\n\n", b"\x00\x01\x02" * 50])
def test_a_file_without_text_is_refused(raw: bytes) -> None:
    with pytest.raises(UnreadableFile):
        parse(raw)


def test_a_file_with_too_much_text_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="more than 10,000,000 characters"):
        parse(b"a" * 10_000_100)


@pytest.mark.parametrize("text", ['"' * 200_000, '"a\n' * 50_000, ";,|\t" * 50_000, "5" + "a" * 200_000])
def test_odd_files_take_no_time(text: str) -> None:
    started = time.perf_counter()
    parse(f"Item,Price\n{text}")
    assert time.perf_counter() - started < 10
