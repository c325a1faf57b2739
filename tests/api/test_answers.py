"""What goes out: JSON, text for a terminal, and the page of the contract."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from service.api.desk import WEB
from service.api.example import REPORT
from service.api.present import as_json_text
from service.api.text import render
from service.domain import Coverage, Report, Ruling, Stance, Tally, Verdict
from tests.fakes import FakeChecker

GOLDEN = """\
REFUTED, confidence 91%
Claim: The strike closed six berths.
One independent origin, Harbor Herald, in 2 articles, gives 12 berths; the claim
says six.
The 3 indexed articles, published 2026-03-12.

Conflicting: 1 independent origin, 2 articles

  Harbor Herald (2 articles)
    "The strike has closed 12 of the port's 18 berths, the port authority said."
      Dockworkers' strike enters second week
      Harbor Herald, 2026-03-12, similarity 0.73
      as the port authority reports
      differs: the claim says "six", the article "12"
      https://herald.example/strike-second-week#:~:text=The%20strike%20has,authority%20said.
      also in: Port strike: most berths shut
        Coastal Post, 2026-03-12, similarity 0.73

Over time
  undated: 9 berths (Bay Daily)
  2026-03-12: 12 berths (Harbor Herald)

Related, neither for nor against
  "Talks between the union and the port resume on Monday."
    Dockworkers' strike enters second week
    Harbor Herald, 2026-03-12, similarity 0.41

Excluded
  "Nine berths were closed by Tuesday evening."
    Strike spreads at port
    Bay Daily, undated, similarity 0.66
    superseded by 12 berths

Warnings
  1 article has no publication date

Check 0b6c1f2e9a7d4c35, 31 ms
"""


def test_text_is_laid_out_for_a_terminal(client: FlaskClient) -> None:
    asked = {"claim": REPORT.claim, "include_excluded": "true"}
    response = client.get("/v1/check", query_string=asked, headers={"Accept": "text/plain"})
    assert response.content_type == "text/plain; charset=utf-8"
    assert "Accept" in response.vary
    assert response.text == GOLDEN


def test_text_of_an_answer_without_evidence_is_short() -> None:
    nothing = Ruling(Verdict.NOT_ENOUGH_EVIDENCE, 0.5, "Nothing found.", Tally(), Tally())
    report = Report(
        "c1", "A b c.", nothing, "No articles.", (), (), (), (), Coverage(0, 0, None, None), "1", "e", "s", 2
    )
    expected = "NOT ENOUGH EVIDENCE, confidence 50%\nClaim: A b c.\nNothing found.\nNo articles.\n\nCheck c1, 2 ms\n"
    assert render(report) == expected


def test_both_sides_stand_in_their_own_blocks() -> None:
    against = REPORT.evidence[0]
    favor = replace(
        against,
        judgement=replace(against.judgement, stance=Stance.SUPPORTS),
        origin=replace(against.origin, id="o2", name="Bay Daily", articles=1),
    )
    text = render(replace(REPORT, evidence=(against, favor), ruling=replace(REPORT.ruling, origins=Tally(1, 1))))
    assert text.index("Supporting: 1 independent origin") < text.index("Bay Daily (1 article)")
    assert text.index("Bay Daily (1 article)") < text.index("Conflicting: 1 independent origin")


def test_text_from_articles_cannot_steer_a_terminal() -> None:
    evidence = REPORT.evidence[0]
    hit = evidence.judgement.hit
    hostile = "\x1b[2J\x9b31m\u202eEvil\r\nVERDICT\x07\x00"
    article = replace(hit.article, title=hostile, publisher=hostile, url=f"https://h.example/{hostile}")
    sentence = replace(hit.sentence, text=hostile * 40)
    judgement = replace(evidence.judgement, hit=replace(hit, article=article, sentence=sentence))
    hostile_evidence = replace(evidence, judgement=judgement, link=None)
    text = render(replace(REPORT, claim=hostile, evidence=(hostile_evidence,), warnings=(hostile,)))
    assert re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text) == []
    assert "\nVERDICT" not in text
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "application/json"),
        ("", "application/json"),
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"),
        ("text/html", "application/json"),
        ("text/plain", "text/plain; charset=utf-8"),
        ("text/*", "text/plain; charset=utf-8"),
        ("application/json;q=0.5, text/plain", "text/plain; charset=utf-8"),
        ("text/plain;q=0, */*", "application/json"),
        ("application/json;q=0, */*;q=0.1", "text/plain; charset=utf-8"),
    ],
)
def test_the_accept_header_chooses(client: FlaskClient, accept: str | None, content_type: str) -> None:
    headers = {} if accept is None else {"Accept": accept}
    assert client.get("/v1/check?claim=abc", headers=headers).content_type == content_type


def test_json_reads_the_report_field_by_field(client: FlaskClient) -> None:
    body = client.post("/v1/check", json={"claim": REPORT.claim, "include_excluded": True}).json
    evidence = body["evidence"][0]
    assert list(body)[:4] == ["check_id", "claim", "verdict", "confidence"]
    assert (body["verdict"], body["fact_checks"], body["index"]) == ("refuted", [], {"version": "7f3a"})
    assert body["models"] == {"embedder": "all-MiniLM-L6-v2", "stance": "wirecheck-stance"}
    assert body["origins"] == {"supporting": 0, "conflicting": 1, "mixed": 0}
    assert body["articles"] == {"supporting": 0, "conflicting": 2}
    assert (evidence["stance"], evidence["similarity"], evidence["decided_by"]) == ("conflicts", 0.7312, "quantity")
    assert evidence["article"]["published_at"] == "2026-03-12T08:00:00Z"
    assert evidence["superseded_by"] is None
    assert evidence["also_in"][0]["article"]["publisher"] == "Coastal Post"
    assert body["excluded"][0]["article"]["published_at"] is None
    pair = evidence["differences"][0]
    assert (pair["claim"]["value"], pair["evidence"]["value"]) == (6, 12)
    assert json.loads(as_json_text(REPORT)) == body


def test_the_example_quotes_its_articles_exactly() -> None:
    hits = [item.judgement.hit for item in (*REPORT.evidence, *REPORT.related)]
    hits += [item.hit for item in (*REPORT.excluded, *REPORT.evidence[0].also_in)]
    for hit in hits:
        assert hit.article.text[hit.sentence.start : hit.sentence.end] == hit.sentence.text
    pair = REPORT.evidence[0].judgement.differences[0]
    assert REPORT.claim[pair.claim.start : pair.claim.end] == pair.claim.text
    assert hits[0].article.text[pair.evidence.start : pair.evidence.end] == pair.evidence.text


def test_scores_are_rounded_and_near_misses_come_when_asked_for(client: FlaskClient, checker: FakeChecker) -> None:
    checker.report = replace(REPORT, ruling=replace(REPORT.ruling, confidence=0.123456))
    body = client.get("/v1/check?claim=abc").json
    assert (body["confidence"], body["excluded"]) == (0.1235, [])


def test_the_docs_page_loads_from_this_host_only(client: FlaskClient) -> None:
    redirect = client.get("/docs")
    assert (redirect.status_code, redirect.headers["Location"]) == (302, "/docs/")
    page = client.get("/docs/", headers={"Host": "evil.example"})
    assert '"validatorUrl": null' in page.text
    assert "evil.example" not in page.text
    assert re.findall(r"\bhttps?:|[\"']//", page.text) == []
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    links = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(links) >= 4
    for link in links:
        assert link.startswith("/docs/")
        with client.get(link) as asset:
            assert asset.status_code == 200


def test_the_desk_and_all_it_loads_come_from_this_host(client: FlaskClient) -> None:
    with client.get("/") as page:
        assert page.content_type == "text/html; charset=utf-8"
        policy, source = page.headers["Content-Security-Policy"], page.text
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not re.search(r"\son\w+=|style=|<script(?! type=.module. src=)", source)
    links = re.findall(r'(?:src|href)="(/[^"]+)"', source)
    for link in (*links, *(f"/desk/{file.name}" for file in WEB.iterdir())):
        if link != "/docs/":
            with client.get(link) as asset:
                assert asset.status_code == 200, link
                assert asset.headers["Content-Security-Policy"] == policy
                assert not re.findall(r"https?://(?!www\.w3\.org/)", asset.text)
                assert "innerHTML" not in asset.text


@pytest.mark.parametrize("path", ["/desk/nothing.js", "/desk/../app.py", "/desk/%2e%2e/app.py", "/desk/"])
def test_the_desk_gives_only_its_own_files(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
