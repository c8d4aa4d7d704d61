"""Which model is loaded, and which files are refused before that."""

import json
import os
import shutil

import numpy as np
import pytest

from qa.errors import ModelError
from qa.models import files as module
from qa.models.encoder import BertEncoder, SentenceTransformerEncoder, find_encoder
from qa.models.files import DEFAULT_SHA256, ModelFiles

pytestmark = pytest.mark.slow

FOLDER = ModelFiles().folder


@pytest.fixture
def copy(tmp_path):
    """A copy of the model's folder; the weights are a link."""
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(FOLDER / "model.safetensors")
    return folder


def test_the_default_model_is_the_published_one():
    assert module.file_sha256(FOLDER / "model.safetensors") == DEFAULT_SHA256
    assert find_encoder().fingerprint == find_encoder().fingerprint


def test_other_weights_under_the_default_name_are_refused(copy, monkeypatch):
    (copy / "model.safetensors").unlink()
    shutil.copyfile(FOLDER / "model.safetensors", copy / "model.safetensors")
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    monkeypatch.setattr(module, "_default_folder", lambda: copy)
    changed = find_encoder()
    with pytest.raises(ModelError, match="not the published ones"):
        _ = changed.fingerprint
    with pytest.raises(ModelError, match="not the published ones"):
        changed.encode_query("ferry")


def test_a_model_in_a_folder_need_not_be_the_published_one(copy):
    encoder = find_encoder(str(copy))
    assert encoder.name == str(copy)
    assert encoder.fingerprint == find_encoder().fingerprint  # the same files


@pytest.mark.parametrize("name", ["tokenizer.json", "modules.json", "config.json", "model.safetensors"])
def test_another_file_gives_another_fingerprint(copy, name):
    (copy / name).unlink()
    (copy / name).write_text("{}")
    assert find_encoder(str(copy)).fingerprint != find_encoder().fingerprint


def test_a_model_that_is_not_on_the_machine_is_an_error():
    for name in ("no-such-model", "nobody/no-such-model", "../..", "a b c"):
        with pytest.raises(ModelError):
            find_encoder(name)


@pytest.mark.parametrize("name", ["tokenizer.json", "modules.json", "model.safetensors"])
def test_a_folder_without_a_required_file_is_not_a_model(copy, name):
    (copy / name).unlink()
    with pytest.raises(ModelError):
        find_encoder(str(copy))


def test_weights_that_could_run_code_are_not_read(copy):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match="safetensors"):
        find_encoder(str(copy))


@pytest.mark.parametrize(
    "name",
    ["tokenizer.json", "modules.json", "model.safetensors", "sentence_bert_config.json", "config.json"],
)
def test_a_broken_file_of_a_model_is_an_error(copy, name):
    (copy / name).unlink()
    (copy / name).write_bytes(b'{"broken')

    def use() -> None:
        broken = find_encoder(str(copy))
        broken.count("ferry")
        broken.encode_query("ferry")

    with pytest.raises(ModelError):
        use()


def test_a_default_model_that_is_not_installed_is_an_error(monkeypatch):
    monkeypatch.setattr(module, "_WHEEL", "no_such_wheel")
    with pytest.raises(ModelError, match="pip install"):
        find_encoder()


# --- how the vectors are computed ----------------------------------------------------------------


def test_the_default_model_is_computed_here_and_as_sentence_transformers_does():
    ours, theirs = find_encoder(), SentenceTransformerEncoder(ModelFiles())
    assert isinstance(ours, BertEncoder)
    ours.precision = theirs.precision = "fp32"
    texts = ["", "a", "  Goats.\n", "The ferry leaves at seven. " * 30, "wörd-" * 700, "日本語 mixed 🐐 text"]
    for parts in (ours.encode(texts), theirs.encode(texts)):
        assert sorted(i for indices, _ in parts for i in indices) == list(range(len(texts)))
    for text in texts:
        assert np.allclose(ours.encode_query(text), theirs.encode_query(text), atol=1e-4)


def test_many_texts_are_encoded_in_order_whatever_their_lengths():
    encoder = find_encoder()
    texts = [f"{i} " + "goats and ferries " * (i * 7 % 40) for i in range(600)]  # through the bulk threads
    parts = list(encoder.encode(texts))
    assert [i for indices, _ in parts for i in indices] == list(range(600))
    vectors = np.concatenate([vectors for _, vectors in parts])
    for i in (0, 17, 311, 599):
        assert vectors[i] @ encoder.encode_query(texts[i]) > 0.999


def encoder_with(copy, name, **values):
    path = copy / name
    content = json.loads(path.read_text()) if path.exists() else {}
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content | values))
    return find_encoder(str(copy))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("config.json", {"model_type": "mpnet"}),
        ("config.json", {"hidden_act": "relu"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": True}),
        ("1_Pooling/config.json", {"pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": True}),
        ("sentence_bert_config.json", {"do_lower_case": True}),
        ("config_sentence_transformers.json", {"prompts": {"query": "query: ", "document": ""}}),
    ],
)
def test_a_model_that_does_anything_else_is_left_to_sentence_transformers(copy, name, values):
    assert isinstance(find_encoder(str(copy)), BertEncoder)
    assert isinstance(encoder_with(copy, name, **values), SentenceTransformerEncoder)


def test_a_model_with_a_further_module_is_left_to_sentence_transformers(copy):
    modules = json.loads((copy / "modules.json").read_text())
    dense = {"idx": 3, "name": "3", "path": "3_Dense", "type": "sentence_transformers.models.Dense"}
    (copy / "modules.json").write_text(json.dumps([*modules, dense]))
    assert isinstance(find_encoder(str(copy)), SentenceTransformerEncoder)


def test_a_model_that_does_not_normalize_is_normalized_here(copy):
    modules = json.loads((copy / "modules.json").read_text())
    (copy / "modules.json").write_text(json.dumps(modules[:2]))
    encoder = find_encoder(str(copy))
    assert isinstance(encoder, BertEncoder)
    assert np.linalg.norm(encoder.encode_query("ferry")) == pytest.approx(1, abs=1e-3)


def test_any_other_model_is_computed_by_sentence_transformers(copy):
    other = encoder_with(
        copy, "config_sentence_transformers.json", prompts={"query": "asked: ", "document": ""}
    )
    plain = find_encoder()
    (indices, vectors), *rest = other.encode(["The ferry leaves at seven.", "goats"])
    assert not rest
    for i, vector in zip(indices, vectors, strict=True):
        text = ["The ferry leaves at seven.", "goats"][i]
        assert vector @ plain.encode_query(text) > 0.99
        assert other.encode_query(text) @ plain.encode_query(f"asked: {text}") > 0.99
