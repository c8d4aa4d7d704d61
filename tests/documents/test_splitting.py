"""Blocks -> passages: nothing lost, nothing twice, nothing longer than the encoder reads."""

import re
from collections import Counter

import pytest
from conftest import WordEncoder
from hypothesis import example, given, settings
from hypothesis import strategies as st

from qa.documents.formats import parse
from qa.documents.splitting import HEADER_TOKENS, SPECIAL_TOKENS, sentences, split
from qa.models.encoder import BertEncoder, find_encoder
from qa.types import Block, BlockKind, Passage

MAX_TOKENS = 80  # so few that even short texts need several passages
count = WordEncoder().count


def blocks_of(text: str, kinds: list[BlockKind] | None = None) -> list[Block]:
    """The paragraphs of a text as blocks, with `kinds` in turn."""
    kinds = kinds or [BlockKind.BODY]
    spans = [match.span() for match in re.finditer(r"[^\n]*[^\n\s][^\n]*", text)]
    return [Block(start, end, kinds[i % len(kinds)]) for i, (start, end) in enumerate(spans)]


def passages_of(text: str, title: str = "", **options) -> tuple[Passage, ...]:
    parsed = parse("a.md", text.encode())
    return split("d", parsed.text, title or parsed.heading_title, parsed.blocks, count, MAX_TOKENS, **options)


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
            assert any(k.kind is BlockKind.BODY and k.start <= a and b <= k.end for k in blocks)
    indexed = [b for b in blocks if b.kind in (BlockKind.BODY, BlockKind.HEADING)]
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
    check(text, blocks, split("d", text, "A title", blocks, count, MAX_TOKENS), count, MAX_TOKENS)


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
    passages = split("d", parsed.text, parsed.heading_title, parsed.blocks, count, MAX_TOKENS)
    check(parsed.text, list(parsed.blocks), passages, count, MAX_TOKENS)
    outside = Counter(parsed.text)
    outside.subtract("".join(parsed.text[b.start : b.end] for b in parsed.blocks))
    assert not "".join(outside.elements()).strip()


def test_a_line_of_a_hundred_thousand_characters_is_split_completely():
    for line in ("x" * 100_000, "word " * 20_000, "漢" * 100_000, "Дом стоит. " * 9_000):
        blocks = [Block(0, len(line.rstrip()), BlockKind.BODY)]
        check(line, blocks, split("d", line, "", blocks, count, MAX_TOKENS), count, MAX_TOKENS)


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
    passages = split("d", text, title, blocks, model.count, model.max_tokens)
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

    passages = split("d", parsed.text, parsed.heading_title, parsed.blocks, counting, MAX_TOKENS)
    check(parsed.text, list(parsed.blocks), passages, count, MAX_TOKENS)
    assert sum(counted) < 20 * len(parsed.text)


def test_a_passage_never_crosses_text_that_is_left_out():
    text = "It leaves at seven.\n\nShare on Facebook\n\nIt comes back at ten."
    assert [p.text for p in passages_of(text)] == ["It leaves at seven.", "It comes back at ten."]


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
    assert [p.id for p in passages_of("It left.\n\nShare on Facebook\n\nIt sank.")] == ["d-0", "d-29"]


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
