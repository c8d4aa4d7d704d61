"""The network that is trained: a base of transformers with the reader's head, and its loss.

The head has four outputs a token: the start and the end of an answer, where the first token of the row stands
for "no answer here" (Devlin et al., "BERT", 2019, section 4.3); whether the token belongs to the answer, for
answers in several parts (Segal et al., "A Simple and Effective Model for Answering Multi-span Questions",
2020); and whether its sentence is evidence, where the first token stands for the passage. A sentence's logit
is the logarithm of the mean of its tokens' exponentials.

The loss adds up: the likelihood of starts and ends, summed over all given answers; that a row with an answer
scores above its neighbour without one, so that passages can be compared (Clark and Gardner, "Simple and
Effective Multi-Paragraph Reading Comprehension", 2018); and the cross-entropy of the other two outputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from examples import Example
from torch import Tensor
from torch.nn import functional
from transformers import AutoModel

from qa.models.reading import END, EVIDENCE, INSIDE, START
from qa.models.rows import Row

_ROUND = 32  # tokens: oneDNN compiles and keeps code for each shape that it meets
_RANK, _ANSWERED, _EVIDENCE, _INSIDE = 0.5, 0.3, 0.5, 1.0  # weights of the parts of the loss


class Network(torch.nn.Module):
    """A base with the head. Dropout is off, because one pass over the data does not overfit.

    The word embeddings and the lowest `frozen` layers are not trained.
    """

    def __init__(self, base: Path, frozen: int = 0) -> None:
        super().__init__()
        self.base = AutoModel.from_pretrained(str(base), attn_implementation="eager", add_pooling_layer=False)
        self.head = torch.nn.Linear(self.base.config.hidden_size, 4)
        torch.nn.init.normal_(self.head.weight, std=0.02)
        torch.nn.init.zeros_(self.head.bias)
        self.base.embeddings.word_embeddings.weight.requires_grad_(False)
        lowest = [self.base.embeddings, *self.base.encoder.layer[:frozen]] if frozen else []
        for parameter in (p for module in lowest for p in module.parameters()):
            parameter.requires_grad_(False)
        if frozen and hasattr(self.base.encoder, "relative_attention_bias"):
            self.base.encoder.relative_attention_bias.requires_grad_(False)
        for module in self.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0

    def forward(self, **inputs: Tensor) -> Tensor:
        """The logits, (rows, tokens, 4), in fp32."""
        hidden = self.base(**inputs).last_hidden_state
        logits: Tensor = self.head(hidden).float()
        return logits

    def batch(self, rows: Sequence[Row]) -> dict[str, Tensor]:
        """The inputs for some rows, padded to a little over the longest row: (rows, tokens) each."""
        length = math.ceil(max(len(row.ids) for row in rows) / _ROUND) * _ROUND
        ids = torch.full((len(rows), length), self.base.config.pad_token_id, dtype=torch.long)
        types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
        for i, row in enumerate(rows):
            n = len(row.ids)
            ids[i, :n] = torch.tensor(row.ids)
            types[i, row.boundary : n] = 1
            mask[i, :n] = 1
        inputs = {"input_ids": ids, "attention_mask": mask}
        if getattr(self.base.config, "type_vocab_size", 0) > 1:
            inputs["token_type_ids"] = types
        return {name: value.to(self.head.weight.device) for name, value in inputs.items()}


def packed_bits(weights: Mapping[str, Tensor]) -> dict[str, int]:
    """How many bits a weight the package has for each matrix that it packs: few, more for word embeddings."""
    words = {name: 8 for name in weights if name.endswith("word_embeddings.weight")}
    layers = [name for name, weight in weights.items() if ".layer." in name and weight.dim() == 2]
    return words | dict.fromkeys(layers, 4)


def loss(logits: Tensor, groups: Sequence[Sequence[Example]]) -> Tensor:
    """The loss of a batch, given the examples of its groups in the order of its rows."""
    logits = logits.float().cpu()
    examples = [e for group in groups for e in group]
    spans = _masked_spans(logits, examples)
    score = spans[:, 1:].logsumexp(dim=1).sum(dim=1) - spans[:, 0].sum(dim=1)
    parts = [_span_loss(spans, examples), _RANK * _rank_loss(score, groups)]
    answered = torch.tensor([float(e.answered) for e in examples])
    parts.append(_ANSWERED * functional.binary_cross_entropy_with_logits(logits[:, 0, EVIDENCE], answered))
    parts += [_EVIDENCE * _evidence_loss(logits, examples), _INSIDE * _inside_loss(logits, examples)]
    return torch.stack(parts).sum()


def _masked_spans(logits: Tensor, examples: Sequence[Example]) -> Tensor:
    """(rows, tokens, 2): the logits of starts and ends, low where neither can be."""
    allowed = torch.zeros(logits.shape[:2], dtype=torch.bool)
    for i, e in enumerate(examples):
        allowed[i, 0] = True
        allowed[i, e.row.text_start : e.row.text_start + len(e.row.offsets)] = True
    return logits[..., [START, END]].masked_fill(~allowed[..., None], -1e4)


def _span_loss(spans: Tensor, examples: Sequence[Example]) -> Tensor:
    known = [i for i, e in enumerate(examples) if e.spans]
    most = max((len(examples[i].spans) for i in known), default=1)
    targets = torch.zeros(len(known), most, 2, dtype=torch.long)
    padding = torch.full((len(known), most), -torch.inf)
    for n, i in enumerate(known):
        targets[n, : len(examples[i].spans)] = torch.tensor(examples[i].spans)
        padding[n, : len(examples[i].spans)] = 0.0
    log_probabilities = spans[known].log_softmax(dim=1)
    starts = log_probabilities[..., 0].gather(1, targets[..., 0])
    ends = log_probabilities[..., 1].gather(1, targets[..., 1])
    likelihood = (starts + ends + padding).logsumexp(dim=1)
    weights = torch.tensor([examples[i].weight for i in known])
    return -(likelihood * weights).sum() / max(1, len(known))


def _rank_loss(score: Tensor, groups: Sequence[Sequence[Example]]) -> Tensor:
    above: list[int] = []
    below: list[int] = []
    first = 0
    for group in groups:
        if group[0].answered:
            below += range(first + 1, first + len(group))
            above += [first] * (len(group) - 1)
        first += len(group)
    return functional.softplus(score[below] - score[above]).mean() if above else score.sum() * 0


def _evidence_loss(logits: Tensor, examples: Sequence[Example]) -> Tensor:
    places = [(i, *s) for i, e in enumerate(examples) for s in e.sentences or ()]
    if not places:
        return logits.sum() * 0
    rows, firsts, lasts, marked = map(list, zip(*places, strict=True))
    positions = torch.arange(logits.shape[1])
    inside = (positions >= torch.tensor(firsts)[:, None]) & (positions <= torch.tensor(lasts)[:, None])
    tokens = logits[rows][..., EVIDENCE].masked_fill(~inside, -1e4)
    sentences = tokens.logsumexp(dim=1) - inside.sum(dim=1).log()
    return functional.binary_cross_entropy_with_logits(sentences, torch.tensor(marked))


def _inside_loss(logits: Tensor, examples: Sequence[Example]) -> Tensor:
    values = []
    for i, e in enumerate(examples):
        if e.inside is None:
            continue
        start, end = e.row.text_start, e.row.text_start + len(e.row.offsets)
        marked = torch.zeros(logits.shape[1])
        for first, last in e.inside:
            marked[first : last + 1] = 1.0
        tokens = logits[i, start:end, INSIDE]
        values.append(e.weight * functional.binary_cross_entropy_with_logits(tokens, marked[start:end]))
    return torch.stack(values).mean() if values else logits.sum() * 0
