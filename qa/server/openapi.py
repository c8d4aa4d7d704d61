"""The description of the plain HTTP interface, in OpenAPI 3.1, made from the functions themselves.

The models say what `as_dict` of the values in `qa.types` returns. They describe it and check nothing.
"""

from __future__ import annotations

import inspect
from typing import Annotated, Any, cast

from pydantic import BaseModel, Field, TypeAdapter

from qa.server.functions import Function

_REFERENCE = "#/components/schemas/{model}"
_Offset = Annotated[int, Field(ge=0)]
_Page = Annotated[int | None, Field(description="Counted from 1; null for formats without pages.")]
_Place = Annotated[str, Field(description="Such as “slide 3” or “Prices!A4:C4”; empty if there is none.")]


class Document(BaseModel):
    """A document, without its text. Offsets count Unicode characters of that text."""

    id: str
    path: Annotated[str, Field(description="Relative to the corpus folder, with “/”.")]
    title: str
    digest: Annotated[str, Field(description="The SHA-256 of the text, which tells two states of it apart.")]
    metadata: Annotated[
        dict[str, str],
        Field(description="As far as known: source, source_title, author, date, url, language."),
    ]
    pages: Annotated[int, Field(description="The number of pages; 0 for formats without pages.")]


class Passage(BaseModel):
    """A slice of a document."""

    id: str
    document_id: str
    start: _Offset
    end: _Offset
    text: str
    header: Annotated[str, Field(description="Title and heading, by which it is found too.")]
    sentences: Annotated[
        list[tuple[int, int]], Field(description="The spans that may be quoted, in the document.")
    ]
    remark: Annotated[str, Field(description="What has to be known of every quote, such as “read by OCR”.")]
    doubtful: Annotated[bool, Field(description="True if this is perhaps not the author's text.")]


class Hit(BaseModel):
    """A passage found for some words or a question."""

    passage: Passage
    document: Document
    score: Annotated[float, Field(description="Orders the hits of one search. It is no probability.")]
    page: _Page
    place: _Place


class Citation(BaseModel):
    """A numbered quote, exactly as it stands in its document."""

    number: Annotated[int, Field(ge=1)]
    document: Document
    start: _Offset
    end: _Offset
    quote: str
    passage: Passage
    page: _Page
    page_end: _Page
    place: _Place
    columns: Annotated[str, Field(description="The row that names the columns, of a quote from a table.")]


class Claim(BaseModel):
    """One thing that the documents say, and the citations that say it."""

    value: Annotated[
        str, Field(description="A part of the first citation's quote: the short answer, or all.")
    ]
    citations: list[Citation]


class Answer(BaseModel):
    """An answer made of quotes, or a refusal."""

    question: str
    text: Annotated[str, Field(description="Markdown, with marks such as [1] after what is quoted.")]
    answered: Annotated[bool, Field(description="False for a refusal, which has no claims and no citations.")]
    confidence: Annotated[float, Field(ge=0, le=1, description="The probability that the answer is right.")]
    claims: list[Claim]
    citations: list[Citation]
    nearest: Annotated[list[Hit], Field(description="The nearest passages, of a refusal as well.")]
    differ: Annotated[bool, Field(description="True if the claims give different values for one thing.")]
    understood: Annotated[str, Field(description="The question that was answered, read from the history.")]
    unknown: Annotated[list[str], Field(description="Words of the question that are in no document.")]
    suggestions: Annotated[list[str], Field(description="Questions that the documents answer.")]
    corrected: Annotated[str, Field(description="The question with its words spelled as in the documents.")]
    language: Annotated[str, Field(description="The language of the question, if it is hardly read.")]
    unanswered: Annotated[list[str], Field(description="Parts of the question on which nothing was found.")]
    lead: Annotated[str, Field(description="A line about an overview of several documents.")]
    layout: Annotated[str, Field(description="How the claims are arranged: claims, documents or dates.")]


class Error(BaseModel):
    """What is wrong, in one line."""

    error: str


_MODELS: tuple[type[BaseModel], ...] = (Answer, Hit, Document, Error)
_RESULTS: dict[str, type[BaseModel]] = {
    "ask": Answer,
    "search": Hit,
    "documents": Document,
}  # of all but `ask` a list
_ERRORS = {
    "400": "The request cannot be understood, or the question cannot be asked.",
    "401": "A login is set, and the request comes without it.",
    "403": "The request comes from a page of another site.",
    "404": "There is no document with such an id.",
    "408": "The body took too long to arrive.",
    "411": "The length of the body is unknown.",
    "413": "The body is too large.",
    "429": "Too many wrong passwords came from this address.",
    "500": "The server failed.",
    "503": "The server is too busy, or the index cannot be read.",
}


def description(functions: dict[str, Function], base: str) -> dict[str, Any]:
    """The description of functions that are served below a path."""
    paths = {f"/{name}": _path(name, function) for name, function in functions.items()}
    adapters = [(model, "serialization", TypeAdapter(model)) for model in _MODELS]
    _, schemas = TypeAdapter.json_schemas(cast(Any, adapters), ref_template=_REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ask the documents",
            "version": "1",
            "description": "Answers in the documents' own words, with exact citations.",
        },
        "servers": [{"url": base}],
        "security": [{"login": []}, {}],
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "responses": {
                status: {"description": text, "content": _json(_reference(Error))}
                for status, text in _ERRORS.items()
            },
            "securitySchemes": {
                "login": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "If the server asks for a login.",
                }
            },
        },
    }


def _path(name: str, function: Function) -> dict[str, Any]:
    """An operation: POST with the arguments as the body if it has many, else GET with a query."""
    summary, _, details = (inspect.getdoc(function) or "").partition("\n\n")
    arguments = TypeAdapter(cast(Any, function)).json_schema()
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": " ".join(summary.split()),
        **({"description": details} if details else {}),
        "responses": {
            "200": {"description": "The result.", "content": _json(_result(name))},
            **{status: {"$ref": f"#/components/responses/{status}"} for status in _ERRORS},
        },
    }
    if name == "ask":
        return {"post": {**operation, "requestBody": {"required": True, "content": _json(arguments)}}}
    required = arguments.get("required", [])
    parameters = [
        {"name": parameter, "in": "query", "required": parameter in required, **_parameter(parameter, schema)}
        for parameter, schema in arguments["properties"].items()
    ]
    return {"get": {**operation, "parameters": parameters}}


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter of a query, which is left out where the function would take null."""
    said = schema.get("description", "").replace("; null for all", f", one in each `{name}=`; else all")
    schema = {key: value for key, value in schema.items() if key != "description"}
    if "anyOf" in schema:
        schema = next(choice for choice in schema["anyOf"] if choice.get("type") != "null")
    return {"description": said, "schema": schema}


def _result(name: str) -> dict[str, Any]:
    item = _reference(_RESULTS[name])
    return item if name == "ask" else {"type": "array", "items": item}


def _reference(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
