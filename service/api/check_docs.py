"""What the contract shows of `/v1/checks`: one invented check, and what became of its evidence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from service.api.changes import changes, draft
from service.api.check_schemas import CheckPageSchema, KeptCheckSchema
from service.api.example import REPORT
from service.api.present import as_json_text
from service.domain import Query
from service.keeping import Cause, CheckPage, KeptCheck, Why

_REPORT: Any = json.loads(as_json_text(REPORT))
_CHECK = KeptCheck(
    id=REPORT.check_id,
    checked_at=datetime(2026, 3, 12, 12, tzinfo=UTC),
    query=Query(REPORT.claim),
    verdict=REPORT.ruling.verdict,
    answer=as_json_text(REPORT),
    index_version=REPORT.index_version,
    embedder=REPORT.embedder,
    stance_model=REPORT.stance_model,
    thresholds=REPORT.thresholds,
    stale=(Cause("a2", "Port strike: most berths shut", Why.DELETED),),
)


def _after() -> dict[str, Any]:
    """Return the example's report as it would be without the second article."""
    (entry,) = _REPORT["evidence"]
    return {**_REPORT, "check_id": "5f0e8d7c6b5a4938", "evidence": [{**entry, "also_in": []}]}


PAGE: Any = CheckPageSchema().dump(CheckPage((_CHECK,), 41))
KEPT: Any = {**KeptCheckSchema(exclude=("report",)).dump(_CHECK), "report": _REPORT}
RECHECK: Any = {"before": _CHECK.id, "report": _after(), "changes": changes(_CHECK, _after())}
DRAFT: Any = draft(_CHECK)
PRINTED = '<!doctype html>\n<html lang="en">\n…'
