"""`/v1alpha1/claims:search`: human fact-checks, in the shape of the Google Fact Check Tools API.

A client of that API works here by changing its base URL. What Wirecheck itself says of a claim is never among them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask.typing import ResponseReturnValue
from marshmallow import Schema, ValidationError, fields, post_load, validates_schema

from service.api.contract import StrictBlueprint, operation
from service.api.fields import Line, Number, Whole
from service.api.policy import ASK
from service.api.schemas import Incoming
from service.domain import FactCheck
from service.keeping import FactCheckPage, FactCheckQuery, FactCheckSearch, ReviewedClaim

_DEFAULT_SIZE = 10


class ClaimSearchParameters(Incoming):
    """The query string of `GET /v1alpha1/claims:search`."""

    query = Line(
        1, 500, metadata={"description": "Words that the reviewed claim is about.", "examples": ["six berths"]}
    )
    languageCode = Line(2, 35, metadata={"description": "A language tag such as en or en-US."})  # noqa: N815  # its name
    reviewPublisherSiteFilter = Line(3, 253, metadata={"description": "Only this site's reviews."})  # noqa: N815
    maxAgeDays = Whole(1, 36_500, in_query=True, metadata={"description": "Oldest review, in days."})  # noqa: N815
    pageSize = Whole(1, 100, in_query=True, load_default=_DEFAULT_SIZE)  # noqa: N815
    pageToken = Number(metadata={"description": "`nextPageToken` of the page before."})  # noqa: N815
    offset = Whole(0, 100_000, in_query=True, load_default=0, metadata={"description": "Claims to pass over."})
    key = Line(1, 500, metadata={"description": "Taken and not used: Wirecheck's own keys are sent in a header."})
    alt = Line(1, 20, metadata={"description": "Taken and not used: answers are JSON."})

    @validates_schema
    def _something_asked(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("query") and not data.get("reviewPublisherSiteFilter"):
            raise ValidationError("is missing; give it, or reviewPublisherSiteFilter", "query")

    @post_load
    def _asked(self, data: dict[str, Any], **_: Any) -> FactCheckQuery:
        days = data.get("maxAgeDays")
        return FactCheckQuery(
            words=data.get("query") or "",
            language=data.get("languageCode"),
            site=(data.get("reviewPublisherSiteFilter") or "").lower().removeprefix("www.") or None,
            since=(datetime.now(UTC) - timedelta(days=days)).date().isoformat() if days else None,
            limit=data["pageSize"],
            offset=data.get("pageToken", data["offset"]),
        )


class ReviewPublisherSchema(Schema):
    """Who published a review, and on which site."""

    name = fields.String()
    site = fields.String()


class ClaimReviewSchema(Schema):
    """One published review of a claim; what is unknown is left out, as that API does."""

    publisher = fields.Nested(ReviewPublisherSchema)
    url = fields.String()
    title = fields.String()
    reviewDate = fields.String(metadata={"format": "date-time"})  # noqa: N815
    textualRating = fields.String()  # noqa: N815
    languageCode = fields.String()  # noqa: N815


class ReviewedClaimSchema(Schema):
    """A claim with its reviews."""

    text = fields.String()
    claimant = fields.String()
    claimDate = fields.String(metadata={"format": "date-time"})  # noqa: N815
    claimReview = fields.List(fields.Nested(ClaimReviewSchema))  # noqa: N815


class ClaimSearchSchema(Schema):
    """A page of claims; empty where nothing is found."""

    claims = fields.List(fields.Nested(ReviewedClaimSchema))
    nextPageToken = fields.String()  # noqa: N815


_EXAMPLE = {
    "claims": [
        {
            "text": "The harbor crane was sold for one crown.",
            "claimant": "A flyer",
            "claimDate": "2026-02-11T00:00:00Z",
            "claimReview": [
                {
                    "publisher": {"name": "Harbor Facts", "site": "harbor-facts.example"},
                    "url": "https://harbor-facts.example/crane",
                    "title": "No, the crane was not given away",
                    "reviewDate": "2026-02-14T00:00:00Z",
                    "textualRating": "False",
                    "languageCode": "en",
                }
            ],
        }
    ]
}


def blueprint(search: FactCheckSearch) -> StrictBlueprint:
    """Return the resource that asks this search."""
    blp = StrictBlueprint("claims", __name__, url_prefix="/v1alpha1", description="Human fact-checks.")

    @operation(
        blp,
        blp.route("/claims:search", methods=["GET"]),
        blp.arguments(ClaimSearchParameters, location="query"),
        blp.response(200, ClaimSearchSchema, content_type="application/json", example=_EXAMPLE),
        problems=(400, 422, 500, 503),
        needs=ASK,
    )
    def get_claims(query: FactCheckQuery) -> ResponseReturnValue:
        """Search the human fact-checks that articles state in ClaimReview."""
        return _page(search.search(query))

    return blp


def _page(page: FactCheckPage) -> dict[str, Any]:
    shown: dict[str, Any] = {"claims": [_claim(claim) for claim in page.claims]} if page.claims else {}
    return shown if page.next is None else {**shown, "nextPageToken": f"n{page.next}"}


def _claim(claim: ReviewedClaim) -> dict[str, Any]:
    first = claim.checks[0]
    known = {"text": first.claim, "claimant": first.claimant, "claimDate": _midnight(first.claim_date)}
    return {**_without_unknown(known), "claimReview": [_review(check) for check in claim.checks]}


def _review(check: FactCheck) -> dict[str, Any]:
    known = {
        "url": check.url,
        "title": check.title,
        "reviewDate": _midnight(check.review_date),
        "textualRating": check.rating,
        "languageCode": check.language,
    }
    return {"publisher": {"name": check.publisher, "site": check.site}, **_without_unknown(known)}


def _midnight(day: str | None) -> str | None:
    return f"{day}T00:00:00Z" if day else None


def _without_unknown(members: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in members.items() if value is not None}
