"""Kept checks on the way in and on the way out."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, post_load

from service.api.fields import Number, Part, Score, Switch, Utc, Whole
from service.api.present import IndexSchema, ModelsSchema, Outgoing, ReportSchema
from service.api.schemas import Incoming
from service.domain import Stance, Verdict
from service.keeping import CheckListing, Why


class CheckListParameters(Incoming):
    """The query string of `GET /v1/checks`."""

    stale = Switch(
        in_query=True,
        load_default=False,
        metadata={"description": "Only checks that an article fed which was corrected or deleted since."},
    )
    limit = Whole(1, 200, in_query=True, load_default=50, metadata={"description": "Checks on a page."})
    cursor = Number(metadata={"description": "`next` of the page before."})

    @post_load
    def _listing(self, data: dict[str, Any], **_: Any) -> CheckListing:
        return CheckListing(data["limit"], data.get("cursor"), data["stale"])


class CauseSchema(Outgoing):
    """An article that fed the check and is no longer what it was."""

    article_id = fields.String()
    title = fields.String(metadata={"description": "As it was when the check was made."})
    why = fields.Enum(Why, by_value=fields.String())


class ThresholdsSchema(Outgoing):
    """The least probabilities at which a sentence was said to support or to conflict."""

    supports = Score(metadata={"minimum": 0, "maximum": 1})
    conflicts = Score(metadata={"minimum": 0, "maximum": 1})


class CheckRowSchema(Outgoing):
    """A kept check: what was asked, what it rested on, and whether that still stands."""

    id = fields.String()
    claim = fields.String(attribute="query.claim")
    verdict = fields.Enum(Verdict, by_value=fields.String())
    checked_at = Utc()
    stale = fields.List(
        fields.Nested(CauseSchema), metadata={"description": "Empty while all evidence stands as it was."}
    )


class CheckPageSchema(Outgoing):
    """Checks, newest first; `next` is null on the last page."""

    checks = fields.List(fields.Nested(CheckRowSchema))
    next = Number(attribute="before", allow_none=True)


class KeptCheckSchema(CheckRowSchema):
    """A kept check with its report, as it was answered."""

    index = Part(IndexSchema)
    models = Part(ModelsSchema)
    thresholds = fields.Nested(ThresholdsSchema)
    report = fields.Nested(ReportSchema)


class VerdictChangeSchema(Outgoing):
    """The verdict then and now."""

    before = fields.Enum(Verdict, by_value=fields.String())
    after = fields.Enum(Verdict, by_value=fields.String())


class ConfidenceChangeSchema(Outgoing):
    """The confidence then and now."""

    before = Score(metadata={"minimum": 0, "maximum": 1})
    after = Score(metadata={"minimum": 0, "maximum": 1})


class SentenceSchema(Outgoing):
    """A sentence that is evidence in one of two checks only, or on another side in each."""

    article_id = fields.String()
    stance = fields.Enum(Stance, by_value=fields.String())
    sentence = fields.String()


class ChangesSchema(Outgoing):
    """What is different now; `lost` is evidence that was there and is not, `gained` what is new."""

    changed = fields.Boolean(metadata={"description": "Whether verdict or evidence is another."})
    verdict = fields.Nested(VerdictChangeSchema)
    confidence = fields.Nested(ConfidenceChangeSchema)
    gained = fields.List(fields.Nested(SentenceSchema))
    lost = fields.List(fields.Nested(SentenceSchema))
    causes = fields.List(fields.Nested(CauseSchema))


class RecheckSchema(Outgoing):
    """The same question asked again: the new report, kept under its own id, and what has changed."""

    before = fields.String(metadata={"description": "The id of the check that was repeated."})
    report = fields.Nested(ReportSchema)
    changes = fields.Nested(ChangesSchema)


class DraftSchema(Outgoing):
    """A schema.org ClaimReview with the parts that only a human may fill in left null, and their names."""

    claimreview = fields.Dict(metadata={"description": "schema.org/ClaimReview as JSON-LD, without a verdict."})
    missing = fields.List(fields.String(), metadata={"description": "What a person must fill in."})
