"""One article as it was sent over HTTP: read like a file, with a stable id, and with what was left out counted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from lxml import etree, html

from service.domain import Article
from service.errors import ReadingError
from service.keeping import Dropped, NewArticle
from service.reading.articles import article_from_html, article_from_text
from service.reading.characters import normalize, without_controls
from service.reading.decoding import decode
from service.reading.lines import paragraphs

_INLINE = frozenset(
    "a abbr b bdi bdo cite code data dfn em font i kbd mark q s samp small span strong sub sup time u var wbr".split()
)
_UNSEEN = ("script", "style", "noscript", "template", "head")


@dataclass(frozen=True, slots=True)
class Arrival:
    """The article that was read, and how much of what was sent is not in it."""

    article: Article
    dropped: Dropped


def read_arrival(new: NewArticle) -> Arrival:
    """Return the article; raise `ReadingError` where nothing is left of it.

    Without an id it gets one from its address, or else from its title and text, so that sending it again is noticed.
    """
    source = new.body if isinstance(new.body, str) else decode(new.body)
    source = source.encode("utf-8", "replace").decode("utf-8")  # no encoding can carry a lone surrogate
    if not source.strip("\ufeff\0 \t\r\n"):
        raise ReadingError("is empty; give it the text of an article")
    build = article_from_html if new.is_html else article_from_text
    article = build(
        new.id or "", source, title=new.title, publisher=new.publisher, url=new.url, published_at=new.published_at
    )
    article = replace(article, id=article.id or _id_of(article))
    return Arrival(article, _dropped(_page_text(source) if new.is_html else source, article))


def _id_of(article: Article) -> str:
    words = article.url or f"{article.title}\0{article.text}"
    return hashlib.sha256(words.encode("utf-8")).hexdigest()[:20]


def _dropped(source: str, article: Article) -> Dropped:
    sent, kept = paragraphs(normalize(source)), article.text.split("\n")
    characters = sum(map(len, sent)) - sum(map(len, kept))
    return Dropped(max(0, len(sent) - len(kept)), max(0, characters))


def _page_text(source: str) -> str:
    """Return the text that a browser would show of a page, a line for each block of it."""
    try:
        tree = html.fromstring(without_controls(source).encode("utf-8"), parser=html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ""
    etree.strip_elements(tree, *_UNSEEN, etree.Comment, with_tail=False)
    for element in tree.iter(etree.Element):
        if element.tag not in _INLINE:
            element.text, element.tail = f"\n{element.text or ''}", f"\n{element.tail or ''}"
    return str(tree.text_content())
