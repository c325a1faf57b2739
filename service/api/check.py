"""`/v1/check`: a claim in, a report out."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from service.api import text
from service.api.contract import StrictBlueprint, operation
from service.api.example import REPORT
from service.api.keep import kept, kept_answer
from service.api.plain import one_line
from service.api.policy import ASK
from service.api.present import ReportSchema
from service.api.problems import Problem
from service.api.schemas import CheckBody, CheckParameters
from service.domain import Query
from service.keeping import CheckLog
from service.ports import Checker

_JSON, _TEXT = "application/json", "text/plain"
_BODIES = {
    "plain": {"summary": "Only a claim", "value": {"claim": "The strike closed six berths."}},
    "narrowed": {
        "summary": "Narrowed by date and publisher, with the near misses",
        "value": {
            "claim": "The strike closed six berths.",
            "limit": 20,
            "published_from": "2026-03-01",
            "published_to": "2026-03-31T18:00:00+01:00",
            "publishers": {"include": ["Harbor Herald"], "exclude": []},
            "include_excluded": True,
        },
    },
}


def blueprint(checker: Checker, log: CheckLog) -> StrictBlueprint:
    """Return the resource that asks this checker and keeps what it answers."""
    blp = StrictBlueprint("check", __name__, url_prefix="/v1", description="What the articles say of a claim.")
    answers = (
        blp.response(
            200, ReportSchema, content_type=_JSON, description="The report.", example=ReportSchema().dump(REPORT)
        ),
        blp.alt_response(200, schema={"type": "string"}, content_type=_TEXT, example=text.render(REPORT), success=True),
    )

    @operation(
        blp,
        blp.route("/check", methods=["GET"]),
        blp.arguments(CheckParameters, location="query"),
        *answers,
        problems=(400, 406, 422, 500, 503),
        needs=ASK,
    )
    def get_check(query: Query) -> ResponseReturnValue:
        """Check a claim given in the address."""
        return _answer(checker, log, query)

    @operation(
        blp,
        blp.route("/check", methods=["POST"]),
        blp.arguments(CheckBody, examples=_BODIES),
        *answers,
        problems=(400, 406, 413, 415, 422, 500, 503),
        needs=ASK,
    )
    def post_check(query: Query) -> ResponseReturnValue:
        """Check a claim given as JSON."""
        return _answer(checker, log, query)

    return blp


def _answer(checker: Checker, log: CheckLog, query: Query) -> ResponseReturnValue:
    media_type = _media_type()
    report = checker.check(query)
    if media_type == _TEXT:
        response = Response(text.render(kept(log, query, report)), content_type=f"{_TEXT}; charset=utf-8")
    else:
        response = Response(kept_answer(log, query, report), content_type=_JSON)
    response.vary.add("Accept")
    return response


def _media_type() -> str:
    """Return the type to answer with; a page in a browser gets JSON, since no report is made as HTML."""
    accepted = request.accept_mimetypes
    if not accepted.provided:
        return _JSON
    best = accepted.best_match([_JSON, _TEXT])
    if best and accepted.quality(best) > 0:
        return best
    if accepted.quality("text/html") > 0:
        return _JSON
    wanted = one_line(str(accepted))[:80]
    raise Problem(406, f"nothing here is served as {wanted}; accept {_JSON} or {_TEXT}")
