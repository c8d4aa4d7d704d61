"""The server: one Starlette application, Gradio mounted in it as a guest, on sockets of our own.

Gradio serves the page's frame, which is one gr.HTML, and the API for other programs. The page's files, what
it asks of the server, and the tools are routes of ours, before Gradio's; `middleware` stands in front of all.
"""

from __future__ import annotations

import os

import gradio as gr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount, Router

from qa.assistant import Assistant
from qa.server import api, mcp
from qa.server.assets import Assets, EarlyScripts
from qa.server.auth import Login
from qa.server.handlers import ASKING, Handlers, Indexing
from qa.server.listening import Server, listen
from qa.server.middleware import (
    BodySize,
    LoginRequired,
    OwnHostName,
    SameOrigin,
    SecurityHeaders,
    ServedPaths,
    is_loopback,
    server_error,
)
from qa.server.routes import routes

TITLE = "Ask the documents"
DAY = 86400  # seconds
SESSIONS = 100  # that Gradio remembers; they hold nothing of ours, and each costs memory
HOST, PORT = "127.0.0.1", 7860
PORTS = 100  # that are tried, one after the other


def host_name() -> str:
    """What is served on where nothing else is given: GRADIO_SERVER_NAME, else this machine alone."""
    return os.environ.get("GRADIO_SERVER_NAME") or HOST


def serve(
    assistant: Assistant,
    server_name: str | None = None,
    server_port: int | None = None,
    indexing: Indexing | None = None,
) -> Server:
    """Serve the page, in a thread, until the server is closed.

    Without a port, it is the first that is free from GRADIO_SERVER_PORT, or 7860, on. Raises SettingsError
    where that address cannot be served on.
    """
    name = server_name or host_name()
    first = int(os.environ.get("GRADIO_SERVER_PORT") or PORT)
    sockets = listen(name, [server_port] if server_port else range(first, first + PORTS))
    app = build(assistant, indexing or Indexing(), local=is_loopback(name))
    server = Server(app, name, sockets)
    server.start()
    return server


def build(assistant: Assistant, indexing: Indexing, *, local: bool) -> Starlette:
    """The application. `local`: it is served to this machine alone."""
    login, assets = assistant.settings.login, Assets()
    functions = Handlers(assistant, indexing).functions()
    ours: list[BaseRoute] = [
        Mount("/qa", Router([*routes(functions, assistant), assets.route()], redirect_slashes=False)),
        *mcp.routes(api.functions(assistant), ASKING),
    ]
    app = Starlette(
        routes=ours,
        middleware=[
            *guards(Login(*login) if login else None, local=local),
            Middleware(EarlyScripts, early=assets.early),
        ],
        exception_handlers={500: server_error},
    )
    gr.mount_gradio_app(
        app,
        _page(assistant, assets),
        path="/",
        theme=gr.themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace")),
        head=assets.head,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,  # qa.server.mcp serves it
        ssr_mode=False,
        pwa=False,
        max_file_size="50mb",
    )
    return app


def guards(login: Login | None, *, local: bool) -> list[Middleware]:
    """What every request passes, in this order."""
    return [
        Middleware(SecurityHeaders),
        *([Middleware(OwnHostName)] if local else []),
        Middleware(SameOrigin),
        Middleware(LoginRequired, login=login),
        Middleware(ServedPaths),
        Middleware(BodySize),
        # Gradio compresses by the ending of a path: neither the page itself nor what its functions answer.
        Middleware(GZipMiddleware, compresslevel=5),
    ]


def _page(assistant: Assistant, assets: Assets) -> api.Endpoints:
    """The page's frame, and the endpoints."""
    page = api.Endpoints(title=TITLE, analytics_enabled=False, delete_cache=(DAY, DAY), fill_width=True)
    with page:
        gr.HTML(assets.frame, elem_id="page", apply_default_css=False, js_on_load=assets.start)
        api.add(assistant, {"concurrency_limit": ASKING, "concurrency_id": "ask"})
    page.state_session_capacity = SESSIONS
    return page
