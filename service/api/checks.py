"""`/v1/checks`: checks that were made, shown again, repeated, and known to be stale."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue

from service.api import check_docs as docs
from service.api.changes import changes, draft
from service.api.check_schemas import (
    CheckListParameters,
    CheckPageSchema,
    DraftSchema,
    KeptCheckSchema,
    RecheckSchema,
)
from service.api.contract import StrictBlueprint, operation
from service.api.keep import kept_answer
from service.api.once import PARAMETER, once
from service.api.policy import OVERSEE, RECALL
from service.api.printed import POLICY, printed
from service.api.transfer import tagged
from service.keeping import CheckListing, CheckLog, KeptCheck, Ledger
from service.ports import Checker

_JSON = "application/json"


def blueprint(checker: Checker, log: CheckLog, ledger: Ledger) -> StrictBlueprint:
    """Return the resource that shows this log and repeats its checks."""
    blp = StrictBlueprint("checks", __name__, url_prefix="/v1/checks", description="Checks that were made.")
    _reading(blp, log)
    _working(blp, checker, log, ledger)
    return blp


def _reading(blp: StrictBlueprint, log: CheckLog) -> None:
    @operation(
        blp,
        blp.route("", methods=["GET"]),
        blp.arguments(CheckListParameters, location="query"),
        blp.response(200, CheckPageSchema, content_type=_JSON, description="A page.", example=docs.PAGE),
        problems=(400, 422, 500, 503),
        needs=OVERSEE,
    )
    def get_checks(listing: CheckListing) -> ResponseReturnValue:
        """List the checks that were made, newest first; with `stale`, those whose evidence was corrected or deleted."""
        return _answer(CheckPageSchema().dump(log.page(listing)))

    @operation(
        blp,
        blp.route("/<check_id>", methods=["GET"]),
        blp.response(200, KeptCheckSchema, content_type=_JSON, example=docs.KEPT),
        blp.alt_response(304, description="The check is still what If-None-Match names.", success=True),
        problems=(404, 500, 503),
        needs=RECALL,
    )
    def get_check_again(check_id: str) -> ResponseReturnValue:
        """Show a check as it was answered, what it rested on, and whether that still stands."""
        answer = _answer(_shown(log.get(check_id)))
        answer.headers["Cache-Control"] = "no-store"  # the claim may not be published yet
        return tagged(answer)

    @operation(
        blp,
        blp.route("/<check_id>/report", methods=["GET"]),
        blp.response(200, {"type": "string"}, content_type="text/html", description="A page.", example=docs.PRINTED),
        problems=(404, 500, 503),
        needs=RECALL,
    )
    def get_printed(check_id: str) -> ResponseReturnValue:
        """Show a check as a page that prints on one sheet; it is whole in itself, to be saved or sent."""
        return Response(printed(log.get(check_id)), mimetype="text/html", headers={"Content-Security-Policy": POLICY})


def _working(blp: StrictBlueprint, checker: Checker, log: CheckLog, ledger: Ledger) -> None:
    @operation(
        blp,
        blp.route("/<check_id>/recheck", methods=["POST"]),
        blp.doc(parameters=[PARAMETER]),
        blp.response(200, RecheckSchema, content_type=_JSON, example=docs.RECHECK),
        problems=(404, 409, 413, 422, 500, 503),
        needs=RECALL,
    )
    def post_recheck(check_id: str) -> ResponseReturnValue:
        """Ask the same question of the articles of today, keep that as a check of its own, and say what has changed."""

        def repeat() -> Response:
            before = log.get(check_id)
            report = json.loads(kept_answer(log, before.query, checker.check(before.query)))
            return _answer({"before": check_id, "report": report, "changes": changes(before, report)})

        return once(ledger, request, None, repeat, holds_claim=True)

    @operation(
        blp,
        blp.route("/<check_id>/claimreview", methods=["GET"]),
        blp.response(200, DraftSchema, content_type=_JSON, example=docs.DRAFT),
        problems=(404, 500, 503),
        needs=RECALL,
    )
    def get_claimreview(check_id: str) -> ResponseReturnValue:
        """Draft a schema.org ClaimReview: claim and citations, without the rating, author and address of a human."""
        return _answer(draft(log.get(check_id)))


def _shown(kept: KeptCheck) -> dict[str, Any]:
    shown: dict[str, Any] = KeptCheckSchema(exclude=("report",)).dump(kept)
    return {**shown, "report": json.loads(kept.answer)}


def _answer(shown: dict[str, Any]) -> Response:
    return Response(json.dumps(shown, ensure_ascii=False) + "\n", content_type=_JSON)
