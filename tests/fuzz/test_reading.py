"""Whatever comes in is read or refused, and what was read stands where it says."""

from __future__ import annotations

import json
import unicodedata
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.domain import Article
from service.errors import FetchError, ReadingError
from service.fetching.listings import listing_of
from service.keeping import NewArticle
from service.reading.arrivals import read_arrival
from service.reading.articles import (
    article_from_html,
    article_from_markdown,
    article_from_plain_file,
    article_from_text,
)
from service.reading.characters import normalize
from service.reading.decoding import decode
from service.reading.sentences import split
from service.spotting.claims import spot
from tests.fuzz.texts import fuzzed, texts

READERS = (article_from_text, article_from_plain_file, article_from_html, article_from_markdown)
TAGS = (
    "<p>", "</p>", "<div class=ad>", "</div>", "<article>", "<h1>", "<script>", "</script>", "<!--", "-->", "<table>",
    "<![CDATA[", "<td>", "&amp;", "&#0;", "&#xD800;", "<a href='javascript:x'>", "<meta charset=utf-7>", "<title>",
    "</title>", "<br>", "<b",
)  # fmt: skip
XML = (
    "<rss>", "<channel>", "<item>", "<link>", "</link>", "<urlset>", "<loc>", "</loc>", "</url>", "<url>", "]>", "&x;",
    "<!DOCTYPE x [", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "http://a.example/",
    "<?xml version='1.0'?>",
)  # fmt: skip
NAMES = (
    "@type", "@graph", "claimReviewed", "author", "name", "url", "reviewRating", "ratingValue", "alternateName",
    "datePublished", "itemReviewed", "inLanguage",
)  # fmt: skip
pages = st.lists(st.sampled_from(TAGS) | texts, max_size=20).map("".join)
reviews = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(NAMES),
        inner | st.just("ClaimReview") | st.just("https://a.example/x"),
        max_size=6,
    ),
    max_leaves=20,
)  # fmt: skip


def _is_sound(article: Article) -> None:
    """Say what must hold of every article that was read."""
    assert article.text == normalize(article.text), "cleaned once is cleaned for good"
    assert any(char.isalnum() for char in article.text)
    for words in (article.title, article.text, article.publisher or "", article.url or ""):
        words.encode("utf-8")
        assert not any(unicodedata.category(char) in ("Cc", "Cs") and char != "\n" for char in words)
    assert "\n" not in article.title
    _are_sound(article.text)


def _are_sound(text: str) -> None:
    """Say what must hold of the sentences of every text: in order, apart, within it, without space at their ends."""
    end = 0
    for span in split(text):
        assert end <= span.start < span.end <= len(text)
        words = text[span.start : span.end]
        assert words == words.strip()
        end = span.end


@fuzzed
@given(text=texts)
def test_sentences_stand_where_they_say(text: str) -> None:
    _are_sound(text)


@fuzzed
@given(text=texts)
def test_cleaning_characters_twice_changes_nothing_more(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once


@pytest.mark.parametrize("build", READERS)
def test_every_text_is_read_or_refused(build: object) -> None:
    @fuzzed
    @given(text=pages)
    @example(text="<" * 300)
    @example(text="<h1>The pier \x1f</h1>")  # the extractor itself failed
    @example(text="<h1>The pier &#x1F; &#31 &#xFFFF;</h1>")
    @example(text="---\n" * 50)
    def tried(text: str) -> None:
        with suppress(ReadingError):
            _is_sound(build("name", text))  # type: ignore[operator]

    tried()


@fuzzed
@given(data=st.binary(max_size=300) | texts.map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_all_bytes_are_decoded_or_refused(data: bytes) -> None:
    with suppress(ReadingError):
        assert isinstance(decode(data), str)


@fuzzed
@example(body="<p>The pier \x0c of Averby.</p>", is_html=True, title=None, url=None)  # was a 500
@example(body="<p>The pier &#1; of Averby.</p>", is_html=True, title=None, url=None)  # was a 500
@given(body=st.binary(max_size=300) | pages, is_html=st.booleans(), title=st.none() | texts, url=st.none() | texts)
def test_every_arrival_is_read_or_refused(body: str | bytes, is_html: bool, title: str | None, url: str | None) -> None:
    new = NewArticle(body, is_html=is_html, title=title, url=url)
    with suppress(ReadingError):
        first = read_arrival(new)
        _is_sound(first.article)
        assert first.article.id == read_arrival(new).article.id, "sent again it is known again"
        assert first.dropped.lines >= 0


@fuzzed
@given(review=reviews)
def test_every_claim_review_is_read_or_passed_over(review: object) -> None:
    script = json.dumps(review).replace("</", "<\\/")
    story = "<article><p>The pier of Averby lost its roof.</p></article>"
    article = article_from_html("name", f"<script type='application/ld+json'>{script}</script>{story}")
    for check in article.fact_checks:
        assert check.claim
        assert check.rating
        assert check.url.lower().startswith(("http://", "https://"))


@fuzzed
@given(text=texts)
def test_spotted_claims_stand_where_they_say(text: str) -> None:
    end = 0
    for found in spot(text):
        assert end <= found.span.start <= found.span.end <= len(text)
        assert text[found.span.start : found.span.end] == found.sentence
        assert (found.checked_as is None) != (found.reason is None)
        assert found.checked_as is None or 0 < len(found.checked_as) <= 1000
        end = found.span.end


@fuzzed
@given(
    body=st.binary(max_size=200)
    | st.lists(st.sampled_from(XML) | texts, max_size=15).map(lambda parts: "".join(parts).encode("utf-8", "replace"))
)
def test_every_document_is_a_listing_or_none(body: bytes) -> None:
    with suppress(FetchError):
        listing = listing_of(body, "https://a.example/feed")
        assert listing is None or all(isinstance(page, str) for page in listing.pages)
