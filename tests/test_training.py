"""The scripts that make the reader: how they use their data, and that a run can be interrupted."""

import json
import random

import pytest
import torch
from edit import edit, names
from export import differences
from mine import mine
from squad import Paragraph, Question, paragraphs
from train import GROUPS, Network, Tokens, batch, batches, example, loss, train, training_pairs

from qa.models.encoder import find_encoder
from qa.models.files import ModelFiles
from qa.models.reader import ExtractiveReader, best_span
from qa.types import Passage

# --- the sets ------------------------------------------------------------------------------------


def test_one_article_in_six_is_held_aside_always_the_same_one(squad):
    aside = {p.article for p in paragraphs(squad) if p.held_aside}
    assert len(aside) == 2
    assert aside == {p.article for p in paragraphs(squad) if p.held_aside}
    assert not aside & {p.article for p in paragraphs(squad) if not p.held_aside}


def test_a_set_with_one_article_is_split_by_paragraph(tmp_path):
    rows = [{"context": f"Paragraph {n}.", "qas": []} for n in range(24)]
    path = tmp_path / "one.json"
    path.write_text(json.dumps({"data": [{"title": "All", "paragraphs": [*rows, rows[0]]}]}), "utf-8")
    unique = list(paragraphs(path))
    assert len(unique) == 24  # without the repeated paragraph
    assert sum(p.held_aside for p in unique) == 4


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


def test_negatives_are_found_by_retrieval_and_lack_the_answer(tmp_path, assistant):
    sources = {
        name: Paragraph(name, "a", text, (Question(question, ((text.index(answer), answer),)),), False)
        for name, (text, question, answer) in {
            "one": (
                "The bridge at Osk was finished by Anders Lund.",
                "Who finished the bridge?",
                "Anders Lund",
            ),
            "two": (
                "The bridge at Tolvane was finished by Kari Holm.",
                "Who crossed the bridge?",
                "Kari Holm",
            ),
            "three": (
                "Anders Lund finished the other bridge.",
                "Who finished the other bridge?",
                "Anders Lund",
            ),
        }.items()
    }
    for old in assistant.settings.corpus.rglob("*.*"):
        old.unlink()
    for name, paragraph in sources.items():
        (assistant.settings.corpus / f"{name}.txt").write_text(paragraph.text, "utf-8")
    assistant.sync()
    lines = mine(assistant, sources)
    passages = [line for line in lines if "text" in line]
    first = next(line for line in lines if line.get("question") == "Who finished the bridge?")
    ((start, end),) = first["answers"]
    assert passages[first["passage"]]["text"][start:end] == "Anders Lund"
    assert [passages[n]["paragraph"] for n in first["negatives"]] == ["two"]


# --- a run ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tokens() -> Tokens:
    return Tokens(ModelFiles().tokenizer)


def test_the_place_of_an_answer_is_the_place_of_its_tokens(tokens):
    text = "The bridge was finished by Anders Lund in 1874."
    start = text.index("Anders Lund")
    made = example(tokens, "Who finished it?", "The bridge at Osk", text, [(start, start + 11)])
    ((first, last),) = made.answers
    inside = made.row.offsets[first - made.row.text_start : last - made.row.text_start + 1]
    assert text[inside[0][0] : inside[-1][1]] == "Anders Lund"
    assert example(tokens, "Who?", "", text, []).answers == [(0, 0)]


def test_an_answer_in_a_late_window_is_found_there(tokens):
    text = "A word. " * 300 + "Anders Lund built it."
    start = text.index("Anders Lund")
    made = example(tokens, "Who?", "", text, [(start, start + 11)])
    assert made.answers != [(0, 0)]
    assert made.row.offsets[0][0] > 0


@pytest.fixture
def plan(squad, tmp_path):
    """Four small batches over a mined set."""
    lines, questions = [], []
    for paragraph in paragraphs(squad):
        lines.append(
            {"text": paragraph.text, "article": paragraph.article, "paragraph": paragraph.name}
            | {"held_aside": paragraph.held_aside}
        )
        for q in paragraph.questions:
            spans = [[start, start + len(text)] for start, text in q.answers]
            passage = len(lines) - 1
            negatives = [(passage + 1) % 36, (passage + 2) % 36]
            questions.append(
                {"question": q.text, "passage": passage, "answers": spans, "negatives": negatives}
            )
    mined_path = tmp_path / "new_wiki.jsonl"
    mined_path.write_text("\n".join(map(json.dumps, [*lines, *questions])), "utf-8")
    pairs = training_pairs([mined_path], seed=0)
    assert pairs == training_pairs([mined_path], seed=0)
    return [pair_batch[:4] for pair_batch in batches(pairs, seed=0)][:4]


def test_no_paragraph_held_aside_is_trained_on_as_an_answer(squad, plan, tokens):
    assert len(plan) == 4
    assert all(len(pair_batch) <= GROUPS for pair_batch in plan)
    answered = [pair[0].row.ids for pair_batch in plan for pair in pair_batch]
    for p in paragraphs(squad):
        ids = tokens.rows("", "", p.text)[0].ids[2:-1]
        assert not (p.held_aside and any(ids == row[-len(ids) - 1 : -1] for row in answered))


def test_an_interrupted_run_gives_the_same_result(plan, tmp_path):
    for name in ("whole", "parts"):
        (tmp_path / name).mkdir()
    train(tmp_path / "whole", plan, None)
    train(tmp_path / "parts", plan, 2)
    assert torch.load(tmp_path / "parts/state.pt", weights_only=True)["step"] == 2
    train(tmp_path / "parts", plan, None)
    whole, parts = (torch.load(tmp_path / n / "network.pt", weights_only=True) for n in ("whole", "parts"))
    for name, weight in whole.items():
        assert torch.allclose(weight.float(), parts[name].float(), atol=1e-5), name


def test_training_lowers_the_loss_and_leaves_the_word_embeddings_unchanged(plan, tmp_path):
    before = Network()
    examples = [e for pair in plan[0] for e in pair]
    with torch.no_grad():
        first = loss(before(**batch([e.row for e in examples])), examples)
    train(tmp_path, [plan[0]] * 8, None)
    after = Network()
    after.load_state_dict(torch.load(tmp_path / "network.pt", weights_only=True))
    with torch.no_grad():
        last = loss(after(**batch([e.row for e in examples])), examples)
    assert last < first - 0.5
    name = "bert.embeddings.word_embeddings.weight"
    assert torch.equal(before.state_dict()[name], after.state_dict()[name])


def test_an_exported_reader_reads_like_the_trained_network(plan, tmp_path):
    from safetensors.torch import save

    train(tmp_path, plan, None)
    trained = torch.load(tmp_path / "network.pt", weights_only=True)
    stored = differences(Network().state_dict(), trained, rank=96)
    assert sum(t.numel() * t.element_size() for t in stored.values()) < 12e6
    encoder = find_encoder()
    reader = ExtractiveReader(encoder, save(stored))
    text = "The stone bridge at Osk was finished in 1874 by Anders Lund."
    passage = Passage("p", "d", 0, len(text), text, "", ((0, len(text)),))
    (reading,) = reader.read("Who finished it?", [passage])
    network = Network()
    network.load_state_dict(trained)
    (row,) = Tokens(encoder.files.tokenizer).rows("Who finished it?", "", text)
    with torch.no_grad():
        _, score, null = best_span(row, network(**batch([row]))[0].numpy())
    assert reading.margin == pytest.approx(score - null, abs=0.2)
