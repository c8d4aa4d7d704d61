"""A question -> passages as LangChain documents: a retriever for use in any chain."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from qa.assistant import Assistant
from qa.types import Hit


class PassageRetriever(BaseRetriever):
    """The `k` best passages for a question, best first, as `Assistant.search` finds them.

    `documents` limits the search to documents with these ids; `rerank` has the reader read the best dozen. An
    empty index gives no passages. Raises QuestionError, even in a chain, if the question cannot be searched
    for (empty, too long or without words), since an answer made from nothing would be worse. `with_fallbacks`
    catches it, and `.batch(..., return_exceptions=True)` returns it instead of the passages. Raises
    IndexStale.
    """

    assistant: Assistant
    k: int = Field(default=5, ge=1)
    documents: tuple[str, ...] | None = None
    rerank: bool = True

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        return [_document(hit) for hit in self.assistant.search(query, self.k, self.documents, self.rerank)]


def _document(hit: Hit) -> Document:
    """The passage as a LangChain document: `text[start:end]` of the document with the id `document_id`.

    If the document has pages, `page` is the page on which the passage begins, counted from 1; `place` names
    other places, such as slides and cells, and `remark` says what has to be known of the passage.
    """
    passage, document = hit.passage, hit.document
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            **document.metadata,  # if known: source, source_title, author, date, url, language
            "document_id": document.id,
            "path": document.path,
            "title": document.title,
            "passage_id": passage.id,
            "start": passage.start,
            "end": passage.end,
            **({} if hit.page is None else {"page": hit.page}),
            **({"place": hit.place} if hit.place else {}),
            **({"remark": passage.remark} if passage.remark else {}),
            "score": hit.score,
        },
    )
