"""The functions that the page calls, over a small corpus, and how they react to nonsense."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import QUESTION, KeyReader, WordEncoder, document, write
from shown import Shown, one_line

from qa.assistant import Assistant
from qa.errors import CorpusEmptied
from qa.server import handlers
from qa.server.handlers import EXAMPLES, MISUNDERSTOOD, Handlers, Indexing, examples
from qa.server.limits import ASKING
from qa.types import Progress

UNKNOWN = "Who painted the lighthouse?"


class Server:
    """The functions by name, called as the page calls them: with JSON, in an event loop."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.indexing = Indexing()
        functions = Handlers(assistant, self.indexing).functions()
        self.functions = {function.__name__: function for function in functions}

    def __call__(self, name: str, argument: Any) -> dict[str, Any]:
        got = anyio.run(self.functions[name], argument)
        assert json.loads(json.dumps(got)) == got
        return got

    def ask(self, question: str = QUESTION, **more: object) -> dict[str, Any]:
        return self("ask", {"question": question, **more})


@pytest.fixture
def server(synced: Assistant, encoder: WordEncoder) -> Server:
    return Server(Assistant(synced.settings, encoder, KeyReader({QUESTION: "340 passengers"})))


@pytest.fixture
def record(server: Server) -> dict[str, Any]:
    return dict(server.ask()["record"])


def test_the_page_calls_all_of_the_functions_and_no_others(server: Server):
    folder = Path(handlers.__file__).parent / "page"
    scripts = "".join(path.read_text("utf-8") for path in folder.glob("*.js"))
    assert set(re.findall(r'\bcall\("(\w+)"', scripts)) == set(server.functions)


# --- ask, why ------------------------------------------------------------------------------------


def test_a_question_becomes_a_turn_with_its_sources_and_its_record(server: Server):
    got = server.ask(number=3)
    assert set(got) == {"html", "cards", "record"}
    assert "340 passengers" in one_line(got["html"])
    assert [link["href"] for link in Shown(got["html"]).all("a", "mark")] == ["#source-3-1"]
    assert [card["id"] for card in Shown(got["cards"]).all("article")] == ["source-3-1"]
    assert (got["record"]["question"], got["record"]["answered"]) == (QUESTION, True)


def test_a_refusal_comes_with_suggestions(server: Server):
    got = server.ask(UNKNOWN)
    suggestions = got["record"]["suggestions"]
    assert suggestions == list(server.assistant.ask(UNKNOWN).suggestions)
    assert len(Shown(got["html"]).acts("suggest")) == len(suggestions)
    assert all(question in one_line(got["html"]) for question in suggestions)


def test_questions_are_limited_to_documents_and_take_the_history_into_account(server: Server):
    bees = document(server.assistant, "valley/bees.md").id
    limited = server.ask(documents=[bees])["record"]
    assert not limited["answered"]
    assert {place["document"] for place in limited["nearest"]} == {bees}
    assert limited["documents"] == [bees]
    followup = server.ask("And its bumblebees?", history=[[QUESTION, "It carries 340 passengers."]])
    assert followup["record"]["understood"]


@pytest.mark.parametrize(
    ("question", "problem"), [("", "empty"), ("?!", "word"), ("why " * 1000, "Shorten it"), ("\0", "")]
)
def test_a_question_that_cannot_be_asked_becomes_a_turn_that_says_why(
    server: Server, question: str, problem: str
):
    got = server.ask(question)
    assert problem in got["record"]["problem"]
    assert got["record"]["problem"][0].isupper()
    assert got["record"]["problem"].endswith(".")
    assert got["record"]["problem"] in one_line(got["html"])
    assert got["cards"] == ""
    assert "problem" in server("why", {"question": question})


def test_why_explains_and_says_if_the_documents_have_changed(server: Server, record: dict[str, Any]):
    reasons = server("why", {"question": QUESTION, "text": record["text"]})
    assert "Searched 4 passages" in reasons["html"]
    assert "have changed" not in reasons["html"]
    assert "have changed" in server("why", {"question": QUESTION, "text": "Something else. [1]"})["html"]


@pytest.fixture
def asked(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The questions that the assistant is asked, in order."""
    questions: list[str] = []
    ask = server.assistant.ask

    def counted(question: str, *arguments: Any, **more: Any) -> Any:
        questions.append(question)
        return ask(question, *arguments, **more)

    monkeypatch.setattr(server.assistant, "ask", counted)
    return questions


@pytest.mark.parametrize("question", [QUESTION, UNKNOWN])
def test_why_explains_the_answer_that_was_given_without_asking_again(
    server: Server, asked: list[str], question: str
):
    history = [["Who?", "He."]]
    for more in ({}, {"history": history}, {"documents": [d.id for d in server.assistant.documents()]}):
        asked.clear()
        argument = {"question": question, **more}
        text = server("ask", argument)["record"]["text"]
        reasons = server("why", {**argument, "text": text})["html"]
        assert server("why", {**argument, "text": text})["html"] == reasons  # the same figures and times
        assert asked == [question]
        server("why", {**argument, "history": [["Who else?", "She."]], "text": "x"})
        assert asked == [question] * 2  # after another question it may mean something else


def test_why_asks_again_if_reasons_are_not_kept_or_the_documents_have_changed(
    server: Server, asked: list[str], monkeypatch: pytest.MonkeyPatch, corpus: Path
):
    monkeypatch.setattr(handlers, "REASONS", 2)
    server = Server(server.assistant)
    argument = {"question": QUESTION, "text": server.ask()["record"]["text"]}
    server.ask("Who counted the bees?")
    server("why", argument)
    assert asked == [QUESTION, "Who counted the bees?"]
    server.ask("Who built the bridge?")
    assert "have changed" not in server("why", argument)["html"]
    assert asked[3:] == [QUESTION]
    write(corpus, {"ferry.md": "# The ferry\n\nThe ferry to Tolvane carries 512 passengers.\n"})
    server.assistant.sync()
    reasons = server("why", argument)["html"]
    assert asked[4:] == [QUESTION]
    assert "have changed" in reasons
    assert "340 passengers" not in reasons


# --- show, whole, export, rate -------------------------------------------------------------------


def test_turns_that_were_kept_are_shown_as_they_were(server: Server):
    first, second = server.ask(), server.ask(UNKNOWN, number=1)
    shown = server("show", {"turns": [first["record"], second["record"]]})["turns"]
    assert shown == [
        {"html": got["html"], "cards": got["cards"], "text": got["record"]["text"]} for got in (first, second)
    ]


def test_a_record_that_cannot_be_read_does_not_get_in_the_way_of_others(
    server: Server, record: dict[str, Any]
):
    broken, whole = server("show", {"turns": [{"question": 7}, record]})["turns"]
    assert "cannot be read" in one_line(broken["html"])
    assert "340 passengers" in one_line(whole["html"])
    assert "340 passengers" in server("export", {"turns": [None, record]})["markdown"]


def test_an_answer_whose_document_is_gone_is_not_shown(server: Server, record: dict[str, Any], corpus: Path):
    (corpus / "ferry.md").unlink()
    server.assistant.sync()
    (turn,) = server("show", {"turns": [record]})["turns"]
    assert "no longer in your documents" in one_line(turn["html"])
    assert "340" not in turn["html"] + turn["cards"]
    assert server("export", {"turns": [record]})["markdown"] == "\n"
    assert "Ask again" in server("rate", {"turn": record, "helpful": True})["problem"]


def test_a_document_is_opened_with_a_place_marked(server: Server, record: dict[str, Any]):
    (place,) = record["citations"]
    opened = server("whole", {name: place[name] for name in ("document", "start", "end")})
    assert Shown(opened["html"]).marked == place["quote"]
    assert opened["title"] == "The ferry to Tolvane"
    backwards = {"document": place["document"], "start": 20, "end": 3, "begin": 0}
    assert Shown(server("whole", backwards)["html"]).text == server.assistant.document(place["document"]).text
    assert "no longer among" in server("whole", {**backwards, "document": "x"})["problem"]


def test_the_rating_of_an_answer_is_kept(server: Server, record: dict[str, Any]):
    assert server("rate", {"turn": record, "helpful": False, "comment": "too few"}) == {}
    (entry,) = server.assistant.feedback()
    assert (entry.question, entry.helpful, entry.comment) == (QUESTION, False, "too few")


# --- listing, remove -----------------------------------------------------------------------------


def test_the_documents_are_listed_unless_they_are_shown_already(server: Server):
    first = server("listing", {})
    assert len(Shown(first["html"]).all("li")) == first["documents"] == 3
    assert first["login"] is False
    assert server("listing", {"shown": first["state"]}) == {"state": first["state"], "indexing": ""}
    server.indexing(Progress(1, 2, 3, "a.txt"))
    assert server("listing", {"shown": first["state"]})["indexing"].startswith("Indexing 1 of 2 files…")


def test_a_folder_that_is_not_there_is_told_in_place_of_its_list(synced: Assistant, tmp_path: Path):
    server = Server(synced.beside(tmp_path / "<b>gone", tmp_path / "no index"))
    assert f"There is no folder {tmp_path}/&lt;b&gt;gone." in server("listing", {})["html"]


def test_indexing_shows_its_progress_and_nothing_afterwards():
    indexing = Indexing()
    assert str(indexing) == ""
    indexing(Progress(1, 1200, 5, "a.txt"))
    assert str(indexing) == "Indexing 1 of 1,200 files… You can keep asking."
    indexing(Progress(0, 0, 0, ""))
    assert str(indexing) == ""


def test_examples_are_made_from_the_documents(server: Server):
    assert server("listing", {})["examples"] == list(server.assistant.first_questions())
    assert "What are these documents about?" in server("listing", {})["examples"]


def test_examples_of_a_folder_are_only_of_documents_that_exist(server: Server, corpus: Path):
    questions = {"no.md": "Who?", "ferry.md": QUESTION, "valley/bees.md": "How many bees?"}
    (corpus / EXAMPLES).write_text(json.dumps(questions), "utf-8")
    server("remove", {"path": "valley/bees.md"})  # which makes a new list
    got = server("listing", {})
    assert (got["examples"], got["documents"]) == (["What are these documents about?", QUESTION], 2)


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"[]", b"7", b'"x"', b"{", b'{"ferry.md": 7}', b"[" * 10_000, b"null"]
)
def test_a_damaged_file_of_examples_holds_none(corpus: Path, content: bytes):
    (corpus / EXAMPLES).write_bytes(content)
    assert examples(corpus) == {}
    assert examples(corpus / "nowhere") == {}


def test_a_list_is_made_again_after_a_moment(server: Server, corpus: Path, monkeypatch: pytest.MonkeyPatch):
    before = server("listing", {})["state"]
    write(corpus, {"goats.txt": "Forty goats live on the rock."})
    monkeypatch.setattr(handlers, "LIST_SECONDS", 0.0)
    after = server("listing", {"shown": before})
    assert (after["documents"], "goats.txt" in after["html"]) == (4, True)


def test_a_removed_file_disappears_from_the_list_at_once(server: Server, corpus: Path):
    server("listing", {})
    assert server("remove", {"path": "ferry.md"}) == {}
    assert not (corpus / "ferry.md").exists()
    assert "ferry" not in server("listing", {})["html"]
    assert not server.ask()["record"]["answered"]


def test_an_emptied_folder_is_told_until_its_documents_are_removed(
    server: Server, corpus: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(handlers, "LIST_SECONDS", 0.0)
    first = server("listing", {})
    assert first["stopped"] == ""
    for path in list(corpus.rglob("*.*")):
        path.unlink()
    with pytest.raises(CorpusEmptied):
        server.assistant.sync()
    told = server("listing", {"shown": first["state"]})
    assert told["stopped"].startswith("3 of 3 indexed files not found in the folder")
    assert told["stopped"].endswith("--allow-empty.")
    assert server.ask()["record"]["answered"]
    assert server("forget", {}) == {}
    last = server("listing", {"shown": told["state"]})
    assert (last["stopped"], last["documents"]) == ("", 0)
    assert not server.ask()["record"]["answered"]


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "", "no.txt", "valley", ".", "valley/../ferry.md"]
)
def test_only_files_in_the_corpus_are_removed(server: Server, corpus: Path, path: str):
    write(corpus.parent, {"secret.txt": "A secret."})
    assert "No file" in server("remove", {"path": path})["problem"]
    assert (corpus.parent / "secret.txt").exists()
    assert server("listing", {})["documents"] == 3


# --- nonsense ------------------------------------------------------------------------------------

NONSENSE = [
    None,
    7,
    "text",
    [],
    {"turns": 7},
    {"question": None},
    {"path": ["a"]},
    {"document": 7, "start": -1},
]


@pytest.mark.parametrize("name", ["ask", "why", "show", "whole", "page", "remove", "rate", "export"])
@pytest.mark.parametrize("argument", NONSENSE)
def test_nonsense_is_reported_in_one_line(server: Server, name: str, argument: object):
    assert server(name, argument) == {"problem": MISUNDERSTOOD}


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("ask", {"question": "half \ud800"}),
        ("ask", {"history": [["only one"]]}),
        ("ask", {"documents": "all"}),
        ("ask", {"documents": ["\ud800"]}),
        ("ask", {"number": -1}),
        ("ask", {"number": 10**30}),
        ("whole", {"start": 10**30}),
        ("whole", {"end": "far"}),
        ("whole", {"begin": -1}),
        ("whole", {"document": "\ud800"}),
        ("whole", {"find": ["a"]}),
        ("page", {"page": 0}),
        ("page", {"at": -1}),
        ("listing", {"shown": 7}),
        ("remove", {"path": "\ud800.txt"}),
        ("rate", {"helpful": "much"}),
        ("rate", {"comment": "\ud800"}),
    ],
)
def test_an_argument_with_one_wrong_value_is_reported(
    server: Server, record: dict[str, Any], name: str, more: dict[str, object]
):
    right = {
        "ask": {"question": QUESTION},
        "whole": {"document": document(server.assistant, "ferry.md").id, "start": 0, "end": 3},
        "page": {"document": document(server.assistant, "ferry.md").id},
        "listing": {},
        "remove": {"path": "no.txt"},
        "rate": {"turn": record, "helpful": True},
    }[name]
    assert server(name, right).get("problem") != MISUNDERSTOOD
    assert server(name, right | more) == {"problem": MISUNDERSTOOD}


def test_a_rated_record_is_checked(server: Server, record: dict[str, Any]):
    assert "cannot be read" in server("rate", {"turn": {"question": 7}, "helpful": True})["problem"]
    forged = json.loads(json.dumps(record).replace("340", "999"))
    assert "Ask again" in server("rate", {"turn": forged, "helpful": True})["problem"]
    assert server.assistant.feedback() == ()


# --- many at once --------------------------------------------------------------------------------


def test_few_questions_are_answered_at_the_same_time_and_the_others_hold_no_thread(
    server: Server, monkeypatch: pytest.MonkeyPatch
):
    ask, counting = server.assistant.ask, threading.Lock()
    full, go_on = threading.Event(), threading.Event()
    running: list[int] = []
    counts: list[int] = []

    def slow(*arguments: Any, **more: Any) -> Any:
        with counting:
            running.append(1)
            counts.append(len(running))
            if len(running) == ASKING:
                full.set()
        assert go_on.wait(30)
        with counting:
            running.pop()
        return ask(*arguments, **more)

    monkeypatch.setattr(server.assistant, "ask", slow)
    answered: list[dict[str, Any]] = []

    async def ask_once() -> None:
        answered.append(await server.functions["ask"]({"question": QUESTION}))

    async def ask_all() -> None:
        async with anyio.create_task_group() as tasks:
            for _ in range(3 * ASKING):
                tasks.start_soon(ask_once)
            await anyio.to_thread.run_sync(full.wait, 30)
            assert "html" in await server.functions["listing"]({})  # works meanwhile
            go_on.set()

    anyio.run(ask_all)
    assert len(answered) == 3 * ASKING
    assert max(counts) == ASKING
