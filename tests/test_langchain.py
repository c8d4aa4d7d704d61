"""The retriever in LangChain chains, over the small corpus and with a fake model."""

import asyncio
import re

import pytest
from conftest import DOCUMENTS, HERE, python
from langchain_core.documents import Document
from langchain_core.language_models import FakeListChatModel
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough
from pydantic import ValidationError

from qa.errors import QuestionError
from qa.langchain import PassageRetriever

QUESTION = "How many visits of bees were counted?"


@pytest.fixture
def retriever(assistant) -> PassageRetriever:
    assistant.sync()
    return PassageRetriever(assistant=assistant, k=2)


def paths(documents: list[Document]) -> list[str]:
    return [document.metadata["path"] for document in documents]


def test_a_passage_becomes_a_document_with_everything_known_about_it(retriever):
    hit = retriever.assistant.search(QUESTION, k=2)[0]
    documents = retriever.invoke(QUESTION)
    assert documents[0] == Document(
        id=hit.passage.id,
        page_content=DOCUMENTS["valley/bees.md"].split("\n\n")[1].strip(),
        metadata={
            "author": "Marit Solheug",
            "date": "2021-11-04",
            "document_id": hit.document.id,
            "path": "valley/bees.md",
            "title": "Bees of the Senn",
            "passage_id": hit.passage.id,
            "start": hit.passage.start,
            "end": hit.passage.end,
            "score": hit.score,
        },
    )
    span = slice(documents[0].metadata["start"], documents[0].metadata["end"])
    assert hit.document.text[span] == documents[0].page_content
    assert len(documents) == 2


def test_the_fields_work_like_the_arguments_of_a_search(retriever):
    assistant = retriever.assistant
    (bridge,) = (d.id for d in assistant.documents() if d.path == "bridge.txt")
    assert paths(PassageRetriever(assistant=assistant, documents=[bridge]).invoke(QUESTION)) == ["bridge.txt"]
    assert PassageRetriever(assistant=assistant, documents=[]).invoke(QUESTION) == []
    for rerank in (True, False):
        documents = PassageRetriever(assistant=assistant, k=3, rerank=rerank).invoke(QUESTION)
        hits = assistant.search(QUESTION, k=3, rerank=rerank)
        assert [(d.id, d.metadata["score"]) for d in documents] == [(h.passage.id, h.score) for h in hits]


@pytest.mark.parametrize("wrong", [{"k": 0}, {"documents": "an id"}, {"assistant": "no assistant"}])
def test_a_field_with_an_invalid_value_is_refused(assistant, wrong):
    with pytest.raises(ValidationError):
        PassageRetriever(**{"assistant": assistant} | wrong)


def test_an_empty_index_gives_no_passages(assistant):
    assert PassageRetriever(assistant=assistant).invoke(QUESTION) == []


@pytest.mark.parametrize("question", ["", " ?! ", "bees " * 300])
def test_a_question_that_cannot_be_searched_for_is_an_error(retriever, question):
    with pytest.raises(QuestionError):
        retriever.invoke(question)
    with pytest.raises(QuestionError):
        asyncio.run(retriever.ainvoke(question))
    documents, error = retriever.batch([QUESTION, question], return_exceptions=True)
    assert paths(documents)[0] == "valley/bees.md"
    assert isinstance(error, QuestionError)
    empty = RunnableLambda(lambda _: [])
    assert retriever.with_fallbacks([empty], exceptions_to_handle=(QuestionError,)).invoke(question) == []


# --- in a chain ----------------------------------------------------------------------------------


def chain(retriever: PassageRetriever, seen: list[str]) -> Runnable[str, str]:
    def as_context(documents: list[Document]) -> str:
        return "\n".join(f"{d.metadata['title']}: {d.page_content}" for d in documents)

    def note(prompt):
        seen.append(prompt.to_string())
        return prompt

    prompt = ChatPromptTemplate.from_messages(
        [("system", "Answer from:\n{context}"), ("human", "{question}")]
    )
    model = FakeListChatModel(responses=["9,340 visits."])
    context = {"context": retriever | as_context, "question": RunnablePassthrough()}
    return context | prompt | note | model | StrOutputParser()


def test_a_chain_passes_the_passages_to_the_model(retriever):
    seen: list[str] = []
    assert chain(retriever, seen).invoke(QUESTION) == "9,340 visits."
    (prompt,) = seen
    assert prompt.startswith(
        "System: Answer from:\nBees of the Senn: Volunteers in the Senn valley counted 9,340"
    )
    assert prompt.endswith(f"Human: {QUESTION}")


def test_a_chain_takes_many_questions_at_once(retriever):
    seen: list[str] = []
    questions = [QUESTION, "What does a ticket for the crossing cost?", "Who finished the bridge at Osk?"] * 3
    assert chain(retriever, seen).batch(questions) == ["9,340 visits."] * 9
    firsts = {prompt.split("Human: ")[1]: prompt.split("\n")[1].split(":")[0] for prompt in seen}
    titles = ("Bees of the Senn", "The ferry to Tolvane", "The bridge at Osk")
    assert firsts == dict(zip(questions, titles, strict=False))


def test_a_chain_can_be_awaited(retriever):
    async def both() -> list[str]:
        return await asyncio.gather(*(chain(retriever, []).ainvoke(QUESTION) for _ in range(2)))

    assert asyncio.run(both()) == ["9,340 visits."] * 2
    assert asyncio.run(retriever.ainvoke(QUESTION)) == retriever.invoke(QUESTION)


def test_the_example_in_the_readme_runs(retriever):
    (example,) = re.findall(
        r"```python\n(from langchain_core.*?)```", (HERE.parent / "README.md").read_text("utf-8"), re.DOTALL
    )
    names = {"assistant": retriever.assistant, "model": FakeListChatModel(responses=["9,340 visits."])}
    exec(example, names)
    assert names["chain"].invoke(QUESTION) == "9,340 visits."


ALONE = """
import socket, sys

def refuse(*_):
    raise SystemExit("no connection may be made")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
from pathlib import Path
from conftest import WordEncoder
from qa import Assistant, Settings
from qa.langchain import PassageRetriever

assistant = Assistant(Settings(corpus=Path(sys.argv[1]), index=Path(sys.argv[2])), WordEncoder())
print(PassageRetriever(assistant=assistant, k=1).invoke("How many visits of bees?")[0].metadata["path"])
"""


@pytest.mark.slow
def test_it_makes_no_network_connection(retriever):
    settings = retriever.assistant.settings
    done = python(ALONE, settings.corpus, settings.index)
    assert done.stdout == "valley/bees.md\n", done.stderr
