"""What a PDF shows besides its printed text: values of form fields, notes, stamps; comments are left out."""

import pytest
from making_pdfs import write_pdf

from qa.documents.formats import parse


def form(printed: dict[str, int], *annotations: bytes, more: tuple[bytes, ...] = ()) -> bytes:
    """A page with printed labels at some heights, and annotations; `more` are objects after them."""
    content = b"".join(b"BT /F 12 Tf 60 %d Td (%s) Tj ET\n" % (y, s.encode()) for s, y in printed.items())
    references = b" ".join(b"%d 0 R" % n for n in range(7, 7 + len(annotations)))
    return write_pdf(
        content,
        page=b"/Annots[%s]" % references,
        catalog=b"/AcroForm<</Fields[%s]/DR<</Font<</F 5 0 R>>>>/DA(/F 0 Tf 0 g)>>" % references,
        more=(*annotations, *more),
    )


def field(kind: bytes, y: int, rest: bytes, x: int = 200, height: int = 20) -> bytes:
    return b"<</Type/Annot/Subtype/Widget/FT/%s/T(f%d)/Rect[%d %d %d %d]/P 3 0 R%s>>" % (
        kind, y, x, y, x + 250, y + height, rest,
    )  # fmt: skip


def note(kind: bytes, y: int, rest: bytes) -> bytes:
    return b"<</Type/Annot/Subtype/%s/Rect[60 %d 400 %d]%s>>" % (kind, y, y + 20, rest)


BERTH = {"Application for a berth in the harbour for one season": 780, "Name of the boat": 740, "Keeper": 700}


def text(raw: bytes) -> list[str]:
    return parse("a.pdf", raw).text.split("\n\n")


def test_a_value_stands_beside_its_label_even_if_nothing_draws_it():
    raw = form(BERTH, field(b"Tx", 735, b"/V(Grey Tern)"), field(b"Tx", 695, b"/V(Oda Kestrin)"))
    assert text(raw)[1:] == ["Name of the boat | Grey Tern", "Keeper | Oda Kestrin"]


def test_the_first_value_of_a_form_does_not_name_columns():
    raw = form(BERTH, field(b"Tx", 735, b"/V(Grey Tern)"), field(b"Tx", 695, b"/V(118)"))
    kinds = [block.kind.value for block in parse("a.pdf", raw).blocks]
    assert kinds == ["body", "table row", "table row"]


@pytest.mark.parametrize(
    ("rest", "shown"),
    [
        (b"/Ff 131072/Opt[(red) (green)]/V(green)", "green"),
        (b"/Ff 131072/Opt[[(r)(red paint)] [(g)(green paint)]]/V(g)", "green paint"),
        (b"/Ff 2097152/Opt[(red) (green) (blue)]/V[(red)(blue)]", "red, blue"),
    ],
)
def test_what_is_chosen_from_a_list_is_shown_as_its_label(rest, shown):
    raw = form({**BERTH, "Colour": 660}, field(b"Tx", 735, b"/V(Tern)"), field(b"Ch", 655, rest))
    assert text(raw)[-1] == f"Colour | {shown}"


@pytest.mark.parametrize("drawn", [b"", b"/AP<</N<</Yes 9 0 R/Off 9 0 R>>>>"])
def test_boxes_are_shown_ticked_or_not(drawn):
    ticked = field(b"Btn", 655, b"/V/Yes/AS/Yes" + drawn, x=40, height=15)
    empty = field(b"Btn", 615, b"/V/Off/AS/Off" + drawn, x=40, height=15)
    nothing = b"<</Type/XObject/Subtype/Form/BBox[0 0 15 15]/Length 4>>stream\nq Q \nendstream"
    shown = text(
        form({"The boat has:": 700, "a sail": 658, "an engine": 618}, ticked, empty, more=(nothing,))
    )
    assert shown == ["The boat has:", "☑ a sail", "☐ an engine"]


def test_the_lines_of_a_long_value_are_in_order():
    raw = form(BERTH, field(b"Tx", 600, b"/Ff 4096/V(It is of oak.\\rIt leaks.)", height=80))
    assert text(raw)[-2:] == ["It is of oak.", "It leaks."]


def test_the_value_of_a_field_with_a_secret_is_not_read():
    raw = form(BERTH, field(b"Tx", 735, b"/Ff 8192/V(swordfish)"))
    assert "swordfish" not in str(parse("a.pdf", raw))


def test_a_hidden_field_is_left_out_and_listed():
    raw = form(BERTH, field(b"Tx", 735, b"/F 2/V(Grey Tern)"))
    parsed = parse("a.pdf", raw)
    assert "Grey Tern" not in parsed.text
    assert ("hidden field", "Grey Tern") in parsed.left_out


def test_a_note_written_onto_the_page_is_read():
    assert "Paid in May." in text(form(BERTH, note(b"FreeText", 500, b"/Contents(Paid in May.)/DA(/F 9 Tf)")))


@pytest.mark.parametrize("kind", [b"Text", b"Highlight", b"StrikeOut"])
def test_a_comment_is_left_out_and_listed(kind):
    parsed = parse("a.pdf", form(BERTH, note(kind, 500, b"/Contents(Ask Oda first)")))
    assert "Ask Oda" not in parsed.text
    assert ("comment", "Ask Oda first") in parsed.left_out


def test_the_text_of_a_stamp_is_read():
    stamp = note(b"Stamp", 500, b"/AP<</N 8 0 R>>")
    drawn = b"BT /F 12 Tf 2 5 Td (Received 4 May) Tj ET"
    keys = b"/Type/XObject/Subtype/Form/BBox[0 0 340 20]/Resources<</Font<</F 5 0 R>>>>"
    drawing = b"<<%s/Length %d>>stream\n%s\nendstream" % (keys, len(drawn), drawn)
    assert text(form(BERTH, stamp, more=(drawing,)))[-1] == "Received 4 May"


def test_a_form_without_values_is_read_as_printed():
    assert text(form(BERTH, field(b"Tx", 735, b""))) == list(BERTH)


def test_a_field_in_an_impossible_place_does_no_harm():
    raw = form(BERTH, field(b"Tx", 735, b"/V(Tern)").replace(b"[200 735", b"[1e38 -1e38"))
    assert "Keeper" in parse("a.pdf", raw).text
