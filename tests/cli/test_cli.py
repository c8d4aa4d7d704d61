"""The `qa` command, as people type it: real encoder, small folders."""

import json
import os
import re
import shlex
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import python

from qa.assistant import Assistant
from qa.cli.commands import main
from qa.index.local.store import LocalStore

pytestmark = pytest.mark.slow


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "ferry.md").write_text(
        "---\ntitle: The Ferry\nsource: Harbour News\ndate: 2024-05-01\n---\n\n# The Ferry\n\n"
        "The ferry between Norwick and Sable Island sails four times a day. A ticket costs 12 crowns.\n"
    )
    monkeypatch.setenv("QA_CORPUS", str(tmp_path / "corpus"))
    monkeypatch.setenv("QA_INDEX", str(tmp_path / "index"))
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def one_line(err: str) -> bool:
    return err.startswith("qa: ") and err.count("\n") == 1 and "Traceback" not in err


def test_sync_then_ask_shows_the_sentence_and_its_source(folders, capsys):
    code, _, err = run(capsys, "sync")
    assert code == 0
    assert err.startswith("1 added; 1 passage embedded in ")
    code, out, _ = run(capsys, "ask", "How much is a ticket for the ferry?")
    assert code == 0
    assert "A ticket costs 12 crowns. [1]" in " ".join(out.split())
    assert "[1] The Ferry, Harbour News, 2024-05-01" in out
    assert "ferry.md, characters " in out


def test_a_second_sync_embeds_nothing(folders, capsys):
    run(capsys, "sync")
    assert run(capsys, "sync")[2].startswith("1 unchanged; 0 passages embedded in ")


def test_a_purge_says_what_it_took_out_of_the_bytes(folders, capsys):
    (folders / "corpus" / "bees.txt").write_text("Zealots counted 9,340 visits of bees.")
    run(capsys, "sync")
    (folders / "corpus" / "bees.txt").unlink()
    run(capsys, "sync")
    assert any(b"zealot" in path.read_bytes() for path in (folders / "index").iterdir())
    (folders / "index" / "index.sqlite.damaged-1").write_bytes(b"Zealots" * 20_000)
    code, out, err = run(capsys, "sync", "--purge")
    assert (code, out) == (0, "")
    summary, purged = err.splitlines()
    assert summary.startswith("1 unchanged; 0 passages embedded in ")
    assert purged == "purged: 1 unused vector, 1 damaged database; 0.1 MB freed"
    assert not any(b"zealot" in path.read_bytes().lower() for path in (folders / "index").iterdir())
    assert run(capsys, "sync", "--purge")[2].endswith("\npurged: nothing unused; 0.0 MB freed\n")


def test_a_purge_that_a_reader_is_in_the_way_of_gets_one_line(folders, capsys, monkeypatch):
    monkeypatch.setattr("qa.index.local.database.PATIENCE", 0.1)
    run(capsys, "sync")
    with LocalStore(folders / "index").read() as snapshot:
        assert snapshot.counts().documents == 1
        code, out, err = run(capsys, "sync", "--purge")
    assert (code, out) == (1, "")
    assert one_line(err)
    assert err.endswith("Run qa sync --purge again\n")


def test_json_has_the_names_of_the_python_values(folders, capsys):
    run(capsys, "sync")
    answer = json.loads(run(capsys, "ask", "How much is a ticket?", "--json")[1])
    assert answer["answered"] is True
    citation = answer["citations"][0]
    text = (folders / "corpus" / "ferry.md").read_text()
    assert text[citation["start"] : citation["end"]] == citation["quote"]
    assert citation["document"]["title"] == "The Ferry"
    assert "text" not in citation["document"]
    hits = json.loads(run(capsys, "search", "ferry", "-k", "1", "--json")[1])
    assert [hit["document"]["path"] for hit in hits] == ["ferry.md"]


def test_a_question_that_the_documents_do_not_answer_is_refused_with_what_is_nearest(folders, capsys):
    run(capsys, "sync")
    code, out, _ = run(capsys, "ask", "Which vitamins are in spinach?")
    assert code == 0
    assert out.startswith("I couldn't find an answer in your documents.")
    assert "Closest passages. They don't answer the question." in out
    assert "The Ferry" in out


def test_values_that_differ_are_listed_with_their_sentences(folders, capsys):
    for name, when in (("a.txt", "May 1874"), ("b.txt", "June 1875")):
        (folders / "corpus" / name).write_text(f"The bridge at Osk was finished in {when}, says the town.\n")
    run(capsys, "sync")
    _, out, _ = run(capsys, "ask", "When was the bridge at Osk finished?")
    assert out.startswith("Sources disagree:\n")
    assert "May 1874\n" in out
    assert "June 1875\n" in out


def test_an_answer_as_a_string_is_what_the_command_prints(folders, capsys):
    run(capsys, "sync")
    for question in ("How much is a ticket?", "Summarize these files.", "Which vitamins are in spinach?"):
        with Assistant.open(folders / "corpus", folders / "index") as assistant:
            assert run(capsys, "ask", question)[1] == f"{assistant.ask(question)}\n"


def test_the_confidence_is_printed_in_words(folders, capsys):
    run(capsys, "sync")
    _, out, _ = run(capsys, "ask", "How much is a ticket?")
    words = "Well supported|Likely|Weak match – check the source"
    assert re.search(rf"\n\n({words}) \(confidence 0\.\d\d\)\n$", out)


def test_an_overview_is_printed_document_by_document_or_by_date(folders, capsys):
    (folders / "corpus" / "osk.txt").write_text(
        "Osk\n\nThe bridge at Osk was finished in May 1874 by a mason.\n"
    )
    run(capsys, "sync")
    _, out, _ = run(capsys, "ask", "Summarize these files.")
    assert out.startswith("2 documents.\n\nThe Ferry, Harbour News, 2024-05-01\n- ")
    assert "\n\nOsk\n- The bridge at Osk was finished in May 1874 by a mason. [" in out
    assert "confidence" not in out
    _, out, _ = run(capsys, "ask", "What happened when?")
    assert out.startswith("May 1874: The bridge at Osk was finished in May 1874 by a mason. [1]\n\n[1] Osk\n")


def test_a_question_in_another_language_gets_a_hint(folders, capsys):
    run(capsys, "sync")
    _, out, _ = run(capsys, "ask", "Wer ist der Bürgermeister von Tolvane?")
    assert "Try asking in English." in out


def test_status_tells_what_is_indexed_and_what_failed(folders, capsys):
    (folders / "corpus" / "empty.txt").write_text("")
    code, _, err = run(capsys, "sync")
    assert code == 1
    assert "qa: empty.txt: the file is empty\n" in err
    code, out, _ = run(capsys, "status")
    assert code == 0
    assert "documents  1\n" in out
    assert "  empty.txt: the file is empty" in out
    assert json.loads(run(capsys, "status", "--json")[1])["counts"]["passages"] == 1


def test_status_lists_what_was_left_out(folders, capsys):
    body = "The lighthouse was built in 1873 by two brothers from Norwick."
    (folders / "corpus" / "lighthouse.md").write_text(f"# The Lighthouse\n\n<!-- ask Ole -->\n\n{body}\n")
    run(capsys, "sync")
    assert "[comment] <!-- ask Ole -->" in run(capsys, "status", "--left-out")[1]


def rate(folders: Path, question: str, helpful: bool, comment: str = "") -> None:
    with Assistant.open(folders / "corpus", folders / "index") as assistant:
        assistant.rate(assistant.ask(question), helpful, comment)


def test_status_counts_feedback_and_lists_it_when_asked_to(folders, capsys):
    run(capsys, "sync")
    assert "feedback   none\n" in run(capsys, "status")[1]
    rate(folders, "How much is a ticket for the ferry?", True)
    rate(folders, "Which vitamins are in spinach?", False, "look\x1b[2J in\nthe \u202ecookbook")
    short = run(capsys, "status")[1]
    assert "feedback   2 ratings: 1 helpful, 1 not helpful\n" in short
    assert "spinach" not in short
    out = run(capsys, "status", "--feedback")[1]
    spinach, comment, ticket = out.split("Feedback, newest first:\n")[1].splitlines()
    assert spinach.endswith("  down  Which vitamins are in spinach?")
    assert comment.strip() == "look [2J in the cookbook"
    assert ticket.endswith("  up    How much is a ticket for the ferry?")
    told = json.loads(run(capsys, "status", "--json")[1])
    assert told["feedback"] == {"helpful": 1, "not_helpful": 1, "damaged": 0}
    assert "feedback_entries" not in told
    entries = json.loads(run(capsys, "status", "--json", "--feedback")[1])["feedback_entries"]
    assert [entry["helpful"] for entry in entries] == [False, True]
    with (folders / "index" / "feedback.jsonl").open("ab") as file:
        file.write(b"torn")
    assert "feedback   2 ratings: 1 helpful, 1 not helpful, 1 damaged line\n" in run(capsys, "status")[1]


def test_feedback_becomes_questions_that_can_be_measured(folders, capsys):
    run(capsys, "sync")
    rate(folders, "How much is a ticket for the ferry?", True)
    rate(folders, "How often does the ferry sail?", False, "to where?")
    rate(folders, "Which vitamins are in spinach?", True)
    path = folders / "asked.jsonl"
    assert run(capsys, "feedback", str(path)) == (0, f"3 questions written to {path}\n", "")
    code, out, err = run(capsys, "eval", str(path), "--json")
    assert code == 0, err
    found = json.loads(out)["figures"]
    assert (found["questions"], found["right"], found["exact match"]) == (3, 1, 1)
    assert (found["refusal recall"], found["rejected, given again"]) == (1, 1)


def test_feedback_overwrites_nothing_unless_told(folders, capsys):
    path = folders / "asked.jsonl"
    code, _, err = run(capsys, "feedback", str(path))
    assert (code, err) == (1, "qa: there is no feedback yet. Rate some answers on the page first\n")
    run(capsys, "sync")
    rate(folders, "How much is a ticket for the ferry?", True)
    path.write_text("mine")
    code, _, err = run(capsys, "feedback", str(path))
    assert code == 1
    assert one_line(err)
    assert err.endswith("already exists. Use another name, or --replace\n")
    assert path.read_text() == "mine"
    assert run(capsys, "feedback", str(path), "--replace")[0] == 0
    assert json.loads(path.read_text())["answers"] == ["12 crowns"]
    for bad in (folders / "none" / "asked.jsonl", folders):
        code, _, err = run(capsys, "feedback", str(bad), "--replace")
        assert code == 1
        assert one_line(err)
        assert "cannot write" in err


def test_feedback_on_a_removed_document_is_not_handed_on_and_a_purge_says_so(folders, capsys):
    run(capsys, "sync")
    rate(folders, "How much is a ticket for the ferry?", True)
    rate(folders, "Which vitamins are in spinach?", True)
    (folders / "corpus" / "ferry.md").rename(folders / "ferry.md")
    run(capsys, "sync", "--allow-empty")
    path = folders / "asked.jsonl"
    code, out, err = run(capsys, "feedback", str(path))
    assert (code, out) == (0, f"1 question written to {path}\n")
    assert err == "qa: left out 1 rating of text no longer in the documents\n"
    purged = run(capsys, "sync", "--purge")[2].splitlines()[-1]
    assert purged.startswith("purged: 1 unused vector, 1 redacted rating; ")
    assert "feedback   2 ratings: 2 helpful, 0 not helpful\n" in run(capsys, "status")[1]


def test_asking_before_the_first_sync_says_what_to_do(folders, capsys):
    for command in (["ask", "How much is a ticket?"], ["search", "ticket"], ["chat"]):
        assert run(capsys, *command) == (1, "", "qa: nothing is indexed yet. Run qa sync\n")
    assert not (folders / "index").exists()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", "the question is empty"),
        ("  \n ", "the question is empty"),
        ("?!... --", "the question has no words"),
        ("why " * 2500, "the question has 9,999 characters. Shorten it to 1,000"),
    ],
)
def test_a_question_that_cannot_be_searched_for_gets_one_line(folders, capsys, question, expected):
    run(capsys, "sync")
    code, out, err = run(capsys, "ask", question)
    assert (code, out) == (1, "")
    assert one_line(err)
    assert expected in err


def test_search_operators_are_just_words(folders, capsys):
    run(capsys, "sync")
    for words in [
        '"ferry',
        "ferry AND",
        "NEAR(ferry",
        "text:ferry*",
        "-ferry OR ^ticket",
        "ferry; DROP TABLE",
    ]:
        code, out, _ = run(capsys, "search", words)
        assert code == 0
        assert "ferry.md" in out


def test_a_missing_corpus_gets_one_line_and_loses_nothing(folders, capsys):
    run(capsys, "sync")
    (folders / "corpus").rename(folders / "elsewhere")
    code, _, err = run(capsys, "sync")
    assert code == 1
    assert one_line(err)
    assert "does not exist. Create it and put documents into it" in err
    assert "12 crowns" in run(capsys, "ask", "How much is a ticket?")[1]


def test_an_emptied_corpus_gets_one_line_and_loses_nothing_until_that_is_allowed(folders, capsys):
    run(capsys, "sync")
    (folders / "corpus" / "ferry.md").rename(folders / "ferry.md")
    code, _, err = run(capsys, "sync")
    assert code == 1
    assert one_line(err)
    assert "1 of 1 indexed file not found in the folder" in err
    assert err.endswith("Is a drive not connected? If they were deleted, run qa sync --allow-empty\n")
    assert "12 crowns" in run(capsys, "ask", "How much is a ticket?")[1]
    status = run(capsys, "status")[1]
    assert "\nstopped    1 of 1 indexed file not found in the folder" in status
    code, _, err = run(capsys, "sync", "--allow-empty")
    assert code == 0
    assert err.startswith("1 removed; ")
    assert "stopped" not in run(capsys, "status")[1]


def test_files_that_cannot_be_read_get_one_line_each(folders, capsys):
    corpus = folders / "corpus"
    (corpus / "loop.txt").symlink_to(corpus / "loop.txt")
    os.mkfifo(corpus / "pipe.txt")
    (corpus / "empty.txt").write_text("")
    code, out, err = run(capsys, "sync")
    assert (code, out) == (1, "")
    assert err.splitlines()[0].startswith("1 added, 3 failed; ")
    assert err.splitlines()[1:] == [
        "qa: empty.txt: the file is empty",
        "qa: loop.txt: this symbolic link leads to itself. Delete it",
        "qa: pipe.txt: not a file",
    ]


def test_an_index_that_cannot_be_written_gets_one_line(folders, capsys):
    (folders / "index").write_text("a file where the folder should be")
    code, _, err = run(capsys, "sync")
    assert code == 1
    assert one_line(err)
    assert "cannot write the index in" in err
    assert err.endswith("(File exists). Use another folder with --index\n")


def test_an_index_elsewhere_has_no_folder_to_change(folders, capsys):
    code, _, err = run(capsys, "sync", "--store", str(folders / "nowhere" / "index.db"))
    assert code == 1
    assert err == f"qa: the folder {folders / 'nowhere'} does not exist. Create it, or correct QA_STORE\n"


def test_an_index_in_a_folder_moves_to_a_store_without_embedding_anything(folders, capsys):
    run(capsys, "sync")
    code, _, err = run(capsys, "sync", "--store", str(folders / "index.db"))
    assert code == 0
    assert "1 added; 0 passages embedded" in err


def test_an_index_of_a_newer_version_is_left_alone(folders, capsys):
    run(capsys, "sync")
    with sqlite3.connect(folders / "index" / "index.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    for command in (["sync"], ["ask", "How much is a ticket?"]):
        code, _, err = run(capsys, *command)
        assert code == 1
        assert one_line(err)
        assert "was made by a newer version of this program" in err


def test_an_index_of_another_encoder_asks_for_a_sync(folders, capsys):
    run(capsys, "sync")
    with sqlite3.connect(folders / "index" / "index.sqlite") as connection:
        connection.execute("UPDATE meta SET value = '1 another' WHERE key = 'recipe'")
    connection.close()
    code, _, err = run(capsys, "ask", "How much is a ticket?")
    assert code == 1
    assert one_line(err)
    assert err.endswith("was made with another encoder or version. Run qa sync\n")


@pytest.mark.parametrize("model", ["no/such-model", "/nowhere/at/all"])
@pytest.mark.parametrize("variable", ["QA_MODEL", "QA_READER"])
def test_a_model_that_is_not_there_gets_one_line(folders, capsys, monkeypatch, variable, model):
    monkeypatch.setenv(variable, model)
    code, _, err = run(capsys, "sync")
    assert code == 1
    assert one_line(err)
    assert f"Set {variable} to a model's folder" in err


def test_a_login_without_a_colon_gets_one_line(folders, capsys, monkeypatch):
    monkeypatch.setenv("QA_LOGIN", "secret")
    code, _, err = run(capsys, "serve")
    assert code == 1
    assert err == "qa: QA_LOGIN must be name:password\n"


def test_a_port_that_is_no_number_gets_one_line(folders, capsys, monkeypatch):
    monkeypatch.setenv("GRADIO_SERVER_PORT", "web")
    code, _, err = run(capsys, "serve")
    assert code == 1
    assert err == "qa: GRADIO_SERVER_PORT must be a number, not 'web'\n"


def test_a_port_that_is_taken_is_said(folders, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = {"GRADIO_SERVER_PORT": str(port), "QA_READER": "small"}
        command = [sys.executable, "-m", "qa", "serve"]
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=os.environ | settings
        ) as server:
            lines = [server.stderr.readline() for _ in range(3)]
            server.terminate()
    other = re.fullmatch(r"Serving on http://127\.0\.0\.1:(\d+)/\n", lines[2])[1]
    what = f"using {other}. Set GRADIO_SERVER_PORT to choose one"
    assert lines[1] == f"qa: port {port} is in use, perhaps by qa: {what}\n"


def test_a_process_that_ends_at_once_has_said_all_and_keeps_its_code():
    done = python("from qa.cli import commands\ncommands.main = lambda _: print('said') or 3\ncommands.run()")
    assert (done.returncode, done.stdout) == (3, "said\n"), done.stderr


def test_a_closed_output_is_no_traceback(tmp_path):
    command = [sys.executable, "-m", "qa", "status", "--index", str(tmp_path / "index")]
    done = subprocess.run(["sh", "-c", f"{shlex.join(command)} >&-"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
