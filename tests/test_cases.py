"""Small files of kinds that were once read wrongly: what must be searchable, and what they answer.

`cases/reading/cases.jsonl` lists them: `contains` are strings that a passage must hold (in capital or small
letters), `nothing_indexed_of` one that none may hold; `question` and `answer` are asked of the file alone.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import WordEncoder

from qa.assistant import Assistant
from qa.documents.reading import read
from qa.documents.splitting import split
from qa.errors import UnreadableFile
from qa.models.encoder import Encoder, find_encoder
from qa.models.reader import Reader
from qa.models.readers import find_readers
from qa.settings import Settings

CASES = Path(__file__).parent / "cases" / "reading"
LISTED = [json.loads(line) for line in (CASES / "cases.jsonl").read_text("utf-8").splitlines()]
NAMES = [f"{case['case'][:2]}-{case['file']}" for case in LISTED]
ASKED = [case for case in LISTED if "question" in case]


def indexed(case: dict[str, Any], name: str = "") -> str:
    """The text of all passages of a case's file, on one line."""
    name = name or case["file"]
    parsed = read(name, (CASES / case["case"] / name).read_bytes())
    encoder = WordEncoder()
    passages = split(
        "d", parsed.text, parsed.title, parsed.blocks, parsed.sentences, encoder.count, encoder.max_tokens
    )
    return " ".join(" ".join(passage.text for passage in passages).split())


@pytest.mark.parametrize("case", LISTED, ids=NAMES)
def test_what_a_file_says_is_searchable(case):
    if unwanted := case.get("nothing_indexed_of"):
        with pytest.raises(UnreadableFile, match="OCR"):
            assert unwanted not in indexed(case)
        return
    text = indexed(case)
    assert [s for s in case["contains"] if s.casefold() not in text.casefold()] == []
    if other := case.get("same_words_as"):
        assert re.findall(r"\w+", text) == re.findall(r"\w+", indexed(case, other))


@pytest.mark.parametrize("case", LISTED, ids=NAMES)
def test_what_is_known_about_a_file_is_right(case):
    if case.get("nothing_indexed_of"):
        return
    parsed = read(case["file"], (CASES / case["case"] / case["file"]).read_bytes())
    known = {"title": parsed.title, **parsed.metadata}
    wanted = {key: case[key] for key in ("title", "author", "date") if key in case}
    assert {key: known.get(key, "").casefold() for key in wanted} == {
        k: v.casefold() for k, v in wanted.items()
    }
    assert not [key for key in ("author", "date") if case.get(f"no_{key}") and known.get(key)]


@pytest.fixture(scope="module")
def models() -> list[Encoder | Reader]:
    """The encoder and both readers, loaded once."""
    encoder = find_encoder()
    return [encoder, *find_readers(encoder)]


@pytest.mark.slow
@pytest.mark.parametrize("case", ASKED, ids=[name for name in NAMES if LISTED[NAMES.index(name)] in ASKED])
def test_a_file_answers_its_question(case, models, tmp_path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / case["file"]).write_bytes((CASES / case["case"] / case["file"]).read_bytes())
    settings = Settings(corpus=corpus, index=tmp_path / "index")
    assistant = Assistant(settings, *models)
    assistant.sync()
    answer = assistant.ask(case["question"])
    assert answer.answered
    assert case["answer"] in " ".join(citation.quote for citation in answer.citations)
