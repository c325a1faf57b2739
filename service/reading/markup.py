"""Text and stated facts of HTML and Markdown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from html import unescape

from lxml import etree, html
from markdown_it import MarkdownIt
from markdown_it.token import Token

from service.errors import ReadingError
from service.reading.characters import without_controls
from service.reading.dates import parse_any
from service.reading.header import Facts, front_matter

_PUBLISHED = (
    "//meta[@property='article:published_time' or @itemprop='datePublished' or @name='date' or @name='pubdate' "
    "or @name='publish-date' or @name='parsely-pub-date' or @name='dc.date' or @name='DC.date.issued']/@content",
    "//*[@itemprop='datePublished']/@datetime",
    "//article//time[@datetime]/@datetime",
)
_SITE = (
    "//meta[@property='og:site_name' or @name='application-name' or @name='publisher' or @name='og:site_name']/@content"
)
_TITLE = (
    "//head/meta[@property='og:title']/@content",
    "//head/meta[@name='headline' or @name='title' or @name='parsely-title' or @name='sailthru.title' "
    "or @name='dc.title' or @name='DC.title' or @name='citation_title' or @name='twitter:title']/@content",
    "//head/meta[@itemprop='headline']/@content",
)
_URL = "//head/meta[@property='og:url' or @name='twitter:url']/@content"
_ADDRESS = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?")
_LONGEST_TITLE = 10_000  # characters
_LD = "//script[@type='application/ld+json']/text()"
_LD_HEADLINE = re.compile(r'"headline"\s*:\s*("(?:[^"\\]|\\.){1,1000}")')
_LD_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_MARKDOWN = MarkdownIt("commonmark")
_BLOCKS = "//p | //h1 | //h2 | //h3 | //li | //blockquote[not(.//p)] | //td"


def read_html(source: str) -> tuple[str, Facts]:
    """Return the article text of a page and what its head states; raise `ReadingError` where it has none."""
    import trafilatura  # only for pages, and slow to import

    source = without_controls(source)
    try:
        # lxml takes a text that names its own encoding for a mistake.
        tree = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", source))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ReadingError("holds no HTML that can be parsed; save the page again as HTML or text") from error
    facts = _head(tree)
    document = trafilatura.bare_extraction(
        source, favor_recall=True, include_comments=False, include_tables=True, deduplicate=False
    )
    text = getattr(document, "text", None) or ""
    plain = _plain(tree)
    # On pages of a few sentences the extractor may find no body, or leave half of it out.
    if len(text) < min(200, len(plain)):
        text = plain
    return text, facts


def _head(tree: html.HtmlElement) -> Facts:
    """Not `extract_metadata`: it reads authors at a cost that grows with the square, and fails at some pages' roots."""
    from trafilatura.metadata import extract_title, extract_url

    title = _title(tree) or extract_title(tree)
    title = unescape(title)[:_LONGEST_TITLE] if title else None
    site = next((value.strip() for value in tree.xpath(_SITE) if value.strip()), None)
    if title and site:
        title = re.sub(rf"\s+[|–—-]\s+{re.escape(site)}$", "", title)
    url = next(filter(_ADDRESS.fullmatch, tree.xpath(_URL)), None) or extract_url(tree)
    return Facts(None, title, site, url, _published(tree))


def _title(tree: html.HtmlElement) -> str | None:
    stated = (" ".join(value.split()) for path in _TITLE for value in tree.xpath(path))
    return next(filter(None, stated), None) or next(_headlines(tree), None)


def _headlines(tree: html.HtmlElement) -> Iterator[str]:
    for script in tree.xpath(_LD):
        for found in _LD_HEADLINE.findall(script):
            with suppress(ValueError):
                yield " ".join(str(json.loads(found, strict=False)).split())


def _published(tree: html.HtmlElement) -> datetime | None:
    """Only a date that the page marks as its own: the extractor's guesses take a footer's year for one."""
    stated = [value for path in _PUBLISHED for value in tree.xpath(path)]
    for script in tree.xpath(_LD):
        stated += _LD_DATE.findall(script)
    return next((date for value in stated if (date := parse_any(value))), None)


def _plain(tree: html.HtmlElement) -> str:
    for gone in tree.xpath("//script | //style | //nav | //footer | //header | //aside | //form | //noscript"):
        gone.drop_tree()
    blocks = (" ".join(block.text_content().split()) for block in tree.xpath(_BLOCKS))
    text = "\n".join(block for block in blocks if block)
    return text or " ".join(tree.text_content().split())


def read_markdown(source: str) -> tuple[str, Facts]:
    """Return the text of a Markdown document and what its front matter and first heading state."""
    facts, body = front_matter(source)
    tokens = _MARKDOWN.parse(body)
    lines = []
    title = None
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type != "inline":
            continue
        line = _inline(token)
        if before is not None and before.type == "heading_open":
            title = title or (line if before.tag == "h1" else None)
        lines.append(f"- {line}" if _in_item(before) else line)
    return "\n\n".join(lines), facts.over(Facts(title=title))


def _in_item(before: Token | None) -> bool:
    return before is not None and before.type == "paragraph_open" and before.level >= 2 and before.hidden


def _inline(token: Token) -> str:
    parts = []
    for child in token.children or ():
        if child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type in ("text", "code_inline"):
            parts.append(child.content)
    return "".join(parts).strip()
