"""Texts -> unit vectors that an OpenAI-compatible server computes, in place of this process."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from qa.models.encoder import CHUNK, BertEncoder, Encoder, Vectors, find_encoder
from qa.models.files import ModelFiles
from qa.models.service import Patience, Service, TooMuch
from qa.settings import Settings
from qa.text import valid_unicode

# A server without a GPU may need long for its queue of batches. Only bulk work waits until a server that is
# away was started again; somebody may be waiting for the rest.
QUESTION = Patience(answer=30, retrying=3)
FEW = Patience(answer=120, retrying=3)
BULK = Patience(answer=120, retrying=60)
BATCH = 31  # texts in a request; with a probe 32, the most that text-embeddings-inference takes by default
_IN_FLIGHT = 4  # requests at once
_SHORTEST = 32  # characters of a text that is not cut any more

# Two texts that have nothing in common, so that the difference of their vectors is large in any model.
_PROBES = ("The ferry leaves the quay at seven every morning.", "SELECT name FROM enzymes WHERE mass > 40;")
_SAME = 0.98  # the least cosine of a probe's vectors by one model; in bf16 and in fp32 it is above 0.999


@dataclass(frozen=True, slots=True)
class _Served:
    """What the server serves: the id of the model, and its vectors of the probes, (2, dimension)."""

    model: str
    probes: Vectors


class EndpointEncoder:
    """An encoder that asks a server for its vectors. Safe to use from several threads.

    `model` is the id that is asked for, by default the first one that the server lists. The server does not
    count tokens, so the default model's tokenizer does, up to the default model's limit: passages have at
    most 160 of its tokens, which all usual models read whole. A longer text that the server does not take is
    cut, as local encoders cut it. What the server cannot do raises ModelError of one line. Nothing is
    asked before it is needed.

    With every request goes a probe. Should the server begin to serve another model, no vector of that one is
    stored or compared with those there are.
    """

    precision = "endpoint"

    def __init__(self, service: Service, model: str | None = None) -> None:
        self.local = BertEncoder(ModelFiles())  # counts tokens; the package's readers are made from it
        self.max_tokens = self.local.max_tokens
        self._service = service
        self._model = model
        self._known: _Served | None = None
        self._asking = threading.Lock()

    @property
    def name(self) -> str:
        """The id of the model or, until it is known, the address of the server."""
        return self._known.model if self._known else self._model or self._service.url

    @property
    def fingerprint(self) -> str:
        """See Encoder. Made of the model's id, the dimension and a trait of the vectors; not of the address.

        The trait is the component in which the vectors of the two probes differ most, and the sign of the
        difference: one of twice as many values as there are dimensions. Rounded numbers would not do: the
        more of them, the likelier one is at a boundary, and falls to the other side when the same model is
        computed in another precision or batch. That happens here only if the two largest components are
        within this noise of each other: between fp32 and bf16 for one model in 65, fp32 and fp16 for one in
        1,000. Then a sync embeds all again, and nothing worse.
        """
        served = self._served()
        difference = served.probes[0] - served.probes[1]
        most = int(np.abs(difference).argmax())
        trait = f"{'-' if difference[most] < 0 else '+'}{most}"
        lines = ("endpoint", served.model, str(len(difference)), trait)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def count(self, text: str) -> int:
        """See Encoder."""
        return self.local.count(text)

    def encode(self, texts: Sequence[str]) -> Iterator[tuple[list[int], Vectors]]:
        """See Encoder. Bulk work is tried for longer; what was computed before an error is given first."""
        patience = BULK if len(texts) > CHUNK else FEW
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # little padding in a batch
        batches = (order[start : start + BATCH] for start in range(0, len(order), BATCH))
        over = threading.Event()
        pool = ThreadPoolExecutor(_IN_FLIGHT, "endpoint")

        def submit(number: int) -> None:
            for batch in islice(batches, number):
                running[pool.submit(self._batch, [texts[i] for i in batch], patience, over)] = batch

        running: dict[Future[Vectors], list[int]] = {}
        failure: BaseException | None = None
        try:
            submit(_IN_FLIGHT)
            while running:
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    indices = running.pop(future)
                    if error := future.exception():
                        failure = failure or error
                        over.set()  # the others are not tried again
                        continue
                    if not failure:
                        submit(1)
                    yield indices, future.result()
            if failure:
                raise failure
        finally:
            over.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def encode_query(self, text: str) -> Vectors:
        """See Encoder."""
        vector: Vectors = self._batch([text], QUESTION, None)[0]
        return vector

    def _batch(self, texts: list[str], patience: Patience, over: threading.Event | None) -> Vectors:
        """The vectors of a few texts, by the model that was served first."""
        served = self._served()
        try:
            rows = self._vectors(served.model, [*texts, _PROBES[0]], patience, over)
        except TooMuch:
            middle = len(texts) // 2
            if middle:
                halves = texts[:middle], texts[middle:]
                return np.concatenate([self._batch(half, patience, over) for half in halves])
            if len(texts[0]) <= _SHORTEST:
                raise
            return self._batch([texts[0][: len(texts[0]) // 2]], patience, over)
        if rows.shape[1] != served.probes.shape[1] or rows[-1] @ served.probes[0] < _SAME:
            raise self._service.error(
                "serves another model than before", "Start qa again, then run qa sync: it embeds all again"
            )
        return rows[:-1]

    def _served(self) -> _Served:
        """What the server serves, asked for once: it must not change while an index is made."""
        with self._asking:
            if self._known is None:
                model = self._model or self._first_model()
                self._known = _Served(model, self._vectors(model, _PROBES, QUESTION))
            return self._known

    def _first_model(self) -> str:
        answer = self._service.request("/models", patience=QUESTION)
        try:
            return str(answer["data"][0]["id"])
        except (LookupError, TypeError) as error:
            raise self._service.error("lists no models", "Set QA_MODEL to the one that it serves") from error

    def _vectors(
        self, model: str, texts: Sequence[str], patience: Patience, over: threading.Event | None = None
    ) -> Vectors:
        # Servers refuse an empty text, and half a surrogate pair.
        sent = [valid_unicode(text) if text.strip() else "." for text in texts]
        body = {"model": model, "input": sent, "encoding_format": "float"}
        answer = self._service.request("/embeddings", body, patience=patience, over=over)
        try:
            return _unit_rows(answer, len(texts))
        except ValueError as error:
            remedy = "Check that QA_MODEL is a model for embeddings"
            raise self._service.error(f"answers with {error}", remedy) from error


def encoder_of(settings: Settings) -> Encoder:
    """The encoder that the settings name: a server's, or one of this machine. Raises ModelError."""
    if settings.encoder is None:
        return find_encoder(settings.model)
    return EndpointEncoder(Service(settings.encoder, settings.encoder_key), settings.model)


def _unit_rows(answer: Any, count: int) -> Vectors:
    """The vectors in an answer, in the order of the texts. Raises ValueError, which says what is there."""
    try:
        rows = {entry.get("index", n): _row(entry["embedding"]) for n, entry in enumerate(answer["data"])}
        found = len(answer["data"])
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise ValueError("no vectors") from error
    if found != count or rows.keys() != set(range(count)):
        raise ValueError(f"{found} vectors for {count} texts" if found != count else "vectors without order")
    if len({row.shape for row in rows.values()}) != 1:
        raise ValueError("vectors of several lengths")
    vectors = np.stack([rows[i] for i in range(count)])
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and lengths.all()):
        raise ValueError("vectors that are not finite, or zero")
    unit: Vectors = np.ascontiguousarray(vectors / lengths, dtype=np.float32)
    return unit


def _row(embedding: list[float] | str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """An embedding, given as numbers or as base64 of little-endian fp32."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding), "<f4").astype(np.float64)
    return np.asarray(embedding, np.float64).reshape(len(embedding))
