"""Human fact-checks that a page states in schema.org ClaimReview, as JSON-LD."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from lxml import etree, html

from service.domain import FactCheck
from service.reading.characters import normalize
from service.reading.dates import parse_any

MOST = 50  # on one page; more is a list of fact-checks, not a fact-check
_DEEPEST = 6
_LONGEST = 1000  # characters of a field
_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")


def find_fact_checks(source: str) -> tuple[FactCheck, ...]:
    """Return the fact-checks of a page, in order, each once; what is broken or lacks claim, rating or author is none.

    A review without a rating is a draft, ours among them, and a draft is nobody's verdict.
    """
    try:
        tree = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", source))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ()
    language = _line(tree.get("lang"))
    found: dict[FactCheck, None] = {}
    for script in tree.xpath("//script[contains(@type, 'ld+json')]/text()"):
        for node in _reviews(_parsed(script), 0):
            if check := _fact_check(node, language):
                found[check] = None
    return tuple(found)[:MOST]


def _parsed(script: str) -> object:
    try:
        return json.loads(_COMMENT.sub("", script), strict=False)
    except (ValueError, RecursionError):
        return None


def _reviews(node: object, depth: int) -> Iterator[Mapping[str, Any]]:
    """Yield the ClaimReview objects in a JSON-LD value: alone, in lists, in a graph, or within a page's object."""
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for each in node:
            yield from _reviews(each, depth + 1)
    elif isinstance(node, Mapping):
        kinds = node.get("@type")
        if "ClaimReview" in (kinds if isinstance(kinds, list) else [kinds]):
            yield node
        for value in node.values():
            if isinstance(value, list | Mapping):
                yield from _reviews(value, depth + 1)


def _fact_check(node: Mapping[str, Any], page_language: str | None) -> FactCheck | None:
    author = _first(node.get("author")) or _first(node.get("publisher"))
    reviewed = _first(node.get("itemReviewed"))
    url = _line(node.get("url")) or ""
    claim, publisher, rating = _line(node.get("claimReviewed")), _line(author.get("name")), _rating(node)
    site = _host(_line(author.get("url"))) or _host(url)
    shown = _host(url) is not None and url.lower().startswith(("http://", "https://"))
    if not (claim and publisher and rating and site and shown):
        return None
    return FactCheck(
        claim=claim,
        rating=rating,
        publisher=publisher,
        site=site,
        url=url,
        title=_line(node.get("headline")) or _line(node.get("name")),
        review_date=_day(node.get("datePublished")),
        claimant=_line(_first(reviewed.get("author")).get("name")),
        claim_date=_day(reviewed.get("datePublished")),
        language=_line(node.get("inLanguage")) or page_language,
    )


def _rating(node: Mapping[str, Any]) -> str | None:
    rating = _first(node.get("reviewRating"))
    words = _line(rating.get("alternateName")) or _line(rating.get("name"))
    value, best = (_number(rating.get(name)) for name in ("ratingValue", "bestRating"))
    if words or value is None:
        return words
    return f"{value} of {best}" if best is not None else value


def _number(value: object) -> str | None:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else _line(value)


def _first(value: object) -> Mapping[str, Any]:
    """Return the object, or the first of a list of objects; an empty one for anything else."""
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, Mapping)), None)
    return value if isinstance(value, Mapping) else {}


def _line(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    words = " ".join(normalize(value).split())
    return words if words and len(words) <= _LONGEST else None


def _day(value: object) -> str | None:
    moment = parse_any(value) if isinstance(value, str) else None
    return moment.date().isoformat() if moment else None


def _host(url: str | None) -> str | None:
    try:
        host = urlsplit(url or "").hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
