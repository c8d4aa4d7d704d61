"""Presentations, made by python-pptx and by hand: what is read from them, and what is refused."""

import io
import zipfile
from collections.abc import Callable

import pptx
import pytest
from pptx.chart.data import CategoryChartData, XyChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.oxml import parse_xml
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Inches

from qa.documents.parsed import Parsed
from qa.documents.slides.parse import parse_slides
from qa.errors import UnreadableFile
from qa.types import BlockKind

COLUMNS, ROW, BODY, HEADING = BlockKind.COLUMNS, BlockKind.ROW, BlockKind.BODY, BlockKind.HEADING
TITLE, CONTENT, TWO_CONTENTS, TITLE_ONLY, BLANK = 0, 1, 3, 5, 6  # layouts
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def save(deck: Presentation) -> bytes:
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def deck_of(*draw: Callable[[Slide], object], layout: int = TITLE_ONLY) -> bytes:
    """A presentation with a slide for each function that draws one."""
    deck = pptx.Presentation()
    for each in draw:
        each(deck.slides.add_slide(deck.slide_layouts[layout]))
    return save(deck)


def box(slide: Slide, text: str, left: float, top: float) -> None:
    slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text


def changed(raw: bytes, parts: dict[str, Callable[[str], str]]) -> bytes:
    """A package in which some parts are changed or, if they are new, made of nothing."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, parts[name](content.decode()) if name in parts else content)
        for name in parts.keys() - set(old.namelist()):
            new.writestr(name, parts[name](""))
    return file.getvalue()


def related(raw: bytes, kind: str, xml: str, slide: int = 1) -> bytes:
    """A presentation with one more part that a slide refers to, as r99."""
    relation = f'<Relationship Id="r99" Type="{OFFICE}/{kind}" Target="../more.xml"/></Relationships>'
    return changed(
        raw,
        {
            f"ppt/slides/_rels/slide{slide}.xml.rels": lambda rels: rels.replace(
                "</Relationships>", relation
            ),
            "ppt/more.xml": lambda _: xml,
        },
    )


def parse(raw: bytes) -> Parsed:
    return parse_slides("deck.pptx", raw)


def blocks(parsed: Parsed) -> list[tuple[BlockKind, str]]:
    return [(block.kind, parsed.text[block.start : block.end]) for block in parsed.blocks]


def lines(parsed: Parsed) -> list[str]:
    return [text for _, text in blocks(parsed)]


def places(parsed: Parsed) -> list[str]:
    return [name for _, name in parsed.places]


# --- text ----------------------------------------------------------------------------------------


def keepers(slide: Slide) -> None:
    slide.shapes.title.text = "The keepers\vof the locks"
    frame = slide.placeholders[1].text_frame
    frame.text = "Ruth Felber keeps the upper lock"
    frame.add_paragraph().text = ""
    below = frame.add_paragraph()
    below.text, below.level = "since 1902", 1


def test_the_title_is_a_heading_and_each_bullet_a_paragraph() -> None:
    parsed = parse(deck_of(keepers, layout=CONTENT))
    assert blocks(parsed) == [
        (HEADING, "The keepers of the locks"),
        (BODY, "Ruth Felber keeps the upper lock"),
        (BODY, "since 1902"),
    ]


def test_slides_have_their_number_in_the_file() -> None:
    parsed = parse(deck_of(keepers, lambda empty: None, keepers, layout=CONTENT))
    assert places(parsed) == ["slide 1", "slide 3"]


def test_notes_are_read_with_a_remark() -> None:
    def draw(slide: Slide) -> None:
        keepers(slide)
        slide.notes_slide.notes_text_frame.text = "Say that the lock is closed on Mondays."

    parsed = parse(deck_of(draw, layout=CONTENT))
    assert blocks(parsed)[-1] == (BODY, "Say that the lock is closed on Mondays.")
    assert parsed.blocks[-1].reason == "speaker notes"
    assert places(parsed) == ["slide 1", "slide 1, notes"]


def test_hidden_slides_are_read_with_a_remark() -> None:
    def draw(slide: Slide) -> None:
        keepers(slide)
        slide.notes_slide.notes_text_frame.text = "Leave this out."
        slide._element.set("show", "0")

    parsed = parse(deck_of(draw, layout=CONTENT))
    assert {block.reason for block in parsed.blocks[:-1]} == {"on a hidden slide"}
    assert parsed.blocks[-1].reason == "speaker notes, on a hidden slide"


def test_shapes_are_read_from_top_to_bottom_and_from_left_to_right() -> None:
    def draw(slide: Slide) -> None:
        box(slide, "fourth", 1, 5)
        box(slide, "third", 5, 2)
        box(slide, "second", 1, 2.05)
        slide.shapes.title.text = "first"

    assert lines(parse(deck_of(draw))) == ["first", "second", "third", "fourth"]


def test_placeholders_stand_where_their_layout_has_them() -> None:
    def draw(slide: Slide) -> None:
        slide.shapes.title.text = "Two banks"
        slide.placeholders[2].text_frame.text = "right bank"
        slide.placeholders[1].text_frame.text = "left bank"
        box(slide, "below both", 0, 7)
        tree = slide.shapes._spTree
        tree.insert(2, slide.placeholders[2]._element)  # behind the others

    assert lines(parse(deck_of(draw, layout=TWO_CONTENTS))) == [
        "Two banks",
        "left bank",
        "right bank",
        "below both",
    ]


def test_shapes_in_groups() -> None:
    def draw(slide: Slide) -> None:
        group = slide.shapes.add_group_shape().shapes
        inner = group.add_group_shape().shapes
        for shapes, text, top in ((inner, "lower gate", 4), (group, "upper gate", 2)):
            shape = shapes.add_textbox(Inches(1), Inches(top), Inches(1), Inches(1))
            shape.text_frame.text = text

    assert lines(parse(deck_of(draw))) == ["upper gate", "lower gate"]


def test_numbers_of_lists() -> None:
    def draw(slide: Slide) -> None:
        frame = slide.placeholders[1].text_frame
        texts = (("Open the gate", 0), ("slowly", 1), ("Let the boat in", 0), ("Wait", None), ("Again", 0))
        for text, level in texts:
            paragraph = frame.add_paragraph()
            paragraph.text = text
            if level is not None:
                scheme = "alphaLcParenR" if level else "arabicPeriod"
                properties = paragraph._p.get_or_add_pPr()
                properties.set("lvl", str(level))
                properties.append(parse_xml(f'<a:buAutoNum xmlns:a="{A}" type="{scheme}"/>'))

    assert lines(parse(deck_of(draw, layout=CONTENT))) == [
        "1. Open the gate",
        "a) slowly",
        "2. Let the boat in",
        "Wait",
        "1. Again",
    ]


def test_footers_hidden_shapes_and_comments_are_left_out() -> None:
    def draw(slide: Slide) -> None:
        keepers(slide)
        for kind, text in (("ftr", "The locks of Tarn, 2024"), ("sldNum", "7")):
            slide.shapes._spTree.append(
                parse_xml(
                    f'<p:sp xmlns:p="{P}" xmlns:a="{A}"><p:nvSpPr><p:cNvPr id="90" name="x"/><p:cNvSpPr/>'
                    f'<p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/>'
                    f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
                )
            )
        box(slide, "draft of the text", 1, 6)
        slide.shapes[-1]._element.find(".//{*}cNvPr").set("hidden", "1")

    comments = f'<p:cmLst xmlns:p="{P}"><p:cm><p:text>Ask Ruth.</p:text></p:cm></p:cmLst>'
    parsed = parse(related(deck_of(draw, draw, layout=CONTENT), "comments", comments))
    assert len(parsed.blocks) == 6
    assert sorted(parsed.left_out) == [
        ("comment", "Ask Ruth."),
        ("hidden shape", "draft of the text"),
        ("running footer", "7"),
        ("running footer", "The locks of Tarn, 2024"),
    ]


def test_the_title_is_the_files_own_or_that_of_the_first_slide() -> None:
    deck = pptx.Presentation()
    keepers(deck.slides.add_slide(deck.slide_layouts[CONTENT]))
    assert parse(save(deck)).heading_title == "The keepers of the locks"  # and not PowerPoint Presentation
    deck.core_properties.title = "The locks of Tarn"
    deck.core_properties.author = "Ruth Felber"
    parsed = parse(save(deck))
    assert parsed.heading_title == "The locks of Tarn"
    assert parsed.metadata["author"] == "Ruth Felber"


# --- tables, charts and diagrams -----------------------------------------------------------------


def test_tables() -> None:
    def draw(slide: Slide) -> None:
        table = slide.shapes.add_table(4, 3, Inches(1), Inches(2), Inches(5), Inches(2)).table
        rows = [["Lock", "Depth", "Built"], ["Upper", "2.5 m", "1902"], ["", "3 m", "1950"], ["All", "", ""]]
        for r, row in enumerate(rows):
            for c, text in enumerate(row):
                table.cell(r, c).text = text
        table.cell(1, 0).merge(table.cell(2, 0))
        table.cell(3, 0).merge(table.cell(3, 2))

    assert blocks(parse(deck_of(draw))) == [
        (COLUMNS, "Lock | Depth | Built"),
        (ROW, "Upper | 2.5 m | 1902"),
        (ROW, "Upper | 3 m | 1950"),
        (ROW, "All"),
    ]


def test_charts_are_tables_of_their_values() -> None:
    def draw(slide: Slide) -> None:
        data = CategoryChartData(number_format="0%")
        data.categories = ["Rye", "Oats"]
        data.add_series("2023", (0.25, 0.75))
        data.add_series("2024", (0.5, None))
        frame = slide.shapes.add_chart(XL_CHART_TYPE.AREA, Inches(1), Inches(2), Inches(4), Inches(3), data)
        frame.chart.has_title = True
        frame.chart.chart_title.text_frame.text = "Grain by kind"

    assert blocks(parse(deck_of(draw))) == [
        (BODY, "Grain by kind"),
        (COLUMNS, "| | 2023 | 2024 |"),
        (ROW, "Rye | 25% | 50%"),
        (ROW, "Oats | 75%"),
    ]


def test_charts_of_points_and_of_grouped_labels() -> None:
    def points(slide: Slide) -> None:
        data = XyChartData()
        series = data.add_series("Depth")
        series.add_data_point(10, 2.5)
        series.add_data_point(20, 3)
        slide.shapes.add_chart(
            XL_CHART_TYPE.XY_SCATTER, Inches(1), Inches(2), Inches(4), Inches(3), data
        ).chart.has_title = False

    def groups(slide: Slide) -> None:
        data = CategoryChartData()
        for year in ("2023", "2024"):
            category = data.add_category(year)
            category.add_sub_category("Spring")
            category.add_sub_category("Autumn")
        data.add_series("Trips", (1, 2, 3, 4))
        kind = XL_CHART_TYPE.COLUMN_CLUSTERED
        slide.shapes.add_chart(kind, Inches(1), Inches(2), Inches(4), Inches(3), data).chart.has_title = False

    assert lines(parse(deck_of(points))) == ["| | Depth |", "10 | 2.5", "20 | 3"]
    assert lines(parse(deck_of(groups)))[1:] == [
        "2023 / Spring | 1",
        "2023 / Autumn | 2",
        "2024 / Spring | 3",
        "2024 / Autumn | 4",
    ]


def test_diagrams_are_read_along_their_branches() -> None:
    dgm = "http://schemas.openxmlformats.org/drawingml/2006/diagram"

    def point(identity: str, text: str, kind: str = "node") -> str:
        body = f"<d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t>"
        return f'<d:pt modelId="{identity}" type="{kind}">{body}</d:pt>'

    def link(above: str, below: str, order: int) -> str:
        return f'<d:cxn srcId="{above}" destId="{below}" srcOrd="{order}"/>'

    points = (
        point("0", "", "doc")
        + point("2", "Mill")
        + point("1", "Village")
        + point("3", "Lock")
        + point("4", "Gate")
    )
    links = link("0", "1", 0) + link("1", "3", 0) + link("1", "2", 1) + link("3", "4", 0) + link("4", "1", 0)
    diagram = (
        f'<d:dataModel xmlns:d="{dgm}" xmlns:a="{A}"><d:ptLst>{points}</d:ptLst><d:cxnLst>{links}</d:cxnLst>'
        "</d:dataModel>"
    )

    def draw(slide: Slide) -> None:
        slide.shapes._spTree.append(
            parse_xml(
                f'<p:graphicFrame xmlns:p="{P}" xmlns:a="{A}"><p:nvGraphicFramePr/><a:graphic>'
                f'<a:graphicData><d:relIds xmlns:d="{dgm}" xmlns:r="{OFFICE}" r:dm="r99"/></a:graphicData>'
                "</a:graphic></p:graphicFrame>"
            )
        )

    parsed = parse(related(deck_of(draw), "diagramData", diagram))
    assert lines(parsed) == ["Village", "Lock", "Gate", "Mill"]


# --- files that are damaged, hostile or too large -------------------------------------------------


def test_a_slide_that_is_missing_or_damaged_does_not_take_the_others_with_it() -> None:
    raw = changed(deck_of(keepers, keepers, layout=CONTENT), {"ppt/slides/slide1.xml": lambda xml: xml[:900]})
    parsed = parse(raw)
    assert places(parsed) == ["slide 2"]
    assert ("part that cannot be read", "slide 1") in parsed.left_out


def test_a_show_may_be_of_a_kind_that_editors_do_not_open() -> None:
    kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
    show = kind.replace("presentation.main", "slideshow.main")
    raw = changed(
        deck_of(keepers, layout=CONTENT), {"[Content_Types].xml": lambda xml: xml.replace(kind, show)}
    )
    assert lines(parse(raw))[0] == "The keepers of the locks"


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/hostname"', f'"{"x" * 1000}"'])
def test_entities_are_not_resolved(entity: str) -> None:
    def declare(xml: str) -> str:
        head, body = xml.split("?>", 1)
        return f"{head}?><!DOCTYPE x [<!ENTITY e {entity}>]>{body}".replace("Ruth", "Ruth&e;")

    raw = changed(deck_of(keepers, layout=CONTENT), {"ppt/slides/slide1.xml": declare})
    assert lines(parse(raw))[1:] == ["Ruth", "since 1902"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (deck_of(lambda slide: None), "no text found"),
        (deck_of(keepers, layout=CONTENT)[:3000], "not a valid PowerPoint file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "an old PowerPoint file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password-protected"),
        (
            changed(deck_of(), {"ppt/presentation.xml": lambda _: "<x/>"}),
            "not a valid PowerPoint file",
        ),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        parse(raw)


def test_groups_nested_deeply_are_left_out() -> None:
    def nest(xml: str) -> str:
        return xml.replace("</p:spTree>", "<p:grpSp>" * 5000 + "</p:grpSp>" * 5000 + "</p:spTree>")

    raw = changed(deck_of(keepers, keepers, layout=CONTENT), {"ppt/slides/slide1.xml": nest})
    assert places(parse(raw)) == ["slide 2"]
