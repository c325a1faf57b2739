"""The lines that answer a whole text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from service.api.present import Outgoing, ProblemSchema, ReportSchema
from service.domain import Verdict
from service.spotting.claims import Reason


class TextLineSchema(Outgoing):
    """One line: the `text` of a page, a `claim` with its report, a sentence `left_out`, or the `summary` at the end.

    Offsets are Unicode code points of the text that was sent, or of the one in the first line where a page was sent.
    """

    kind = fields.String(metadata={"enum": ["text", "claim", "left_out", "summary"]})
    text = fields.String(allow_none=True)
    start = fields.Integer(allow_none=True, metadata={"minimum": 0})
    end = fields.Integer(allow_none=True, metadata={"minimum": 0})
    sentence = fields.String(allow_none=True)
    checked_as = fields.String(allow_none=True, metadata={"description": "The claim as it stands alone."})
    reason = fields.Enum(Reason, by_value=fields.String(), allow_none=True)
    report = fields.Nested(ReportSchema, allow_none=True)
    problem = fields.Nested(ProblemSchema, allow_none=True)
    claims = fields.Integer(allow_none=True, metadata={"minimum": 0})
    left_out = fields.Integer(allow_none=True, metadata={"minimum": 0})
    failed = fields.Integer(allow_none=True, metadata={"minimum": 0, "description": "Claims with a problem."})
    verdicts = fields.Dict(
        keys=fields.Enum(Verdict, by_value=fields.String()), values=fields.Integer(), allow_none=True
    )
    truncated = fields.Boolean(
        allow_none=True,
        metadata={"description": "Whether time ran out for the text, or for the sentences of one of its claims."},
    )


_SCHEMA = TextLineSchema()
_NOTHING: dict[str, Any] = dict.fromkeys(_SCHEMA.fields)


def text_line(row: Mapping[str, Any]) -> str:
    """Return a row as a line of JSON; what it lacks is null."""
    return json.dumps(_SCHEMA.dump({**_NOTHING, **row}), ensure_ascii=False) + "\n"
