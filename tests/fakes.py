"""Stand-ins whose answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from service.api.example import REPORT
from service.domain import Query, Report

READY = {"models": "ready", "index": "ready"}


class FakeChecker:
    """Answers every query with the same report about the query's own claim, and remembers what it was asked."""

    def __init__(
        self, report: Report = REPORT, parts: Mapping[str, str] = READY, error: Exception | None = None
    ) -> None:
        self.report, self.parts, self.error = report, dict(parts), error
        self.queries: list[Query] = []

    def state(self) -> dict[str, str]:
        return self.parts

    def check(self, query: Query) -> Report:
        self.queries.append(query)
        if self.error:
            raise self.error
        excluded = self.report.excluded if query.include_excluded else ()
        return replace(self.report, claim=query.claim, excluded=excluded)
