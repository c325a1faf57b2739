"""Many articles in one request: a line in, a line out, and one bad line loses nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Request, Response

from service.api.article_schemas import LineSchema
from service.api.incoming import LINES, articles_in, unreadable
from service.api.problems import Problem, body_of
from service.errors import BusyError, ReadingError
from service.keeping import Archive, Change, NewArticle, OnDuplicate, Receipt

_IN_MEMORY = 1_000_000  # bytes of answers; more go to a file
_BLOCK = 65_536
_ENDLESS = 1 << 62  # bytes of a body; None would stand for the app's limit
_PATIENCE = 300  # times to ask again, while checks are waiting too
_PAUSE_S = 0.2
_LINE = LineSchema()


def add_lines(archive: Archive, req: Request, on_duplicate: OnDuplicate, max_bytes: int) -> Response:
    """Add every article of a body of lines, and answer each line by one.

    The answers wait until the body is read: a client that reads nothing before it has sent everything would
    otherwise stop, with its own answers in the way of its articles.
    """
    req.max_content_length = _ENDLESS
    answers: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed once it is sent
    for row in _rows(archive, req, on_duplicate, max_bytes):
        answers.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")
    return Response(_sent(answers), content_type=LINES)


def _sent(answers: IO[bytes]) -> Iterator[bytes]:
    with answers:
        answers.seek(0)
        while block := answers.read(_BLOCK):
            yield block


def _rows(archive: Archive, req: Request, on_duplicate: OnDuplicate, max_bytes: int) -> Iterator[dict[str, Any]]:
    number = 0
    try:
        for number, item in articles_in(req.stream, max_bytes):
            yield _row(archive, number, item, on_duplicate)
    except Problem as problem:  # a packed body that is damaged: what came before stays, and is answered
        yield _failed(number + 1, problem)


def _row(archive: Archive, number: int, item: NewArticle | Problem, on_duplicate: OnDuplicate) -> dict[str, Any]:
    try:
        receipt = _added(archive, item, on_duplicate)
    except Exception as error:  # whatever it is, the other lines go on
        return _failed(number, error)
    status = 201 if receipt.change is Change.ADDED else 200
    row: dict[str, Any] = _LINE.dump({"line": number, "status": status, "receipt": receipt, "problem": None})
    return row


def _failed(number: int, error: Exception) -> dict[str, Any]:
    problem = body_of(error)
    return {"line": number, "status": problem["status"], "receipt": None, "problem": problem}


def _added(archive: Archive, item: NewArticle | Problem, on_duplicate: OnDuplicate) -> Receipt:
    if isinstance(item, Problem):
        raise item
    try:
        for _ in range(_PATIENCE):
            try:
                return archive.add(item, on_duplicate)
            except BusyError:
                time.sleep(_PAUSE_S)
        return archive.add(item, on_duplicate)
    except ReadingError as error:
        raise unreadable(error, item) from error
