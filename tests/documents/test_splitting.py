"""Blocks -> passages: nothing lost, nothing twice, nothing longer than the encoder reads."""

import re
from collections import Counter
from collections.abc import Sequence

import pytest
from conftest import WordEncoder
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.documents.formats import parse
from qa.documents.sentences import block_sentences, sentences
from qa.documents.splitting import HEADER_TOKENS, SPECIAL_TOKENS, split
from qa.models.encoder import BertEncoder, find_encoder
from qa.types import INDEXED, Block, BlockKind, Passage

MAX_TOKENS = 80  # so few that even short texts need several passages
count = WordEncoder().count


def blocks_of(text: str, kinds: list[BlockKind] | None = None) -> list[Block]:
    """The paragraphs of a text as blocks, with `kinds` in turn."""
    kinds = kinds or [BlockKind.BODY]
    spans = [match.span() for match in re.finditer(r"[^\n]*[^\n\s][^\n]*", text)]
    return [Block(start, end, kinds[i % len(kinds)]) for i, (start, end) in enumerate(spans)]


def passages_of(text: str, title: str = "", **options) -> tuple[Passage, ...]:
    parsed = parse("a.md", text.encode())
    return split_blocks(parsed.text, parsed.blocks, title or parsed.heading_title, **options)


def split_blocks(
    text: str,
    blocks: Sequence[Block],
    title: str = "",
    count=count,
    max_tokens: int = MAX_TOKENS,
    language="en",
) -> tuple[Passage, ...]:
    return split("d", text, title, blocks, block_sentences(text, blocks, language), count, max_tokens)


def check(text: str, blocks: list[Block], passages: tuple[Passage, ...], count, max_tokens: int) -> None:
    """Check everything that is true of the passages of any text."""
    end = 0
    for p in passages:
        assert text[p.start : p.end] == p.text
        assert end <= p.start < p.end
        end = p.end
        assert p.id == f"d-{p.start}"
        assert count(p.header) <= HEADER_TOKENS
        assert count(p.header) + count(p.text) + SPECIAL_TOKENS <= max_tokens
        inside = p.start
        for a, b in p.sentences:
            assert inside <= a < b <= p.end
            inside = b
            assert text[a:b] == text[a:b].strip()
            assert any(k.kind in INDEXED and k.start <= a and b <= k.end for k in blocks)
    indexed = [b for b in blocks if b.kind in INDEXED]
    held = [i for p in passages for i in range(p.start, p.end) if not text[i].isspace()]
    assert held == [i for b in indexed for i in range(b.start, b.end) if not text[i].isspace()]


# --- any text ------------------------------------------------------------------------------------

AWKWARD = st.sampled_from(
    ["the same words. ", "The same words. ", "Дом стоит. ", "مرحبا بك؟ ", "こんにちは。", "word " * 12,
     "x", "1,5", "😀", "👩‍👩‍👧", "e\u0301", "a\u0300\u0301\u0302", "\u200b", "\u200f", "\ufeff", "\u2028",
     "\u00a0", "\r", "\t", " ", "\n", "\n\n", "...", "“", "”", "[1]", "(", "’", "\x0b", "\x1c", "\x00",
     "supercalifragilistic" * 4, "Dr. ", "U.S. ", "No. 7 ", "- ", "# ", "؟", "。", "ß", "İ"]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(AWKWARD, max_size=60).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
    st.text("ab. \n", max_size=400),
)


@settings(max_examples=120, deadline=None)
@given(TEXTS, st.lists(st.sampled_from(BlockKind), min_size=1, max_size=4))
@example("a. " * 400, [BlockKind.BODY])
@example("”" * 300 + " [1][2]\n" * 20, [BlockKind.BODY, BlockKind.HEADING])
def test_no_text_is_lost_repeated_or_too_long(text, kinds):
    blocks = blocks_of(text, kinds)
    check(text, blocks, split_blocks(text, blocks, "A title"), count, MAX_TOKENS)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_sentences_follow_each_other_without_a_gap(text):
    spans = sentences(text)
    assert "".join(text[a:b] for a, b in spans) == text
    assert all(a < b for a, b in spans)


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_a_file_of_any_text_keeps_every_character_of_its_body(text):
    text = "The ferry leaves the quay at seven every morning.\n\n" + re.sub(
        r"[\x00-\x08\x0e-\x1f\x7f]", "", text
    )
    parsed = parse("a.txt", text.encode("utf-8"))
    passages = split_blocks(parsed.text, parsed.blocks, parsed.heading_title)
    check(parsed.text, list(parsed.blocks), passages, count, MAX_TOKENS)
    outside = Counter(parsed.text)
    outside.subtract("".join(parsed.text[b.start : b.end] for b in parsed.blocks))
    assert not "".join(outside.elements()).strip()


def test_a_line_of_a_hundred_thousand_characters_is_split_completely():
    for line in ("x" * 100_000, "word " * 20_000, "漢" * 100_000, "Дом стоит. " * 9_000):
        blocks = [Block(0, len(line.rstrip()), BlockKind.BODY)]
        check(line, blocks, split_blocks(line, blocks), count, MAX_TOKENS)


# --- with the real tokenizer ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def model() -> BertEncoder:
    return find_encoder()


@pytest.mark.parametrize(
    "text",
    [
        "The ferry to Tolvane carries 340 passengers. It leaves at seven. " * 60,
        "Паром уходит в семь часов утра, если нет тумана. " * 60,
        "يغادر القارب الرصيف في السابعة صباحا. " * 60,
        "渡し船は朝七時に出る。" * 120,
        "https://example.example/" + "a1b2c3" * 400,
        "👩‍👩‍👧😀e\u0301 " * 150,
        "½ ﷽ ﬁ Ⅷ ㎏ " * 80,
        "9" * 3000,
        "x" * 10_000,
        "\u200b\ufeff" * 500 + "words",
    ],
)
def test_passages_fit_the_model(model, text):
    text = text.strip()
    blocks = [Block(0, len(text), BlockKind.BODY)]
    title = "An exceptionally long title about nothing, " * 10
    passages = split_blocks(text, blocks, title, model.count, model.max_tokens)
    check(text, blocks, passages, model.count, model.max_tokens)


def test_the_model_counts_tokens(model):
    assert model.count("") == 0
    assert model.count("the ferry") == 2
    assert model.count("Tolvane") == 3  # tol ##van ##e
    assert model.max_tokens == 256


# --- headers and sections ------------------------------------------------------------------------


def test_a_header_is_the_title_and_the_heading_above():
    text = "# The Ferry\n\nIt leaves at seven in the morning.\n\n## Tickets\n\nA ticket costs 12 crowns.\n"
    assert [(p.header, p.text) for p in passages_of(text)] == [
        ("The Ferry", "# The Ferry\n\nIt leaves at seven in the morning."),
        ("The Ferry — Tickets", "## Tickets\n\nA ticket costs 12 crowns."),
    ]


def test_a_header_is_cut_between_words():
    header = passages_of("# " + "seven " * 100 + "\n\nText.\n")[0].header
    assert set(header.split()) == {"seven"}
    assert HEADER_TOKENS - 2 <= count(header) <= HEADER_TOKENS


def test_a_heading_of_a_hundred_thousand_characters_is_split():
    parsed = parse("a.md", ("# " + "seven " * 17_000 + "\n\nText.\n").encode())
    counted = []

    def counting(text: str) -> int:
        counted.append(len(text))
        return count(text)

    passages = split_blocks(parsed.text, parsed.blocks, parsed.heading_title, counting)
    check(parsed.text, list(parsed.blocks), passages, count, MAX_TOKENS)
    assert sum(counted) < 20 * len(parsed.text)


def test_a_passage_never_crosses_text_that_is_left_out():
    text = "It leaves at seven.\nShare on Facebook\nIt comes back at ten."
    passages = split_blocks(text, blocks_of(text, [BlockKind.BODY, BlockKind.BOILERPLATE]))
    assert [p.text for p in passages] == ["It leaves at seven.", "It comes back at ten."]


def test_a_heading_is_in_the_passage_of_its_section_but_never_quoted():
    (passage,) = passages_of("# The Ferry\n\nIt leaves at seven. It is blue.\n")
    assert [passage.text[a:b] for a, b in passage.sentences] == ["It leaves at seven.", "It is blue."]


def test_paragraphs_are_packed_and_long_ones_cut_at_sentence_ends():
    short = "It leaves at seven.\n\nIt is blue."
    assert [p.text for p in passages_of(short)] == [short]
    texts = [p.text for p in passages_of("The ferry leaves the quay at seven. " * 12)]
    assert len(texts) > 2
    assert all(text.endswith("at seven.") for text in texts)


def test_ids_consist_of_document_and_offset():
    text = "It left.\nShare on Facebook\nIt sank."
    passages = split_blocks(text, blocks_of(text, [BlockKind.BODY, BlockKind.BOILERPLATE]))
    assert [p.id for p in passages] == ["d-0", "d-27"]


def test_an_edit_in_a_long_section_changes_a_handful_of_passages():
    paragraphs = [
        f"On day {n} the ferry carried {n * 7} people and {n} goats over to Tolvane." for n in range(300)
    ]
    before = passages_of("# The log\n\n" + "\n\n".join(paragraphs))
    paragraphs[150] = (
        "On this day there was such a fog that no boat could leave, and the goats stayed at home."
    )
    after = passages_of("# The log\n\n" + "\n\n".join(paragraphs))
    assert len(before) > 100
    assert len({p.text for p in after} - {p.text for p in before}) <= 8


# --- sentences -----------------------------------------------------------------------------------


def sentence_texts(text: str) -> list[str]:
    return [text[a:b].strip() for a, b in sentences(text)]


def test_sentences_end_where_a_reader_would_end_them():
    assert sentence_texts("Dr. Lund paid 1.5 million. It sank!") == ["Dr. Lund paid 1.5 million.", "It sank!"]
    assert sentence_texts("Паром ушёл. Когда он вернётся?") == ["Паром ушёл.", "Когда он вернётся?"]
    assert sentence_texts("غادر القارب. متى يعود؟ غدا.") == ["غادر القارب.", "متى يعود؟", "غدا."]
    assert sentence_texts("😀 It left. 😀 It sank.") == ["😀 It left.", "😀 It sank."]


def test_a_footnote_mark_stays_with_its_sentence():
    assert sentence_texts("It left at seven.[1] It sank at eight.[2][3] So it goes.") == [
        "It left at seven.[1]", "It sank at eight.[2][3]", "So it goes.",
    ]  # fmt: skip


def test_a_closing_quote_stays_with_its_sentence():
    assert sentence_texts("“It sank.” The keeper wept.") == ["“It sank.”", "The keeper wept."]


def test_a_long_quotation_is_cut_at_the_ends_of_its_sentences():
    first = "We saw the boat turn twice in the current below the bridge and nobody thought much about it."
    second = (
        "Then the bell rang, which it does only when the harbour is closed, and the whole town came down."
    )
    third = "By the time the pilot was woken there was nothing to be seen but the mast and two calm goats."
    assert sentence_texts(f"“{first} {second} {third}”") == [f"“{first}", second, f"{third}”"]


@pytest.mark.parametrize("language", ["", "xx", "en-GB", "Klingon", "tr"])
def test_an_unknown_language_does_no_harm(language):
    (passage,) = passages_of("It left at seven. It sank.", language=language)
    assert passage.text == "It left at seven. It sank."


# --- tables, remarks, headings -------------------------------------------------------------------


def table(rows: int) -> tuple[str, list[Block]]:
    """Rooms with their prices, and the blocks of the table."""
    lines = ["Room | Price", *(f"Room {n} | {n * 7} crowns for each night of the week" for n in range(rows))]
    text = "\n\n".join(lines)
    blocks, start = [], 0
    for line in lines:
        kind = BlockKind.ROW if start else BlockKind.COLUMNS
        blocks.append(Block(start, start + len(line), kind))
        start += len(line) + 2
    return text, blocks


def test_rows_have_the_names_of_their_columns_in_the_header():
    text, blocks = table(20)
    passages = split_blocks(text, blocks, "The inn")
    check(text, blocks, passages, count, MAX_TOKENS)
    assert len(passages) > 3
    assert {p.header for p in passages} == {"The inn — Room | Price"}


def test_the_columns_of_one_table_do_not_stand_above_the_text_below_it():
    text, blocks = table(2)
    after = "It has been open since 1902, and the keeper knows the name of every guest he has had since then."
    text, blocks = (
        f"{text}\n\n{after}",
        [*blocks, Block(len(text) + 2, len(text) + 2 + len(after), BlockKind.BODY)],
    )
    last = split_blocks(text, blocks)[-1]
    assert (last.text, last.header) == (after, "")


def test_a_row_is_quoted_as_a_whole_and_the_names_of_its_columns_are_not():
    text, blocks = table(2)
    quotes = [text[a:b] for p in split_blocks(text, blocks) for a, b in p.sentences]
    assert quotes == text.split("\n\n")[1:]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (
            "Article 2. The boats are locked at nine. They are red.",
            "Article 2. The boats are locked at nine.",
        ),
        ("§ 4. The boats are locked at nine. They are red.", "§ 4. The boats are locked at nine."),
        ("It sank in 1874. They are red.", "It sank in 1874."),
    ],
)
def test_the_number_of_a_clause_belongs_to_its_first_sentence(text, first):
    assert text[slice(*sentences(text)[0])].strip() == first


def test_the_columns_of_a_table_in_markdown_are_named_without_the_rule_below_them():
    text = "| Room | Price |\n|:-----|------:|"
    blocks = [Block(0, len(text), BlockKind.COLUMNS)]
    assert split_blocks(text, blocks)[0].header == "Room | Price"


def test_doubtful_text_and_text_with_a_remark_have_passages_of_their_own():
    text = "It left.\n\nShare it.\n\nIt sank."
    blocks = [
        Block(0, 8, BlockKind.BODY),
        Block(10, 19, BlockKind.DOUBTFUL, "perhaps a button"),
        Block(21, 29, BlockKind.BODY, "read by OCR"),
    ]
    assert [(p.text, p.doubtful, p.remark) for p in split_blocks(text, blocks)] == [
        ("It left.", False, ""),
        ("Share it.", True, "perhaps a button"),
        ("It sank.", False, "read by OCR"),
    ]


def test_lines_of_code_are_quoted_one_by_one():
    text = "```sh\n# open the valve\nvalve open 3\n```\n"
    assert [text[a:b] for p in passages_of(text) for a, b in p.sentences] == [
        "# open the valve",
        "valve open 3",
    ]


def test_headings_are_quoted_where_nothing_stands_below_them():
    quotes = [
        [(text[a:b]) for p in passages_of(text) for a, b in p.sentences]
        for text in (
            "# Rules\n\n## The gate is locked at nine\n",
            "# Rules\n\n## The gate\n\nIt is locked.\n",
        )
    ]
    assert quotes == [["Rules", "The gate is locked at nine"], ["It is locked."]]


@pytest.mark.parametrize(
    "repeated", ["“", "”", '"', "a. ", "(", "[1]", "[1] ", "?", "’ ", ".", "\n", "ab" * 60 + " ", "“a. "]
)
def test_any_repetition_is_split_in_time_proportional_to_its_length(repeated):
    text = (repeated * 200_000)[:200_000]
    blocks = [Block(0, len(text), BlockKind.BODY)]
    assert sentences(text)[-1][1] == len(text)
    check(text, blocks, split_blocks(text, blocks), count, MAX_TOKENS)
