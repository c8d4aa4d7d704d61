"""A reverse proxy in front of the server, perhaps with a path of its own for it.

A proxy says in X-Forwarded-For, -Proto, -Host and -Prefix whom it serves and under which address. That counts
if the proxy is on this machine, or at an address in FORWARDED_ALLOW_IPS. Anybody else's headers are dropped
before anything reads them: Gradio would believe everybody.
"""

from __future__ import annotations

import os
import re

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

THIS_MACHINE = "127.0.0.1,::1"
_FORWARDED = b"x-forwarded-"
_PREFIX = b"x-forwarded-prefix"
_SITE = "qa.site"  # in the scope of a request: the path of the proxy's, whatever part of the server answers
_A_PATH = re.compile(
    rb"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,99}){1,9}"
)  # it comes to stand in headers and pages


class BehindProxy:
    """Gives the app the address by which it was called.

    The proxy takes its path off. It is put in front again, as ASGI wants it; `own_path` is without it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        trusted = os.environ.get("FORWARDED_ALLOW_IPS") or THIS_MACHINE
        self._trusting = ProxyHeadersMiddleware(app, trusted)  # type: ignore[arg-type]  # takes scheme and client

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif (scope.get("client") or ("",))[0] in self._trusting.trusted_hosts:
            await self._trusting(_as_site(_below_prefix(scope)), receive, send)  # type: ignore[arg-type]
        else:
            kept = [(name, value) for name, value in scope["headers"] if not name.startswith(_FORWARDED)]
            await self._app({**_as_site(scope), "headers": kept}, receive, send)


def own_path(scope: Scope) -> str:
    """The path of a request without the path that leads to the application, such as that of a proxy."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def prefix(scope: Scope) -> str:
    """The path that a proxy has for the whole server, with a slash at the end."""
    return f"{scope.get(_SITE, scope.get('root_path', ''))}/"


def _as_site(scope: Scope) -> Scope:
    return {**scope, _SITE: scope.get("root_path", "")}


def _below_prefix(scope: Scope) -> Scope:
    sent = [value for name, value in scope["headers"] if name == _PREFIX]
    path = sent[0].rstrip(b"/") if len(sent) == 1 else b""
    if not _A_PATH.fullmatch(path):
        return scope
    raw = path + scope["raw_path"] if scope.get("raw_path") else None
    text = path.decode("ascii")
    return {**scope, "root_path": text, "path": text + scope["path"], "raw_path": raw}
