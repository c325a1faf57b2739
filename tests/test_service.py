"""The real service, end to end: gunicorn, the real models, the sample articles, over a socket."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from service.config import SAMPLE
from service.corpus.store import Store
from service.domain import Article, Verdict
from tests.ports import free_port

ROOT = Path(__file__).parent.parent
PATIENCE = 300.0  # seconds, for a machine that does other things too
CLAIM = "The ferry struck the breakwater."
TOGETHER = 4

pytestmark = pytest.mark.skipif(
    not (ROOT / "models" / "stance" / "manifest.json").exists(),
    reason="models/stance has no weights: make them with `make train` or restore the folder from the release",
)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Running:
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    articles: dict[str, Article]
    before_ready: list[Answer] = field(default_factory=list)
    first_check: Answer | None = None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            sent = None if body is None else json.dumps(body).encode()
            kind = {} if body is None else {"Content-Type": "application/json"}
            connection.request(method, path, sent, {**kind, **headers})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def check(self, claim: str, **more: Any) -> Any:
        answer = self.ask("POST", "/v1/check", {"claim": claim, **more})
        assert answer.status == 200, answer.body
        return answer.json

    def wait(self) -> None:
        """Ask until it is ready, and keep what it answers on the way."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            assert self.process.poll() is None, self.log.read_text()
            try:
                answer = self.ask("GET", "/readyz")
            except OSError:
                time.sleep(0.05)
                continue
            if answer.status == 200:
                return
            if not self.before_ready:
                self.before_ready = [answer]
                self.first_check = self.ask("POST", "/v1/check", {"claim": CLAIM})
            time.sleep(0.2)
        pytest.fail(f"not ready after {PATIENCE} s: {self.log.read_text()}")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, port = tmp_path_factory.mktemp("service"), free_port()
    others = {name: value for name, value in os.environ.items() if not name.startswith("WIRECHECK_")}
    env = {**others, "WIRECHECK_PORT": str(port), "WIRECHECK_DATA": str(folder), "WIRECHECK_ARTICLES": str(SAMPLE)}
    # As `wirecheck serve` does: the articles are read in a process of their own, before gunicorn.
    code = "from service.opening import read_articles as r; from service.config import Settings as S; r(S.from_env())"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, capture_output=True, timeout=PATIENCE)
    store = Store.open(f"sqlite:///{folder / 'wirecheck.sqlite3'}")
    articles = {article.id: article for article in store.articles(list(store.fingerprints()))}
    store.close()
    command = [sys.executable, "-m", "gunicorn", "--config", "service/gunicorn.conf.py", "service.wsgi:app"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=subprocess.STDOUT)
    running = Running(port, process, folder / "log", articles)
    try:
        running.wait()
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def test_before_it_is_ready_it_says_so_and_when_to_come_back(service: Running) -> None:
    if not service.before_ready:
        pytest.skip("it was ready before the first question")
    for answer in service.before_ready:
        assert answer.status == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
        assert "loading" in answer.json["detail"]
    assert service.first_check is not None
    assert service.first_check.status == 200, "who asks while it loads waits for it"


def test_no_client_says_under_which_path_the_service_lies(service: Running) -> None:
    """A proxy that lets `/public/` through and keeps the rest closed would be talked around."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=PATIENCE) as raw:
        raw.sendall(b"GET /public/metrics HTTP/1.1\r\nHost: localhost\r\nSCRIPT_NAME: /public\r\n\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 404")


def test_no_client_says_under_which_scheme_the_service_lies(service: Running) -> None:
    """Without WIRECHECK_PROXIES nobody is believed, not even on this machine: the page is of another origin."""
    for name, value in (("X-Forwarded-Proto", "https"), ("X-Forwarded-Ssl", "on"), ("X-Forwarded-Protocol", "ssl")):
        told = {"Origin": f"https://127.0.0.1:{service.port}", name: value}
        answer = service.ask("POST", "/v1/check", {"claim": CLAIM}, **told)
        assert (answer.status, "WIRECHECK_CORS_ORIGINS" in answer.body.decode()) == (403, True)


def test_it_is_alive_and_ready(service: Running) -> None:
    assert service.ask("GET", "/healthz").status == 200
    assert service.ask("GET", "/readyz").json["parts"] == {"models": "ready", "index": "ready"}


def _entries(report: Any) -> list[Any]:
    found = [*report["evidence"], *report["related"], *report["excluded"]]
    return found + [also for entry in found for also in entry.get("also_in", ())]


@pytest.mark.parametrize(
    "claim", [CLAIM, "The water in Dunmere was safe to drink.", "The buoy was dark.", "Penguins won the regatta."]
)
def test_every_sentence_stands_in_its_article(service: Running, claim: str) -> None:
    report = service.check(claim, limit=20, include_excluded=True)
    entries = _entries(report)
    assert entries
    for entry in entries:
        article = service.articles[entry["article"]["id"]]
        assert article.text[entry["start"] : entry["end"]] == entry["sentence"]
        assert -1.0 <= entry["similarity"] <= 1.0
        assert entry["article"]["sha256"] == article.sha256
        for words in entry.get("context", {}).values():
            assert words in article.text


def test_values_that_differ_stand_where_the_answer_says(service: Running) -> None:
    report = service.check("Forty people were injured in the ferry accident.")
    differences = [(entry, d) for entry in report["evidence"] for d in entry["differences"]]
    assert differences
    for entry, difference in differences:
        text = service.articles[entry["article"]["id"]].text
        for whole, value in ((report["claim"], difference["claim"]), (text, difference["evidence"])):
            assert whole[value["start"] : value["end"]] == value["text"]


def test_no_more_is_judged_than_was_asked_for(service: Running) -> None:
    report = service.check(CLAIM, limit=3)
    assert 0 < len(report["evidence"]) + len(report["related"]) <= 3
    assert report["excluded"] == []


def test_all_entries_together_are_at_most_the_limit(service: Running) -> None:
    report = service.check(CLAIM, limit=3, include_excluded=True)
    assert len(report["evidence"]) + len(report["related"]) + len(report["excluded"]) <= 3


def test_a_report_says_what_it_is_about(service: Running) -> None:
    report = service.check(CLAIM)
    assert report["claim"] == CLAIM
    assert report["verdict"] in {verdict.value for verdict in Verdict}
    assert 0.0 <= report["confidence"] <= 1.0
    assert report["coverage"]["articles"] == len(service.articles) == 14
    assert report["reason"].endswith(".")
    assert all(entry["stance"] in ("supports", "conflicts") for entry in report["evidence"])
    assert all(entry["stance"] == "neutral" for entry in report["related"])
    for entry in report["evidence"]:
        assert sum(entry["stance_scores"].values()) == pytest.approx(1.0, abs=0.01)


def test_a_sentence_of_an_article_is_found_for_itself(service: Running) -> None:
    """Whatever else the models say, a sentence that is the claim must come back, and not against it."""
    for article in sorted(service.articles.values(), key=lambda found: found.id)[:5]:
        sentence = next(line for line in article.text.split("\n") if 20 < len(line) < 1000)
        report = service.check(sentence[:1000])
        assert article.id in {entry["article"]["id"] for entry in _entries(report)}, sentence


def test_get_answers_what_post_answers(service: Running) -> None:
    posted = service.check(CLAIM, limit=5)
    got = service.ask("GET", f"/v1/check?limit=5&claim={quote(CLAIM)}").json
    for report in (posted, got):
        del report["check_id"], report["took_ms"]
    assert got == posted


def test_plain_text_is_for_a_terminal(service: Running) -> None:
    answer = service.ask("POST", "/v1/check", {"claim": CLAIM}, Accept="text/plain")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    said = answer.body.decode("utf-8")
    assert CLAIM in said
    assert service.check(CLAIM)["reason"] in " ".join(said.split())


@pytest.mark.parametrize(
    ("narrowing", "left"),
    [
        ({"publishers": {"include": ["Dunmere Gazette"]}}, lambda a: a.publisher == "Dunmere Gazette"),
        ({"publishers": {"exclude": ["Dunmere Gazette"]}}, lambda a: a.publisher != "Dunmere Gazette"),
        ({"published_to": "2000-01-01"}, lambda _: False),
    ],
)
def test_filters_narrow_what_is_searched(service: Running, narrowing: dict[str, Any], left: Any) -> None:
    report = service.check("The reservoir water was tested.", limit=50, include_excluded=True, **narrowing)
    allowed = {article.id for article in service.articles.values() if left(article)}
    assert report["coverage"]["articles"] == len(allowed)
    assert {entry["article"]["id"] for entry in _entries(report)} <= allowed
    assert bool(_entries(report)) == bool(allowed)


@pytest.mark.parametrize("claim", ['") OR * NEAR(', "🚒🚒🚒", "\u0000\u0000\u0000abc", "и" * 1000, "🏃" * 1000])
def test_no_claim_breaks_it(service: Running, claim: str) -> None:
    assert service.ask("POST", "/v1/check", {"claim": claim}).status in (200, 422)
    assert service.ask("GET", f"/v1/check?claim={quote(claim)}").status in (200, 422)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
def test_a_moment_at_the_end_of_the_calendar_breaks_nothing(service: Running, moment: str) -> None:
    assert service.ask("POST", "/v1/check", {"claim": CLAIM, "published_from": moment}).status in (200, 422)


def test_many_at_once_get_the_answers_they_would_get_alone(service: Running) -> None:
    claims = [CLAIM, "The buses ran on Monday.", "The creamery was to blame.", "Nobody was hurt."]
    alone = [service.check(claim)["evidence"] for claim in claims]
    with ThreadPoolExecutor(TOGETHER) as pool:
        together = list(pool.map(lambda claim: service.check(claim)["evidence"], claims))
    assert together == alone


def test_a_termination_ends_it_cleanly(service: Running) -> None:
    """The last test of the module: it stops the service that the others ask."""
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(timeout=30) == 0
    assert "Traceback" not in service.log.read_text()
    with pytest.raises(OSError):
        service.ask("GET", "/healthz")
