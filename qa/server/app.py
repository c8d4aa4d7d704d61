"""The server: one Starlette application on sockets of our own, with Gradio mounted in it.

Gradio serves the page's frame, which is one gr.HTML, and the API for other programs. Our own routes come
before Gradio's: the page's files, the functions that it calls, the interface over plain HTTP, the tools, and
the sign of health. `proxy` and `middleware` come before all. Of several folders, each has such an application
(`folders`).
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import gradio as gr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount, Router

from qa.assistant import Assistant
from qa.errors import SettingsError
from qa.server import api, health, mcp, rest
from qa.server.assets import TITLE, Assets, EarlyScripts
from qa.server.auth import Login
from qa.server.folders import chooser, named, site
from qa.server.functions import functions
from qa.server.handlers import Handlers, Indexing
from qa.server.limits import Limits
from qa.server.listening import Server, listen
from qa.server.middleware import (
    BodySize,
    LoginRequired,
    OwnHostName,
    ReadersOnlyRead,
    SameOrigin,
    SecurityHeaders,
    ServedPaths,
    is_loopback,
    server_error,
)
from qa.server.originals import original_routes
from qa.server.proxy import BehindProxy
from qa.server.routes import routes
from qa.settings import Settings

DAY = 86400  # seconds
MAX_SESSIONS = 100  # that Gradio remembers; they hold nothing of ours, and each costs memory
HOST, PORT = "127.0.0.1", 7860
PORTS_TRIED = 100  # one after the other


def host_name() -> str:
    """The default host to serve on: GRADIO_SERVER_NAME, or else this machine only."""
    return os.environ.get("GRADIO_SERVER_NAME") or HOST


def serve(
    assistant: Assistant | Sequence[Assistant],
    server_name: str | None = None,
    server_port: int | None = None,
    indexing: Indexing | Sequence[Indexing] | None = None,
) -> Server:
    """Serve the page, in a thread, until the server is closed.

    Several assistants have a page each, below the name of their folder, and an `indexing` each. The default
    port is the first free one from GRADIO_SERVER_PORT, or 7860, upwards. Raises SettingsError if the page
    cannot be served on that address.
    """
    assistants = [assistant] if isinstance(assistant, Assistant) else list(assistant)
    if len({each.settings.login for each in assistants}) != 1:
        raise SettingsError("what is served together needs one login")
    indexing = indexing or [Indexing() for _ in assistants]
    progress = [indexing] if isinstance(indexing, Indexing) else list(indexing)
    name = server_name or host_name()
    first = int(os.environ.get("GRADIO_SERVER_PORT") or PORT)
    sockets = listen(name, [server_port] if server_port else range(first, first + PORTS_TRIED))
    app = build(assistants, progress, local=is_loopback(name))
    server = Server(app, name, sockets)
    server.start()
    return server


def build(assistants: Sequence[Assistant], indexing: Sequence[Indexing], *, local: bool) -> Starlette:
    """The application. `local` says that it is served to this machine only."""
    login = assistants[0].settings.login
    changes = all(assistant.settings.syncs for assistant in assistants)
    private = all(assistant.settings.is_private for assistant in assistants)
    before = guards(None if login is None else Login(login), local=local, changes=changes)
    limits = Limits()
    if len(assistants) == 1:
        behind = [Middleware(BehindProxy), *before]
        return _application(assistants[0], indexing[0], Assets(private=private), limits, behind, local=local)
    folders = named([assistant.settings.corpus for assistant in assistants])
    pages = {}
    for folder, assistant, progress in zip(folders, assistants, indexing, strict=True):
        assets = Assets(f"{folder.name} – {TITLE}", chooser(folders, folder), private=private)
        pages[folder] = _application(assistant, progress, assets, limits, before, local=local)
    return site(pages, assistants, before)


def _application(
    assistant: Assistant,
    indexing: Indexing,
    assets: Assets,
    limits: Limits,
    before: Sequence[Middleware],
    *,
    local: bool,
) -> Starlette:
    """The application of one folder, with the middleware that comes before it."""
    download = may_download(assistant.settings, local=local)
    handlers = Handlers(assistant, indexing, download, limits).functions()
    below = [
        *routes(handlers, assistant, limits),
        *original_routes(assistant, download, limits),
        assets.route(),
    ]
    own_routes: list[BaseRoute] = [
        Mount("/qa", Router(below, redirect_slashes=False)),
        *mcp.routes(functions(assistant), limits.by_tools),
        *rest.routes(functions(assistant), limits.by_http),
        health.route(assistant),
    ]
    app = Starlette(
        routes=own_routes,
        middleware=[*before, Middleware(EarlyScripts, early=assets.early)],
        exception_handlers={500: server_error},
    )
    gr.mount_gradio_app(
        app,
        _page(assistant, assets, limits),
        path="/",
        theme=gr.themes.Base(font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace")),
        head=assets.head,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        mcp_server=False,  # qa.server.mcp serves the tools
        ssr_mode=False,
        pwa=False,
        max_file_size="50mb",
    )
    return app


def may_download(settings: Settings, *, local: bool) -> bool:
    """Whether the page offers the files themselves: as it is set, or else if this machine alone is served."""
    return local if settings.download is None else settings.download


def guards(login: Login | None, *, local: bool, changes: bool = True) -> list[Middleware]:
    """The middleware that every request passes, in this order. Without `changes`, all people are readers."""
    return [
        Middleware(SecurityHeaders),
        *([Middleware(OwnHostName)] if local else []),
        Middleware(SameOrigin),
        Middleware(LoginRequired, login=login),
        Middleware(ReadersOnlyRead, everybody=not changes),
        Middleware(ServedPaths),
        Middleware(BodySize),
        # Gradio goes by the suffix of a path, so it compresses neither the page nor the answers of functions.
        Middleware(GZipMiddleware, compresslevel=5),
    ]


def _page(assistant: Assistant, assets: Assets, limits: Limits) -> api.Endpoints:
    """The page's frame, and the endpoints."""
    page = api.Endpoints(
        title=assets.title, analytics_enabled=False, delete_cache=(DAY, DAY), fill_width=True
    )
    with page:
        gr.HTML(assets.frame, elem_id="page", apply_default_css=False, js_on_load=assets.start)
        api.add_endpoints(assistant, limits.by_gradio)
    page.state_session_capacity = MAX_SESSIONS
    return page
