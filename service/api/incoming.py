"""From a request's body and query to the article that was sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import IO, Any

from flask import Request

from service.api.article_schemas import ArticleBodySchema
from service.api.plain import quoted
from service.api.problems import Fault, Problem
from service.api.request import load, parse_json, read_body, read_json
from service.errors import ReadingError
from service.keeping import NewArticle

EXAMPLE = '{"title": "Gale at the pier", "text": "The pier lost its roof."}'
PAGE, TEXT, LINES = "text/html", "text/plain", "application/x-ndjson"
_BODY = ArticleBodySchema()


Fetch = Callable[[str], NewArticle]
NOT_FETCHED = (
    "this server fetches no addresses; send the page as html, or start the server with WIRECHECK_FETCH=true to let it"
)


def article_in(req: Request, metadata: Mapping[str, Any], max_bytes: int, fetch: Fetch | None) -> NewArticle:
    """Return the article of a body that is JSON, a page or a text, or of the page at the address that JSON gives."""
    req.max_content_length = max_bytes
    if req.is_json:
        if metadata:
            name = next(iter(metadata))
            detail = f"{name} belongs into the JSON body; in the query it is for bodies that are a text or a page"
            raise Problem(422, detail, [Fault(detail, parameter=name)])
        article: NewArticle = load(_BODY, read_json(req, EXAMPLE))
        return article if article.body else _fetched(article, fetch)
    if req.mimetype not in {PAGE, TEXT}:
        sent = quoted(req.mimetype) if req.mimetype else "no content type"
        raise Problem(415, f"the body came as {sent}; send application/json, {PAGE}, {TEXT}, or many as {LINES}")
    return NewArticle(read_body(req), is_html=req.mimetype == PAGE, **metadata)


def _fetched(article: NewArticle, fetch: Fetch | None) -> NewArticle:
    if fetch is None:
        raise Problem(403, NOT_FETCHED, [Fault(NOT_FETCHED, pointer="#/url")])
    page = fetch(article.url or "")
    return replace(article, body=page.body, is_html=page.is_html, url=page.url)


def unreadable(error: ReadingError, new: NewArticle) -> Problem:
    """Return the problem of an article that has no text; the reader's messages are predicates."""
    if isinstance(new.body, bytes):
        return Problem(422, f"the body {error}", [Fault(f"the body {error}", pointer="#")])
    name = "html" if new.is_html else "text"
    return Problem(422, f"{name} {error}", [Fault(f"{name} {error}", pointer=f"#/{name}")])


def articles_in(stream: IO[bytes], max_bytes: int, most_lines: int) -> Iterator[tuple[int, NewArticle | Problem]]:
    """Yield the number and the article of each line that is not blank, or what is wrong with it.

    One line at a time is held, and of one that is too long only the beginning. The line after `most_lines`, blank ones
    counted, is the last problem.
    """
    for number, (line, whole) in enumerate(_lines(stream, max_bytes), start=1):
        if number > most_lines:
            yield number, Problem(413, f"a body may have {most_lines:,} lines; send those from here on in another one")
            return
        if not whole:
            yield (
                number,
                Problem(413, f"the line is longer than {max_bytes:,} bytes, the limit; shorten the article"),
            )
        elif line.strip():
            yield number, _article(line)


def _article(line: bytes) -> NewArticle | Problem:
    try:
        article: NewArticle = load(_BODY, parse_json(line, EXAMPLE))
    except Problem as problem:
        return problem
    if not article.body:
        return Problem(422, "a line needs text or html; an address alone is fetched only when it is sent by itself")
    return article


def _lines(stream: IO[bytes], max_bytes: int) -> Iterable[tuple[bytes, bool]]:
    while line := stream.readline(max_bytes + 1):
        whole = len(line) <= max_bytes
        rest = line
        while not whole and rest and not rest.endswith(b"\n"):
            rest = stream.readline(max_bytes + 1)
        yield line, whole
