"""What `benchmarks/rivals.py` asks of a system, and this project as one of them.

Every system gets the same texts, each under a name, and the same model. Nothing of a system is imported
before it is opened, so that the names and notes can be read anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

Texts = Mapping[str, str]  # name -> text

WARM = {f"warm-{i}": f"Sentence {i} is here so that what is loaded late is loaded." for i in range(40)}


class System:
    """What is asked of a system. `ways` are the ways to search, by the words added to its title."""

    title: str
    note: str  # how it is used, for the foot of the table
    ways: Sequence[str] = ("",)
    hybrid = False  # whether keywords count in its search

    def __init__(self, model: str, folder: Path) -> None:
        self.model, self.folder = model, folder
        self._counter = Counter()
        self.open()

    @property
    def embedded(self) -> int:
        """How many texts the model has been given so far, questions included."""
        return self._counter.texts

    @property
    def precision(self) -> str:
        """How the model computes."""
        return self._counter.precision

    def open(self) -> None:
        """Load the model."""
        raise NotImplementedError

    def empty(self) -> None:
        """Begin a new, empty index."""
        raise NotImplementedError

    def start(self) -> None:
        """Begin a new, empty index, with all that is loaded late loaded."""
        self.empty()
        self.fill(WARM)
        self.search("Which sentence is here?", 5, self.ways[-1])
        self.empty()

    def place(self, texts: Texts) -> None:
        """Have the texts where the system finds them. Not timed; a rival is handed strings."""

    def fill(self, texts: Texts) -> None:
        """Index the texts; the index is empty."""
        self.put(texts)

    def search(self, question: str, k: int, way: str) -> list[str]:
        """Names of the k hits, best first. A name may come more than once."""
        raise NotImplementedError

    def update(self, texts: Texts, new: Sequence[str], gone: Sequence[str]) -> None:
        """Bring the index up to `texts`. Of names that came or went the caller tells.

        Where none did, texts may still have changed, so that all of them are handed over.
        """
        if new or not gone:
            self.put({name: texts[name] for name in new} if new else texts)
        if gone:
            self.drop(gone)

    def put(self, texts: Texts) -> None:
        """Add texts, or put them in place of those of the same name."""
        raise NotImplementedError

    def drop(self, names: Sequence[str]) -> None:
        """Delete texts."""
        raise NotImplementedError


class Counter:
    """Counts the texts that go through the network in this process, whichever library sends them."""

    def __init__(self) -> None:
        from transformers import BertModel

        self.texts, self.precision = 0, "unknown precision"
        forward = BertModel.forward

        @wraps(forward)
        def counting(model: Any, input_ids: Any = None, *args: Any, **kwargs: Any) -> Any:
            self.texts += len(input_ids)
            self.precision = str(model.dtype).removeprefix("torch.")
            return forward(model, input_ids, *args, **kwargs)

        BertModel.forward = counting  # type: ignore[method-assign]


class ThisProject(System):
    title = "this project"
    note = (
        "`sync()` of a folder with a file for each text, to an index on disk. It splits texts into passages,"
        " and finds out by itself what changed"
    )
    ways = (", `rerank=False`", "")  # the reader is loaded only for the second
    hybrid = True

    def __init__(self, model: str, folder: Path) -> None:
        self.folder, self._embedded, self._started = folder, 0, 0

    @property
    def embedded(self) -> int:
        return self._embedded

    def start(self) -> None:
        from qa import Assistant

        self._started += 1
        self.corpus = self.folder / f"corpus-{self._started}"
        self.corpus.mkdir()
        self.assistant = Assistant.open(self.corpus, self.folder / f"index-{self._started}")
        self.place(WARM)
        self._sync()
        for way in self.ways[:1]:
            self.search("Which sentence is here?", 5, way)
        self.place({})
        self._sync()

    def place(self, texts: Texts) -> None:
        here = {path.stem: path for path in self.corpus.iterdir()}
        for name in here.keys() - texts.keys():
            here[name].unlink()
        for name in texts.keys() - here.keys():
            (self.corpus / f"{name}.txt").write_text(texts[name], "utf-8")

    def fill(self, texts: Texts) -> None:
        self._sync()

    def update(self, texts: Texts, new: Sequence[str], gone: Sequence[str]) -> None:
        self._sync()

    def search(self, question: str, k: int, way: str) -> list[str]:
        hits = self.assistant.search(question, k, rerank=way == "")
        return [Path(hit.document.path).stem for hit in hits]

    def _sync(self) -> None:
        self._embedded += self.assistant.sync().embedded

    @property
    def precision(self) -> str:
        return self.assistant.status().precision
