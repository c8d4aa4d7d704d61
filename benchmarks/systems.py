"""The interface that `benchmarks/rivals.py` measures systems through, and this project as one of them.

Every system gets the same model and the same texts, each under a name. A system's package is imported only
when the system is opened, so that names and notes can be read anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

Texts = Mapping[str, str]  # name -> text

WARM = {f"warm-{i}": f"Sentence {i} is here so that what is loaded late is loaded." for i in range(40)}


class System:
    """A system to measure. `ways` are its ways to search, each given by the words to add to the title."""

    title: str
    note: str  # how it is used, shown below the table
    ways: Sequence[str] = ("",)
    hybrid = False  # true if its search also uses keywords

    def __init__(self, model: str, folder: Path) -> None:
        self.model, self.folder = model, folder
        self._counter = Counter()
        self.open()

    @property
    def embedded(self) -> int:
        """The number of texts that the model has embedded so far, including questions."""
        return self._counter.texts

    @property
    def precision(self) -> str:
        """The precision in which the model computes."""
        return self._counter.precision

    def open(self) -> None:
        """Load the model."""
        raise NotImplementedError

    def empty(self) -> None:
        """Start a new, empty index."""
        raise NotImplementedError

    def start(self) -> None:
        """Start a new, empty index, with everything loaded that is loaded late."""
        self.empty()
        self.fill(WARM)
        self.search("Which sentence is here?", 5, self.ways[-1])
        self.empty()

    def place(self, texts: Texts) -> None:
        """Put the texts where the system finds them. Not timed; only this project needs it."""

    def fill(self, texts: Texts) -> None:
        """Index the texts in an empty index."""
        self.put(texts)

    def search(self, question: str, k: int, way: str) -> list[str]:
        """The names of the k best hits, best first. A name may occur more than once."""
        raise NotImplementedError

    def update(self, texts: Texts, new: Sequence[str], gone: Sequence[str]) -> None:
        """Bring the index up to date with `texts`, given the names that are new or gone.

        If there are none, texts may still have changed, so all of them are put again.
        """
        if new or not gone:
            self.put({name: texts[name] for name in new} if new else texts)
        if gone:
            self.drop(gone)

    def put(self, texts: Texts) -> None:
        """Add texts, replacing the ones with the same name."""
        raise NotImplementedError

    def drop(self, names: Sequence[str]) -> None:
        """Delete texts."""
        raise NotImplementedError


class Counter:
    """Counts the texts that go through the network in this process, no matter which library sends them."""

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
    """The project that this file belongs to."""

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
        files = {path.stem: path for path in self.corpus.iterdir()}
        for name in files.keys() - texts.keys():
            files[name].unlink()
        for name in texts.keys() - files.keys():
            (self.corpus / f"{name}.txt").write_text(texts[name], "utf-8")

    def fill(self, texts: Texts) -> None:
        self._sync()

    def update(self, texts: Texts, new: Sequence[str], gone: Sequence[str]) -> None:
        self._sync()

    def search(self, question: str, k: int, way: str) -> list[str]:
        hits = self.assistant.search(question, k, rerank=way == "")
        return [Path(hit.document.path).stem for hit in hits]

    def _sync(self) -> None:
        self._embedded += self.assistant.sync(allow_empty=True).embedded

    @property
    def precision(self) -> str:
        return self.assistant.status().precision
