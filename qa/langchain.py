"""The assistant's passages for LangChain: a retriever that stands in any of its chains."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from qa.assistant import Assistant
from qa.types import Hit


class PassageRetriever(BaseRetriever):
    """The `k` passages that fit a question best, best first, as `Assistant.search` finds them.

    `documents` limits them to documents with these ids; `rerank` has the best dozen read. An empty index
    gives no passages. Raises QuestionError for a question that cannot be searched for (empty, too long, no
    words), also in a chain: an answer that is made of nothing would be worse. `with_fallbacks` catches it,
    and `.batch(..., return_exceptions=True)` gives it in its place. Raises IndexStale.
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
    """The passage as a document of LangChain: `text[start:end]` of the document that `document_id` names.

    Where the document has pages, `page` is that on which the passage begins, counted from 1.
    """
    passage, document = hit.passage, hit.document
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            **document.metadata,  # as far as known: source, source_title, author, date, url, language
            "document_id": document.id,
            "path": document.path,
            "title": document.title,
            "passage_id": passage.id,
            "start": passage.start,
            "end": passage.end,
            **({} if hit.page is None else {"page": hit.page}),
            "score": hit.score,
        },
    )
