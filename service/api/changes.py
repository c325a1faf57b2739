"""What is different between a kept report and the one of today, and the draft of a review made from a kept one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from service.keeping import KeptCheck

MISSING = ("url", "author", "reviewRating")
_CONTEXT = "https://schema.org"


def changes(kept: KeptCheck, report: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `ChangesSchema` describes, from the kept check and the new report as it is answered."""
    before: Mapping[str, Any] = json.loads(kept.answer)
    old, new = dict(_sentences(before)), dict(_sentences(report))
    lost = [sentence for key, sentence in old.items() if key not in new]
    gained = [sentence for key, sentence in new.items() if key not in old]
    return {
        "changed": bool(lost or gained or before["verdict"] != report["verdict"]),
        "verdict": {"before": before["verdict"], "after": report["verdict"]},
        "confidence": {"before": before["confidence"], "after": report["confidence"]},
        "gained": gained,
        "lost": lost,
        "causes": [{"article_id": c.article_id, "title": c.title, "why": c.why.value} for c in kept.stale],
    }


def draft(kept: KeptCheck) -> dict[str, Any]:
    """Return a ClaimReview without a rating, and the parts that are missing.

    Shape: schema.org 30.0. A machine's verdict is never put where a reader takes it for a human's.
    """
    review: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "ClaimReview",
        "claimReviewed": kept.query.claim,
        "url": None,
        "author": None,
        "reviewRating": None,
        "itemReviewed": {"@type": "Claim", "appearance": [], "firstAppearance": None},
        "citation": [_citation(entry) for entry in json.loads(kept.answer)["evidence"]],
        "creativeWorkStatus": "Draft",
    }
    return {"claimreview": review, "missing": list(MISSING)}


def _citation(entry: Mapping[str, Any]) -> dict[str, Any]:
    article = entry["article"]
    return {
        "@type": "NewsArticle",
        "url": entry["link"] or article["url"],
        "headline": article["title"],
        "datePublished": article["published_at"],
    }


def _sentences(report: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], dict[str, str]]]:
    for entry in report["evidence"]:
        for place in (entry, *entry["also_in"]):
            article_id, stance, sentence = place["article"]["id"], entry["stance"], place["sentence"]
            yield (article_id, stance, sentence), {"article_id": article_id, "stance": stance, "sentence": sentence}
