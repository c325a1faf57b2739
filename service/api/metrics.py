"""`/metrics`: what Prometheus reads."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response
from flask.typing import ResponseReturnValue

from service.api.contract import StrictBlueprint, operation
from service.api.policy import OVERSEE

_TYPE = "text/plain"
_EXAMPLE = """\
# HELP wirecheck_corpus_articles Articles kept.
# TYPE wirecheck_corpus_articles gauge
wirecheck_corpus_articles 14.0
"""


def blueprint(text: Callable[[], str]) -> StrictBlueprint:
    """Return the resource that tells these figures."""
    blp = StrictBlueprint("metrics", __name__, description="For Prometheus.")

    @operation(
        blp,
        blp.route("/metrics", methods=["GET"]),
        blp.response(
            200, {"type": "string"}, content_type=_TYPE, example=_EXAMPLE, description="Prometheus's text format."
        ),
        problems=(500,),
        needs=OVERSEE,
    )
    def metrics() -> ResponseReturnValue:
        """Tell counts and times of all workers: requests, checks by stage, corpus, indexes, models."""
        return Response(text(), content_type=f"{_TYPE}; version=0.0.4; charset=utf-8")

    return blp
