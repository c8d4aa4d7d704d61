"""The web page (Gradio): what is served, where, and the start of it.

The page is one gr.HTML: its frame is page/page.html, what happens on it page/*.js, and what it asks of the
server the functions of `handlers`, by way of `calls`. Conversations are kept by the browser alone.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from importlib.resources import files
from urllib.parse import quote

import gradio as gr
from gradio import processing_utils

from qa.assistant import Assistant
from qa.cli.progress import first_sync, print_news
from qa.corpus.watch import watched
from qa.errors import QAError, SettingsError
from qa.server import api as endpoints
from qa.server import calls, uploads
from qa.server import mcp as tools
from qa.server.handlers import ASKING, Handlers
from qa.server.html.documents import Indexing
from qa.server.middleware import Guard, is_loopback
from qa.settings import Settings

TITLE = "Ask the documents"
DAY = 86400  # seconds
SESSIONS = 100  # that Gradio remembers; they hold nothing of ours, and each costs memory
WAITING = 200  # calls of other programs that wait for an answer
SCRIPTS = (
    "frame.js",
    "conversations.js",
    "sources.js",
    "chat.js",
    "acts.js",
    "documents.js",
)  # one function in the browser, in this order


def main(settings: Settings) -> None:
    """Bring the index up to date with progress on stderr, then serve until interrupted. Raises QAError.

    Meanwhile the corpus folder is watched, and what changes in it is synced.
    """
    with Assistant.open(settings.corpus, settings.index, settings) as assistant:
        indexing = Indexing()
        known = first_sync(assistant)
        with watched(assistant.sync, settings.corpus, settings.index, print_news, known, indexing):
            serve(assistant, indexing=indexing)


def serve(
    assistant: Assistant,
    server_name: str | None = None,
    server_port: int | None = None,
    block: bool = True,
    indexing: Indexing | None = None,
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
    functions = Handlers(assistant, indexing or Indexing()).functions()
    processing_utils.async_ssrf_protected_get = endpoints.fetch_nothing
    # Gradio asks its own server whether it is there; through a proxy that question would leave the machine.
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")  # the lower case is what counts
    os.environ["no_proxy"] = ",".join(filter(None, (spared, name, "localhost")))
    try:
        _, url, _ = page.launch(
            server_name=server_name,
            server_port=server_port,
            theme=gr.themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace")),
            head=_head(),
            app_kwargs={
                "lifespan": guard.in_front,
                "routes": [
                    calls.route(functions),
                    uploads.route(assistant),
                    *tools.routes(endpoints.functions(assistant), ASKING),
                ],
            },
            strict_cors=True,
            share=False,
            show_error=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            mcp_server=False,  # qa.server.mcp serves it
            ssr_mode=False,
            pwa=False,
            max_file_size="50mb",
            state_session_capacity=SESSIONS,
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
    with gr.Blocks(title=TITLE, analytics_enabled=False, delete_cache=(DAY, DAY), fill_width=True) as page:
        gr.HTML(
            _asset("page.html"),
            elem_id="page",
            apply_default_css=False,
            js_on_load="\n".join(map(_asset, SCRIPTS)),
        )
        endpoints.add(assistant, {"concurrency_limit": ASKING, "concurrency_id": "ask"})
    return page.queue(max_size=WAITING)


def _warm_up(assistant: Assistant) -> None:
    """Have the model loaded before the first question comes."""
    with contextlib.suppress(QAError):
        assistant.search("documents", k=1)


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _head() -> str:
    """The page's style, since css= would be rewritten, its media queries as well, and its icon."""
    icon = f"data:image/svg+xml,{quote(_asset('icon.svg'))}"
    return f'<link rel="icon" type="image/svg+xml" href="{icon}"><style>{_asset("page.css")}</style>'


def _asset(name: str) -> str:
    return files("qa.server").joinpath("page", name).read_text(encoding="utf-8")
