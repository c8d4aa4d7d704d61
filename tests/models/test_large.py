"""The large reader: a packed MPNet reads as the network did, and the package's own knows some answers."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
import torch
from export import packed
from network import Network
from safetensors.torch import save_file
from transformers import MPNetConfig, MPNetModel

from qa.errors import ModelError
from qa.models import encoder, readers
from qa.models import large as module
from qa.models.encoder import find_encoder
from qa.models.files import ModelFiles, file_sha256
from qa.models.large import LargeReader
from qa.models.packed import rounded
from qa.models.readers import find_readers
from qa.models.reading import window_reading
from qa.models.rows import Tokens
from qa.types import Passage

pytestmark = pytest.mark.slow

TEXT = "The stone bridge at Osk was finished in 1874. It was built by Anders Lund, a mason from Tolvane."
PASSAGE = Passage("p", "d", 0, len(TEXT), TEXT, "The bridge", ((0, 45), (46, len(TEXT))))
CLS, SEP = 101, 102  # in BERT's vocabulary; in MPNet's they are 0 and 2, and all words are four further


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """A small random MPNet with the head, its matrices rounded to what four bits can hold."""
    folder = tmp_path_factory.mktemp("base")
    torch.manual_seed(1)
    sizes = {"hidden_size": 96, "num_hidden_layers": 2, "num_attention_heads": 12, "intermediate_size": 192}
    MPNetModel(MPNetConfig(vocab_size=30527, **sizes)).save_pretrained(folder)
    network = Network(folder).eval()
    with torch.no_grad():
        for name, weight in network.named_parameters():
            torch.nn.init.normal_(weight, std=0.2)
            if ".layer." in name and weight.dim() == 2:
                weight.copy_(rounded(weight, 4))
    return network


@pytest.fixture
def path(network, tmp_path):
    save_file(packed(network.state_dict()), tmp_path / "large.safetensors")
    return tmp_path / "large.safetensors"


def test_it_reads_as_the_network_that_was_packed(network, path, monkeypatch):
    monkeypatch.setattr(module, "fastest_dtype", lambda int8: torch.float32)
    reader = LargeReader(path, file_sha256(path), ModelFiles())
    (reading,) = reader.read("Who built it?", [PASSAGE])
    (row,) = Tokens(ModelFiles().tokenizer, doubled=True).rows("Who built it?", PASSAGE.header, TEXT)
    ids = torch.tensor([[{CLS: 0, SEP: 2}.get(i, i + 4) for i in row.ids]])
    with torch.no_grad():
        logits = network(input_ids=ids, attention_mask=torch.ones_like(ids))[0].numpy()
    expected = window_reading(PASSAGE, row, logits)
    assert reading.span == expected.span
    assert reading.margin == pytest.approx(expected.margin, abs=0.05)  # word embeddings are in eight bits
    assert reading.answered == pytest.approx(expected.answered, abs=0.05)


@pytest.mark.skipif(not torch.cpu.get_capabilities().get("avx512_vnni"), reason="needs VNNI")
def test_in_int8_the_packages_own_readers_read_nearly_as_in_fp32(monkeypatch):
    questions = ["When was the bridge finished?", "Who built the bridge at Osk?"]
    readings = {}
    for dtype in (torch.float32, torch.int8):
        for room in (encoder, module):
            monkeypatch.setattr(room, "fastest_dtype", lambda int8=False, dtype=dtype: dtype)
        readers = find_readers(find_encoder())
        readings[dtype] = [
            reader.read(question, [PASSAGE])[0] for reader in readers for question in questions
        ]
    for exact, near in zip(readings[torch.float32], readings[torch.int8], strict=True):
        assert near.span == exact.span
        assert near.margin == pytest.approx(exact.margin, abs=0.7)
        assert near.margin != exact.margin


def test_another_file_is_refused_in_one_line(path):
    reader = LargeReader(path, "0" * 64, ModelFiles())
    with pytest.raises(ModelError, match=r"not the file that came with qa\. Install qa again"):
        reader.read("Who?", [PASSAGE])


def test_a_broken_file_is_one_line(path):
    path.write_bytes(b"broken")
    with pytest.raises(ModelError, match="cannot load"):
        LargeReader(path, file_sha256(path), ModelFiles()).read("Who?", [PASSAGE])


def test_it_comes_after_the_small_one_unless_it_is_left_out():
    small, large = find_readers(find_encoder())
    assert (small.name[:10], large.name[:5]) == ("extractive", "large")
    assert [reader.name for reader in find_readers(find_encoder(), "small")] == [small.name]


def test_without_its_file_the_small_one_reads_alone(tmp_path, monkeypatch):
    shutil.copy(str(files("qa.models").joinpath("reader.json")), tmp_path)
    monkeypatch.setattr(readers, "files", lambda _: tmp_path)
    assert len(find_readers(find_encoder())) == 1


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the bridge finished?", "1874"),
        ("Who built the bridge at Osk?", "Anders Lund"),
        ("Where did the mason come from?", "Tolvane"),
    ],
)
def test_the_packages_own_finds_the_words_that_answer(question, answer):
    _, large = find_readers(find_encoder())
    (reading,) = large.read(question, [PASSAGE])
    assert TEXT[slice(*reading.span)] == answer
    assert reading.answered > 0


@pytest.mark.parametrize(
    "question",
    [
        "When was the bridge finished?",
        "Who built the bridge at Osk?",
        pytest.param(
            "Where did the mason come from?",
            marks=pytest.mark.xfail(
                strict=True, reason="it finds Tolvane, but at 2.4 logits below no answer"
            ),
        ),
    ],
)
def test_the_packages_own_takes_what_it_finds_for_an_answer(question):
    _, large = find_readers(find_encoder())
    (reading,) = large.read(question, [PASSAGE])
    assert reading.margin > 0


def test_the_card_is_about_this_file():
    folder = Path(str(files("qa.models")))
    manifest = json.loads((folder / "reader.json").read_text("utf-8"))
    assert manifest["large"] == file_sha256(folder / "large.safetensors")
    assert manifest["large"][:12] in (folder / "large.md").read_text("utf-8")
