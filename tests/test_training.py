"""The scripts that make the reader: how they use their data, and that a run can be interrupted."""

import json
import random
from itertools import islice

import pytest
import torch
from conftest import WordEncoder
from edit import edit, names
from evaluate import word_f1
from examples import Groups, example
from export import differences, write_folder
from mine import mine
from network import Network, loss, packed_bits
from sets import Answered, Paragraph, Question, paragraphs
from train import Run

from qa.models.encoder import find_encoder
from qa.models.files import ModelFiles
from qa.models.packed import packed_file, rounded
from qa.models.reader import ExtractiveReader
from qa.models.reading import best_span
from qa.models.rows import Tokens
from qa.models.second import SecondReader
from qa.types import Passage

pytestmark = pytest.mark.slow

# --- the sets ------------------------------------------------------------------------------------


def squad_file(path, *articles):
    """A file in SQuAD format: of each article the title and, for each paragraph, its text and questions."""
    data = [
        {"title": title, "paragraphs": [{"context": text, "qas": list(asked)} for text, *asked in rows]}
        for title, rows in articles
    ]
    path.write_text(json.dumps({"data": data}), "utf-8")
    return path


def asked(question, text="", start=0, **more):
    return {"question": question, "answers": [{"text": text, "answer_start": start}] * bool(text), **more}


def test_one_article_in_six_is_held_aside_always_the_same_one(squad):
    aside = {p.article for p in paragraphs([squad]) if p.held_aside}
    assert len(aside) == 2
    assert aside == {p.article for p in paragraphs([squad]) if p.held_aside}
    assert not aside & {p.article for p in paragraphs([squad]) if not p.held_aside}


def test_a_set_with_one_article_is_split_by_paragraph(tmp_path):
    rows = [(f"Paragraph {n}.",) for n in range(24)]
    unique = paragraphs([squad_file(tmp_path / "one.json", ("All", [*rows, rows[0]]))])
    assert len(unique) == 24  # without the repeated paragraph
    assert sum(p.held_aside for p in unique) == 4


def test_an_article_held_aside_in_one_set_is_held_aside_in_all(tmp_path, squad):
    title = next(p.article for p in paragraphs([squad]) if p.held_aside)
    other = squad_file(tmp_path / "other.json", (title, [("New text.",)]), ("Else", [("More text.",)]))
    assert [p.held_aside for p in paragraphs([squad, other])][-2:] == [True, False]


def test_a_paragraph_of_no_article_that_is_near_one_held_aside_is_held_aside(tmp_path):
    texts = {c: f"The lighthouse of Town {c} was painted with lime." for c in "abcdef"}
    titled = squad_file(tmp_path / "squad-a.json", *((f"Town {c}", [(text,)]) for c, text in texts.items()))
    aside = next(p.text for p in paragraphs([titled]) if p.held_aside)
    near, far = f"Again: {aside}", "Boilers are serviced in autumn by two men."
    untitled = squad_file(tmp_path / "squad_b.json", ("all", [(near,), (far,)]))
    by_text = {p.text: p.held_aside for p in paragraphs([titled, untitled])}
    assert by_text[near]
    assert not by_text[far]


def test_one_paragraph_of_two_sets_keeps_its_capitals_and_all_questions(tmp_path):
    text = "The arch at Osk (finished in 1874) fell."
    small = "the arch at osk ( finished in 1874 ) fell."
    first = squad_file(
        tmp_path / "a.json", ("x", [(small, asked("when was it finished?", "1874", 30), asked("who fell?"))])
    )
    second = squad_file(
        tmp_path / "b.json", ("y", [(text, asked("Who fell?", "The arch", 0), asked("What rose?"))])
    )
    (merged,) = paragraphs([first, second])
    assert merged.text == text
    found = {q.text: [text[a:b] for a, b in q.spans] for q in merged.questions}
    assert found == {"when was it finished?": ["1874"], "Who fell?": ["The arch"], "What rose?": []}


def test_every_form_says_how_a_paragraph_answers(tmp_path):
    text = "Ada, Bo and Cy rowed."
    squad = squad_file(
        tmp_path / "a.json",
        ("x", [(text, asked("Who rowed?", "Ada", spans=[[0, "Ada"], [5, "Bo"]]), asked("Who swam?"))]),
    )
    lines = [
        {
            "question": "Who won?",
            "title": "Race",
            "sentences": ["It rained.", "Ada won."],
            "answer_sentences": [1],
        },
        {"question": "did it rain", "title": "Rain", "passage": "It rained a lot.", "answer": "yes"},
        {"context": "Bo lost.", "question_answerable": "Who lost?", "question_unanswerable": "Who found?"},
    ]
    other = tmp_path / "b.jsonl"
    other.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    found = {q.text: (q.answered, q.spans) for p in paragraphs([squad, other]) for q in p.questions}
    assert found == {
        "Who rowed?": (Answered.PARTS, ((0, 3), (5, 7))),
        "Who swam?": (Answered.NOT, ()),
        "Who won?": (Answered.SENTENCES, ((11, 19),)),
        "did it rain": (Answered.SOMEWHERE, ()),
        "Who lost?": (Answered.SOMEWHERE, ()),
        "Who found?": (Answered.NOT, ()),
    }


# --- negatives -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("When did Anders Lund finish the arch?", {"When did Kari Holm finish the arch?"}),
        ("What opened in 1874?", {"What opened in 1926?"}),
        ("who was the first to cross?", {"who was the last to cross?", "who wasn't the first to cross?"}),
        ("who is he?", {"who isn't he?", None}),
        ("who, then?", {None}),
    ],
)
def test_an_edit_changes_one_thing(question, choices):
    passage = "The bridge was finished by Kari Holm. It opened in 1926."
    edits = {edit(question, passage, [passage], random.Random(seed)) for seed in range(30)}
    edits = {text if text is None or "18" not in text or "1874" in text else "digit" for text in edits}
    assert edits & choices
    assert question not in edits
    for text in edits - {None, "digit"}:
        assert abs(len(text.split()) - len(question.split())) <= 1


def test_the_first_word_of_a_sentence_is_not_a_name():
    assert names("The ferry left Tolvane when Osk slept. Nobody saw Anders Lund of Bergen.") == [
        "Tolvane",
        "Osk",
        "Anders Lund of Bergen",
    ]


def test_negatives_are_near_the_question_and_lack_its_answer():
    sources = [
        Paragraph(text[:20], "set", "", False, text, (Question(question, Answered.SPAN, ((a, b),)),), False)
        for text, question, a, b in [
            ("The bridge at Osk was finished by Anders Lund.", "Who finished the bridge?", 34, 45),
            ("The bridge at Tolvane was finished by Kari Holm.", "Who crossed the bridge?", 38, 47),
            ("Anders Lund finished the other bridge.", "Who finished the other bridge?", 0, 11),
        ]
    ]
    lines = mine(sources, WordEncoder())
    passages = [line for line in lines if "text" in line]
    first = next(line for line in lines if line.get("question") == "Who finished the bridge?")
    ((start, end),) = first["spans"]
    assert passages[first["passage"]]["text"][start:end] == "Anders Lund"
    assert [passages[n]["text"][:21] for n in first["negatives"]] == ["The bridge at Tolvane"]


# --- a run ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(ModelFiles().tokenizer)


def passage_line(text, *sentences):
    return {"text": text, "header": "The bridge at Osk", "sentences": sentences or [(0, len(text))]}


def question_line(question, answered, *spans):
    return {"question": question, "answered": answered, "spans": spans}


def words(made, text, place):
    """The words at a place of a row."""
    first, last = (i - made.row.text_start for i in place[:2])
    return text[made.row.offsets[first][0] : made.row.offsets[last][1]]


def test_the_place_of_an_answer_is_the_place_of_its_tokens(tokens):
    text = "The bridge was finished by Anders Lund in 1874. It fell."
    passage = passage_line(text, (0, 47), (48, 56))
    made = example(tokens, passage, question_line("Who finished it?", "span", (27, 38)), header=True)
    (place,) = made.spans
    assert words(made, text, place) == "Anders Lund"
    assert made.inside == [place]
    assert [(words(made, text, s), s[2]) for s in made.sentences] == [(text[:47], 1.0), (text[48:], 0.0)]
    nothing = example(tokens, passage, question_line("Who?", "not"), header=False)
    assert (nothing.answered, nothing.spans, nothing.inside) == (False, [(0, 0)], [])
    assert {s[2] for s in nothing.sentences} == {0.0}


def test_what_is_not_known_is_not_trained_on(tokens):
    passage = passage_line("It rained. Ada won.", (0, 10), (11, 19))
    somewhere = example(tokens, passage, question_line("Did it rain?", "somewhere"), header=False)
    assert (somewhere.answered, somewhere.spans, somewhere.inside, somewhere.sentences) == (
        True,
        [],
        None,
        None,
    )
    sentence = example(tokens, passage, question_line("Who won?", "sentences", (11, 19)), header=False)
    assert (sentence.spans, sentence.inside) == ([], None)
    assert [s[2] for s in sentence.sentences] == [0.0, 1.0]


def test_all_parts_of_a_list_are_inside(tokens):
    text = "Ada, Bo and Cy rowed."
    made = example(
        tokens, passage_line(text), question_line("Who rowed?", "parts", (0, 3), (5, 7)), header=False
    )
    assert [words(made, text, place) for place in made.inside] == ["Ada", "Bo"]


def test_an_answer_in_a_late_window_is_found_there(tokens):
    text = "A word. " * 300 + "Anders Lund built it."
    start = text.index("Anders Lund")
    question = question_line("Who?", "span", (start, start + 11))
    made = example(tokens, passage_line(text), question, header=False)
    assert words(made, text, made.spans[0]) == "Anders Lund"
    assert made.row.offsets[0][0] > 0


@pytest.fixture
def mined(squad, tmp_path):
    """The twelve small articles with negatives."""
    path = tmp_path / "mined.jsonl"
    lines = mine(paragraphs([squad]), WordEncoder())
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    return path


def batches(mined, tokens):
    """Endless small batches of examples, always the same."""
    groups = Groups(mined)
    for batch in groups.batches(0, 4):
        yield [groups.examples(tokens, group) for group in batch]


def test_no_paragraph_held_aside_is_trained_on_as_an_answer(mined, squad, tokens):
    aside = {tuple(tokens.rows("", "", p.text)[0].ids[2:-1]) for p in paragraphs([squad]) if p.held_aside}
    seen = 0
    for groups in islice(batches(mined, tokens), 100):
        for group in groups:
            ids = group[0].row.ids[group[0].row.text_start : -1]
            assert not group[0].answered or tuple(ids) not in aside
            seen += group[0].answered
    assert seen > 100


def test_the_order_of_the_groups_is_the_same_every_time(mined, tokens):
    assert [*islice(batches(mined, tokens), 3)] == [*islice(batches(mined, tokens), 3)]


def test_written_questions_are_the_counterparts_of_answered_ones(mined, tokens):
    groups = [group for batch in islice(Groups(mined).batches(0, 4), 20) for group in batch]
    written = [group for group in groups if group.negatives and group.negatives[0][1].endswith(" Why?")]
    assert len(written) > len(groups) / 2
    assert all(group.negatives[0][0] == group.positive[0] for group in written)  # of the same passage


COOL = -1


def trained(folder, mined, tokens, *phases, packed=False):
    """The weights after some phases, each begun anew from the folder: up to so many rows, or cooling."""
    folder.mkdir(exist_ok=True)
    for rows in phases:
        run = Run(folder, ModelFiles().folder, frozen=4, rate=1.5e-4, packed=packed)
        cool = rows == COOL
        run.train(islice(batches(mined, tokens), run.step, None), run.rows + 8 if cool else rows, cool)
    return run.trained(ModelFiles().folder)


def test_an_interrupted_run_gives_the_same_result(mined, tokens, tmp_path):
    whole = trained(tmp_path / "whole", mined, tokens, 24)
    parts = trained(tmp_path / "parts", mined, tokens, 8, 24)
    for name, weight in whole.items():
        assert torch.allclose(weight.float(), parts[name].float(), atol=1e-5), name


def test_cooling_down_leaves_the_state_to_go_on_from(mined, tokens, tmp_path):
    trained(tmp_path / "run", mined, tokens, 8)
    state = (tmp_path / "run" / "state.pt").read_bytes()
    trained(tmp_path / "run", mined, tokens, COOL)
    assert (tmp_path / "run" / "state.pt").read_bytes() == state


def test_training_lowers_the_loss_and_leaves_frozen_weights_unchanged(mined, tokens, tmp_path):
    before, after = Network(ModelFiles().folder), Network(ModelFiles().folder)
    after.load_state_dict(trained(tmp_path / "run", mined, tokens, 100))
    groups = next(batches(mined, tokens))
    inputs = before.batch([e.row for group in groups for e in group])
    with torch.no_grad():
        assert loss(after(**inputs), groups) < loss(before(**inputs), groups) - 0.5
    for name in ("embeddings.word_embeddings.weight", "encoder.layer.3.output.dense.weight"):
        assert torch.equal(before.state_dict()[f"base.{name}"], after.state_dict()[f"base.{name}"])


def test_a_network_trained_for_packing_loses_nothing_when_it_is_packed(mined, tokens, tmp_path):
    weights = trained(tmp_path / "run", mined, tokens, 8, packed=True)
    bits = packed_bits(weights)
    assert len(bits) == 1 + 6 * 6  # word embeddings; matrices of each layer
    for name, count in bits.items():
        assert torch.equal(rounded(weights[name], count), weights[name]), name


def test_a_run_goes_on_from_packed_weights(mined, tokens, tmp_path):
    from safetensors.torch import save_file

    weights = trained(tmp_path / "run", mined, tokens, 8, packed=True)
    file = tmp_path / "packed.safetensors"
    floats = {name.removeprefix("base."): w for name, w in weights.items() if w.is_floating_point()}
    bits = {name.removeprefix("base."): count for name, count in packed_bits(weights).items()}
    save_file(packed_file(floats, bits), file)
    run = Run(tmp_path / "on", ModelFiles().folder, frozen=4, rate=1.5e-4, start=file)
    for name, weight in run.trained(ModelFiles().folder).items():
        if name.startswith(("head", "base.encoder.layer.4", "base.encoder.layer.5")):  # all others are frozen
            assert torch.allclose(weight, weights[name], atol=1e-3, rtol=2**-7), name  # unpacked to bf16


def test_an_exported_reader_reads_like_the_trained_network(mined, tokens, tmp_path):
    from safetensors.torch import save

    weights = trained(tmp_path / "run", mined, tokens, 30)
    stored = differences(Network(ModelFiles().folder).state_dict(), weights, rank=96)
    assert sum(t.numel() * t.element_size() for t in stored.values()) < 12e6
    write_folder(weights, ModelFiles().folder, tmp_path / "folder")
    readers = [ExtractiveReader(find_encoder(), save(stored)), SecondReader(str(tmp_path / "folder"))]
    text = "The stone bridge at Osk was finished in 1874 by Anders Lund."
    passage = Passage("p", "d", 0, len(text), text, "", ((0, len(text)),))
    readings = [reader.read("Who finished it?", [passage])[0] for reader in readers]
    network = Network(ModelFiles().folder)
    network.load_state_dict(weights)
    (row,) = tokens.rows("Who finished it?", "", text)
    with torch.no_grad():
        logits = network(**network.batch([row]))[0].numpy()
    _, score, null = best_span(row, logits[: len(row.ids)])
    for reading in readings:
        assert reading.margin == pytest.approx(score - null, abs=0.2)
        assert reading.answered == pytest.approx(logits[0, 3], abs=0.1)


# --- figures -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found", "marked", "value"),
    [
        ([(0, 3)], [(0, 3)], 1.0),
        ([(0, 3), (1, 2)], [(0, 8)], 2 / 3),  # "Ada," of "Ada, Bo"
        ([(0, 3)], [(9, 11)], 0.0),
        ([], [(0, 3)], 0.0),
    ],
)
def test_words_that_are_found_are_compared_with_those_marked(found, marked, value):
    assert word_f1("Ada, Bo and Cy rowed.", found, marked) == pytest.approx(value)
