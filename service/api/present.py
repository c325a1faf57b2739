"""What goes out: each schema reads its fields from a `Report` by attribute."""

from __future__ import annotations

import json
from typing import Any

from marshmallow import Schema, fields

from service.api.fields import Amount, Part, Score, Utc
from service.domain import Act, DecidedBy, Relation, Report, Stance, Verdict


class Outgoing(Schema):
    """An answer's object: every field is always present; what is unknown is null or empty."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Say in the contract that the field is never left out."""
        field_obj.required = True


class ArticleSchema(Outgoing):
    """Where a sentence stands. `sha256` is over the cleaned text that the offsets count in."""

    id = fields.String()
    title = fields.String()
    publisher = fields.String(allow_none=True)
    url = fields.String(allow_none=True)
    published_at = Utc(allow_none=True)
    sha256 = fields.String(metadata={"pattern": "^[0-9a-f]{64}$"})


class PlacedSchema(Outgoing):
    """A sentence in its article: `text[start:end]`, in Unicode code points."""

    article = fields.Nested(ArticleSchema, attribute="hit.article")
    sentence = fields.String(attribute="hit.sentence.text")
    start = fields.Integer(attribute="hit.sentence.start", metadata={"minimum": 0})
    end = fields.Integer(attribute="hit.sentence.end", metadata={"minimum": 0})
    similarity = Score(
        attribute="hit.similarity",
        metadata={"minimum": -1, "maximum": 1, "description": "Cosine of the claim and the bare sentence."},
    )


class OccurrenceSchema(PlacedSchema):
    """A near-identical sentence in another article."""

    link = fields.String(allow_none=True)


class ExcludedSchema(PlacedSchema):
    """A near miss and why it does not count."""

    reason = fields.String()


class ScoresSchema(Outgoing):
    """Calibrated probabilities of the three stances."""

    supports = Score(metadata={"minimum": 0, "maximum": 1})
    conflicts = Score(metadata={"minimum": 0, "maximum": 1})
    neutral = Score(metadata={"minimum": 0, "maximum": 1})


class ContextSchema(Outgoing):
    """The sentences around one, empty at the ends of an article."""

    before = fields.String()
    after = fields.String()


class OriginSchema(Outgoing):
    """Where the information comes from; all its articles together have one vote."""

    id = fields.String()
    name = fields.String()
    articles = fields.Integer(metadata={"minimum": 1})
    copied_share = Score(allow_none=True, metadata={"minimum": 0, "maximum": 1})


class AttributionSchema(Outgoing):
    """Who said it, and what the speaker did in saying it."""

    speaker = fields.String()
    act = fields.Enum(Act, by_value=fields.String())


class ValueSchema(Outgoing):
    """A figure or a date as it stands in a text, with its offsets there."""

    text = fields.String()
    value = Amount(metadata={"type": ["number", "string"]})
    unit = fields.String(allow_none=True)
    start = fields.Integer(metadata={"minimum": 0})
    end = fields.Integer(metadata={"minimum": 0})


class SupersedingSchema(Outgoing):
    """A newer figure or date, with its offsets in the text of the article that gives it."""

    text = fields.String(attribute="value.text")
    value = Amount(attribute="value.value", metadata={"type": ["number", "string"]})
    unit = fields.String(attribute="value.unit", allow_none=True)
    start = fields.Integer(attribute="value.start", metadata={"minimum": 0})
    end = fields.Integer(attribute="value.end", metadata={"minimum": 0})
    article = fields.Nested(ArticleSchema)


class DifferenceSchema(Outgoing):
    """Two values that measure the same thing and do not agree."""

    kind = fields.String(metadata={"enum": ["quantity", "date"]})
    relation = fields.Enum(Relation, by_value=fields.String())
    claim = fields.Nested(ValueSchema)
    evidence = fields.Nested(ValueSchema)


class EvidenceSchema(Outgoing):
    """One judged sentence, or two neighbors. Stance and similarity are two numbers; neither is derived from the other.

    Two neighboring sentences are one piece of evidence where no sentence settles the claim by itself.
    """

    stance = fields.Enum(Stance, by_value=fields.String(), attribute="judgement.stance")
    similarity = Score(attribute="judgement.hit.similarity", metadata={"minimum": -1, "maximum": 1})
    stance_scores = fields.Nested(ScoresSchema, attribute="judgement.scores")
    decided_by = fields.Enum(DecidedBy, by_value=fields.String(), attribute="judgement.decided_by")
    sentence = fields.String(
        attribute="judgement.hit.sentence.text",
        metadata={"description": "As it stands in the article, line breaks between two sentences included."},
    )
    start = fields.Integer(attribute="judgement.hit.sentence.start", metadata={"minimum": 0})
    end = fields.Integer(attribute="judgement.hit.sentence.end", metadata={"minimum": 0})
    context = fields.Nested(ContextSchema, attribute="judgement.hit.context")
    article = fields.Nested(ArticleSchema, attribute="judgement.hit.article")
    link = fields.String(allow_none=True, metadata={"description": "Opens the article at the sentence."})
    also_in = fields.List(fields.Nested(OccurrenceSchema))
    origin = fields.Nested(OriginSchema)
    attribution = fields.Nested(AttributionSchema, attribute="judgement.attribution", allow_none=True)
    differences = fields.List(fields.Nested(DifferenceSchema), attribute="judgement.differences")
    superseded_by = fields.Nested(SupersedingSchema, attribute="judgement.superseding", allow_none=True)


class OriginTallySchema(Outgoing):
    """Independent origins by side; a mixed one has versions that disagree."""

    supporting = fields.Integer(metadata={"minimum": 0})
    conflicting = fields.Integer(metadata={"minimum": 0})
    mixed = fields.Integer(metadata={"minimum": 0})


class ArticleTallySchema(Outgoing):
    """Articles by side, reprints included."""

    supporting = fields.Integer(metadata={"minimum": 0})
    conflicting = fields.Integer(metadata={"minimum": 0})


class TimelinePointSchema(Outgoing):
    """The value of a figure as one article gave it."""

    value = Amount(metadata={"type": "number"})
    unit = fields.String(allow_none=True)
    as_of = Utc(allow_none=True)
    article = fields.Nested(ArticleSchema)


class FactCheckSchema(Outgoing):
    """A human fact-check that an article's page states in ClaimReview. It has no part in the verdict."""

    claim = fields.String(attribute="fact_check.claim")
    claimant = fields.String(allow_none=True, attribute="fact_check.claimant")
    claim_date = fields.String(allow_none=True, attribute="fact_check.claim_date", metadata={"format": "date"})
    rating = fields.String(attribute="fact_check.rating", metadata={"description": "In the publisher's own words."})
    publisher = fields.String(attribute="fact_check.publisher")
    site = fields.String(attribute="fact_check.site")
    url = fields.String(attribute="fact_check.url")
    title = fields.String(allow_none=True, attribute="fact_check.title")
    review_date = fields.String(allow_none=True, attribute="fact_check.review_date", metadata={"format": "date"})
    language = fields.String(allow_none=True, attribute="fact_check.language")
    similarity = Score(metadata={"minimum": -1, "maximum": 1, "description": "Cosine of this claim and the asked one."})
    article = fields.Nested(ArticleSchema)


class CoverageSchema(Outgoing):
    """What was searched."""

    articles = fields.Integer(metadata={"minimum": 0})
    sentences = fields.Integer(metadata={"minimum": 0})
    earliest = Utc(allow_none=True)
    latest = Utc(allow_none=True)


class IndexSchema(Outgoing):
    """Which index answered."""

    version = fields.String(attribute="index_version")


class ModelsSchema(Outgoing):
    """Which models answered."""

    embedder = fields.String()
    stance = fields.String(attribute="stance_model")


class ReportSchema(Outgoing):
    """The whole answer. `evidence`, `related` and `excluded` together hold at most `limit` entries."""

    check_id = fields.String()
    claim = fields.String(metadata={"description": "The claim as it was read; offsets in differences count in it."})
    verdict = fields.Enum(Verdict, by_value=fields.String(), attribute="ruling.verdict")
    confidence = Score(attribute="ruling.confidence", metadata={"minimum": 0, "maximum": 1})
    reason = fields.String(attribute="ruling.reason")
    scope = fields.String()
    origins = fields.Nested(OriginTallySchema, attribute="ruling.origins")
    articles = fields.Nested(ArticleTallySchema, attribute="ruling.articles")
    evidence = fields.List(fields.Nested(EvidenceSchema))
    related = fields.List(fields.Nested(EvidenceSchema))
    excluded = fields.List(fields.Nested(ExcludedSchema))
    timeline = fields.List(fields.Nested(TimelinePointSchema))
    fact_checks = fields.List(
        fields.Nested(FactCheckSchema),
        metadata={"description": "Human fact-checks of the claim, found in the articles."},
    )
    coverage = fields.Nested(CoverageSchema)
    index = Part(IndexSchema)
    models = Part(ModelsSchema)
    truncated = fields.Boolean()
    warnings = fields.List(fields.String())
    took_ms = fields.Integer(metadata={"minimum": 0})


# Made once: to make one copies every field of every schema within, which took as long as a dump.
_REPORT = ReportSchema()


def as_json_text(report: Report, *, indent: int | None = None) -> str:
    """Return what `POST /v1/check` answers: JSON in the contract's order, in UTF-8, with a newline at its end."""
    return json.dumps(_REPORT.dump(report), ensure_ascii=False, indent=indent) + "\n"


class FaultSchema(Schema):
    """One thing that is wrong: at a JSON pointer into the body, or in a query parameter."""

    detail = fields.String(required=True)
    pointer = fields.String()
    parameter = fields.String()


class ProblemSchema(Outgoing):
    """An error, as RFC 9457 has it."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String(metadata={"description": "One line: what is wrong, the limit and the cure."})
    instance = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))


class HealthSchema(Outgoing):
    """The process answers."""

    status = fields.String(metadata={"enum": ["ok"]})


class ReadySchema(Outgoing):
    """Models and index are loaded and warm."""

    status = fields.String(metadata={"enum": ["ready"]})
    parts = fields.Dict(keys=fields.String(), values=fields.String())
