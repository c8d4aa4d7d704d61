"""What Word documents have besides plain runs: symbols, fields, formulas, forms, drawings, imported files."""

import pytest
from lxml import etree
from word_files import PROSE, blocks, document, p, r, texts, write_docx, zip_of

from qa.documents.office.charts import chart_parts
from qa.documents.word.parse import parse_docx


def run(inner: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr>{inner}</w:r>"


def left_out(raw: bytes) -> tuple[tuple[str, str], ...]:
    return parse_docx("a.docx", raw).left_out


# --- symbols -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("font", "code", "shown"),
    [
        ("Wingdings", "F0FE", "☑"), ("Wingdings", "F0FD", "☒"), ("Wingdings", "F0A8", "☐"),
        ("Wingdings", "F0E0", "→"), ("Wingdings", "FC", "✓"), ("Wingdings 2", "F052", "☑"),
        ("Wingdings 3", "F067", "→"), ("Webdings", "F061", "✓"), ("Symbol", "F0B3", "≥"),
        ("Symbol", "F061", "α"), ("MS Gothic", "2612", "☒"), ("Wingdings", "F0FF", ""), ("Symbol", "zz", ""),
    ],
)  # fmt: skip
def test_symbols_are_read_as_what_they_show(font, code, shown):
    body = p(run(f'<w:sym w:font="{font}" w:char="{code}"/>') + r(" gate"))
    assert texts(write_docx(body)) == [f"{shown} gate".strip()]


def test_text_in_a_font_of_symbols_is_read_as_what_it_shows():
    wingdings = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
    assert texts(write_docx(p(r("\uf0fe", wingdings) + r(" gate")))) == ["☑ gate"]
    assert texts(write_docx(p(r("þ", wingdings) + r(" gate")))) == ["☑ gate"]
    assert texts(write_docx(p(r("angle \uf061")))) == ["angle α"]


def test_a_raised_number_is_no_digit_of_the_one_before_it():
    raised = '<w:vertAlign w:val="superscript"/>'
    body = p(r("10") + r("6", raised) + r(" litres on the 1") + r("st", raised))
    assert texts(write_docx(body)) == ["10⁶ litres on the 1st"]


# --- fields and forms ----------------------------------------------------------------------------


def mark(kind: str, settings: str = "") -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}">{settings}</w:fldChar></w:r>'


def field(instruction: str, result: str, settings: str = "") -> str:
    instruction = run(f"<w:instrText>{instruction}</w:instrText>")
    return mark("begin", settings) + instruction + mark("separate") + result + mark("end")


def test_of_a_field_its_result_is_read():
    body = p(r("See ") + field("REF _Ref1 \\h", r("Article 1")) + r(" and "))
    simple = p(f'<w:fldSimple w:instr="PAGE">{r("page 4")}</w:fldSimple>')
    assert texts(write_docx(body + simple)) == ["See Article 1 and", "page 4"]


def test_a_field_in_the_instruction_of_another_is_not_read():
    inner = field("MERGEFIELD sex", r("f"))
    outer = mark("begin") + run("<w:instrText>IF </w:instrText>") + inner + mark("separate")
    assert texts(write_docx(p(outer + r("Dear Madam") + mark("end")))) == ["Dear Madam"]


@pytest.mark.parametrize("marks", [("begin",), ("end", "separate"), ("begin", "begin", "end")])
def test_a_field_that_does_not_end_hides_nothing(marks):
    assert texts(write_docx(p("".join(map(mark, marks)) + r("It left.")))) == ["It left."]


def test_a_symbol_may_be_a_field():
    body = p(mark("begin") + run("<w:instrText> SYMBOL 254 \\f Wingdings \\s 12</w:instrText>") + mark("end"))
    assert texts(write_docx(body)) == ["☑"]


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>', "☒"),
        ('<w:checkBox><w:default w:val="1"/></w:checkBox>', "☒"),
        ('<w:checkBox><w:default w:val="0"/></w:checkBox>', "☐"),
        (
            '<w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/><w:listEntry w:val="blue"/></w:ddList>',
            "blue",
        ),
    ],
)
def test_fields_of_forms_show_what_was_chosen(settings, shown):
    body = p(r("Flag: ") + field("FORM", "", f"<w:ffData>{settings}</w:ffData>"))
    assert texts(write_docx(body)) == [f"Flag: {shown}"]


def control(content: str, properties: str = "") -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def test_a_content_control_is_read_once_it_is_filled_in():
    prompt = control(r("Click here to enter a date."), "<w:showingPlcHdr/>")
    raw = write_docx(
        p(r("Keeper: ") + control(r("Ruth Felber")) + r(". Date: ") + prompt)
        + control(p(r("Choose a lock.")), "<w:showingPlcHdr/>")
    )  # fmt: skip
    assert texts(raw) == ["Keeper: Ruth Felber. Date:"]
    assert left_out(raw) == (
        ("placeholder", "Click here to enter a date."),
        ("placeholder", "Choose a lock."),
    )


def test_a_table_of_contents_is_left_out_whatever_its_style():
    gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
    raw = write_docx(control(p(r("The ferry 1")), gallery) + p(r(PROSE)))
    assert (texts(raw), left_out(raw)) == ([PROSE], (("table of contents", "The ferry 1"),))


# --- formulas ------------------------------------------------------------------------------------


def m(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def of(name: str, **parts: str) -> str:
    return f"<m:{name}>{''.join(f'<m:{part}>{inner}</m:{part}>' for part, inner in parts.items())}</m:{name}>"


@pytest.mark.parametrize(
    ("formula", "shown"),
    [
        (of("f", num=m("3 flow"), den=m("40 time")), "3 flow / 40 time"),
        (of("f", num=m("a+b"), den=m("2")), "(a+b) / 2"),
        (of("sSup", e=m("x"), sup=m("2")) + m("+1"), "x^2+1"),
        (of("sSub", e=m("h"), sub=m("max")), "h_max"),
        (of("sSubSup", e=m("a"), sub=m("i"), sup=m("n+1")), "a_i^(n+1)"),
        (of("rad", deg="", e=m("2gh")), "√(2gh)"),
        (of("rad", deg=m("3"), e=m("V")), "∛(V)"),
        (of("nary", naryPr='<m:chr m:val="∑"/>', sub=m("i=1"), sup=m("n"), e=m("i")), "∑_(i=1)^n i"),
        (of("d", e=m("a+b")), "(a+b)"),
        (of("d", dPr='<m:begChr m:val="["/><m:endChr m:val="]"/>', e=m("0;1")), "[0;1]"),
        (of("func", fName=m("sin"), e=m("x")), "sin x"),
        (of("limLow", e=m("lim"), lim=m("x→0")), "lim_(x→0)"),
        (of("m", mr=f"<m:e>{m('a')}</m:e><m:e>{m('b')}</m:e>"), "a, b"),
        (of("eqArr", e=m("x=1")), "x=1"),
        (of("ofTheFuture", e=m("x")), "x"),
    ],
)
def test_formulas_are_written_in_a_line(formula, shown):
    body = p(r("The loss is ") + f"<m:oMath>{formula}</m:oMath>" + r(" for each pipe."))
    assert texts(write_docx(body)) == [f"The loss is {shown} for each pipe."]
    assert texts(write_docx(p(f"<m:oMathPara><m:oMath>{formula}</m:oMath></m:oMathPara>"))) == [shown]


def test_a_formula_in_a_formula_takes_no_time():
    formula = m("x")
    for _ in range(60):
        formula = of("f", num=formula, den=m("2"))
    assert texts(write_docx(p(f"<m:oMath>{formula}</m:oMath>")))


# --- drawings ------------------------------------------------------------------------------------


def test_of_two_versions_of_a_drawing_the_one_with_text_is_read():
    box = f"<w:txbxContent>{p(r('Dogs are welcome.'))}</w:txbxContent>"
    empty = f"<mc:Choice><w:drawing/></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
    body = p(run(f"<mc:AlternateContent>{empty}</mc:AlternateContent>"))
    assert texts(write_docx(body)) == ["Dogs are welcome."]


def test_the_shapes_of_a_diagram_are_paragraphs():
    shapes = "".join(f"<pt><t><p><r><t>{text}</t></r></p></t></pt>" for text in ("Lock", "Weir"))
    body = p(r(PROSE) + run('<w:drawing><d:relIds r:dm="diagram.xml"/></w:drawing>'))
    assert texts(write_docx(body, {"diagram.xml": f"<d><ptLst>{shapes}</ptLst></d>"})) == [
        PROSE,
        "Lock",
        "Weir",
    ]


def test_a_chart_is_a_table():
    def values(*texts: str) -> str:
        return "".join(f'<pt idx="{i}"><v>{text}</v></pt>' for i, text in enumerate(texts))

    categories, numbers = values("May", "June"), values("12", "15")
    series = f"<ser><tx>{values('Boats')}</tx><cat>{categories}</cat><val>{numbers}</val></ser>"
    chart = f"<chart><title><p><t>Boats a month</t></p></title>{series}</chart>"
    raw = write_docx(p(run('<w:drawing><d:chart r:id="chart1.xml"/></w:drawing>')), {"chart1.xml": chart})
    assert blocks(raw) == [
        ("body", "Boats a month"),
        ("column names", "| | Boats |"),
        ("table row", "May | 12"),
        ("table row", "June | 15"),
    ]


def test_the_description_of_a_picture_is_listed():
    raw = write_docx(p(r(PROSE) + run('<w:drawing><d:docPr descr="A lock in fog"/></w:drawing>')))
    assert (texts(raw), left_out(raw)) == ([PROSE], (("description of a picture", "A lock in fog"),))


def test_letters_drawn_as_a_picture_are_read():
    assert texts(write_docx(p(run('<w:pict><v:textpath string="Regatta"/></w:pict>')))) == ["Regatta"]


def test_the_reading_of_a_word_follows_it():
    ruby = f"<w:ruby><w:rt>{r('とうきょう')}</w:rt><w:rubyBase>{r('東京')}</w:rubyBase></w:ruby>"
    assert texts(write_docx(p(run(ruby)))) == ["東京(とうきょう)"]


# --- comments, hidden text, notes ----------------------------------------------------------------


def test_comments_are_listed_with_their_author():
    comments = f'<w:comment w:id="0" w:author="Ruth Felber">{p(r("Is it insured?"))}</w:comment>'
    raw = write_docx(p(r(PROSE) + run('<w:commentReference w:id="0"/>')), comments=comments)
    assert (texts(raw), left_out(raw)) == ([PROSE], (("comment", "Ruth Felber: Is it insured?"),))


def test_a_style_may_hide_text():
    styles = '<w:style w:styleId="S"><w:rPr><w:vanish/></w:rPr></w:style>'
    hidden = r(" Say that it sank.", '<w:rStyle w:val="S"/>')
    shown = r(" It came back.", '<w:rStyle w:val="S"/><w:vanish w:val="0"/>')
    raw = write_docx(p(r("It left.") + hidden + shown), styles=styles)
    assert (texts(raw), left_out(raw)) == (
        ["It left. It came back."],
        (("hidden text", "Say that it sank."),),
    )


# --- imported files ------------------------------------------------------------------------------


def imported(name: str, content: str | bytes) -> bytes:
    body = p(r("Before.")) + f'<w:altChunk r:id="{name}"/>' + p(r("After."))
    return write_docx(body, {name: content})


MAIL = (
    "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "<p>The gate is shut at n=\r\nine.</p>\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", "<html><body><p>The gate is <b>shut</b> at nine.</p></body></html>"),
        ("a.txt", "The gate is shut at nine.\n"),
        ("a.rtf", r"{\rtf1 The gate is {\b shut} at nine.\par}"),
        ("a.mht", MAIL),
        ("a.docx", write_docx(p(r("The gate is shut at nine.")))),
    ],
)
def test_an_imported_file_is_read_in_its_place(name, content):
    assert texts(imported(name, content)) == ["Before.", "The gate is shut at nine.", "After."]


def test_an_imported_file_that_cannot_be_read_is_listed():
    raw = imported("a.docx", b"PK\x03\x04")
    assert texts(raw) == ["Before.", "After."]
    assert left_out(raw)[0][0] == "part that cannot be read"


def test_a_file_outside_the_package_is_not_imported():
    relation = '<R><R Id="x" Type="t/aFChunk" Target="file:///etc/hostname" TargetMode="External"/></R>'
    body = document(p(r("A")) + '<w:altChunk r:id="x"/>')
    raw = zip_of({"word/document.xml": body, "word/_rels/document.xml.rels": relation})
    assert texts(raw) == ["A"]
    assert left_out(raw) == (("part that cannot be read", "imported file"),)


def test_files_imported_by_imported_files_end_somewhere():
    raw = write_docx(p(r("The last one.")))
    for _ in range(6):
        raw = imported("a.docx", raw)
    assert texts(raw) == ["Before."] * 4 + ["After."] * 4


def test_embedded_files_are_listed():
    relation = '<R><R Id="x" Type="t/package" Target="embeddings/boats.xlsx"/></R>'
    raw = zip_of({"word/document.xml": document(p(r("A"))), "word/_rels/document.xml.rels": relation})
    assert left_out(raw) == (("embedded file", "boats.xlsx"),)


# --- broken parts --------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["styles.xml", "numbering.xml", "footnotes.xml", "_rels/document.xml.rels"])
def test_a_broken_part_does_not_take_the_text_with_it(part):
    relations = "".join(f'<R Type="t/{n}" Target="{n}.xml"/>' for n in ("styles", "numbering", "footnotes"))
    raw = zip_of(
        {
            "word/document.xml": document(p(r("A"))),
            "word/_rels/document.xml.rels": f"<R>{relations}</R>",
            f"word/{part}": "<broken",
        }
    )
    assert texts(raw) == ["A"]
    assert left_out(raw) == (
        ("part that cannot be read", f"word/{part}: not a valid Word file"),
    )  # fmt: skip


def test_a_chart_whose_series_have_a_row_each_is_a_table_of_limited_size():
    series = "".join(f'<ser><val><pt idx="{n}"><v>7</v></pt></val></ser>' for n in range(3000))
    parts = chart_parts(etree.fromstring(f"<chart>{series}</chart>"))
    assert len(parts) == 1 + 500_000 // 3001
