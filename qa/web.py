"""The web page (Gradio).

A turn is a question and what became of it. The turns of a conversation live in the session on the
server; the chat and the source pane are made from them, so nothing that a browser sends but the
question itself is ever read back.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import gradio as gr
from gradio import processing_utils

from qa import endpoints, rendering, tools
from qa.assistant import Assistant
from qa.errors import QAError, SettingsError
from qa.guard import Guard, is_loopback
from qa.progress import tell_news
from qa.settings import Settings
from qa.watching import first_sync, watched

TITLE = "Ask the documents"
ASKING = 4  # questions that are answered at the same time; more of them wait
DAY = 86400  # seconds
FOLLOW = 3  # seconds between two looks at whether the documents have changed
WAITING = "Looking in the documents …"
EXAMPLES = {  # shown where the document that answers it is in the corpus
    "kazakhstan-bets-on-pakistan.md": "How much would the railway to Pakistan cost?",
    "kyrgyzstan-bridging-mountains-and-markets.md": "How much electricity could Kyrgyzstan export?",
    "kazakhstan-pakistan-one-billion-trade.md": "What could Pakistan sell to Kazakhstan?",
    "pakistan-economic-ties-central-asia.md": "How can cultural exchange help Pakistan and Central Asia?",
}
_ABOUT = "Short answers in the documents’ own words, each with its source. Everything stays on this machine."
_FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
_MONO = ("ui-monospace", "SF Mono", "Menlo", "Consolas", "monospace")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question, the Markdown that the chat shows, the HTML of its sources, and the answer's own text.

    `text` is None where there was an error: it is shown, but is no part of the conversation.
    """

    question: str
    message: str
    sources: str
    text: str | None


def main(settings: Settings) -> None:
    """Bring the index up to date with progress on stderr, then serve until interrupted. Raises QAError.

    Meanwhile the corpus folder is watched, and what changes in it is synced.
    """
    with Assistant.open(settings.corpus, settings.index, settings) as assistant:
        known = first_sync(assistant)
        with watched(assistant, tell_news, known):
            serve(assistant)


def serve(
    assistant: Assistant, server_name: str | None = None, server_port: int | None = None, block: bool = True
) -> gr.Blocks:
    """Serve the page, until interrupted if `block`; else the running page is returned, to be closed.

    Without a name or port GRADIO_SERVER_NAME and GRADIO_SERVER_PORT count, else 127.0.0.1 and the first
    free port from 7860 on. Raises SettingsError where that address cannot be served on.
    """
    login = assistant.settings.login
    name = server_name or os.environ.get("GRADIO_SERVER_NAME") or "127.0.0.1"
    local = is_loopback(name)
    guard = Guard(login, local=local)
    if login is None and not local:
        _tell(f"qa: anyone who can reach {name} can ask and read: set QA_LOGIN=name:password")
    page = build(assistant)
    processing_utils.async_ssrf_protected_get = endpoints.fetch_nothing
    # Gradio asks its own server whether it is there; through a proxy that question would leave the machine.
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")  # the lower case is what counts
    os.environ["no_proxy"] = ",".join(filter(None, (spared, name, "localhost")))
    try:
        _, url, _ = page.launch(
            server_name=server_name,
            server_port=server_port,
            theme=_theme(),
            head=f"<style>{_asset('page.css')}</style>",  # css= would be rewritten, its media queries as well
            js=_asset("page.js"),
            app_kwargs={
                "lifespan": guard.in_front,
                "routes": tools.routes(endpoints.functions(assistant), ASKING),
            },
            strict_cors=True,
            share=False,
            show_error=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,  # qa.tools serves it
            ssr_mode=False,
            pwa=False,
            max_file_size="50mb",
            quiet=True,
            prevent_thread_lock=True,
        )
    except OSError as error:
        raise SettingsError(f"the page cannot be served ({error})".replace("\n", " ")) from error
    guard.started = True
    page.config["protocol"] = endpoints.PROTOCOL
    _tell(f"Serving on {url}")
    if block:
        _warm_up(assistant)  # here, for torch takes half as long again to import in another thread
        page.block_thread()
    else:
        threading.Thread(target=_warm_up, args=(assistant,), daemon=True).start()
    return page


def build(assistant: Assistant) -> gr.Blocks:
    """The page and its endpoints over an assistant."""
    examples = [{"text": EXAMPLES[d.path]} for d in assistant.documents() if d.path in EXAMPLES]
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(DAY, DAY), fill_width=True) as page:
        turns = gr.State([])
        listed_state = gr.State()
        gr.HTML(f'<h1>{TITLE}</h1><p class="about">{_ABOUT}</p>', elem_id="top")
        with gr.Row(elem_id="columns"):
            with gr.Column(scale=3, min_width=340, elem_id="left"):
                chat = gr.Chatbot(
                    elem_id="chat",
                    show_label=False,
                    label="Conversation",
                    container=False,
                    height=None,
                    layout="bubble",
                    sanitize_html=True,
                    allow_tags=False,
                    latex_delimiters=[],
                    buttons=[],
                    placeholder="### What would you like to know?",
                    examples=examples,
                )
                box = gr.Textbox(
                    elem_id="question",
                    show_label=False,
                    label="Question",
                    container=False,
                    lines=1,
                    max_lines=4,
                    placeholder="Ask a question",
                    submit_btn=True,
                )
            with gr.Column(scale=2, min_width=320, elem_id="right"):
                pane = gr.HTML(rendering.pane(()), elem_id="sources")
                with gr.Accordion("Documents", open=False, elem_id="documents") as list_of:
                    listed = gr.HTML()

        def respond(question: str, past: list[Turn]) -> Iterator[tuple[Any, ...]]:
            """First the question stands in the chat, then its answer; the box is free again at once."""
            if not question.strip():
                yield "", gr.skip(), gr.skip(), gr.skip()
                return
            waiting = [_asked(question), _said("assistant", f"*{WAITING}*")]
            yield "", [*_messages(past), *waiting], gr.skip(), gr.skip()
            now = [*past, _turn(assistant, question, past)]
            yield gr.skip(), _messages(now), rendering.pane(turn.sources for turn in now), now

        def choose(chosen: gr.SelectData) -> str:
            return str(chosen.value["text"])

        def refresh(shown: object) -> tuple[Any, ...]:
            """The list of documents, if it is not shown as it is by now."""
            with contextlib.suppress(QAError):  # a question will tell; the timer must not repeat it
                state = assistant.state()  # before the list: what comes in between is found next time
                if state != shown:
                    documents = assistant.documents()
                    table = rendering.documents_table(documents, assistant.passage_counts())
                    return gr.Accordion(label=rendering.documents_label(documents)), table, state
            return gr.skip(), gr.skip(), gr.skip()

        limit = {"concurrency_limit": ASKING, "concurrency_id": "ask"}
        private = {"api_visibility": "private", "show_progress": "hidden"}
        ask = {"fn": respond, "inputs": [box, turns], "outputs": [box, chat, pane, turns], **limit, **private}
        box.submit(**ask)
        chat.example_select(choose, None, box, queue=False, **private).then(**ask)
        chat.clear(lambda: (rendering.pane(()), []), None, [pane, turns], queue=False, **private)
        follow = {"fn": refresh, "inputs": listed_state, "outputs": [list_of, listed, listed_state]}
        page.load(**follow, queue=False, **private)
        gr.Timer(FOLLOW).tick(**follow, queue=False, **private)
        endpoints.add(assistant, limit)
    return page


def _turn(assistant: Assistant, question: str, past: Sequence[Turn]) -> Turn:
    """Ask in the light of the earlier turns; what goes wrong for a known reason is a turn as well."""
    history = [(turn.question, turn.text) for turn in past if turn.text is not None]
    number = len(past)
    try:
        answer = assistant.ask(question, history=history)
        message, sources = rendering.message(answer, number), rendering.sources(answer, number)
        return Turn(question, message, sources, answer.text)
    except QAError as error:
        return Turn(question, f"That did not work: {rendering.literal(str(error))}.", "", None)


def _messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    return [said for turn in turns for said in (_asked(turn.question), _said("assistant", turn.message))]


def _asked(question: str) -> dict[str, str]:
    return _said("user", rendering.literal(question))


def _said(role: str, markdown: str) -> dict[str, str]:
    return {"role": role, "content": markdown}


def _warm_up(assistant: Assistant) -> None:
    """Have the model loaded before the first question comes."""
    with contextlib.suppress(QAError):
        assistant.search("documents", k=1)


def _theme() -> gr.themes.Base:
    return gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=_FONT, font_mono=_MONO)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _asset(name: str) -> str:
    return files("qa").joinpath(name).read_text(encoding="utf-8")
