"""A model of transformers as the second reader: any kind that answers questions, or one clear line."""

import shutil

import pytest
import torch
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    ElectraConfig,
    ElectraForQuestionAnswering,
    MPNetConfig,
    MPNetForQuestionAnswering,
)

from qa.errors import ModelError
from qa.models import second as module
from qa.models.encoder import find_encoder
from qa.models.files import ModelFiles
from qa.models.readers import find_readers
from qa.models.reading import window_reading
from qa.models.rows import Tokens
from qa.models.second import SecondReader
from qa.types import Passage

pytestmark = pytest.mark.slow

TEXT = "The stone bridge at Osk was finished in 1874. It was built by Anders Lund, a mason from Tolvane."
PASSAGE = Passage("p", "d", 0, len(TEXT), TEXT, "The bridge", ((0, 45), (46, len(TEXT))))
SIZES = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
KINDS = {
    "BERT": (BertForQuestionAnswering, BertConfig(vocab_size=30522, **SIZES)),
    "MPNet": (MPNetForQuestionAnswering, MPNetConfig(vocab_size=30527, **SIZES)),
    "ELECTRA": (ElectraForQuestionAnswering, ElectraConfig(vocab_size=30522, embedding_size=16, **SIZES)),
}


@pytest.fixture(params=KINDS)
def network(request):
    """A small random model of a kind, none of whose weights is zero."""
    torch.manual_seed(1)
    kind, config = KINDS[request.param]
    network = kind(config).eval()
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return network


@pytest.fixture
def folder(network, tmp_path):
    """The model in a folder, as transformers saves it."""
    network.save_pretrained(tmp_path / "model")
    shutil.copy(ModelFiles().folder / "tokenizer.json", tmp_path / "model")
    return tmp_path / "model"


def test_it_reads_as_transformers_does(network, folder, monkeypatch):
    monkeypatch.setattr(module, "fastest_dtype", lambda: torch.float32)
    text = TEXT * 3  # some tokens are far from each other
    passage = Passage("p", "d", 0, len(text), text, "The bridge", ((0, 45), (46, len(text))))
    (reading,) = SecondReader(str(folder)).read("Who built it?", [passage])
    (row,) = Tokens(ModelFiles().tokenizer).rows("Who built it?", passage.header, text)
    inputs = {"input_ids": torch.tensor([row.ids]), "attention_mask": torch.ones(1, len(row.ids))}
    if network.config.model_type != "mpnet":
        inputs["token_type_ids"] = (torch.arange(len(row.ids)) >= row.boundary).long()[None]
    with torch.no_grad():
        output = network(**inputs)
    logits = torch.stack([output.start_logits[0], output.end_logits[0]], dim=1).numpy()
    expected = window_reading(passage, row, logits)
    assert reading.span == expected.span
    assert reading.null == pytest.approx(expected.null, abs=1e-3)
    assert reading.margin == pytest.approx(expected.margin, abs=1e-3)


def test_passages_of_all_lengths_are_read_alike_together_and_alone(folder):
    reader = SecondReader(str(folder))
    short = Passage("q", "d", 0, 21, "Osk lies by the river", "", ((0, 21),))
    together = reader.read("Who built it?", [PASSAGE, short])
    alone = [*reader.read("Who built it?", [PASSAGE]), *reader.read("Who built it?", [short])]
    for a, b in zip(together, alone, strict=True):
        assert a.span == b.span
        assert a.margin == pytest.approx(b.margin, abs=0.05)


def test_it_comes_after_the_packages_own(folder):
    own, second = find_readers(find_encoder(), str(folder))
    assert own.name.startswith("extractive")
    assert second.name == "model"


def test_a_model_for_something_else_is_refused():
    with pytest.raises(ModelError, match=r"does not answer questions from a text.*QA_READER"):
        SecondReader(str(ModelFiles().folder))


def test_a_model_that_is_not_there_is_refused():
    with pytest.raises(ModelError, match=r"not on this machine\. Set QA_READER to a model's folder"):
        SecondReader("someone/no-such-model")


def test_broken_weights_are_one_line(folder):
    (folder / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(ModelError, match="cannot load"):
        SecondReader(str(folder)).read("Who?", [PASSAGE])
