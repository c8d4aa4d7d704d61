"""`qa ask`, `qa search` and what `qa chat` has in common with them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qa.cli.opening import matching, opened, with_documents
from qa.cli.terminal import announced, width
from qa.errors import CorpusError, QuestionError
from qa.settings import Settings
from qa.text import plain, plural, valid_unicode

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.types import Answer


def ask(settings: Settings, options: argparse.Namespace) -> int:
    """Answer one question."""
    if not options.words:
        swallowed = " before --documents" if options.documents else ""
        raise QuestionError(f"there is no question. Type it{swallowed}, as in qa ask who paid for the bridge")
    with opened(settings) as assistant:
        among = documents_to_ask(assistant, options)
        question = valid_unicode(" ".join(options.words))
        with announced(searching(assistant, among)):
            answer = assistant.ask(question, documents=among, threshold=options.threshold)
    if options.json:
        from qa.cli.output import json_text

        trace = answer.trace.as_dict() if answer.trace else None
        print(json_text({**answer.as_dict(), **({"trace": trace} if options.why else {})}))
    else:
        print_answer(answer, options.why)
    return 0


def search(settings: Settings, options: argparse.Namespace) -> int:
    """List passages."""
    with opened(settings) as assistant:
        with_documents(assistant)
        hits = assistant.search(valid_unicode(" ".join(options.words)), k=options.k)
    from qa.answers.plain import Line, hit_lines
    from qa.cli.output import json_text, print_lines

    if options.json:
        print(json_text([hit.as_dict() for hit in hits]))
        return 0
    for number, hit in enumerate(hits, 1):
        print_lines([Line("")] * (number > 1) + hit_lines(hit, number, width()))
    if not hits:
        print("Nothing found.")
    return 0


def searching(assistant: Assistant, among: Sequence[str] | None) -> str:
    """Says that documents are searched, and how many."""
    return f"Searching {plural(len(assistant.documents() if among is None else among), 'document')}…"


def documents_to_ask(assistant: Assistant, options: argparse.Namespace) -> list[str] | None:
    """The ids of the documents that options name; None for all. Raises CorpusError if there are none."""
    documents = with_documents(assistant)
    wanted = {name: getattr(options, name) for name in ("author", "since", "until") if getattr(options, name)}
    if wanted:
        documents = assistant.matching(**wanted)
    if not documents:
        from qa.corpus.filters import said

        raise CorpusError(f"no document is of {said(wanted)}. Run qa status --json to list them")
    if not options.documents:
        return [document.id for document in documents] if wanted else None
    found, without = matching(options.documents, documents, assistant.settings.corpus)
    for pattern in without:
        print(f"qa: no document matches {plain(pattern)}", file=sys.stderr)
    return list(found)


def print_answer(answer: Answer, why: bool) -> None:
    """Print an answer, and how it was found if that is asked for."""
    from qa.answers.plain import Line, answer_lines
    from qa.cli.output import print_lines
    from qa.cli.why import why_lines

    print_lines(answer_lines(answer, width()))
    if why:
        print_lines([Line(""), *why_lines(answer.trace, width())])
