"""`/v1/articles`: added, read, replaced and deleted while checks go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, json, request
from flask.typing import ResponseReturnValue
from marshmallow import Schema

from service.api import article_docs as docs
from service.api.article_schemas import (
    ArticlePageSchema,
    ArticleParameters,
    HoldingSchema,
    ListParameters,
    ReceiptSchema,
    ReplaceParameters,
)
from service.api.bulk import Adding, add_lines
from service.api.contract import StrictBlueprint, operation
from service.api.incoming import LINES, Fetch, article_in, unreadable
from service.api.once import PARAMETER, once, refuse_key
from service.api.policy import ASK, WRITE
from service.api.problems import Fault, Problem
from service.api.transfer import names_version
from service.errors import ReadingError
from service.keeping import Archive, Change, Ledger, Listing, OnDuplicate, Receipt

_JSON = "application/json"
_MANY = frozenset({LINES, "application/ndjson", "application/jsonl"})


def blueprint(archive: Archive, max_bytes: int, fetch: Fetch | None, ledger: Ledger) -> StrictBlueprint:
    """Return the resource that keeps articles in this archive, of at most so many bytes each; `fetch` gets a page."""
    blp = StrictBlueprint("articles", __name__, url_prefix="/v1/articles", description="What claims are checked on.")
    _collection(blp, archive, max_bytes, fetch, ledger)
    _reading(blp, archive)
    _changing(blp, archive, max_bytes, fetch)
    return blp


def _collection(blp: StrictBlueprint, archive: Archive, max_bytes: int, fetch: Fetch | None, ledger: Ledger) -> None:
    @operation(
        blp,
        blp.route("", methods=["POST"]),
        blp.arguments(ArticleParameters, location="query"),
        blp.doc(requestBody=docs.MANY, parameters=[PARAMETER]),
        *docs.added(blp),
        problems=(400, 409, 413, 415, 422, 500, 503),
        needs=WRITE,
    )
    def post_articles(parameters: dict[str, Any]) -> ResponseReturnValue:
        """Add an article, or many as lines of JSON.

        Once it is answered, every check that begins sees the article. Many are answered line by line, each with the
        status that it would have had alone; lines already answered stay when a later one fails.
        """
        on_duplicate: OnDuplicate = parameters.pop("on_duplicate")
        if request.mimetype in _MANY:
            _none_of(parameters)
            refuse_key(request, "many articles: sent again with on_duplicate=skip, they change nothing")
            return add_lines(Adding(archive, on_duplicate, max_bytes), request)

        def add() -> Response:
            new = article_in(request, parameters, max_bytes, fetch)
            try:
                return _received(archive.add(new, on_duplicate))
            except ReadingError as error:
                raise unreadable(error, new) from error

        return once(ledger, request, max_bytes, add)

    @operation(
        blp,
        blp.route("", methods=["GET"]),
        blp.arguments(ListParameters, location="query"),
        blp.response(200, ArticlePageSchema, content_type=_JSON, description="A page.", example=docs.PAGE),
        problems=(400, 422, 500, 503),
        needs=ASK,
    )
    def get_articles(listing: Listing) -> ResponseReturnValue:
        """List articles in the order of their ids, a page at a time."""
        return _answer(ArticlePageSchema(), archive.page(listing))


def _reading(blp: StrictBlueprint, archive: Archive) -> None:
    @operation(
        blp,
        blp.route("/<path:article_id>", methods=["GET"]),
        blp.response(200, HoldingSchema, content_type=_JSON, example=docs.HOLDING, headers=docs.ETAG),
        blp.alt_response(304, description="The article is still the one of If-None-Match.", success=True),
        problems=(404, 500, 503),
        needs=ASK,
    )
    def get_article(article_id: str) -> ResponseReturnValue:
        """Read an article with its cleaned text."""
        held = archive.get(article_id)
        shown = {**_dumped(HoldingSchema(), held.article), "text": held.article.text, "sentences": held.sentences}
        response = _json(shown)
        response.set_etag(held.article.digest)
        return response.make_conditional(request)


def _changing(blp: StrictBlueprint, archive: Archive, max_bytes: int, fetch: Fetch | None) -> None:
    @operation(
        blp,
        blp.route("/<path:article_id>", methods=["PUT"]),
        blp.arguments(ReplaceParameters, location="query"),
        blp.doc(requestBody=docs.ONE, parameters=[docs.IF_MATCH]),
        blp.response(200, ReceiptSchema, content_type=_JSON, example=docs.REPLACED, headers=docs.ETAG),
        problems=(400, 404, 409, 412, 413, 415, 422, 500, 503),
        needs=WRITE,
    )
    def put_article(parameters: dict[str, Any], article_id: str) -> ResponseReturnValue:
        """Replace an article, for a correction. With If-Match only the version that was read is replaced."""
        new = article_in(request, parameters, max_bytes, fetch)
        if new.id not in (None, article_id):
            detail = "id is not the one in the address; leave it out"
            raise Problem(422, detail, [Fault(detail, pointer="#/id")])
        try:
            return _received(archive.replace(article_id, new, _matches))
        except ReadingError as error:
            raise unreadable(error, new) from error

    @operation(
        blp,
        blp.route("/<path:article_id>", methods=["DELETE"]),
        blp.doc(parameters=[docs.IF_MATCH]),
        blp.response(204, description="It is gone: no check that begins now sees it."),
        problems=(404, 412, 500, 503),
        needs=WRITE,
    )
    def delete_article(article_id: str) -> ResponseReturnValue:
        """Delete an article. One that a folder gave comes back at the next start, unless its file goes too."""
        archive.remove(article_id, _matches)
        return Response(status=204)


def _matches(digest: str) -> bool:
    return names_version(request, digest)


def _none_of(parameters: Mapping[str, Any]) -> None:
    for name in parameters:
        detail = f"{name} belongs into each line; in the query it is for bodies that are a text or a page"
        raise Problem(422, detail, [Fault(detail, parameter=name)])


def _received(receipt: Receipt) -> Response:
    response = _answer(ReceiptSchema(), receipt)
    response.status_code = 201 if receipt.change is Change.ADDED else 200
    response.set_etag(receipt.article.digest)
    if receipt.change is Change.ADDED:
        response.location = docs.location(receipt.article.id)
    return response


def _answer(schema: Schema, value: object) -> Response:
    return _json(_dumped(schema, value))


def _dumped(schema: Schema, value: object) -> dict[str, Any]:
    shown: dict[str, Any] = schema.dump(value)
    return shown


def _json(shown: Mapping[str, Any]) -> Response:
    return Response(json.dumps(shown) + "\n", content_type=_JSON)
