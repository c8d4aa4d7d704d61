"""A question set + an assistant -> the outcome of each question, and figures for all of them.

Every question is asked once at a threshold of 0, and counts as refused if its confidence is below the
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
from dataclasses import dataclass, replace
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
Figures = dict[str, float | None]  # None if there is no question that a figure is about


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one question. `seconds` is the wall time of the answer."""

    question: Question
    answer: Answer
    refused: bool
    seconds: float

    @property
    def right(self) -> bool:
        """True if the quote of the best claim, shown or not, is evidence."""
        best = [claim.citations[0] for claim in self.answer.claims[:1]]
        return any(_contain_pieces(best, self.question.evidence))

    @property
    def rank(self) -> float:
        """The rank, from 1, of the first of the nearest passages with evidence; infinite without one."""
        for rank, hit in enumerate(self.answer.nearest, 1):
            if _contains_any(self.question.evidence, hit.document.path, hit.passage.text):
                return rank
        return np.inf

    @property
    def quotes_are_evidence(self) -> list[bool]:
        """For each quote, True if it is evidence."""
        return _contain_pieces(self.answer.citations, self.question.evidence)

    @property
    def covered_share(self) -> float:
        """The share of the parts of a full answer that the quotes contain."""
        parts = {piece.part for piece in self.question.evidence}
        covered = {part for part in parts if any(_contain_pieces(self.answer.citations, self._part(part)))}
        return len(covered) / len(parts)

    @property
    def cites_rejected(self) -> bool:
        """True if the answer is shown and cites something that a user has marked as wrong."""
        return not self.refused and any(_contain_pieces(self.answer.citations, self.question.rejected))

    def _part(self, part: int) -> tuple[Piece, ...]:
        return tuple(piece for piece in self.question.evidence if piece.part == part)


def _contain_pieces(citations: Sequence[Citation], pieces: Sequence[Piece]) -> list[bool]:
    """For each citation, True if its quote contains one of the pieces."""
    return [_contains_any(pieces, c.document.path, c.quote) for c in citations]


def _contains_any(pieces: Sequence[Piece], path: str, text: str) -> bool:
    return any(piece.is_in(path, text) for piece in pieces)


@contextmanager
def assistant_for(settings: Settings, questions: QuestionSet) -> Iterator[Assistant]:
    """The assistant to ask a set of: over the index, or over the texts that the set brings along.

    Raises QuestionsError if nothing is indexed.
    """
    from qa.assistant import Assistant

    if not questions.documents:
        with Assistant.open(settings.corpus, settings.index, settings) as assistant:
            if not assistant.documents():
                raise QuestionsError("no documents are indexed yet. Run qa sync")
            yield assistant
        return
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for path, text in questions.documents.items():
            (corpus / path).write_text(text, "utf-8")
        with Assistant.open(
            corpus, Path(folder, "index"), replace(settings, part="", store=None)
        ) as assistant:
            assistant.sync()
            yield assistant


def evaluate(
    assistant: Assistant,
    conversations: Sequence[Conversation],
    history: bool = True,
    progress: Callable[[int], object] = lambda done: None,
) -> tuple[Outcome, ...]:
    """Ask every question, in order; with `history`, each in the context of the turns before it."""
    assistant.ask(conversations[0][0].text)  # loads everything that is loaded once, before the timing starts
    outcomes = []
    for conversation in conversations:
        turns: list[tuple[str, str]] = list(conversation[0].history)
        for question in conversation:
            started = time.perf_counter()
            answer = assistant.ask(question.text, history=turns if history else (), threshold=0)
            seconds = time.perf_counter() - started
            refused = answer.confidence < assistant.threshold
            outcomes.append(Outcome(question, answer, refused, seconds))
            progress(len(outcomes))
            if question is not conversation[-1]:
                shown = assistant.ask(question.text, turns) if refused else answer
                turns.append((question.text, shown.text))
    return tuple(outcomes)


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """The figures of a set by name; None if the set has no question that a figure is about.

    Shares are from 0 to 1, and seconds are wall time. Citation precision is the share of evidence among the
    quotes of the answers that are shown, and recall the share of the parts of a full answer that the quotes
    contain (0 if it was refused); both are over answerable questions. Calibration error and AUROC measure the
    confidence that the first quote is right, over all questions. MRR considers the five nearest passages.
    """
    judged = [o for o in outcomes if o.question.answerable is not None]
    answerable = [o for o in judged if o.question.answerable]
    unanswerable = [o for o in judged if not o.question.answerable]
    rejected = [o for o in outcomes if o.question.rejected]
    return {
        "questions": float(len(outcomes)),
        "right": _mean([o.right and not o.refused for o in answerable]),
        **_retrieval_figures(answerable),
        **_answer_figures(answerable),
        **_refusal_figures(answerable, unanswerable),
        **_confidence_figures(judged),
        "rejected, given again": _mean([o.cites_rejected for o in rejected]),
        **_timings([o.seconds for o in outcomes]),
    }


def _retrieval_figures(answerable: Sequence[Outcome]) -> Figures:
    return {
        **{f"recall@{k}": _mean([o.rank <= k for o in answerable]) for k in RECALL_AT},
        "MRR": _mean([1 / o.rank for o in answerable]),
    }


def _answer_figures(answerable: Sequence[Outcome]) -> Figures:
    """Short answers against the accepted ones, and quotes against the evidence."""
    short = [o for o in answerable if o.question.answers and o.answer.claims]
    shown = [o for o in answerable if not o.refused]
    return {
        "F1": _mean([f1(o.answer.claims[0].value, o.question.answers) for o in short]),
        "exact match": _mean([exact_match(o.answer.claims[0].value, o.question.answers) for o in short]),
        "citation precision": _mean([evident for o in shown for evident in o.quotes_are_evidence]),
        "citation recall": _mean([0.0 if o.refused else o.covered_share for o in answerable]),
    }


def _refusal_figures(answerable: Sequence[Outcome], unanswerable: Sequence[Outcome]) -> Figures:
    """Refusals, also by the reason why a question has no answer."""
    refused = [o for o in (*answerable, *unanswerable) if o.refused]
    by_reason: dict[str, list[bool]] = {}
    for outcome in unanswerable:
        if outcome.question.why:
            by_reason.setdefault(outcome.question.why, []).append(outcome.refused)
    return {
        "refusal precision": _mean([not o.question.answerable for o in refused]),
        "refusal recall": _mean([o.refused for o in unanswerable]),
        **{f"refused, {why}": _mean(by_reason[why]) for why in sorted(by_reason)},
        "falsely refused": _mean([o.refused for o in answerable]),
    }


def _confidence_figures(judged: Sequence[Outcome]) -> Figures:
    if not judged:
        return {"calibration error": None, "AUROC": None}
    p = np.array([o.answer.confidence for o in judged])
    right = np.array([o.right for o in judged], bool)
    return {"calibration error": calibration_error(p, right), "AUROC": auroc(p, right)}


def _timings(seconds: Sequence[float]) -> Figures:
    return {
        f"seconds, p{percent}": float(np.quantile(seconds, percent / 100)) if seconds else None
        for percent in (50, 95)
    }


def by_kind(outcomes: Sequence[Outcome]) -> Mapping[str, Figures]:
    """The figures of each kind of question, ordered by the names of the kinds."""
    kinds = sorted({o.question.kind for o in outcomes})
    return {kind: figures([o for o in outcomes if o.question.kind == kind]) for kind in kinds}


def _mean(values: Sequence[float | bool]) -> float | None:
    return float(np.mean(values)) if values else None


# --- scores of answers, confidences and rankings -------------------------------------------------


def f1(answer: str, accepted: Sequence[str]) -> float:
    """The word overlap with the best of the accepted answers, computed as in SQuAD's own script."""
    return max(_f1(_words(answer), _words(other)) for other in accepted)


def exact_match(answer: str, accepted: Sequence[str]) -> bool:
    """True if it is one of the accepted answers, ignoring case, punctuation and articles."""
    return _words(answer) in [_words(other) for other in accepted]


def _words(text: str) -> list[str]:
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def _f1(words: list[str], accepted: list[str]) -> float:
    common = sum((Counter(words) & Counter(accepted)).values())
    return 2 * common / (len(words) + len(accepted)) if common else float(words == accepted)


def bins(p: Floats) -> npt.NDArray[np.int_]:
    """The number of the bin, 0 to BINS - 1, that each probability is in; the bins have equal width."""
    numbers: npt.NDArray[np.int_] = np.minimum((p * BINS).astype(int), BINS - 1)
    return numbers


def calibration_error(p: Floats, right: Booleans) -> float:
    """The expected calibration error over ten bins of equal width (Naeini et al., 2015)."""
    numbers = bins(p)
    in_bins = [numbers == number for number in np.unique(numbers)]
    return float(sum(abs(p[b].mean() - right[b].mean()) * np.mean(b) for b in in_bins))


def auroc(p: Floats, right: Booleans) -> float | None:
    """The chance that a right answer has a higher probability than a wrong one; None without both kinds."""
    if right.all() or not right.any():
        return None
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(right, p))


def risks(p: Floats, right: Booleans) -> Floats:
    """The share of wrong answers among the n most confident, for n = 1 .. all; its mean is AURC."""
    order = np.argsort(-p, kind="stable")
    shares: Floats = np.cumsum(~right[order]) / np.arange(1, len(p) + 1)
    return shares
