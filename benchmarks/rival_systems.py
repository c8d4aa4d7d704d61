"""The rivals in `benchmarks/rivals.py`: one small class each, used as its documentation recommends.

A text is one document, and the model reads as much of it as the system allows. Indexes are in memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from systems import System, Texts, ThisProject

BATCH = 32  # texts that the model takes at once, if a system has a setting for it
DIMENSION = 384  # of all-MiniLM-L6-v2


class LangChain(System):
    title = "LangChain"
    note = (
        "FAISS and the indexing API with a SQL record manager, `cleanup='full'`, which finds what changed;"
        " it compares name and text together"
    )

    def open(self) -> None:
        from langchain_huggingface import HuggingFaceEmbeddings

        self.embeddings = HuggingFaceEmbeddings(
            model_name=self.model,
            model_kwargs={"device": "cpu"},
            encode_kwargs={"normalize_embeddings": True, "batch_size": BATCH},
        )
        self.opened = 0

    def empty(self) -> None:
        import faiss
        from langchain_classic.indexes import SQLRecordManager
        from langchain_community.docstore.in_memory import InMemoryDocstore
        from langchain_community.vectorstores import FAISS
        from langchain_community.vectorstores.utils import DistanceStrategy

        self.opened += 1
        self.store = FAISS(
            embedding_function=self.embeddings,
            index=faiss.IndexFlatIP(DIMENSION),
            docstore=InMemoryDocstore(),
            index_to_docstore_id={},
            distance_strategy=DistanceStrategy.MAX_INNER_PRODUCT,
        )
        records = self.folder / f"records-{self.opened}.sql"
        self.records = SQLRecordManager("faiss/texts", db_url=f"sqlite:///{records}")
        self.records.create_schema()

    def fill(self, texts: Texts) -> None:
        self.update(texts, (), ())

    def update(self, texts: Texts, new: Sequence[str], gone: Sequence[str]) -> None:
        from langchain_core.documents import Document
        from langchain_core.indexing import index

        documents = [Document(page_content=text, metadata={"source": n}) for n, text in texts.items()]
        index(
            documents,
            self.records,
            self.store,
            batch_size=1000,  # the default of 100 would mean more padding in the model's batches
            cleanup="full",
            source_id_key="source",
            key_encoder="sha256",
        )

    def search(self, question: str, k: int, way: str) -> list[str]:
        return [document.metadata["source"] for document in self.store.similarity_search(question, k=k)]


class LlamaIndex(System):
    title = "LlamaIndex"
    note = (
        "`VectorStoreIndex` over `FaissMapVectorStore`; `refresh_ref_docs` skips documents that have not"
        " changed and inserts new ones, what is gone is deleted by its name"
    )

    def open(self) -> None:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        self.embedding = HuggingFaceEmbedding(self.model, device="cpu", embed_batch_size=BATCH)

    def empty(self) -> None:
        import faiss
        from llama_index.core import StorageContext
        from llama_index.vector_stores.faiss import FaissMapVectorStore

        vectors = FaissMapVectorStore(faiss.IndexIDMap2(faiss.IndexFlatIP(DIMENSION)))
        self.storage = StorageContext.from_defaults(vector_store=vectors)

    def fill(self, texts: Texts) -> None:
        from llama_index.core import VectorStoreIndex

        self.index = VectorStoreIndex.from_documents(
            self._documents(texts), storage_context=self.storage, embed_model=self.embedding
        )

    def search(self, question: str, k: int, way: str) -> list[str]:
        hits = self.index.as_retriever(similarity_top_k=k).retrieve(question)
        return [hit.node.ref_doc_id for hit in hits]

    def put(self, texts: Texts) -> None:
        self.index.refresh_ref_docs(self._documents(texts))

    def drop(self, names: Sequence[str]) -> None:
        # `delete_ref_doc` leaves the vectors in a FAISS store, which only knows nodes.
        for name in names:
            nodes = self.index.docstore.get_ref_doc_info(name).node_ids
            self.index.delete_nodes(list(nodes), delete_from_docstore=True)
            self.index.docstore.delete_ref_doc(name, raise_error=False)

    def _documents(self, texts: Texts) -> list[Any]:
        from llama_index.core import Document

        return [Document(text=text, id_=name) for name, text in texts.items()]


class Txtai(System):
    title = "txtai"
    note = (
        "`Embeddings(hybrid=True, content=True)`, vectors and its BM25; nothing in it skips what has not"
        " changed: `upsert` embeds what it is given, and what is gone is deleted by its id"
    )
    hybrid = True

    def open(self) -> None:
        from txtai import Embeddings

        self.models: dict[str, Any] = {}  # shared, so that a new index does not load the model again
        self.make = partial(
            Embeddings, path=self.model, hybrid=True, content=True, gpu=False, models=self.models
        )
        self.empty()

    def empty(self) -> None:
        self.index = self.make()

    def fill(self, texts: Texts) -> None:
        self.index.index(list(texts.items()))

    def search(self, question: str, k: int, way: str) -> list[str]:
        return [hit["id"] for hit in self.index.search(question, k)]

    def put(self, texts: Texts) -> None:
        self.index.upsert(list(texts.items()))

    def drop(self, names: Sequence[str]) -> None:
        self.index.delete(list(names))


class Chroma(System):
    title = "Chroma"
    note = (
        "a collection in memory, cosine; nothing in it skips what has not changed: `upsert` embeds what it is"
        " given, and what is gone is deleted by its id"
    )

    def open(self) -> None:
        import chromadb
        from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

        self.client = chromadb.EphemeralClient(chromadb.Settings(anonymized_telemetry=False))
        self.embedding = SentenceTransformerEmbeddingFunction(
            self.model, device="cpu", normalize_embeddings=True
        )

    def empty(self) -> None:
        if any(collection.name == "texts" for collection in self.client.list_collections()):
            self.client.delete_collection("texts")
        self.collection = self.client.create_collection(
            "texts", embedding_function=self.embedding, configuration={"hnsw": {"space": "cosine"}}
        )

    def search(self, question: str, k: int, way: str) -> list[str]:
        (names,) = self.collection.query(query_texts=[question], n_results=k)["ids"]
        return list(names)

    def put(self, texts: Texts) -> None:
        size, names = self.client.get_max_batch_size(), list(texts)
        for start in range(0, len(names), size):
            batch = names[start : start + size]
            self.collection.upsert(ids=batch, documents=[texts[name] for name in batch])

    def drop(self, names: Sequence[str]) -> None:
        self.collection.delete(ids=list(names))


class Haystack(System):
    title = "Haystack"
    note = (
        "`InMemoryDocumentStore`, embedding retriever and BM25 retriever joined by reciprocal rank fusion;"
        " documents whose id, a hash of name and text, is in the store are skipped, and what is gone is"
        " deleted by its name"
    )
    hybrid = True

    def open(self) -> None:
        from haystack.utils import ComponentDevice
        from haystack_integrations.components.embedders import sentence_transformers as embedders

        options = {
            "model": self.model,
            "device": ComponentDevice.from_str("cpu"),
            "batch_size": BATCH,
            "normalize_embeddings": True,
            "progress_bar": False,
            "local_files_only": True,
        }
        self.embedder = embedders.SentenceTransformersDocumentEmbedder(**options)
        self.embedder.warm_up()
        self.query_embedder = partial(embedders.SentenceTransformersTextEmbedder, **options)

    def empty(self) -> None:
        from haystack import Pipeline
        from haystack.components.joiners import DocumentJoiner
        from haystack.components.retrievers.in_memory import (
            InMemoryBM25Retriever,
            InMemoryEmbeddingRetriever,
        )
        from haystack.document_stores.in_memory import InMemoryDocumentStore

        self.store = InMemoryDocumentStore(shared=False)
        self.pipeline = Pipeline()
        for name, component in (
            ("embedder", self.query_embedder()),
            ("vectors", InMemoryEmbeddingRetriever(self.store)),
            ("words", InMemoryBM25Retriever(self.store)),
            ("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion")),
        ):
            self.pipeline.add_component(name, component)
        self.pipeline.connect("embedder.embedding", "vectors.query_embedding")
        self.pipeline.connect("vectors", "joiner")
        self.pipeline.connect("words", "joiner")

    def search(self, question: str, k: int, way: str) -> list[str]:
        inputs = {"embedder": {"text": question}, "words": {"query": question}, "joiner": {"top_k": k}}
        return [document.meta["name"] for document in self.pipeline.run(inputs)["joiner"]["documents"]]

    def put(self, texts: Texts) -> None:
        from haystack import Document

        documents = [Document(content=text, meta={"name": name}) for name, text in texts.items()]
        same_ids = {"field": "id", "operator": "in", "value": [document.id for document in documents]}
        stored = {document.id for document in self.store.filter_documents(same_ids)}
        missing = [document for document in documents if document.id not in stored]
        if missing:
            self.store.write_documents(self.embedder.run(missing)["documents"])

    def drop(self, names: Sequence[str]) -> None:
        self.store.delete_by_filter({"field": "meta.name", "operator": "in", "value": list(names)})


SYSTEMS: dict[str, type[System]] = {
    "project": ThisProject,
    "langchain": LangChain,
    "llamaindex": LlamaIndex,
    "txtai": Txtai,
    "chroma": Chroma,
    "haystack": Haystack,
}
