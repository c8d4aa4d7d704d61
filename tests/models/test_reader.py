"""The reader that comes with the package: what it finds in passages, and when there is no reader."""

import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from qa.errors import ModelError
from qa.models import reader as module
from qa.models.encoder import find_encoder
from qa.models.reader import find_reader
from qa.models.rows import WINDOW, Tokens
from qa.types import Passage

pytestmark = pytest.mark.slow

BRIDGE = (
    "The stone bridge at Osk was finished in 1874. It was built by Anders Lund, a mason from Tolvane. "
    "The town paid 12,000 crowns for it, and a flood took its middle arch in 1926."
)


def passage(text: str, header: str = "", start: int = 0) -> Passage:
    """A passage whose sentences end at full stops, starting at `start` in its document."""
    sentences = [(start + m.start(), start + m.end()) for m in re.finditer(r"\S[^.]*\.", text)]
    return Passage("p", "d", start, start + len(text), text, header, tuple(sentences))


@pytest.fixture(scope="module")
def encoder():
    return find_encoder()


@pytest.fixture(scope="module")
def reader(encoder):
    reader = find_reader(encoder)
    assert reader is not None
    return reader


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the bridge finished?", "1874"),
        ("Who built the bridge at Osk?", "Anders Lund"),
        ("How much did the town pay?", "12,000 crowns"),
    ],
)
def test_it_finds_the_words_that_answer(reader, question, answer):
    (reading,) = reader.read(question, [passage(BRIDGE)])
    assert answer in BRIDGE[slice(*reading.span)]
    assert len(BRIDGE[slice(*reading.span)]) <= len(answer) + 24
    assert reading.margin > 0


def test_a_passage_that_does_not_answer_has_a_low_margin(reader):
    (answered,) = reader.read("Who built the bridge at Osk?", [passage(BRIDGE)])
    for question in ("What is the capital of Peru?", "How many passengers does the ferry carry?"):
        (reading,) = reader.read(question, [passage(BRIDGE)])
        assert reading.margin < min(0, answered.margin - 3)


def test_spans_are_offsets_in_the_document(reader):
    text = "Äußerst früh — “Zoë” said 😀 — the café opened in 1931. Nobody came."
    (reading,) = reader.read("When did the café open?", [passage(text, start=1000)])
    start, end = reading.span
    assert text[start - 1000 : end - 1000] in {"1931", "in 1931"}


def test_a_span_lies_within_one_sentence_and_that_sentence_is_the_best(reader):
    bridge = passage(BRIDGE)
    (reading,) = reader.read("When did the flood take the arch?", [bridge])
    best = max(reading.sentences)
    assert (best.margin, best.span) == (pytest.approx(reading.margin), reading.span)
    for sentence, (start, end) in zip(reading.sentences, bridge.sentences, strict=True):
        assert start <= sentence.span[0] < sentence.span[1] <= end


def test_an_answer_lies_within_one_cell_of_a_table(reader):
    text = "Birch | 3 | 140 crowns | the garden"
    passage = Passage("p", "d", 0, len(text), text, "The inn — Room | Beds | Price | View", ((0, len(text)),))
    (reading,) = reader.read("What is the price of the room Birch?", [passage])
    assert text[slice(*reading.span)] == "140 crowns"


def test_headings_are_read_but_never_the_answer(reader):
    text = "Built in 1650\n\nThe mill grinds oats."
    mill = Passage("p", "d", 0, len(text), text, "", ((15, len(text)),))
    (reading,) = reader.read("When was the mill built?", [mill])
    assert reading.span[0] >= 15


def test_a_passage_without_a_sentence_answers_nothing(reader):
    (reading,) = reader.read("When?", [Passage("p", "d", 5, 9, "1874", "", ())])
    assert reading.margin == float("-inf")
    assert reading.span == (5, 5)


@pytest.mark.parametrize("place", [0, 150, 300])
def test_a_long_passage_is_read_to_its_end(reader, place):
    filler = ["The path goes on through the wood and over the hill to the lake."] * 300
    filler.insert(place, "The lighthouse was painted by Ola Brekke.")
    text = " ".join(filler)
    (reading,) = reader.read("Who painted the lighthouse?", [passage(text)])
    assert "Ola Brekke" in text[slice(*reading.span)]
    assert len(reading.sentences) == 301


def test_every_token_of_a_long_text_is_in_a_window(encoder):
    text = "one two three four five six seven eight nine ten " * 400
    rows = Tokens(encoder.files.tokenizer).rows("What? " * 400, "Head " * 400, text)
    seen = {offset for row in rows for offset in row.offsets}
    assert seen == set(encoder.files.tokenizer.encode(text, add_special_tokens=False).offsets)
    assert max(len(row.ids) for row in rows) == WINDOW


def test_a_reading_does_not_depend_on_the_passages_read_with_it(reader):
    question, bridge = "Who built the bridge at Osk?", passage(BRIDGE)
    (alone,) = reader.read(question, [bridge])
    others = [passage("The ferry leaves at seven. " * n) for n in (1, 5, 12)] * 15
    among = reader.read(question, [*others, bridge])[-1]
    assert among.span == alone.span
    assert among.margin == pytest.approx(alone.margin, abs=0.3)  # bf16


def test_a_header_says_what_a_passage_is_about(reader):
    text = "It carries 340 passengers."
    named, other = reader.read(
        "How many passengers does the ferry to Tolvane carry?",
        [passage(text, "The ferry to Tolvane"), passage(text, "The cable car of Senn")],
    )
    assert named.margin > other.margin


def test_several_threads_read_at_once(encoder):
    fresh = find_reader(encoder)
    passages = [passage(BRIDGE), passage("The ferry leaves at seven. It carries 340 passengers.")]
    alone = fresh.read("Who built the bridge at Osk?", passages)
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda _: fresh.read("Who built the bridge at Osk?", passages), range(24)))
    assert all(readings == alone for readings in together)


def test_nothing_to_read_is_not_an_error(reader):
    assert reader.read("Who?", []) == ()
    (reading,) = reader.read("Who?", [passage("")])
    assert reading.sentences == ()


def test_the_encoder_is_left_as_it_was(encoder, reader):
    before = encoder.encode_query("A bridge").tolist()
    reader.read("Who?", [passage(BRIDGE)])
    assert encoder.encode_query("A bridge").tolist() == before
    shared = reader._network[0]._words.keywords["weight"]
    assert shared.data_ptr() == encoder.weights["embeddings.word_embeddings.weight"].data_ptr()  # 47 MB, once


def test_another_encoder_has_no_reader(tmp_path, encoder):
    folder = tmp_path / "model"
    shutil.copytree(encoder.files.folder, folder)
    same = find_encoder(str(folder))
    assert find_reader(same) is not None
    weights = folder / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert find_reader(find_encoder(str(folder))) is None


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of the reader's files, which replaces the ones in the package."""
    for name in ("reader.safetensors", "reader.json"):
        shutil.copyfile(module.files("qa.models").joinpath(name), tmp_path / name)
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    module.manifest.cache_clear()
    yield tmp_path
    module.manifest.cache_clear()


def test_without_its_file_there_is_no_reader(package, encoder):
    assert find_reader(encoder) is not None
    (package / "reader.safetensors").unlink()
    assert find_reader(encoder) is None


def test_a_file_that_did_not_come_with_the_package_is_refused(package, encoder):
    path = package / "reader.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match="Install qa again"):
        find_reader(encoder)


def test_its_file_is_small_and_its_card_describes_it():
    folder = module.files("qa.models")
    assert len(folder.joinpath("reader.safetensors").read_bytes()) < 6e6
    card = folder.joinpath("reader.md").read_text("utf-8")
    for word in ("all-MiniLM-L6-v2", "CC BY 4.0", "F1", "Limits"):
        assert word in card
    manifest = json.loads(folder.joinpath("reader.json").read_text("utf-8"))
    assert manifest["sha256"][:12] in card
