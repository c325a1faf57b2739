"""No text makes the work on it grow with its square: everything that reads untrusted text is tried with repetition."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from html import escape

import pytest

from service.checking.attribution import attribute, is_speech_claim, reported
from service.checking.differences import compare
from service.checking.folding import signature
from service.checking.links import link_to
from service.checking.quantities import extract
from service.errors import ReadingError
from service.fetching.listings import listing_of
from service.language.terms import terms
from service.reading.articles import (
    article_from_html,
    article_from_markdown,
    article_from_plain_file,
    article_from_text,
)
from service.reading.overlap import profile
from service.reading.sentences import split
from service.spotting.claims import spot
from tests.hostile.growth import FRAGMENTS, grows_too_fast

CLAIM = "The gale killed 12 people in Averby on 3 March, the mayor said."
_PAGE = '<html><head><meta name="author" content="{}"></head><body><p>The pier is closed.</p></body></html>'
_DATA = '<html><body><script type="application/ld+json">"author":{}</script><p>The pier is closed.</p></body></html>'
SENTENCE, ARTICLE = 1_000, 12_000  # characters at the smaller size
DAY = datetime(2026, 3, 4, tzinfo=UTC)


def _read(build: Callable[..., object]) -> Callable[[str], object]:
    def read(text: str) -> None:
        with suppress(ReadingError):
            build("name", text)

    return read


OF_SENTENCES: dict[str, Callable[[str], object]] = {
    "quantities": lambda text: list(extract(text)),
    "attribution": lambda text: attribute(text, text),
    "reported": reported,
    "speech": is_speech_claim,
    "comparison": lambda text: compare(CLAIM, text, DAY, text, text),
    "comparison of claims": lambda text: compare(text, CLAIM, DAY, CLAIM, CLAIM),
    "terms": terms,
    "signature": signature,
    "profile": lambda text: profile(1, text),
    "link": lambda text: link_to("https://a.example/", text),
}
OF_ARTICLES: dict[str, Callable[[str], object]] = {
    "sentences": split,
    "text": _read(article_from_text),
    "file": _read(article_from_plain_file),
    "page": _read(article_from_html),
    "author of a page": lambda text: _read(article_from_html)(_PAGE.format(escape(text))),
    "data of a page": lambda text: _read(article_from_html)(_DATA.format(json.dumps(text))),
    "markdown": _read(article_from_markdown),
    "article of a sentence": lambda text: compare(CLAIM, "It killed 10.", DAY, text, text),
    "spotting": lambda text: list(spot(text)),
    "listing": lambda text: listing_of(f"<rss>{text}".encode(), "https://a.example/"),
}


@pytest.mark.parametrize("name", OF_SENTENCES)
def test_work_on_a_sentence_grows_with_its_length(name: str) -> None:
    assert [found for each in FRAGMENTS if (found := grows_too_fast(OF_SENTENCES[name], each, SENTENCE))] == []


@pytest.mark.parametrize("name", OF_ARTICLES)
def test_work_on_an_article_grows_with_its_length(name: str) -> None:
    assert [found for each in FRAGMENTS if (found := grows_too_fast(OF_ARTICLES[name], each, ARTICLE))] == []


class Clock:
    """Time that passes by work alone, `pace` seconds for a character to the given power."""

    def __init__(self, power: int, pace: float = 1e-6) -> None:
        self.now, self._power, self._pace = 0.0, power, pace

    def work(self, text: str) -> None:
        self.now += self._pace * len(text) ** self._power

    def __call__(self) -> float:
        return self.now


def test_the_measure_sees_a_square() -> None:
    clock = Clock(power=2)
    assert "16 times as long" in (grows_too_fast(clock.work, "a", 1_000, clock) or "")


def test_the_measure_lets_a_slope_pass() -> None:
    clock = Clock(power=1, pace=1e-3)
    assert grows_too_fast(clock.work, "a", 1_000, clock) is None
