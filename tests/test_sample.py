"""The sample articles of the quick start, and the claims about them, agree with each other."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from service.domain import Verdict
from tests.evaluation.gold import GoldClaim, folded, gold_claims, rows

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "service" / "sample"
CLAIMS = gold_claims(Path(__file__).parent / "evaluation" / "sample_claims.jsonl")


class _Text(HTMLParser):
    """Collects the text of the <article> and the links that name the page."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self.facts: dict[str, str] = {}
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "article":
            self.inside = True
        if found.get("rel") == "canonical":
            self.facts["url"] = found["href"] or ""
        if "property" in found:
            self.facts[found["property"] or ""] = found["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "article":
            self.inside = False

    def handle_data(self, data: str) -> None:
        if self.inside:
            self.text.append(data)


def _plain(path: Path) -> tuple[str, dict[str, str]]:
    """Return the body of a .txt or .md file and its header lines."""
    source = path.read_text(encoding="utf-8").removeprefix("---\n")
    head, _, body = source.partition("\n---\n" if path.suffix == ".md" else "\n\n")
    return body, {key.lower(): value.strip(' "') for key, value in re.findall(r"^(\w+): (.*)$", head, re.MULTILINE)}


def _articles() -> dict[str, tuple[str, str, datetime]]:
    """Return the text, url and date of each article, by its id or, where the file states none, by its path."""
    found: dict[str, tuple[str, str, datetime]] = {}
    for path in sorted(SAMPLE.rglob("*.*")):
        if path.suffix in {".json", ".jsonl"}:
            rows_ = rows(path) if path.suffix == ".jsonl" else [json.loads(path.read_text(encoding="utf-8"))]
            for row in rows_:
                found[row["id"]] = (row["text"], row["url"], datetime.fromisoformat(row["published_at"]))
        elif path.suffix == ".html":
            page = _Text()
            page.feed(path.read_text(encoding="utf-8"))
            published = datetime.fromisoformat(page.facts["article:published_time"])
            found[path.relative_to(SAMPLE).as_posix()] = ("".join(page.text), page.facts["url"], published)
        else:
            text, head = _plain(path)
            published = datetime.fromisoformat(head.get("published_at") or head["published"])
            found[path.relative_to(SAMPLE).as_posix()] = (text, head["url"], published)
    return found


ARTICLES = _articles()
WIRE = ("coastline-radio-dark-buoy", "ferry/inland-post-ferry-inquiry.txt", "ferry/northern-ledger-who-lit-the-buoy.md")


def test_fourteen_dated_articles_of_at_least_six_example_outlets() -> None:
    assert len(ARTICLES) == 14
    hosts = {urlsplit(url).hostname or "" for _, url, _ in ARTICLES.values()}
    assert len(hosts) >= 6
    assert all(host.endswith(".example") for host in hosts)
    dates = sorted(published for _, _, published in ARTICLES.values())
    assert (dates[-1] - dates[0]).days <= 12
    assert {path.suffix for path in SAMPLE.rglob("*.*")} == {".txt", ".md", ".html", ".json", ".jsonl"}


@pytest.mark.parametrize("name", ARTICLES)
def test_articles_are_short(name: str) -> None:
    assert 120 <= len(ARTICLES[name][0].split()) <= 280


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.claim)
def test_every_passage_stands_in_its_article(claim: GoldClaim) -> None:
    for passage in claim.evidence:
        assert folded(passage.contains) in folded(ARTICLES[passage.article][0])


def test_claims_show_every_verdict_and_none_comes_twice() -> None:
    counts = Counter(claim.verdict for claim in CLAIMS)
    assert set(counts) == {verdict.value for verdict in Verdict}
    assert min(counts.values()) >= 4
    assert len({claim.claim.casefold() for claim in CLAIMS}) == len(CLAIMS)


def test_only_an_unanswered_claim_has_no_passages() -> None:
    for claim in CLAIMS:
        assert bool(claim.evidence) == (claim.verdict != Verdict.NOT_ENOUGH_EVIDENCE), claim.claim


def test_one_wire_report_is_printed_whole_cut_and_rewritten() -> None:
    whole, cut, rewritten = (
        folded(ARTICLES[name][0])
        for name in (
            "coastline-radio-dark-buoy",
            "ferry/inland-post-ferry-inquiry.txt",
            "ferry/northern-ledger-who-lit-the-buoy.md",
        )
    )
    assert cut.removesuffix(" (Norpress)") in whole
    assert not cut.startswith(whole[:40])
    quotes = re.findall(r'"([^"]{30,})"', rewritten)
    assert len(quotes) == 2
    assert all(quote.rstrip(",.") in whole for quote in quotes)
    assert "Norpress" in rewritten
