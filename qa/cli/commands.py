"""The `qa` command: sync, ask, search, status, feedback, eval, serve.

Nothing heavy is imported before a command needs it, so that `qa --help` answers at once.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import signal
import sys
import textwrap
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from qa.cli.progress import counted, first_sync, sync_with_progress, tell_news
from qa.cli.terminal import PlainFormatter, json_escaped, one_line, plain
from qa.errors import QAError, SettingsError
from qa.settings import Settings
from qa.types import Answer, Document, Hit

if TYPE_CHECKING:
    from qa.assistant import Assistant

WIDTH = 100  # characters of a line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code. Errors that a user can cause are one line on stderr and a 1."""
    handler = logging.StreamHandler()
    handler.setFormatter(PlainFormatter("qa: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        settings = replace(
            settings, corpus=options.corpus or settings.corpus, index=options.index or settings.index
        )
        code = int(options.run(settings, options))
        if sys.stdout:
            sys.stdout.flush()  # here, where a pipe that was closed is understood
        return code
    except QAError as error:
        print(f"qa: {plain(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the reader of a pipe went away, as `| head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        print("qa: stopped; what was done is kept", file=sys.stderr)
        return 130


def run(arguments: Sequence[str] | None = None) -> NoReturn:
    """The command as a process of its own, begun and ended without delay.

    Collecting garbage while libraries are imported finds none, and a process that dies need not take its
    libraries apart first: together that is a fifth of the time of a question.
    """
    gc.set_threshold(100_000)
    code = main(arguments)
    for stream in filter(None, (sys.stdout, sys.stderr)):  # None where they were closed from outside
        with suppress(OSError):  # nobody reads it any more
            stream.flush()
    os._exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qa",
        description="Questions answered from a folder of documents, in their own words, with citations.",
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--corpus", type=Path, metavar="FOLDER", help="the documents (default: corpus, or QA_CORPUS)"
    )
    shared.add_argument(
        "--index", type=Path, metavar="FOLDER", help="the index (default: index, or QA_INDEX)"
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    command = commands.add_parser("sync", parents=[shared], help="bring the index up to date with the folder")
    way = command.add_mutually_exclusive_group()
    way.add_argument(
        "--purge", action="store_true", help="also take what was deleted out of the bytes of the index"
    )
    way.add_argument("--watch", action="store_true", help="go on, and sync whenever the folder changes")
    command.set_defaults(run=_sync)

    command = commands.add_parser("ask", parents=[shared], help="answer a question, with citations")
    command.add_argument("question")
    command.add_argument("--json", action="store_true", help="print the answer as JSON")
    command.set_defaults(run=_ask)

    command = commands.add_parser("search", parents=[shared], help="list the passages that fit best")
    command.add_argument("words")
    command.add_argument("-k", type=_positive, default=5, metavar="N", help="how many (default: 5)")
    command.add_argument("--json", action="store_true", help="print the hits as JSON")
    command.set_defaults(run=_search)

    command = commands.add_parser("status", parents=[shared], help="what is indexed, and what failed")
    command.add_argument("--json", action="store_true", help="print it as JSON")
    command.add_argument(
        "--left-out", action="store_true", help="list what was left out of documents as boilerplate"
    )
    command.add_argument("--feedback", action="store_true", help="list what users said of answers")
    command.set_defaults(run=_status)

    command = commands.add_parser("feedback", parents=[shared], help="write what users said as questions")
    command.add_argument("file", type=Path, help="a new file of questions that qa eval reads")
    command.add_argument("--replace", action="store_true", help="replace a file that exists")
    command.set_defaults(run=_feedback)

    command = commands.add_parser("eval", parents=[shared], help="ask a set of questions, and measure")
    command.add_argument("file", type=Path, help="questions as JSON lines, or a set in SQuAD format")
    command.add_argument("--json", action="store_true", help="print the figures and every question as JSON")
    command.add_argument("--picture", type=Path, metavar="FILE", help="draw the figures (.png, .svg, .pdf)")
    command.set_defaults(run=_eval)

    command = commands.add_parser("serve", parents=[shared], help="sync, then serve the page")
    command.set_defaults(run=_serve)
    return parser


def _positive(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1000")
    return number


def _open(settings: Settings) -> Assistant:
    from qa.assistant import Assistant

    return Assistant.open(settings.corpus, settings.index, settings)


# --- commands ------------------------------------------------------------------------------------


def _sync(settings: Settings, options: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        if options.watch:
            return _watch(assistant)
        report = sync_with_progress(assistant, options.purge)
    return 1 if report.failed else 0


def _watch(assistant: Assistant) -> int:
    """Sync, then watch until interrupted, which is how it ends well."""
    from qa.corpus.watch import Watcher

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends it as Ctrl-C does
    known = first_sync(assistant)
    corpus, index = assistant.settings.corpus, assistant.settings.index
    print(f"watching {corpus}; press Ctrl-C to stop", file=sys.stderr, flush=True)
    with suppress(KeyboardInterrupt):
        Watcher(assistant.sync, corpus, index, tell_news, known).run(threading.Event())
    return 0


def _ask(settings: Settings, options: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        answer = assistant.ask(options.question)
    print(_json(answer.as_dict()) if options.json else plain(_answer(answer)))
    return 0


def _search(settings: Settings, options: argparse.Namespace) -> int:
    with _open(settings) as assistant:
        hits = assistant.search(options.words, k=options.k)
    if options.json:
        print(_json([hit.as_dict() for hit in hits]))
    else:
        found = "\n\n".join(_hit(hit, number) for number, hit in enumerate(hits, 1))
        print(plain(found) or "Nothing found.")
    return 0


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from qa.feedback import export as verdicts
    from qa.feedback.log import FeedbackLog
    from qa.index.store import Store

    tally = FeedbackLog(Store(settings.index)).tally()
    with _open(settings) as assistant:
        status, documents = assistant.status(), assistant.documents()
        entries = assistant.feedback() if options.feedback else ()
        left_out = {d.path: assistant.left_out(d.id) for d in documents} if options.left_out else {}
    if options.json:
        values = {
            **status.as_dict(),
            "documents": [document.as_dict() for document in documents],
            "feedback": tally.as_dict(),
            **({"left_out": left_out} if left_out else {}),
            **({"feedback_entries": [entry.as_dict() for entry in entries]} if options.feedback else {}),
        }
        print(_json(values))
        return 0
    counts = status.counts
    changed = (
        time.strftime("%Y-%m-%d %H:%M", time.localtime(counts.changed_at)) if counts.changed_at else "never"
    )
    rows = {
        "corpus": status.corpus,
        "index": f"{status.index} ({status.bytes / 1e6:.1f} MB)",
        "documents": f"{counts.documents} ({counts.left_out} pieces of boilerplate left out)",
        "passages": str(counts.passages),
        "vectors": str(counts.vectors),
        "model": f"{status.model}, {status.precision}",
        "reader": status.reader,
        "changed": changed,
        "feedback": verdicts.counted(tally),
        "failed": str(len(status.failures)),
    }
    print("\n".join(f"{name:<10} {value}" for name, value in rows.items()))
    for failure in status.failures:
        print(f"  {one_line(failure.path)}: {one_line(failure.reason)}")
    if entries:
        print("\nfeedback, newest first:", *map(plain, verdicts.listed(entries)), sep="\n")
    for path, pieces in left_out.items():
        print(f"\n{one_line(path)}: {len(pieces)} left out")
        for reason, text in pieces:
            print(f"  [{reason}] {plain(textwrap.shorten(text, 100, placeholder=' …'))}")
    return 0


def _feedback(settings: Settings, options: argparse.Namespace) -> int:
    from qa.feedback import export as verdicts

    with _open(settings) as assistant:
        entries = assistant.feedback()
    written = verdicts.export(entries, options.file, options.replace)
    print(f"{written} question{'s' * (written > 1)} written to {options.file}")
    if gone := len(entries) - written:
        print(f"qa: {gone} left out: what they quote is not in the documents any more", file=sys.stderr)
    return 0


def _eval(settings: Settings, options: argparse.Namespace) -> int:
    from qa.evaluation.question_sets import load

    questions = load(options.file)
    from qa.evaluation import (  # after the file is known to be good: the models take a while
        measures as evaluation,
    )
    from qa.evaluation import report

    if options.picture:
        report.canvas()  # that it is missing is better known before the questions are asked
    with evaluation.asked(settings, questions) as assistant:
        total = sum(map(len, questions.conversations))
        with counted(total, "question") as progress:
            outcomes = evaluation.evaluate(assistant, questions.conversations, progress=progress)
    print(_json(report.values(outcomes)) if options.json else report.table(outcomes))
    if options.picture:
        report.picture(outcomes, options.picture)
    return 0


def _serve(settings: Settings, _: argparse.Namespace) -> int:
    port = os.environ.get("GRADIO_SERVER_PORT", "7860")
    if not port.isdecimal():  # Gradio would stumble over it while it is imported
        raise SettingsError(f"GRADIO_SERVER_PORT must be a number, not {port!r}")
    from qa.server import app as web

    web.main(settings)
    return 0


# --- what they print -----------------------------------------------------------------------------


def _json(values: object) -> str:
    return json_escaped(json.dumps(values, ensure_ascii=False, indent=2))


def _answer(answer: Answer) -> str:
    """An answer for the terminal: the short answer, the sentences it is from, then what they cite."""
    parts = [] if answer.understood == answer.question else [f"Understood as: {answer.understood}"]
    if not answer.answered:
        return "\n\n".join([*parts, *_refusal(answer)])
    if answer.differ:
        from qa.answers.answering import differing

        parts.append(f"{differing(answer.understood or answer.question)}:")
    for claim in answer.claims:
        if answer.differ or (claim is answer.claims[0] and claim.is_short):
            agree = f" ({len(claim.citations)} sources agree)" if len(claim.citations) > 1 else ""
            parts.append(f"{_one_line(claim.value)}{agree}")
        marks = " ".join(f"[{citation.number}]" for citation in claim.citations)
        parts.append(textwrap.fill(f"{_one_line(claim.citations[0].quote)} {marks}", WIDTH))
    sources = [
        f"[{c.number}] {_source(c.document)}\n    {c.document.path}{_pages(c.page, c.page_end)},"
        f" characters {c.start}-{c.end}"
        for c in answer.citations
    ]
    return "\n\n".join([*parts, "\n".join(sources), f"confidence {answer.confidence:.2f}"])


def _refusal(answer: Answer) -> list[str]:
    if not answer.nearest:
        return ["Nothing is indexed yet: put documents into the corpus folder and run qa sync."]
    parts = ["The documents do not answer this question."]
    if answer.unknown:
        parts.append(f"Nothing in them speaks of: {', '.join(answer.unknown)}")
    if answer.suggestions:
        parts.append("They do answer:\n" + "\n".join(f"- {asked}" for asked in answer.suggestions))
    parts.append("Nearest passages, which do not answer it:")
    return [*parts, *(_hit(hit, number) for number, hit in enumerate(answer.nearest, 1))]


def _hit(hit: Hit, number: int) -> str:
    document = hit.document
    head = f"{number}. {_source(document)}"
    place = (
        f"{document.path}{_pages(hit.page, document.page_at(hit.passage.end - 1))},"
        f" characters {hit.passage.start}-{hit.passage.end}, score {hit.score:.2f}"
    )
    body = textwrap.fill(_one_line(hit.passage.text), 96, initial_indent="   ", subsequent_indent="   ")
    return f"{head}\n   {place}\n{body}"


def _source(document: Document) -> str:
    known = document.metadata
    return ", ".join(
        part for part in (document.title, known.get("source", ""), known.get("date", "")) if part
    )


def _pages(first: int | None, last: int | None) -> str:
    """Where something stands, for the end of a path; "" without pages."""
    if first is None:
        return ""
    return f", p. {first}" if first == last else f", pp. {first}–{last}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
