"""A question set asked of an assistant, and what came of it in figures.

Every question is asked once at a threshold of 0; it counts as refused where its confidence is below the
assistant's threshold. An answer is right if the quote of its first citation is evidence.
"""

from __future__ import annotations

import re
import string
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qa.errors import QuestionsError
from qa.evaluation.question_sets import Conversation, Piece, Question, QuestionSet
from qa.settings import Settings
from qa.types import Answer, Citation

if TYPE_CHECKING:
    from qa.assistant import Assistant

RECALL_AT = (1, 3, 5)
BINS = 10

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. `seconds` is the wall time of the answer."""

    question: Question
    answer: Answer
    refused: bool
    seconds: float

    @property
    def right(self) -> bool:
        """Whether the quote of the best claim, shown or not, is evidence."""
        return any(
            self._holds([claim.citations[0] for claim in self.answer.claims[:1]], self.question.evidence)
        )

    @property
    def rank(self) -> float:
        """The rank of the first passage that holds evidence, from 1; infinite where it is not among them."""
        for rank, hit in enumerate(self.answer.nearest, 1):
            if _among(self.question.evidence, hit.document.path, hit.passage.text):
                return rank
        return np.inf

    @property
    def cited(self) -> list[bool]:
        """For each quote whether it is evidence."""
        return self._holds(self.answer.citations, self.question.evidence)

    @property
    def covered(self) -> float:
        """The share of the parts of a full answer that the quotes hold."""
        parts = {piece.part for piece in self.question.evidence}
        held = {part for part in parts if any(self._holds(self.answer.citations, self._part(part)))}
        return len(held) / len(parts)

    @property
    def again(self) -> bool:
        """Whether the answer that is shown cites what a user has marked as wrong."""
        return not self.refused and any(self._holds(self.answer.citations, self.question.rejected))

    def _part(self, part: int) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.question.evidence if piece.part == part)

    @staticmethod
    def _holds(citations: Sequence[Citation], pieces: Sequence[Piece]) -> list[bool]:
        return [_among(pieces, c.document.path, c.quote) for c in citations]


def _among(pieces: Sequence[Piece], path: str, text: str) -> bool:
    return any(piece.found_in(path, text) for piece in pieces)


@contextmanager
def asked(settings: Settings, questions: QuestionSet) -> Iterator[Assistant]:
    """The assistant that a set is asked of: over the index, or over the texts that the set brings along.

    Raises QuestionsError where nothing is indexed.
    """
    from qa.assistant import Assistant

    if not questions.documents:
        with Assistant.open(settings.corpus, settings.index, settings) as assistant:
            if not assistant.documents():
                raise QuestionsError("nothing is indexed to ask about: run qa sync")
            yield assistant
        return
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for path, text in questions.documents.items():
            (corpus / path).write_text(text, "utf-8")
        with Assistant.open(corpus, Path(folder, "index"), settings) as assistant:
            assistant.sync()
            yield assistant


def evaluate(
    assistant: Assistant,
    conversations: Sequence[Conversation],
    history: bool = True,
    progress: Callable[[int], object] = lambda done: None,
) -> tuple[Outcome, ...]:
    """Ask every question, in order; with `history` each in the light of the turns before it."""
    assistant.ask(conversations[0][0].text)  # what is loaded once is loaded before anything is timed
    outcomes = []
    for conversation in conversations:
        said: list[tuple[str, str]] = list(conversation[0].history)
        for question in conversation:
            started = time.perf_counter()
            answer = assistant.ask(question.text, history=said if history else (), threshold=0)
            seconds = time.perf_counter() - started
            refused = answer.confidence < assistant.threshold
            outcomes.append(Outcome(question, answer, refused, seconds))
            progress(len(outcomes))
            if question is not conversation[-1]:
                shown = assistant.ask(question.text, said) if refused else answer
                said.append((question.text, shown.text))
    return tuple(outcomes)


def figures(outcomes: Sequence[Outcome]) -> dict[str, float | None]:
    """The figures of a set by name, None where the set has no question that one is made of.

    Shares are from 0 to 1, seconds are wall time. Citation precision is the share of evidence among the
    quotes of answers that are shown, recall the share of the parts of a full answer that they hold (0 where
    it was refused); both of answerable questions. Calibration error and AUROC are of the confidence that the
    first quote is right, over all questions. MRR counts the five nearest passages.
    """
    known = [o for o in outcomes if o.question.answerable is not None]
    answerable = [o for o in known if o.question.answerable]
    unanswerable = [o for o in known if not o.question.answerable]
    whys = sorted({o.question.why for o in unanswerable} - {""})
    refused = [o for o in known if o.refused]
    shown = [o for o in answerable if not o.refused]
    short = [o for o in answerable if o.question.answers and o.answer.claims]
    rejected = [o for o in outcomes if o.question.rejected]
    p = np.array([o.answer.confidence for o in known])
    right = np.array([o.right for o in known], bool)
    seconds = [o.seconds for o in outcomes]
    return {
        "questions": float(len(outcomes)),
        "right": _mean([o.right and not o.refused for o in answerable]),
        **{f"recall@{k}": _mean([o.rank <= k for o in answerable]) for k in RECALL_AT},
        "MRR": _mean([1 / o.rank for o in answerable]),
        "F1": _mean([f1(o.answer.claims[0].value, o.question.answers) for o in short]),
        "exact match": _mean([exact_match(o.answer.claims[0].value, o.question.answers) for o in short]),
        "citation precision": _mean([cited for o in shown for cited in o.cited]),
        "citation recall": _mean([0.0 if o.refused else o.covered for o in answerable]),
        "refusal precision": _mean([not o.question.answerable for o in refused]),
        "refusal recall": _mean([o.refused for o in unanswerable]),
        **{
            f"refused, {why}": _mean([o.refused for o in unanswerable if o.question.why == why])
            for why in whys
        },
        "falsely refused": _mean([o.refused for o in answerable]),
        "calibration error": calibration_error(p, right) if known else None,
        "AUROC": auroc(p, right) if known else None,
        "rejected, given again": _mean([o.again for o in rejected]),
        "seconds, p50": float(np.quantile(seconds, 0.5)) if seconds else None,
        "seconds, p95": float(np.quantile(seconds, 0.95)) if seconds else None,
    }


def by_kind(outcomes: Sequence[Outcome]) -> Mapping[str, dict[str, float | None]]:
    """The figures of each kind of question, in the order of their names."""
    kinds = sorted({o.question.kind for o in outcomes})
    return {kind: figures([o for o in outcomes if o.question.kind == kind]) for kind in kinds}


def _mean(values: Sequence[float | bool]) -> float | None:
    return float(np.mean(values)) if values else None


# --- how answers, confidences and rankings are scored ---------------------------------------------


def f1(given: str, wanted: Sequence[str]) -> float:
    """The overlap of words with the best of the wanted answers, as SQuAD's own script counts it."""
    return max(_f1(_words(given), _words(w)) for w in wanted)


def exact_match(given: str, wanted: Sequence[str]) -> bool:
    """Whether it is one of the wanted answers, but for case, punctuation and articles."""
    return _words(given) in [_words(w) for w in wanted]


def _words(text: str) -> list[str]:
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def _f1(given: list[str], wanted: list[str]) -> float:
    same = sum((Counter(given) & Counter(wanted)).values())
    return 2 * same / (len(given) + len(wanted)) if same else float(given == wanted)


def bins(p: Floats) -> npt.NDArray[np.int_]:
    """For each probability the number of its bin of equal width, 0 to BINS - 1."""
    of: npt.NDArray[np.int_] = np.minimum((p * BINS).astype(int), BINS - 1)
    return of


def calibration_error(p: Floats, right: Booleans) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    of = bins(p)
    return float(
        sum(abs(p[of == b].mean() - right[of == b].mean()) * np.mean(of == b) for b in np.unique(of))
    )


def auroc(p: Floats, right: Booleans) -> float | None:
    """How likely one that is right has the higher probability than one that is not; None without both."""
    if right.all() or not right.any():
        return None
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(right, p))


def risks(p: Floats, right: Booleans) -> Floats:
    """The share of wrong ones among the n most confident, for n = 1 .. all; its mean is AURC."""
    order = np.argsort(-p, kind="stable")
    found: Floats = np.cumsum(~right[order]) / np.arange(1, len(p) + 1)
    return found
