"""`/v1/check-text`: a whole text in, its claims checked one by one, a line of JSON for each sentence as it is done."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

from flask import Request, Response, request, stream_with_context
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError, post_load, validates_schema

from service.api.contract import StrictBlueprint, operation
from service.api.example import REPORT
from service.api.fields import Prose, Whole
from service.api.keep import kept
from service.api.passages import Passage, summary
from service.api.plain import quoted
from service.api.policy import ASK
from service.api.problems import Fault, Problem, body_of
from service.api.request import load, parse_json, read_body
from service.api.schemas import Incoming, Narrowing
from service.api.text_lines import text_line
from service.domain import Query, Report, Verdict
from service.errors import BusyError, ReadingError
from service.keeping import CheckLog
from service.ports import Checker
from service.reading.articles import article_from_html
from service.reading.decoding import decode
from service.spotting.claims import Reason, Spotted, spot
from service.spotting.drafts import Places

Row = Mapping[str, Any]  # a line of the answer, before it is laid out

LINES = "application/x-ndjson"
PAGE, TEXT, JSON = "text/html", "text/plain", "application/json"
MOST_CHARACTERS = 100_000
MOST_BYTES = 1_300_000  # of 100,000 characters as JSON that escapes each; a page is more than its text
_SAID = "Six berths are closed. Who is to blame?"
_EXAMPLE = json.dumps({"text": _SAID})
_ANY_CLAIM = "any"
_PAUSE_S = 0.2  # between two tries, while other checks are waiting
_RETRY_S = 10
_FULL = f"{{}} texts are being checked already, the limit of one worker: try again in {_RETRY_S} seconds."
_UP = "the time for this text was up before this sentence; send the text from here on again"


@dataclass(frozen=True, slots=True)
class Pace:
    """How long one text may take, how long it waits for models that load, and how many texts a worker takes at once.

    A text holds a thread until its last line is read, so more of them would leave none for other requests.
    """

    budget_s: float = 60.0
    patience_s: float = 10.0
    most_at_once: int = 4
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep


@dataclass(frozen=True, slots=True)
class WholeText:
    """A text to check, and how its claims are to be checked; `from_page`: it was read out of a page."""

    text: str
    query: Query
    from_page: bool = False


class TextBodySchema(Narrowing):
    """A text, or the `html` of a page, with what `POST /v1/check` takes beside the claim."""

    text = Prose()
    html = Prose()

    @validates_schema
    def _one_of_two(self, data: dict[str, Any], **_: Any) -> None:
        if ("text" in data) == ("html" in data):
            raise ValidationError("has both text and html; give one" if "text" in data else "has no text; give it one")


class TextParameters(Incoming):
    """The query string of `POST /v1/check-text`, for bodies that are a text or a page."""

    limit = Whole(1, 50, in_query=True, load_default=10, metadata={"description": "Sentences judged for each claim."})

    @post_load
    def _limit(self, data: dict[str, Any], **_: Any) -> int:
        limit: int = data["limit"]
        return limit


_SHOWN = (
    {"kind": "claim", "start": 0, "end": 22, "sentence": "Six berths are closed.",
     "checked_as": "Six berths are closed.", "report": REPORT},
    {"kind": "left_out", "start": 23, "end": 39, "sentence": "Who is to blame?", "reason": Reason.QUESTION},
    {"kind": "summary", "claims": 1, "left_out": 1, "failed": 0, "verdicts": {Verdict.REFUTED: 1},
     "truncated": False},
)  # fmt: skip


_TOLD = "".join([
    Passage("1:1", "Six berths are closed.", "Six berths are closed.", REPORT).text,
    Passage("1:24", "Who is to blame?", reason=Reason.QUESTION).text,
    summary(1, 1, 0, Counter({Verdict.REFUTED: 1})),
])  # fmt: skip


def blueprint(checker: Checker, log: CheckLog, pace: Pace) -> StrictBlueprint:
    """Return the resource that checks texts with this checker, and keeps each check."""
    room = threading.BoundedSemaphore(pace.most_at_once)
    blp = StrictBlueprint("texts", __name__, url_prefix="/v1", description="What the articles say of a whole text.")
    described = {"type": "string", "description": "One JSON object a line, each a `TextLine` of the schemas."}
    bodies = {
        JSON: {"schema": TextBodySchema, "example": {"text": _SAID}},
        TEXT: {"schema": {"type": "string"}, "example": _SAID},
        PAGE: {"schema": {"type": "string"}, "example": f"<p>{_SAID}</p>"},
    }

    @operation(
        blp,
        blp.route("/check-text", methods=["POST"]),
        blp.arguments(TextParameters, location="query"),
        blp.doc(requestBody={"required": True, "content": bodies}),
        blp.response(200, described, content_type=LINES, example="".join(text_line(row) for row in _SHOWN)),
        blp.alt_response(200, schema={"type": "string"}, content_type=TEXT, example=_TOLD, success=True),
        problems=(400, 413, 415, 422, 500, 503),
        needs=ASK,
    )
    def post_check_text(limit: int) -> ResponseReturnValue:
        """Check every claim of a text. Sentences that make none are left out, each with its reason."""
        whole = _sent(request, limit)
        _is_ready(checker, pace)
        if not room.acquire(blocking=False):
            raise BusyError(_FULL.format(pace.most_at_once), _RETRY_S)
        place = ExitStack()
        place.callback(room.release)
        rows = _until_read(_Texts(checker, log, pace).rows(whole), place)
        if request.accept_mimetypes.best_match([LINES, TEXT], LINES) == TEXT:
            told, kind = map(_shown_in(whole.text), rows), f"{TEXT}; charset=utf-8"
        else:
            told, kind = map(text_line, rows), LINES
        response = Response(stream_with_context(told), content_type=kind)
        response.call_on_close(place.close)  # where the client goes away before the first line
        response.vary.add("Accept")
        return response

    return blp


def _until_read(rows: Iterator[Row], place: ExitStack) -> Iterator[Row]:
    """Yield rows, and give the place back after the last; closing it again is harmless."""
    with place:
        yield from rows


def _sent(req: Request, limit: int) -> WholeText:
    req.max_content_length = MOST_BYTES
    if req.is_json:
        return _of_json(load(TextBodySchema(), parse_json(read_body(req), _EXAMPLE)))
    if req.mimetype not in {TEXT, PAGE}:
        sent = quoted(req.mimetype) if req.mimetype else "no content type"
        raise Problem(415, f"the body came as {sent}; send {JSON}, {TEXT} or {PAGE}")
    try:
        text = decode(read_body(req))
    except ReadingError as error:
        raise Problem(422, f"the body {error}", [Fault(f"the body {error}", pointer="#")]) from error
    return _whole(text, Query(_ANY_CLAIM, limit=limit), is_page=req.mimetype == PAGE)


def _of_json(data: dict[str, Any]) -> WholeText:
    publishers = data.pop("publishers", {"included": (), "excluded": ()})
    text, page = data.pop("text", None), data.pop("html", None)
    query = Query(
        _ANY_CLAIM, **data,
        publishers_include=tuple(publishers["included"]), publishers_exclude=tuple(publishers["excluded"]),
    )  # fmt: skip
    return _whole(text or page, query, is_page=page is not None)


def _whole(text: str, query: Query, *, is_page: bool) -> WholeText:
    if is_page:
        try:
            text = article_from_html("page", text).text
        except ReadingError as error:
            raise Problem(422, f"the page {error}", [Fault(f"the page {error}", pointer="#")]) from error
    if len(text) > MOST_CHARACTERS:
        detail = f"the text has {len(text):,} characters; the limit is {MOST_CHARACTERS:,}: send it in parts"
        raise Problem(422, detail, [Fault(detail, pointer="#")])
    return WholeText(text, query, is_page)


def _is_ready(checker: Checker, pace: Pace) -> None:
    """Say that models are loading before the answer begins, while it can still be a problem; wait for them a while."""
    until = pace.clock() + pace.patience_s
    while waiting := [f"{part} is {state}" for part, state in checker.state().items() if state != "ready"]:
        if pace.clock() >= until or not any(each.endswith(" is loading") for each in waiting):
            raise Problem(503, f"{'; '.join(waiting)}; try again in a few seconds", map(Fault, waiting))
        pace.sleep(_PAUSE_S)


def _shown_in(text: str) -> Callable[[Mapping[str, Any]], str]:
    """Return what lays out a row for a terminal, with its line and column in the text."""
    places = Places(text)

    def shown(row: Mapping[str, Any]) -> str:
        if row["kind"] == "text":
            return ""
        if row["kind"] == "summary":
            return summary(row["claims"], row["left_out"], row["failed"], Counter(row["verdicts"]))
        problem = row["problem"]["detail"] if "problem" in row else None
        place = str(places.of(row["start"]))
        return Passage(
            place, row["sentence"], row.get("checked_as"), row.get("report"), problem, row.get("reason")
        ).text

    return shown


@dataclass(frozen=True, slots=True)
class _Texts:
    """Checks the sentences of a text, one line each, until they are done or the time is up."""

    checker: Checker
    log: CheckLog
    pace: Pace

    def rows(self, whole: WholeText) -> Iterator[Row]:
        until = self.pace.clock() + self.pace.budget_s
        if whole.from_page:
            yield {"kind": "text", "text": whole.text}
        verdicts: Counter[Verdict] = Counter()
        counts = {"claim": 0, "left_out": 0}
        failed, truncated = 0, False
        for found in spot(whole.text):
            row = self._row(found, whole.query, until)
            counts[row["kind"]] += 1
            failed += "problem" in row
            if report := row.get("report"):
                verdicts[report.ruling.verdict] += 1
            truncated = truncated or row.get("problem", {}).get("detail") == _UP or bool(report and report.truncated)
            yield row
        yield (
            {"kind": "summary", "claims": counts["claim"], "left_out": counts["left_out"], "failed": failed,
             "verdicts": dict(verdicts), "truncated": truncated}
        )  # fmt: skip

    def _row(self, found: Spotted, asked: Query, until: float) -> dict[str, Any]:
        place = {"start": found.span.start, "end": found.span.end, "sentence": found.sentence}
        if found.checked_as is None:
            return {"kind": "left_out", **place, "reason": found.reason}
        row = {"kind": "claim", **place, "checked_as": found.checked_as}
        query = replace(asked, claim=found.checked_as)
        try:
            return {**row, "report": kept(self.log, query, self._in_turn(query, until))}
        except Exception as error:  # whatever it is, the other sentences go on
            return {**row, "problem": body_of(error)}

    def _in_turn(self, query: Query, until: float) -> Report:
        """Check, and ask again while the service is busy: a text waits rather than having a hole."""
        while self.pace.clock() < until:
            try:
                return self.checker.check(query)
            except BusyError:
                self.pace.sleep(_PAUSE_S)
        raise Problem(503, _UP)
