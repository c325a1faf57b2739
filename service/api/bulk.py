"""Many articles in one request: a line in, a line out, some of them kept at once, and one bad line loses nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Request, Response

from service.api.article_schemas import LineSchema
from service.api.exchanges import note_body
from service.api.incoming import LINES, articles_in, unreadable
from service.api.problems import Problem, body_of
from service.errors import BusyError, NotReadyError, ReadingError
from service.keeping import Archive, Change, NewArticle, OnDuplicate, Receipt
from service.reading.together import together

_IN_MEMORY = 1_000_000  # bytes of answers; more go to a file
_BLOCK = 65_536
_REST = 8_192  # bytes at a time of what is read to be thrown away
_ENDLESS = 1 << 62  # bytes of a body; None would stand for the app's limit
_PATIENCE = 300  # times to ask again, while checks are waiting too
_PAUSE_S = 0.2
_LINE = LineSchema()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one body of lines may have: lines, blank ones counted, and bytes of answers to them."""

    lines: int = 200_000
    answer_bytes: int = 200_000_000


@dataclass(frozen=True, slots=True)
class Adding:
    """How articles are added: where, of how many bytes at most, and what happens to one that is there already."""

    archive: Archive
    on_duplicate: OnDuplicate
    max_bytes: int
    bounds: Bounds = Bounds()


@dataclass(frozen=True, slots=True)
class _Line:
    """A line by its number: an article, or what is wrong with it."""

    number: int
    item: NewArticle | Problem

    @property
    def length(self) -> int:
        return 0 if isinstance(self.item, Problem) else len(self.item.body)


def add_lines(adding: Adding, req: Request) -> Response:
    """Add every article of a body of lines, and answer each line by one.

    The answers wait until the body is read, also what is beyond the bounds: a client that reads nothing before it has
    sent everything would otherwise stop, with its own answers in the way of its articles.
    """
    req.max_content_length = _ENDLESS
    note_body(None)
    answers: IO[bytes] = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115  closed once it is sent
    for row in _rows(adding, req, answers):
        answers.write(json.dumps(row, ensure_ascii=False).encode("utf-8") + b"\n")
    with suppress(Problem):
        while req.stream.read(_REST):
            pass
    return Response(_sent(answers), content_type=LINES)


def _sent(answers: IO[bytes]) -> Iterator[bytes]:
    with answers:
        answers.seek(0)
        while block := answers.read(_BLOCK):
            yield block


def _rows(adding: Adding, req: Request, answers: IO[bytes]) -> Iterator[dict[str, Any]]:
    bounds = adding.bounds
    for batch in together(_lines(req, adding), lambda line: line.length):
        if answers.tell() > bounds.answer_bytes:
            yield _failed(batch[0].number, _too_many(bounds))
            return
        yield from _answered(adding, batch)


def _lines(req: Request, adding: Adding) -> Iterator[_Line]:
    """Yield the lines; of a packed body that is damaged, what came before it, and the problem as a line."""
    number = 0
    try:
        for number, item in articles_in(req.stream, adding.max_bytes, adding.bounds.lines):
            yield _Line(number, item)
    except Problem as problem:
        yield _Line(number + 1, problem)


def _too_many(bounds: Bounds) -> Problem:
    return Problem(
        413, f"the answers are longer than {bounds.answer_bytes:,} bytes, the limit; send the lines from here on again"
    )


def _answered(adding: Adding, batch: Sequence[_Line]) -> Iterator[dict[str, Any]]:
    outcomes = iter(_outcomes(adding, [line.item for line in batch if isinstance(line.item, NewArticle)]))
    for line in batch:
        outcome = line.item if isinstance(line.item, Problem) else next(outcomes)
        if isinstance(outcome, ReadingError) and isinstance(line.item, NewArticle):
            outcome = unreadable(outcome, line.item)
        yield _failed(line.number, outcome) if isinstance(outcome, Exception) else _row(line.number, outcome)


def _outcomes(adding: Adding, news: Sequence[NewArticle]) -> Sequence[Receipt | Exception]:
    """Add articles together, or where one of them makes trouble, one by one, so that the others go on."""
    try:
        return _patiently(adding, news) if news else []
    except NotReadyError as error:  # nothing can be kept now, neither together nor one by one
        return [error] * len(news)
    except Exception as error:  # whatever it is
        return [error] if len(news) == 1 else [_outcomes(adding, [new])[0] for new in news]


def _patiently(adding: Adding, news: Sequence[NewArticle]) -> Sequence[Receipt | Exception]:
    for _ in range(_PATIENCE):
        try:
            return adding.archive.add_all(news, adding.on_duplicate)
        except BusyError:
            time.sleep(_PAUSE_S)
    return adding.archive.add_all(news, adding.on_duplicate)


def _row(number: int, receipt: Receipt) -> dict[str, Any]:
    status = 201 if receipt.change is Change.ADDED else 200
    row: dict[str, Any] = _LINE.dump({"line": number, "status": status, "receipt": receipt, "problem": None})
    return row


def _failed(number: int, error: Exception) -> dict[str, Any]:
    problem = body_of(error)
    return {"line": number, "status": problem["status"], "receipt": None, "problem": problem}
