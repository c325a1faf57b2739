"""A report on its way out is kept first, and answered also where that fails."""

from __future__ import annotations

import logging
from dataclasses import replace

from service.api.present import as_json_text
from service.domain import Query, Report
from service.errors import UnwritableError
from service.keeping import CheckLog

_log = logging.getLogger(__name__)


def kept(log: CheckLog, query: Query, report: Report) -> Report:
    """Keep a report, and return it, with a warning where it could not be kept."""
    return _kept(log, query, report)[0]


def kept_answer(log: CheckLog, query: Query, report: Report) -> str:
    """Keep a report, and return it as JSON."""
    return _kept(log, query, report)[1]


def _kept(log: CheckLog, query: Query, report: Report) -> tuple[Report, str]:
    answer = as_json_text(report)
    try:
        log.keep(query, report, answer)
    except UnwritableError as error:
        _log.warning("a check was not kept: %s", error)
        warning = "The check could not be kept: the store is not writable."
        report = replace(report, warnings=(*report.warnings, warning))
        return report, as_json_text(report)
    return report, answer
