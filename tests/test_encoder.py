"""Which model is loaded, and what is refused before it is."""

import os
import shutil

import pytest

from qa import encoder as module
from qa.encoder import DEFAULT_SHA256, SentenceTransformerEncoder
from qa.errors import ModelError

FOLDER = SentenceTransformerEncoder()._folder


@pytest.fixture
def copy(tmp_path):
    """The model's folder with all its small files; the weights are a link."""
    folder = tmp_path / "model"
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(FOLDER / "model.safetensors")
    return folder


def test_the_default_model_is_the_published_one():
    assert module._sha256(FOLDER / "model.safetensors") == DEFAULT_SHA256
    assert SentenceTransformerEncoder().fingerprint == SentenceTransformerEncoder().fingerprint


def test_other_weights_under_the_default_name_are_refused(copy, monkeypatch):
    (copy / "model.safetensors").unlink()
    shutil.copyfile(FOLDER / "model.safetensors", copy / "model.safetensors")
    with (copy / "model.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    monkeypatch.setattr(module, "_default_folder", lambda: copy)
    changed = SentenceTransformerEncoder()
    with pytest.raises(ModelError, match="not the published ones"):
        _ = changed.fingerprint
    with pytest.raises(ModelError, match="not the published ones"):
        changed.encode_query("ferry")


def test_a_folder_of_ones_own_is_not_held_to_that(copy):
    own = SentenceTransformerEncoder(str(copy))
    assert own.name == str(copy)
    assert own.fingerprint == SentenceTransformerEncoder().fingerprint  # the same files mean the same


@pytest.mark.parametrize("name", ["tokenizer.json", "modules.json", "config.json", "model.safetensors"])
def test_another_file_is_another_fingerprint(copy, name):
    (copy / name).unlink()
    (copy / name).write_text("{}")
    assert SentenceTransformerEncoder(str(copy)).fingerprint != SentenceTransformerEncoder().fingerprint


def test_a_model_that_is_not_on_the_machine_is_told():
    for name in ("no-such-model", "nobody/no-such-model", "../..", "a b c"):
        with pytest.raises(ModelError):
            SentenceTransformerEncoder(name)


@pytest.mark.parametrize("name", ["tokenizer.json", "modules.json", "model.safetensors"])
def test_a_folder_without_a_needed_file_is_no_model(copy, name):
    (copy / name).unlink()
    with pytest.raises(ModelError):
        SentenceTransformerEncoder(str(copy))


def test_weights_that_could_run_code_are_not_read(copy):
    (copy / "model.safetensors").rename(copy / "pytorch_model.bin")
    with pytest.raises(ModelError, match="safetensors"):
        SentenceTransformerEncoder(str(copy))


@pytest.mark.parametrize(
    "name",
    ["tokenizer.json", "modules.json", "model.safetensors", "sentence_bert_config.json", "config.json"],
)
def test_a_broken_file_of_a_model_is_told(copy, name):
    (copy / name).unlink()
    (copy / name).write_bytes(b'{"broken')

    def use() -> None:
        broken = SentenceTransformerEncoder(str(copy))
        broken.count("ferry")
        broken.encode_query("ferry")

    with pytest.raises(ModelError):
        use()


def test_the_default_model_that_is_not_installed_is_told(monkeypatch):
    monkeypatch.setattr(module, "_WHEEL", "no_such_wheel")
    with pytest.raises(ModelError, match="pip install"):
        SentenceTransformerEncoder()
