"""The evaluation corpus and its claims agree with each other, and no constant answer can score on them."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service.domain import Stance, Verdict
from tests.evaluation.gold import GoldClaim, folded, gold_claims, rows

NEWS = Path(__file__).parent / "news"
ARTICLES = {row["id"]: row for row in rows(NEWS / "corpus.jsonl")}
CLAIMS = gold_claims(NEWS / "claims.jsonl")
MIXED = (
    "superseded",
    "attributed_position",
    "other_subject",
    "units",
    "rounding",
    "hedge",
    "negation",
    "reported_denial",
)
PURE = {
    "plain_supported": Verdict.SUPPORTED,
    "plain_refuted": Verdict.REFUTED,
    "unanswerable": Verdict.NOT_ENOUGH_EVIDENCE,
}


def _story(article_id: str) -> str:
    return article_id.rpartition("-")[0]


def test_forty_articles_on_ten_stories_each_with_every_field() -> None:
    assert len(ARTICLES) == len(rows(NEWS / "corpus.jsonl")) == 40
    assert set(Counter(map(_story, ARTICLES)).values()) == {4}
    for row in ARTICLES.values():
        assert set(row) == {"id", "title", "publisher", "url", "published_at", "text"}
        assert (urlsplit(row["url"]).hostname or "").endswith(".example")
        assert datetime.fromisoformat(row["published_at"]).tzinfo is not None
        assert 80 <= len(row["text"].split()) <= 200


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.claim)
def test_every_passage_stands_once_in_its_article(claim: GoldClaim) -> None:
    for passage in claim.evidence:
        assert folded(ARTICLES[passage.article]["text"]).count(folded(passage.contains)) == 1
        assert passage.stance in {Stance.SUPPORTS, Stance.CONFLICTS}


def test_passages_fit_their_verdict() -> None:
    wanted = {
        Verdict.SUPPORTED: {"supports"},
        Verdict.REFUTED: {"conflicts"},
        Verdict.DISPUTED: {"supports", "conflicts"},
        Verdict.OUTDATED: {"supports", "conflicts"},
        Verdict.NOT_ENOUGH_EVIDENCE: set(),
    }
    for claim in CLAIMS:
        assert {passage.stance for passage in claim.evidence} == wanted[Verdict(claim.verdict)], claim.claim


def test_no_claim_comes_twice() -> None:
    assert len({folded(claim.claim).casefold() for claim in CLAIMS}) == len(CLAIMS)
    assert all(3 <= len(claim.claim) <= 1000 for claim in CLAIMS)


def test_two_dozen_claims_a_category_half_of_them_in_each_part() -> None:
    counts = Counter((claim.category, claim.part) for claim in CLAIMS)
    assert counts == {(category, part): 12 for category in (*MIXED, *PURE) for part in ("dev", "test")}


@pytest.mark.parametrize("category", MIXED)
def test_half_of_a_mixed_category_is_supported(category: str) -> None:
    for part in ("dev", "test"):
        verdicts = Counter(claim.verdict for claim in CLAIMS if (claim.category, claim.part) == (category, part))
        assert verdicts[Verdict.SUPPORTED] == 6
        assert len(verdicts) >= 2


def test_pure_categories_hold_one_verdict() -> None:
    for claim in CLAIMS:
        assert claim.verdict == PURE.get(claim.category or "", claim.verdict)


def test_every_verdict_comes_in_both_parts() -> None:
    for part in ("dev", "test"):
        assert {claim.verdict for claim in CLAIMS if claim.part == part} == {verdict.value for verdict in Verdict}


def test_no_story_is_in_both_parts() -> None:
    parts = defaultdict(set)
    for claim in CLAIMS:
        for passage in claim.evidence:
            parts[_story(passage.article)].add(claim.part)
    assert len(parts) == 10
    assert Counter(part for found in parts.values() for part in found) == {"dev": 5, "test": 5}


@pytest.mark.parametrize(
    ("unseen", "seen"),
    [
        (NEWS / "claims_unseen.jsonl", NEWS / "claims.jsonl"),
        (NEWS.parent / "page_claims_unseen.jsonl", NEWS.parent / "page_claims.jsonl"),
        (NEWS / "claims_unseen_2.jsonl", NEWS / "claims.jsonl"),
        (NEWS.parent / "page_claims_unseen_2.jsonl", NEWS.parent / "page_claims.jsonl"),
    ],
    ids=["news", "pages", "news, second", "pages, second"],
)
def test_unseen_claims_are_others_than_those_that_rules_were_mended_by(unseen: Path, seen: Path) -> None:
    claims, others = gold_claims(unseen), gold_claims(seen)
    assert len(claims) >= 80
    assert len({claim.verdict for claim in claims}) == 5
    assert not {claim.claim.casefold() for claim in claims} & {claim.claim.casefold() for claim in others}
