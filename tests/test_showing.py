"""How values look: `repr`, `str`, and HTML and Markdown for notebooks."""

import copy
import doctest
import html.parser
import pickle
import re
import shutil
from dataclasses import replace

import pytest
from conftest import HERE, QUESTION, KeyReader, write
from markdown_it import MarkdownIt

from qa import Answer, SyncReport
from qa.answers import wording
from qa.assistant import Assistant
from qa.settings import Settings
from qa.types import Failure

BUILT = "Who built the bridge at Osk?"
HOSTILE = '<script>alert("1")</script><img src=x onerror=alert(2)>'
VOID = {"img", "br", "hr", "input", "meta", "link"}


class Tags(html.parser.HTMLParser):
    """The elements of a piece of HTML, all of which are closed, and its text."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self._open: list[str] = []
        self.feed(content)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def knowing(corpus, index, encoder) -> Assistant:
    known = KeyReader({QUESTION: "340 passengers", BUILT: "Anders Lund"})
    assistant = Assistant(Settings(corpus=corpus, index=index), encoder, known)
    assistant.sync()
    return assistant


def hostile(answer: Answer) -> Answer:
    """The answer as if everything in it that comes from elsewhere were HTML."""

    def spoilt(document):
        spoilt = {"source": HOSTILE, "date": HOSTILE}
        return replace(document, title=HOSTILE, path=HOSTILE, metadata=spoilt, _text=HOSTILE * 3)

    def passage(passage):
        return replace(passage, text=HOSTILE, remark=HOSTILE, start=0, end=len(HOSTILE))

    def cited(citation):
        end = len(HOSTILE)
        return replace(
            citation,
            document=spoilt(citation.document),
            passage=replace(passage(citation.passage), sentences=((0, end),)),
            quote=HOSTILE,
            start=0,
            end=end,
        )

    return replace(
        answer,
        question=HOSTILE,
        understood=f"{HOSTILE}?",
        corrected=HOSTILE,
        language=HOSTILE,
        lead=HOSTILE,
        unknown=(HOSTILE,),
        unanswered=(HOSTILE,),
        suggestions=(HOSTILE,),
        citations=tuple(map(cited, answer.citations)),
        claims=tuple(
            replace(c, value=HOSTILE, citations=tuple(map(cited, c.citations))) for c in answer.claims
        ),
        nearest=tuple(
            replace(h, document=spoilt(h.document), passage=passage(h.passage)) for h in answer.nearest
        ),
    )


# --- one line ------------------------------------------------------------------------------------


def test_a_value_is_one_short_line(knowing, corpus):
    answer, refused = knowing.ask(QUESTION), knowing.ask("Who painted the bridge at Osk?", threshold=1)
    assert repr(answer) == f"<Answer {QUESTION!r} answered, confidence {answer.confidence:.2f}, 1 citation>"
    assert re.fullmatch(
        r"<Answer 'Who painted the bridge at Osk\?' not answered, confidence \S+>", repr(refused)
    )
    assert repr(knowing.ask("Thanks!")) == "<Answer 'Thanks!' not answered>"
    assert repr(answer.citations[0]) == (
        "<Citation [1] 'The ferry to Tolvane carries 340 passengers.' in 'ferry.md'>"
    )
    hit = knowing.search(QUESTION)[0]
    assert repr(hit).startswith(
        "<Hit '# The ferry to Tolvane The ferry to Tolvane carries 340 pas…' in 'ferry.md', score"
    )
    assert repr(knowing.sync()) == "<SyncReport 3 unchanged, 0 passages embedded>"
    assert repr(knowing) == f"<Assistant of '{corpus}', indexed in '{knowing.settings.index}'>"


def test_an_overview_has_no_confidence_to_speak_of(knowing):
    answer = knowing.ask("What are these documents about?")
    assert re.fullmatch(r"<Answer 'What are these documents about\?' answered, \d citations>", repr(answer))


def test_a_line_stays_short_and_is_one_line_whatever_is_in_it(knowing):
    answer = knowing.ask(QUESTION)
    for question in ("why " * 1_000_000, "a\nb\x1b[2J\u202e", "x" * 500):
        line = repr(replace(answer, question=question))
        assert len(line) < 150
        assert line.isprintable()


def test_values_in_a_sequence_are_short_as_well(knowing):
    assert len(repr(knowing.search(QUESTION))) < 800
    assert len(repr(knowing.ask(QUESTION).claims)) < 300


# --- text ----------------------------------------------------------------------------------------


def test_a_report_as_a_string_lists_what_failed():
    failed = (Failure("a\n.pdf", "the file is empty"),)
    report = SyncReport(("b.md",), (), (), (), failed, (), embedded=1, seconds=0.25)
    assert str(report) == ("1 added, 1 failed; 1 passage embedded in 0.2 s\n  a\\n.pdf: the file is empty")


def test_an_assistant_as_a_string_says_what_is_indexed(knowing):
    folders = f"{knowing.settings.corpus}, indexed in {knowing.settings.index}"
    assert str(knowing) == f"{folders}: 3 documents, 4 passages"


def test_a_hit_as_a_string_is_its_document_place_and_text(knowing):
    first, *_, last = str(knowing.search(QUESTION)[0]).splitlines()
    assert first == "The ferry to Tolvane"
    assert last.endswith("every morning.")


def test_an_answer_can_be_shown_after_its_documents_have_changed(knowing, corpus):
    answer, hits = knowing.ask(QUESTION), knowing.search("bridge")
    refused, before = knowing.ask("Who painted the zebras at Osk?", threshold=1), str(answer)
    write(corpus, {"ferry.md": "The ferry sank.", "bridge.txt": "The bridge fell."})
    knowing.sync()
    assert str(answer) == before
    assert "<b>340 passengers</b>" in answer._repr_html_()
    assert wording.NEAREST in refused._repr_html_()
    for hit in hits:
        assert str(hit)
        assert hit._repr_html_()


def test_an_assistant_without_a_readable_index_is_still_shown(knowing):
    (knowing.settings.index / "index.sqlite").write_bytes(b"nothing of the kind" * 1000)
    assert str(knowing) == repr(knowing)
    assert knowing._repr_html_() is knowing._repr_markdown_() is None


def test_values_can_be_copied_and_pickled(knowing):
    report = knowing.sync()
    assert pickle.loads(pickle.dumps(report)) == report
    answer = knowing.ask(QUESTION)
    assert str(copy.copy(answer)) == str(answer)


# --- HTML ----------------------------------------------------------------------------------------


def test_an_answer_shows_its_headline_quote_source_and_confidence(knowing):
    shown = Tags(knowing.ask(BUILT)._repr_html_()).text
    sure = wording.confidence(knowing.ask(BUILT).confidence)[1]
    for part in (
        "Anders Lund",
        "finished in 1874 by the mason Anders Lund. [1]",
        sure,
        "[1] The bridge at Osk",
    ):
        assert part in shown
    assert "<b>Anders Lund</b>" in knowing.ask(BUILT)._repr_html_()
    assert "bridge.txt" in shown


def test_a_refusal_shows_what_is_nearest(knowing):
    shown = Tags(knowing.ask("Who painted the zebras at Osk?", threshold=1)._repr_html_())
    assert shown.text.startswith(wording.REFUSAL)
    assert "“zebras”" in shown.text
    assert "details" in shown.names
    assert "It has five arches." in shown.text


@pytest.mark.parametrize("asked", ["What are these documents about?", "What happened when?"])
def test_an_overview_shows_its_quotes_and_their_documents(knowing, asked):
    answer = knowing.ask(asked)
    shown = Tags(answer._repr_html_()).text
    for citation in answer.citations:
        assert " ".join(citation.quote.split()) in shown
        assert citation.document.path in shown
    assert wording.confidence(1)[1] not in shown


ASKED = [QUESTION, BUILT, "Who painted the zebras?", "Thanks!", "What are these documents about?"]


@pytest.mark.parametrize("asked", ASKED)
def test_everything_from_documents_and_questions_is_escaped(knowing, asked):
    for answer in (knowing.ask(asked), hostile(knowing.ask(asked))):
        for differ in (False, True):
            shown = Tags(replace(answer, differ=differ)._repr_html_())
            assert set(shown.names) <= {
                *("div", "small", "b", "bdi", "blockquote", "code", "ul", "li", "details", "summary")
            }
            assert shown.attributes <= {"dir", "style", "class"}


def test_hits_and_reports_are_escaped(knowing):
    hit = hostile(knowing.ask(QUESTION)).nearest[0]
    report = replace(knowing.sync(), failed=(Failure(HOSTILE, HOSTILE),))
    for value in (hit, report):
        assert HOSTILE in Tags(value._repr_html_()).text
        assert not {"script", "img"} & set(Tags(value._repr_html_()).names)


def test_a_notebook_takes_no_dollar_for_a_formula_and_sets_no_colours(knowing):
    for value in (knowing.ask(QUESTION), knowing.search(QUESTION)[0], knowing.sync(), knowing):
        assert re.match(r'<div class="mathjax_ignore tex2jax_ignore"', value._repr_html_())
        assert "color" not in value._repr_html_()
        assert "background" not in value._repr_html_()


# --- Markdown ------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ASKED)
def test_markdown_shows_documents_literally(knowing, asked):
    shown = hostile(knowing.ask(asked))
    text = replace(shown, text="-")._repr_markdown_()
    for value in (text, shown.nearest[0]._repr_markdown_() if shown.nearest else ""):
        made = MarkdownIt("commonmark").render(value)
        assert "<script" not in made
        assert "<img" not in made


def test_markdown_has_the_answer_and_its_sources(knowing):
    answer = knowing.ask(BUILT)
    lines = answer._repr_markdown_().splitlines()
    assert lines[0] == "**Anders Lund**"
    assert lines[-1] == "- \\[1\\] The bridge at Osk, bridge.txt"
    made = MarkdownIt("commonmark").render(
        replace(knowing.sync(), failed=(Failure("*", "_"),))._repr_markdown_()
    )
    assert made.startswith("<pre><code>3 unchanged, 1 failed;")


# --- help ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_example_of_the_help_works(tmp_path, monkeypatch):
    shutil.copytree(HERE.parent / "corpus", tmp_path / "corpus")
    monkeypatch.chdir(tmp_path)
    (example,) = doctest.DocTestFinder(recurse=False).find(Assistant, "Assistant", globs={})
    told: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(example, out=told.append)
    assert "".join(told) == ""
    assert len(example.examples) > 4
