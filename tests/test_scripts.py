"""The scripts for measuring and training: each is run as a user runs it, on a few questions."""

from __future__ import annotations

import ast
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from browsing import needs_browser
from conftest import DOCUMENTS, HERE, write

pytestmark = pytest.mark.slow

ROOT = HERE.parent
BENCHMARKS, TRAINING = ROOT / "benchmarks", ROOT / "training"
SCRIPTS = sorted([*BENCHMARKS.glob("*.py"), *TRAINING.glob("*.py")])
PATIENCE = 300  # seconds


def run(script: Path, *arguments: object) -> str:
    """The output of a script, which must succeed. The small reader reads alone, for speed."""
    command = [sys.executable, script, *map(str, arguments)]
    environment = os.environ | {"QA_READER": "small"}
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def lines(path: Path, *values: dict) -> Path:
    path.write_text("".join(json.dumps(value) + "\n" for value in values), "utf-8")
    return path


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small corpus as a folder."""
    folder = tmp_path / "corpus"
    write(folder, DOCUMENTS)
    return folder


QUESTIONS = [
    {"question": "How many passengers does the ferry carry?", "answers": ["340"]}
    | {"evidence": [{"document": "ferry.md", "contains": ["340 passengers"]}]},
    {"question": "Who built the bridge at Osk?", "answers": ["Anders Lund"]}
    | {"evidence": [{"document": "bridge.txt", "contains": ["Anders Lund"]}]},
    {"question": "When was the opera house burnt?", "answerable": False, "why": "off-topic"},
]


# --- measuring -----------------------------------------------------------------------------------


def test_agreement(tmp_path):
    source = {"source": "Quay News", "date": "2021-05-01", "answer": "340"}
    a, b = ({**source, "text": f"The ferry to Tolvane carries {n} passengers."} for n in ("340", "340"))
    pair = {"id": "1", "label": "agree", "question": "How many passengers does the ferry carry?"}
    printed = run(BENCHMARKS / "agreement.py", lines(tmp_path / "pairs.jsonl", pair | {"a": a, "b": b}))
    assert "| agree | 1 | 0 | 0 |" in printed


def test_agreement_of_rewordings(tmp_path):
    sources = [{"text": "The ferry carries 340 passengers.", "answer": "340"}] * 2
    questions = ["How many passengers does the ferry carry?", "How many passengers are on the ferry?"]
    case = {"id": "1", "label": "agree", "questions": questions, "sources": sources}
    printed = run(BENCHMARKS / "agreement.py", lines(tmp_path / "rewordings.jsonl", case))
    assert "| agree | 2 | 0 | 0 |" in printed
    assert "| agree | 1 | 1 | 1 | 0 |" in printed


def test_boilerplate(squad):
    assert "| set | 36 |" in run(BENCHMARKS / "boilerplate.py", squad)


def test_dialogues(tmp_path, small):
    turns = [
        QUESTIONS[0] | {"follows": False},
        {"question": "And when does it leave?", "standalone": "When does the ferry leave?", "follows": True}
        | {"evidence": [{"document": "ferry.md", "contains": ["at seven"]}]},
    ]
    file = lines(tmp_path / "dialogues.jsonl", {"turns": turns})
    printed = run(BENCHMARKS / "dialogues.py", file, "--corpus", small, "--misses")
    assert "dialogues: 1 dialogues, 2 turns" in printed
    assert printed.count("| lean on earlier ones |") == 3


def test_encoding(squad):
    printed = run(BENCHMARKS / "encoding.py", squad, "--texts", 4, "--questions", 3)
    assert "36 files, 36 passages" in printed
    assert "| encoding |" in printed
    assert "3 questions" in printed


def test_encoding_elsewhere(squad):
    printed = run(BENCHMARKS / "endpoint.py", squad, "--texts", 4, "--repeat", 1)
    assert "| this process |" in printed
    assert "| a server on this machine |" in printed


def test_stores(tmp_path, small, squad):
    file = lines(tmp_path / "questions.jsonl", *QUESTIONS)
    options = ["--corpus", small, "--questions", file, "--files", 4, "--killed", 0.7]
    printed = run(BENCHMARKS / "stores.py", squad, *options)
    assert "3 questions about corpus: 3 answered alike" in printed
    assert "| two at once into Milvus, half of the documents each |" in printed
    assert "5 searches,\n5 with the same twelve passages" in printed
    assert "| 4 documents, 4 passages |" in printed


def test_the_first_answer(squad):
    printed = run(BENCHMARKS / "first_answer.py", squad, "--files", 2, "--python", sys.executable)
    assert "2 PDFs" in printed
    assert "| `qa serve`, until the first answer |" in printed
    assert "| started again, until an answer |" in printed


def test_formats():
    printed = run(BENCHMARKS / "formats.py", "--pages", 2, "--repeat", 1)
    assert printed.count("| this project |") == 12


def test_what_is_kept(small):
    printed = run(BENCHMARKS / "kept.py", small, "--worst", 1)
    assert "| md | 2 | 0 |" in printed
    assert "| txt | 1 | 0 |" in printed


@needs_browser
def test_the_page(squad):
    sizes = ("--people", 2, "--documents", 1, "--loads", 1, "--questions", 2, "--seconds", 2)
    printed = run(BENCHMARKS / "page.py", squad, *sizes)
    assert printed.count("Page load at") == 4
    assert "| 1 | nothing |" in printed
    assert printed.count("1 documents are uploaded and indexed") == 3


def test_pages_with_known_text(tmp_path):
    text = "The lock at Tarn was built in 1913 by Ruth Felber, and one person fills it within half an hour."
    page = f"<html><body><h1>The lock</h1><p>{text}</p><p>{text[::-1]}</p></body></html>".encode()
    articles, readability = tmp_path / "articles", tmp_path / "readability"
    (articles / "html").mkdir(parents=True)
    (articles / "html" / "x.html.gz").write_bytes(gzip.compress(page))
    (articles / "ground-truth.json").write_text(json.dumps({"x": {"articleBody": text}}))
    (readability / "001").mkdir(parents=True)
    (readability / "001" / "source.html").write_bytes(page)
    (readability / "001" / "expected.html").write_bytes(page)
    printed = run(BENCHMARKS / "pages.py", articles, readability)
    assert "| 1 articles | kept |" in printed
    assert "| 1 Readability | trafilatura alone |" in printed


def test_precision(tmp_path, small):
    file = lines(tmp_path / "q.jsonl", *QUESTIONS)
    printed = run(BENCHMARKS / "precision.py", file, "--corpus", small, "--limit", 2)
    assert "| small reader |" in printed
    assert "| large reader |" in printed
    assert "| 3072, 768 |" in printed


def test_the_reader(squad):
    printed = run(BENCHMARKS / "reader.py", squad, "--limit", 4)
    assert "| short answer, any passage: F1 |" in printed
    assert "re-ranked" in printed


def test_retrieval(squad, tmp_path):
    from sets import paragraphs

    question = {"question": "Who made it?", "set": "set", "paragraph": paragraphs([squad])[0].name}
    own = lines(tmp_path / "own.jsonl", question)
    printed = run(BENCHMARKS / "retrieval.py", squad, "--limit", 3, "--paraphrase", own)
    ways = [line.split("|")[1:4] for line in printed.splitlines()[2:]]
    assert [way.strip() for _, _, way in ways] == ["dense", "BM25", "RRF", "fused", "re-ranked"] * 2
    assert [count.strip() for _, count, _ in ways] == ["3"] * 5 + ["1"] * 5


def test_retrieval_without_the_reader_reads_nothing(monkeypatch, squad, tmp_path):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from retrieval import index_paragraphs

    with index_paragraphs(
        {"a": "The ferry carries 340 passengers."}, tmp_path, use_reader=False
    ) as assistant:
        assert assistant.status().reader.startswith("none")
        (passage,) = assistant.ask("How many passengers?", threshold=0).trace.considered
        assert passage.margin is None


def test_rivals(squad, tmp_path):
    figures, picture = tmp_path / "figures.json", tmp_path / "picture.png"
    sizes = ("--systems", "project", "--limit", 30, "--questions", 3)
    printed = run(BENCHMARKS / "rivals.py", squad, *sizes, "--json", figures)
    assert "this project" in printed
    assert run(BENCHMARKS / "rivals.py", "--from", figures, "--picture", picture) == printed
    assert picture.stat().st_size > 1000


def test_size():
    printed = run(BENCHMARKS / "size.py", "--least", 20)
    loaded = {line.split("|")[1].strip(): line.split("|")[4].strip() for line in printed.splitlines()[2:9]}
    assert loaded["torch"] == "yes"
    assert loaded["transformers"] == "no"
    assert "| faiss-cpu |" in printed.partition("MB less")[2]


def test_startup():
    printed = run(BENCHMARKS / "startup.py", "--repeat", 1, "--warm", 0)
    assert "| `qa --help` |" in printed
    assert "| the question |" in printed


def test_unrelated(tmp_path, small):
    printed = run(
        BENCHMARKS / "unrelated.py", lines(tmp_path / "q.jsonl", *QUESTIONS), "--corpus", small, "--pairs", 6
    )
    assert "| 6 | 0 | 0 | 0 |" in printed


def test_watching(squad):
    printed = run(BENCHMARKS / "watching.py", squad, "--held", 30, "--burst", 3)
    assert [line.split("|")[1].strip() for line in printed.splitlines()[2:]] == [
        "a file added",
        "it is changed",
        "it is renamed",
        "it is deleted",
        "3 files at once",
    ]


def test_overviews(tmp_path, small):
    asked = [
        {"kind": "about-all", "question": "What are these files about?", "expect": sorted(DOCUMENTS)},
        {"kind": "summary-one", "question": "Summarize bridge.txt", "expect": "bridge.txt"},
        {"kind": "timeline", "question": "What happened when?", "expect": ["1874", "1926"]},
        {"kind": "which-documents", "question": "Which files mention zebras?", "expect": []},
        {"kind": "other", "question": "Who built the bridge at Osk?", "expect": []},
    ]
    file = lines(tmp_path / "overviews.jsonl", *asked)
    printed = run(BENCHMARKS / "overviews.py", "questions", file, "--corpus", small, "--misses")
    assert [line for line in printed.splitlines() if line.endswith("| 1 | 1 |")] == [
        f"| {question['kind']} | 1 | 1 |" for question in asked
    ]


def test_overviews_are_compared_with_heads_of_articles(tmp_path):
    head = "The ferry of Osk carries people and goats over the fjord in every weather. " * 6
    body = [
        f"The ferry of Osk carried {n} goats over the fjord. A mason slept on the deck." for n in range(4)
    ]
    paragraphs = [{"context": text, "qas": []} for text in (head, *body)]
    article = {"title": "Ferry of Osk", "paragraphs": paragraphs}
    file = tmp_path / "articles.json"
    file.write_text(json.dumps({"data": [article]}), "utf-8")
    printed = run(BENCHMARKS / "overviews.py", "heads", file)
    assert printed.startswith("| three sentences of 1 articles | F1 with the head |")
    assert "(ours)" in printed


# --- training ------------------------------------------------------------------------------------


def test_a_reader_is_made_from_start_to_finish(squad, tmp_path):
    mined, trained, weights = tmp_path / "mined.jsonl", tmp_path / "run", tmp_path / "reader.safetensors"
    assert "questions" in run(TRAINING / "mine.py", mined, squad)
    assert "step 1 " in run(TRAINING / "train.py", trained, mined, "--cool", 8)
    network = trained / "network.pt"
    assert "| set | 6 | 6 |" in run(TRAINING / "evaluate.py", network, mined)
    exported = json.loads(run(TRAINING / "export.py", network, weights))
    assert exported["bytes"] == weights.stat().st_size


@pytest.mark.parametrize("reader", [True, False])
def test_the_confidence_is_fitted(squad, small, tmp_path, reader):
    questions = lines(tmp_path / "questions.jsonl", *QUESTIONS)
    options = () if reader else ("--without-reader",)
    cache, picture = tmp_path / "seen.json", tmp_path / "picture.png"
    arguments = (squad, "--articles", small, questions, "--cache", cache, "--picture", picture, *options)
    printed = run(TRAINING / "calibrate.py", *arguments)
    fitted = json.loads(printed.splitlines()[0])
    assert ("margin" in fitted["weights"]) == reader
    assert 0 < fitted["threshold"] < 1
    assert "| all |" in printed
    assert picture.stat().st_size > 1000
    if reader:
        assert run(TRAINING / "calibrate.py", *arguments) == printed  # from the cached observations


def test_what_tells_that_values_differ_is_learned(tmp_path):
    cases = [
        {"id": f"{hand}-1", "label": label, "question": "How many passengers does the ferry carry?"}
        | {side: {"text": f"The ferry carries {n} passengers.", "answer": n} for side, n in figures.items()}
        for hand in "xy"
        for label, figures in (
            ("differ", {"a": "340", "b": "310"}),
            ("unrelated", {"a": "340", "b": "120"}),
        )
    ]
    printed = run(TRAINING / "likeness.py", lines(tmp_path / "pairs.jsonl", *cases))
    assert json.loads(printed.splitlines()[0])["apart"] < 0
    assert "4 examples, 2 differ" in printed


def test_what_leans_on_a_conversation_is_learned(squad, tmp_path):
    turns = [
        {
            "history": [["Who built it?", "Lund."]],
            "question": "When did he die?",
            "rewrite": "When did Lund die?",
        },
        {"history": [], "question": "Who built the bridge?", "rewrite": "Who built the bridge?"},
        {
            "history": [["Who?", "Lund."]],
            "question": "Where was he?",
            "rewrite": "Where was he when he died at Osk?",
        },
    ]
    rewrites, weights = lines(tmp_path / "rewrites.jsonl", *(turns * 20)), tmp_path / "weights.json"
    dialogue = {"turns": [{"question": "Who is Lund?"}, {"question": "And Osk?", "follows": True}]}
    dialogues = lines(tmp_path / "dialogues.jsonl", dialogue)
    printed = run(TRAINING / "leaning.py", rewrites, squad, "--dialogues", dialogues, "--out", weights)
    assert "| dialogues | 1 | 1 | 1 | 0 | 0 | 0 |" in printed
    learned = json.loads(weights.read_text("utf-8"))
    assert learned["he $"] > 0


# --- all of them ---------------------------------------------------------------------------------

# used by other scripts
MODULES = {"edit", "examples", "network", "sets", "systems", "rival_systems", "rivals_report", "measured"}


def test_every_script_is_run_here():
    tests = Path(__file__).read_text("utf-8")
    run_here = {path.stem for path in SCRIPTS if f'"{path.name}"' in tests}
    assert {path.stem for path in SCRIPTS} - run_here == MODULES


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_script_uses_private_names(path):
    tree = ast.parse(path.read_text("utf-8"))
    private = {
        f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr.startswith("_") and not node.attr.startswith("__")
    }
    assert {name for name in private if not name.startswith("self.")} == set()
    imported = [a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names]
    assert [name for name in imported if name.startswith("_")] == []
