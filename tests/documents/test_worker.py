"""Files are read in a process of its own: whatever one does to it, the next one is read."""

import logging
import os
import signal
import threading
from dataclasses import replace

import pytest
from conftest import HERE

from qa.documents.formats import parse
from qa.documents.packing import packed, unpacked
from qa.documents.reading import Workers, read
from qa.errors import UnreadableFile


@pytest.fixture(scope="module")
def workers():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE / "documents")
        some = Workers("odd_worker", seconds=5)
        yield some
        some.close()


def reader(workers: Workers) -> str:
    """The id of the process that reads the next file."""
    return workers.read("a.txt", b"it").text.removesuffix(" read it")


def refusal(workers: Workers, name: str) -> str:
    with pytest.raises(UnreadableFile) as caught:
        workers.read(f"{name}.txt", b"it")
    return str(caught.value)


def test_a_file_is_parsed_as_it_would_be_in_this_process():
    raw = b"# The ferry\n\nIt leaves at seven. It sank.\n\n| Day | Boat |\n|-|-|\n| 1 | 2 |\n"
    assert read("a.md", raw) == parse("a.md", raw)


def test_a_parsed_file_survives_its_packing():
    inner = parse("b.txt", b"It sank.")
    outer = replace(
        parse("a.txt", b"It left. It came back."),
        metadata={"author": "Oda"}, left_out=(("button", "Share"),), pages=(0, 9), places=((0, "slide 1"),),
        attachments=(("b.txt", inner),),
    )  # fmt: skip
    assert unpacked(packed(outer)) == outer


def test_a_process_reads_one_file_after_the_other(workers):
    first = reader(workers)
    assert reader(workers) == first


def test_a_refusal_is_passed_on_and_ends_nothing(workers):
    first = reader(workers)
    assert refusal(workers, "refuses") == "not a ferry. Take the next one"
    assert reader(workers) == first


@pytest.mark.parametrize(("name", "error"), [("raises", "KeyError"), ("recurses", "RecursionError")])
def test_whatever_a_parser_raises_is_one_line_and_a_traceback_in_the_log(workers, name, error, caplog):
    with caplog.at_level(logging.ERROR, "qa"):
        said = refusal(workers, name)
    assert said == f"cannot be read ({error}). Try opening it and saving it again"
    assert "Traceback" in caplog.text
    assert error in caplog.text


@pytest.mark.parametrize("name", ["dies", "exits"])
def test_a_process_that_dies_is_replaced(workers, name):
    first = reader(workers)
    assert refusal(workers, name).startswith("damaged, or too large when unpacked")
    assert reader(workers) != first


def test_a_process_that_has_died_while_waiting_is_replaced(workers):
    first = reader(workers)
    os.kill(int(first), signal.SIGKILL)
    os.waitid(os.P_PID, int(first), os.WEXITED | os.WNOWAIT)
    assert reader(workers) != first


@pytest.mark.slow
def test_a_file_that_takes_too_long_is_given_up(workers):
    assert refusal(workers, "hangs") == "takes more than 5 seconds to read. Split it, or save it again"
    assert reader(workers)


@pytest.mark.slow
def test_a_parser_gets_more_time_if_it_asks(workers):
    assert workers.read("dawdles.txt", b"it").text.endswith("read it")


def test_a_process_that_has_grown_too_large_is_replaced(workers):
    first = reader(workers)
    assert workers.read("wears out.txt", b"it").text == f"{first} read it"
    assert reader(workers) != first


def test_a_file_that_takes_too_much_memory_is_refused(workers):
    assert refusal(workers, "swallows") == "takes too much memory to read. Split it"
    assert reader(workers)


def test_what_a_parser_prints_is_not_taken_for_its_reply(workers):
    assert workers.read("prints.txt", b"it").text.endswith("read it")


def test_several_threads_read_at_once(workers):
    texts = []
    threads = [
        threading.Thread(target=lambda n=n: texts.append(workers.read("a.txt", b"%d" % n).text.split()[-1]))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(texts) == [str(n) for n in range(8)]


def test_without_a_process_to_be_had_a_file_is_refused(monkeypatch):
    def none(*_, **__):
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("qa.documents.reading.subprocess.Popen", none)
    assert refusal(Workers(), "a").startswith("no process could be started to read it")


@pytest.mark.parametrize(
    ("page", "reason"), [(13, "damaged"), (14, "takes more than 1 seconds"), (15, "page 15 is damaged")]
)
def test_a_page_that_cannot_be_shown_ends_nothing(
    workers: Workers, monkeypatch: pytest.MonkeyPatch, page: int, reason: str
):
    monkeypatch.setattr("qa.documents.reading.PAGE_SECONDS", 1)
    with pytest.raises(UnreadableFile, match=reason):
        workers.shown(b"it", page)
    assert workers.shown(b"it", 1)["type"] == "it 1"
    assert reader(workers)
