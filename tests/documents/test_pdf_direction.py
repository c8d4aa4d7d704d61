"""Hebrew and Arabic in PDFs: words and letters in the order in which they are read."""

from collections.abc import Callable

import pytest
from fpdf import FPDF
from making_pdfs import FERRY, font_file, lines, make_pdf

from qa.documents.formats import parse
from qa.documents.pdf.direction import in_reading_order, plain_letters, reading_order
from qa.documents.pdf.pieces import Piece

HEBREW = "הגשר נבנה בשנת 1874 בידי Anders Lund הבנאי (מן הכפר) תמורת 3,500 כתרים, או 50% מן התקציב."
ARABIC = "بُني الجسر في عام 1874 بيد البنّاء لوند (من القرية) وكلّف 3,500 كرونة، ولا أحد يعرف الأسباب."


def draw_letters(document: FPDF, text: str, right: float, y: float, order: int = 1) -> None:
    """Draw a right-to-left text letter by letter; the digits of a number run from the left."""
    placed = []
    at = right
    for word in text.split():
        at -= document.get_string_width(word)
        x = at
        for letter in word if word.isascii() else word[::-1]:
            placed.append((x, letter))
            x += document.get_string_width(letter)
        at -= document.get_string_width(" ")
    for x, letter in placed[::order]:
        document.text(x, y, letter)


def drawn(draw: Callable[[FPDF], None]) -> str:
    """The text of a PDF that is drawn in a font with Hebrew letters."""

    def with_font(document: FPDF) -> None:
        document.add_font("DejaVu", fname=font_file())
        document.set_font("DejaVu", "", 9)
        draw(document)

    return parse("a.pdf", make_pdf(with_font)).text


PLAIN = "הטחנה נבנתה בשנת 1874 מעץ אלון וארז"


@pytest.mark.parametrize("order", [1, -1])
def test_letters_are_read_from_the_right_in_whichever_order_they_are_drawn(order):
    assert drawn(lambda document: draw_letters(document, PLAIN, 180, 40, order)) == PLAIN


@pytest.mark.parametrize("text", [HEBREW, ARABIC])
def test_words_that_a_program_has_written_from_the_left_are_recognised(text):
    assert drawn(lambda document: lines(document, text)) == text


def test_lines_from_left_to_right_on_the_same_page_stay_as_they_are():
    def draw(document: FPDF) -> None:
        draw_letters(document, PLAIN, 180, 40)
        lines(document, FERRY[:58], FERRY[59:120], y=60)

    assert drawn(draw).split("\n\n") == [PLAIN, FERRY[:120]]


def test_the_columns_of_a_table_are_read_from_the_right():
    rows = (("חדר", "מחיר"), ("אלון", "118"), ("ארזים", "151"))

    def draw(document: FPDF) -> None:
        for y, row in enumerate(rows):
            for right, cell in zip((150, 100), row, strict=True):
                draw_letters(document, cell, right, 40 + 7 * y)

    assert drawn(draw).split("\n\n") == [" | ".join(row) for row in rows]


# --- letters and words ---------------------------------------------------------------------------


def word(visual: str) -> str:
    """The reading order of letters that stand next to each other from left to right."""
    return reading_order([(letter, float(n), n + 1.0) for n, letter in enumerate(visual)])


@pytest.mark.parametrize(
    ("visual", "read"),
    [
        ("רשג", "גשר"),
        ("1874-ב", "ב-1874"),
        ("3,500-כ", "כ-3,500"),
        ("50%-כ", "כ-50%"),
        ("(רפכה", "הכפר)"),
        (")רפכה", "הכפר)"),
        ("Lund-ל", "ל-Lund"),
    ],
)
def test_numbers_and_latin_letters_in_a_word_run_from_the_left(visual, read):
    assert word(visual) == read


def test_a_vowel_sign_follows_the_letter_that_it_stands_on():
    assert reading_order([("ג", 10, 16), ("ש", 0, 8), ("\u05b8", 3, 3)]) == "גש\u05b8"


def test_letters_drawn_as_one_sign_are_in_order():
    assert reading_order([("و", 10, 14), ("ا", 0, 8), ("ل", 0, 8)]) == "ولا"


def test_the_forms_of_letters_become_letters_and_nothing_else_does():
    assert plain_letters("\ufef3\ufe8e\ufee1 ﬁ ²") == "يام ﬁ ²"


def test_a_latin_name_in_a_hebrew_line_stays_in_order():
    words = [Piece(text, n, n + 1, 0, 10, False) for n, text in enumerate("12 אלון Anders Lund חדר".split())]
    assert [p.text for p in in_reading_order("אלון חדר בתים", words)] == [
        "חדר",
        "Anders",
        "Lund",
        "אלון",
        "12",
    ]


def test_a_word_of_endless_letters_takes_no_time():
    assert len(word("א" * 100_000)) == 100_000
    assert len(word("א" + "%" * 400)) == 401
