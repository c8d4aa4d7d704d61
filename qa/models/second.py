"""Any extractive question-answering model of transformers on this machine, as a second reader.

It is slower than the package's own reader and reads the few passages that this one likes best. A BERT or an
MPNet is computed here, which saves the seconds that transformers takes to import; any other model by
transformers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from qa.errors import ModelError
from qa.models.bert import Bert
from qa.models.files import LocalFiles, local_folder, model_errors
from qa.models.linear import fastest_dtype
from qa.models.mpnet import BIAS, as_bert, attention_bias
from qa.models.reader import Compute, readings, with_head
from qa.models.reading import Logits, Reading
from qa.models.rows import WINDOW, Row, Tokens
from qa.types import Passage

if TYPE_CHECKING:
    from torch import Tensor

_HEAD, _EVIDENCE_HEAD = "qa_outputs.", "evidence_outputs."


class SecondReader:
    """A model of transformers with a head for question answering, loaded when first needed.

    `model` is a folder, or the id of a model whose files are on this machine. Raises ModelError if there is
    no such model there, now or, if its weights are broken, when it first reads.
    """

    calibration = "small"  # of the signals that every reader gives

    def __init__(self, model: str) -> None:
        self._files = LocalFiles(local_folder(model, "QA_READER"))
        self._config: dict[str, Any] = self._files.read_json("config.json")
        kind = str((self._config.get("architectures") or ["unknown"])[0])
        if not kind.endswith("ForQuestionAnswering"):
            raise ModelError(
                f"{self._files.folder} does not answer questions from a text: its architecture is {kind}."
                " Set QA_READER to the folder of an extractive question-answering model"
            )
        self._tokens = Tokens(self._files.tokenizer)
        self.name = self._files.folder.name

    def read(self, question: str, passages: Sequence[Passage]) -> tuple[Reading, ...]:
        """See Reader."""
        return readings(question, passages, self._tokens, self._compute)

    @cached_property
    def _compute(self) -> Compute:
        weights = self._files.folder / "model.safetensors"
        plain = (
            self._config.get("model_type") in ("bert", "mpnet")
            and self._config.get("hidden_act") == "gelu"
            and self._config.get("position_embedding_type", "absolute") == "absolute"
            and self._config.get("max_position_embeddings", 0) >= WINDOW
        )
        with model_errors(self._files.folder):
            return self._own() if plain and weights.is_file() else self._of_transformers()

    def _own(self) -> Compute:
        """By bert.py. Networks of training/ have a head for evidence, too, which transformers leaves out."""
        import torch
        from safetensors.torch import load_file

        kind = self._config["model_type"]
        stored = load_file(self._files.folder / "model.safetensors")
        outputs = [name for name in (_HEAD, _EVIDENCE_HEAD) if f"{name}weight" in stored]
        head = torch.cat([stored[f"{name}weight"] for name in outputs])
        bias = torch.cat([stored[f"{name}bias"] for name in outputs])
        weights = {name.removeprefix(f"{kind}."): weight for name, weight in stored.items()}
        added: Tensor | None = None
        if kind == "mpnet":
            added = attention_bias(weights[BIAS], WINDOW)
            weights = as_bert(weights)
        shape = self._config["num_attention_heads"], fastest_dtype(), self._config["layer_norm_eps"]
        network = Bert(weights, *shape, added)
        return with_head(network, head, bias)

    def _of_transformers(self) -> Compute:
        """(tokens, 2) for each row: start and end."""
        import torch
        from transformers import AutoModelForQuestionAnswering

        network: torch.nn.Module = AutoModelForQuestionAnswering.from_pretrained(
            str(self._files.folder), local_files_only=True
        ).eval()
        typed = getattr(network.config, "type_vocab_size", 0) > 1

        def compute(rows: Sequence[Row]) -> list[Logits]:
            ids = torch.zeros(len(rows), max(len(row.ids) for row in rows), dtype=torch.long)
            types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
            for i, row in enumerate(rows):
                ids[i, : len(row.ids)] = torch.tensor(row.ids)
                types[i, row.boundary : len(row.ids)] = 1
                mask[i, : len(row.ids)] = 1
            inputs = {"input_ids": ids, "attention_mask": mask} | ({"token_type_ids": types} if typed else {})
            with torch.inference_mode():
                output = network(**inputs)
            logits = np.stack([output.start_logits.float(), output.end_logits.float()], axis=2)
            return [values[: len(row.ids)] for values, row in zip(logits, rows, strict=True)]

        return compute
