"""`qa serve`: the page, over one folder or over several, of which one is chosen on it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qa.cli.opening import checked, failed, folder_to_sync, opened, private, say_if_empty
from qa.cli.progress import print_news, sync_before_serving
from qa.errors import ModelError, QAError, SettingsError
from qa.settings import Settings
from qa.text import plain
from qa.types import Failure

if TYPE_CHECKING:
    from qa.assistant import Assistant

_OPENING = 0.1  # seconds in which the page is opened: while the models are loaded, little time is left for it


def serve(settings: Settings, options: argparse.Namespace) -> int:
    """Sync each folder unless told not to, then serve the page and watch them, until interrupted."""
    port = os.environ.get("GRADIO_SERVER_PORT", "7860")
    if not port.isdecimal():  # Gradio would fail on it while being imported
        raise SettingsError(f"GRADIO_SERVER_PORT must be a number, not {port!r}")
    several = Settings.for_several(options.folders) if len(options.folders) > 1 else ()
    syncs = not options.no_sync
    served = [replace(each, part=settings.part, syncs=syncs) for each in several or (settings,)]
    if syncs:
        _prepare(served)
    from qa.corpus.watch import watched
    from qa.server.app import host_name
    from qa.server.app import serve as serve_page
    from qa.server.folders import named
    from qa.server.handlers import Indexing
    from qa.server.middleware import is_loopback

    folders = named([each.corpus for each in several])
    names = [plain(folder.name) for folder in folders] or [""]
    assistants: list[Assistant] = []
    indexing = [Indexing() for _ in names]
    with ExitStack() as stack:
        for each, name, progress in zip(served, names, indexing, strict=True):
            try:
                first = assistants[0] if assistants else None
                assistant = first.beside(each.corpus, each.index) if first else opened(each)
                stack.enter_context(assistant)
                assistants.append(assistant)
                if not syncs:
                    _check_served(assistant)
                    continue
                known = _synced_with_others(assistant, name) if several else sync_before_serving(assistant)
                checked(assistant, " --allow-empty")
            except QAError as error:
                return failed(error, each)
            news = partial(print_news, folder=name)
            stack.enter_context(
                watched(assistant.sync, each.corpus, each.index, news, known, progress, each.part)
            )
        if settings.login is None and not is_loopback(host_name()):
            everybody = f"anyone who can reach {host_name()} can ask and read"
            print(f"qa: {everybody}. Set QA_LOGIN=name:password", file=sys.stderr, flush=True)
        server = serve_page(assistants, indexing=indexing)
        if int(port) not in (0, server.port):
            print(f"qa: {_taken(port, server.port)}", file=sys.stderr, flush=True)
        print(f"Serving on {server.url}", file=sys.stderr, flush=True)
        for name, folder in zip(names, folders, strict=False):
            print(f"  {name:{max(map(len, names))}}  {server.url}{folder.path}/", file=sys.stderr, flush=True)
        server.wait(_OPENING)
        # Here, because torch takes half as long again to import in another thread.
        for assistant in assistants:
            with suppress(QAError):
                assistant.search("documents", k=1)  # loads the models before the first question comes
        with suppress(KeyboardInterrupt):
            server.wait()
        server.close()
    return 0


def _prepare(folders: Sequence[Settings]) -> None:
    """Prepare for the syncs. Raises CorpusError if none of the folders is there, or one is a file."""
    present = [os.path.isdir(each.folder) for each in folders]
    for each, is_there in zip(folders, present, strict=True):
        if any(present) and not is_there and not os.path.lexists(each.folder):
            private(each)
        else:
            folder_to_sync(each)


def _check_served(assistant: Assistant) -> None:
    """Check what is served without a sync, and say if that is nothing yet. Raises SettingsError.

    A folder that is not on this machine is no other than that of the index.
    """
    if os.path.isdir(assistant.settings.corpus):
        checked(assistant)
    say_if_empty(assistant)


def _synced_with_others(assistant: Assistant, name: str) -> tuple[Failure, ...]:
    """Sync one of several folders. Whatever is wrong with it, the others are served.

    The watcher tries again, and says what is wrong.
    """
    if not os.path.isdir(assistant.settings.folder):
        return ()
    try:
        return sync_before_serving(assistant, name)
    except ModelError:
        raise
    except QAError:
        return ()


def _taken(port: str, other: int) -> str:
    """Says that a port is taken, most likely by a page that is still open."""
    return f"port {port} is in use, perhaps by qa: using {other}. Set GRADIO_SERVER_PORT to choose one"
