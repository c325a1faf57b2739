"""One article from its text, its page or its record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from service.domain import Article
from service.errors import ReadingError
from service.reading.characters import normalize
from service.reading.claimreview import find_fact_checks
from service.reading.cleaning import clean
from service.reading.dates import aware, parse_iso
from service.reading.header import Facts, find_facts, front_matter
from service.reading.lines import paragraphs
from service.reading.markup import read_html, read_markdown
from service.reading.sentences import split

_TITLE_LENGTH = 120


def article_from_text(
    article_id: str,
    text: str,
    *,
    title: str | None = None,
    publisher: str | None = None,
    url: str | None = None,
    published_at: datetime | None = None,
) -> Article:
    """Return the article of a plain text; what is given goes before what the text states.

    Raises `ReadingError` where nothing is left once page furniture is removed.
    """
    given = Facts(article_id, title, publisher, url, published_at)
    stated, body = front_matter(text)
    return _article(given.over(stated), body)


def article_from_html(
    article_id: str,
    source: str,
    *,
    title: str | None = None,
    publisher: str | None = None,
    url: str | None = None,
    published_at: datetime | None = None,
) -> Article:
    """Return the article of an HTML page; what is given goes before what the page states."""
    text, stated = read_html(source)
    article = _article(Facts(article_id, title, publisher, url, published_at).over(stated), text)
    return replace(article, fact_checks=find_fact_checks(source))


def article_from_markdown(fallback_id: str, source: str) -> Article:
    """Return the article of a Markdown document, under its own `id` where its front matter has one."""
    text, stated = read_markdown(source)
    return _article(stated.over(Facts(fallback_id)), text)


def article_from_plain_file(fallback_id: str, source: str) -> Article:
    """Return the article of a text file, under its own `id` where its head has one."""
    stated, body = front_matter(source)
    return _article(stated.over(Facts(fallback_id)), body)


def article_from_record(fallback_id: str, record: object) -> Article:
    """Return the article of a JSON object with the contract's fields; unknown fields are ignored."""
    if not isinstance(record, Mapping):
        raise ReadingError("is not a JSON object; give one object with `text` or `html` an article")
    number = record.get("id")
    article_id = str(number) if isinstance(number, int) and not isinstance(number, bool) else _string(record, "id")
    title, publisher, url = (_string(record, name) for name in ("title", "publisher", "url"))
    text, page = _string(record, "text"), _string(record, "html")
    build, body = (article_from_text, text) if text else (article_from_html, page)
    if not body:
        raise ReadingError("has neither `text` nor `html`; give one of them as a string that is not blank")
    return build(article_id or fallback_id, body, title=title, publisher=publisher, url=url, published_at=_time(record))


def _string(record: Mapping[object, object], name: str) -> str | None:
    value = record.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise ReadingError(f"has a `{name}` that is a {type(value).__name__}; give a string, or leave it out")
    return value if value.strip() else None


def _time(record: Mapping[object, object]) -> datetime | None:
    value = _string(record, "published_at")
    try:
        return parse_iso(value) if value else None
    except ValueError:
        raise ReadingError(
            f"has a `published_at` of {value!r:.60}; give ISO 8601, such as 2024-05-01T10:00:00Z, or leave it out"
        ) from None


def _article(facts: Facts, source: str) -> Article:
    text = normalize(source)
    found = find_facts(paragraphs(text))
    title = _line(facts.title) or found.title
    cleaned = clean(text, title=title).text
    if not any(char.isalnum() for char in cleaned):
        raise ReadingError("is empty once page furniture is removed; give the article's own text")
    published = facts.published_at or found.published_at
    return Article(
        id=_line(facts.id) or "",
        title=title or _first_sentence(cleaned),
        text=cleaned,
        publisher=_line(facts.publisher) or found.publisher,
        url=_line(facts.url) or found.url,
        published_at=_utc(published),
    )


def _utc(value: datetime | None) -> datetime | None:
    """At the ends of the calendar a shift to UTC leaves it; such a date is kept as it is."""
    if value is None:
        return None
    try:
        return aware(value).astimezone(UTC)
    except OverflowError:
        return aware(value)


def _line(value: str | None) -> str | None:
    return re.sub(r"\s+", " ", normalize(value)) or None if value else None


def _first_sentence(text: str) -> str:
    spans = split(text)
    first = text[spans[0].start : spans[0].end] if spans else text.split("\n", 1)[0]
    if len(first) <= _TITLE_LENGTH:
        return first
    return first[: _TITLE_LENGTH - 1].rsplit(" ", 1)[0].rstrip(",;:–- ") + "…"
