"""Which requests wait for others when many come at once, and that the server keeps no sessions."""

from __future__ import annotations

import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import DOCUMENTS, QUESTION, KeyReader, WordEncoder, python, write

from qa.assistant import Assistant
from qa.models.reading import Reading
from qa.server.handlers import Handlers, Indexing
from qa.server.limits import ASKING
from qa.settings import Settings
from qa.types import Passage

UNKNOWN = "Who discovered penicillin?"
PATIENCE = 30  # seconds
Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class HeldReader(KeyReader):
    """Reads for QUESTION at once, for others once it is released; `waiting` counts the ones until then."""

    def __init__(self) -> None:
        super().__init__({QUESTION: "340"})
        self.released = threading.Event()
        self.waiting = 0
        self._counting = threading.Lock()

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        if question not in self.answers and not self.released.is_set():
            with self._counting:
                self.waiting += 1
            self.released.wait(PATIENCE)
        return super().read(question, passages)


@pytest.fixture
def reader() -> HeldReader:
    return HeldReader()


@pytest.fixture
def handlers(tmp_path: Path, reader: HeldReader) -> dict[str, Handler]:
    write(tmp_path / "corpus", DOCUMENTS)
    settings = Settings(tmp_path / "corpus", tmp_path / "index")
    assistant = Assistant(settings, WordEncoder(), reader)
    assistant.sync()
    return {f.__name__: f for f in Handlers(assistant, Indexing()).functions()}


async def wait_for(reader: HeldReader, count: int) -> None:
    with anyio.fail_after(PATIENCE):
        while reader.waiting < count:
            await anyio.sleep(0.01)


def test_only_some_questions_are_answered_at_the_same_time(handlers: dict[str, Handler], reader: HeldReader):
    async def ask() -> int:
        async with anyio.create_task_group() as group:
            for _ in range(2 * ASKING):
                group.start_soon(handlers["ask"], {"question": UNKNOWN})
            try:
                await wait_for(reader, ASKING)
                await anyio.sleep(0.3)
                return reader.waiting
            finally:
                reader.released.set()

    assert anyio.run(ask) == ASKING


SESSIONS = """
import os, sys
from pathlib import Path
import httpx
from conftest import DOCUMENTS, WordEncoder, write
from qa.server import app as web
from qa.assistant import Assistant
from qa.settings import Settings

folder = Path(sys.argv[1])
write(folder / "corpus", DOCUMENTS)
assistant = Assistant(Settings(folder / "corpus", folder / "index"), WordEncoder())
assistant.sync()
server = web.serve(assistant, "127.0.0.1")
with httpx.Client(base_url=server.url, trust_env=False) as client:
    for session in range(50):
        assert client.post("qa/listing", json={"session_hash": str(session)}).json()["documents"] == 3
(guest,) = [route.app for route in server.app.routes if getattr(route, "path", None) == ""]
print(len(guest.state_holder.session_data), flush=True)
os._exit(0)
"""


@pytest.mark.slow
def test_no_session_is_kept_for_a_page(tmp_path: Path):
    done = python(SESSIONS, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "0\n"
