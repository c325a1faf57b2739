"""ClaimReview on a page: found in whatever form it is stated, and nothing else taken for one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from service.api.changes import draft
from service.domain import FactCheck
from service.reading.articles import article_from_html
from service.reading.claimreview import MOST, find_fact_checks

REVIEW: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "ClaimReview",
    "url": "https://www.quay-facts.example/crane",
    "claimReviewed": "The harbor crane was sold for one crown.",
    "headline": "The crane was not given away",
    "datePublished": "2026-02-14T08:00:00+01:00",
    "author": {"@type": "Organization", "name": "Quay Facts", "url": "https://www.quay-facts.example"},
    "itemReviewed": {"@type": "Claim", "author": {"name": "A flyer"}, "datePublished": "2026-02-11"},
    "reviewRating": {"@type": "Rating", "ratingValue": "1", "bestRating": "5", "alternateName": "False"},
}
FOUND = FactCheck(
    claim="The harbor crane was sold for one crown.", rating="False", publisher="Quay Facts",
    site="quay-facts.example", url="https://www.quay-facts.example/crane", title="The crane was not given away",
    review_date="2026-02-14", claimant="A flyer", claim_date="2026-02-11", language="en",
)  # fmt: skip


def page(*scripts: str) -> str:
    blocks = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    story = "<p>The crane was sold for 4,000 crowns, the harbor board's books show.</p>" * 3
    return f'<html lang="en"><head><title>Crane</title>{blocks}</head><body><article>{story}</article></body></html>'


@pytest.mark.parametrize(
    "stated",
    [
        REVIEW,
        [REVIEW],
        {"@graph": [{"@type": "WebPage"}, REVIEW]},
        {"@type": "NewsArticle", "review": REVIEW},
        {**REVIEW, "@type": ["ClaimReview", "Review"], "author": [REVIEW["author"]]},
        {**REVIEW, "author": None, "publisher": REVIEW["author"]},
        {**REVIEW, "headline": None, "name": "The crane was not given away"},
    ],
)
def test_a_review_is_found_in_every_form(stated: object) -> None:
    assert find_fact_checks(page(json.dumps(stated))) == (FOUND,)


def test_comments_and_raw_line_breaks_do_not_hide_it() -> None:
    raw = json.dumps({**REVIEW, "headline": "The crane was\u0001not given away"}).replace("\\u0001", "\n")
    assert find_fact_checks(page(f"<!-- {raw} -->")) == (FOUND,)
    assert find_fact_checks(page(f"//<![CDATA[\n{json.dumps(REVIEW)}\n//]]>")) == (FOUND,)


def test_a_rating_may_be_a_number() -> None:
    rated = {**REVIEW, "reviewRating": {"ratingValue": 2, "bestRating": 5}}
    assert find_fact_checks(page(json.dumps(rated)))[0].rating == "2 of 5"


@pytest.mark.parametrize("missing", ["claimReviewed", "reviewRating", "author", "url"])
def test_what_lacks_claim_rating_author_or_address_is_none(missing: str) -> None:
    assert find_fact_checks(page(json.dumps({**REVIEW, missing: None}))) == ()


@pytest.mark.parametrize(
    "script",
    ["", "{", "null", "[[[[]]]]", '"ClaimReview"', "[" * 5000, json.dumps({**REVIEW, "url": "javascript:alert(1)"}),
     json.dumps({**REVIEW, "claimReviewed": 7}), json.dumps({**REVIEW, "author": "Quay Facts"}),
     json.dumps({**REVIEW, "url": "http://[broken"}), json.dumps({**REVIEW, "claimReviewed": "x" * 2000})],
)  # fmt: skip
def test_what_is_broken_is_passed_over_and_the_next_is_found(script: str) -> None:
    assert find_fact_checks(page(script, json.dumps(REVIEW))) == (FOUND,)


def test_the_same_review_twice_is_one_and_a_list_of_many_is_cut() -> None:
    assert find_fact_checks(page(json.dumps(REVIEW), json.dumps(REVIEW))) == (FOUND,)
    many = [{**REVIEW, "claimReviewed": f"Claim number {number} about the crane."} for number in range(MOST + 9)]
    assert len(find_fact_checks(page(json.dumps(many)))) == MOST


def test_our_own_draft_is_nobodys_verdict() -> None:
    """Put on a page as it is, a draft made by a machine has no rating and so is not taken for a fact-check."""
    assert "ClaimReview" in str(draft.__module__) or draft.__name__ == "draft"
    unrated = {**REVIEW, "reviewRating": None, "author": {"name": "Desk", "url": "https://desk.example"}}
    assert find_fact_checks(page(json.dumps(unrated))) == ()


def test_an_article_carries_the_reviews_of_its_page_and_changes_with_them() -> None:
    plain, reviewed = article_from_html("crane", page()), article_from_html("crane", page(json.dumps(REVIEW)))
    assert reviewed.fact_checks == (FOUND,)
    assert (plain.text, plain.fact_checks) == (reviewed.text, ())
    assert plain.digest != reviewed.digest
