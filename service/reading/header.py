"""What a text says about itself: title, publisher, address and date, only where it really says so."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from service.reading.characters import key, words
from service.reading.dates import find_date, parse_any
from service.reading.furniture import WIRES, is_byline, is_credit, is_furniture
from service.reading.shape import bullet, ends

_FIELD = re.compile(r"(?:\*\*)?([A-Za-z][A-Za-z_ -]{1,20}?)(?:\*\*)?\s*:(?:\*\*)?\s*(.*)$")
_NAMES = {
    "title": "title", "headline": "title", "id": "id",
    "publisher": "publisher", "site": "publisher", "site name": "publisher", "sitename": "publisher",
    "outlet": "publisher", "publication": "publisher", "website": "publisher", "newspaper": "publisher",
    "url": "url", "link": "url", "canonical": "url", "canonical url": "url", "source url": "url", "permalink": "url",
    "date": "date", "published": "date", "published at": "date", "publish date": "date", "pubdate": "date",
    "publication date": "date", "datepublished": "date", "date published": "date",
}  # fmt: skip
_OTHER_FIELDS = frozenset({
    "author", "authors", "by", "byline", "tags", "categories", "category", "section", "language", "lang",
    "description", "summary", "draft", "layout", "slug", "image", "keywords", "updated", "modified", "source",
})  # fmt: skip
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright)\s*(?:©|\(c\)|copyright)?\s*(?:\d{4}\s*[-–]\s*)?(?:19|20)\d\d,?\s+(?:by\s+)?"
    r"(?P<name>[A-Z0-9][\w&'’ -]*(?:\.\w[\w-]*)*)",
    re.I,
)
_OUTLET = (
    r"(?:News|Times|Post|Herald|Daily|Tribune|Journal|Guardian|Chronicle|Gazette|Observer|Press|Today|Review|Mail|Express|"
    r"Telegraph|Standard|Independent|Star|Sun|Globe|Courier|Examiner|Mirror|Weekly|Monitor|Dispatch|Register|Record|Argus|"
    r"Bulletin|Sentinel|Echo|Ledger|Magazine|Radio|TV|BBC|CNN|NPR|[\w-]+\.(?:com|org|net))"
)
_SITE_SUFFIX = re.compile(rf"\s+[|–—-]\s+(?P<name>(?:[A-Z][\w&'’.-]*\s+){{0,4}}{_OUTLET}(?:\s+[A-Z]\w+){{0,2}})$")
_LABELED_DATE = re.compile(r"\W*(?:first )?(?:published|posted|date|issued|publication date|dateline)\b", re.I)
_HEAD, _FOOT = 12, 12
_LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file states about its article; what it does not state is None."""

    id: str | None = None
    title: str | None = None
    publisher: str | None = None
    url: str | None = None
    published_at: datetime | None = None

    def over(self, other: Facts) -> Facts:
        """Return these facts, with the gaps filled from `other`."""
        return Facts(
            self.id or other.id,
            self.title or other.title,
            self.publisher or other.publisher,
            self.url or other.url,
            self.published_at or other.published_at,
        )


def front_matter(text: str) -> tuple[Facts, str]:
    """Return the facts of the `key: value` lines that open a text, fenced by `---` or not, and the text after them."""
    lines = text.split("\n")
    start = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    fenced = start < len(lines) and lines[start].strip() == "---"
    fields: dict[str, str] = {}
    end = start + 1 if fenced else start
    while end < len(lines):
        line = lines[end].strip()
        if fenced and line in ("---", "..."):
            return _facts(fields, fenced=True), "\n".join(lines[end + 1 :])
        match = _FIELD.match(line)
        name = re.sub(r"[_-]", " ", match[1]).lower() if match else ""
        if match and (fenced or name in _NAMES or name in _OTHER_FIELDS):
            fields.setdefault(name, match[2].strip().strip("\"'"))
        elif not fenced:
            break
        end += 1
    # One such line may open an ordinary text ("Source: …"), and a fence that never closes is a rule across the page.
    known = sum(name in _NAMES for name in fields)
    if fenced or not known or (len(fields) < 2 and not {"title", "headline"} & set(fields)):
        return Facts(), text
    return _facts(fields, fenced=False), "\n".join(lines[end:])


def _facts(fields: dict[str, str], *, fenced: bool) -> Facts:
    found: dict[str, str] = {}
    for name, value in fields.items():
        if value and name in _NAMES:
            found.setdefault(_NAMES[name], value)
    source = fields.get("source", "")
    if source.startswith("http"):
        found.setdefault("url", source)
    elif source and fenced:
        found.setdefault("publisher", source)
    return Facts(
        found.get("id"), found.get("title"), found.get("publisher"), found.get("url"), parse_any(found.get("date"))
    )


def find_facts(paragraphs: list[str]) -> Facts:
    """Return what the lines of a saved page state about it."""
    title = _title(paragraphs)
    publisher = _publisher(paragraphs)
    if title and (match := _SITE_SUFFIX.search(title)):
        title, publisher = title[: match.start()].strip(), match["name"]
    return Facts(None, title, publisher, _url(paragraphs), _date(paragraphs))


def headline_lines(paragraphs: list[str]) -> list[str]:
    """Return the lines above the first sentence that could be the headline, in order."""
    found = []
    for line in paragraphs[:_HEAD]:
        if is_furniture(line) or is_credit(line):
            continue
        if (ends(line) and not line.endswith(("?", "!"))) or len(line) > _LONGEST_TITLE:
            break
        if len(words(line)) >= 3 and not line.endswith(":") and not bullet(line):
            found.append(line)
    return found


def _title(paragraphs: list[str]) -> str | None:
    candidates = headline_lines(paragraphs)
    if not candidates or len(paragraphs) < 2:
        return None
    count = Counter(key(line) for line in paragraphs)
    repeated = [line for line in candidates if count[key(line)] > 1]
    long = [line for line in candidates if len(words(line)) >= 4]
    return re.sub(r"^(?:headline|title)\s*:\s*|^#+\s*", "", (repeated or long or candidates)[0], flags=re.I)


def _publisher(paragraphs: list[str]) -> str | None:
    for line in reversed(paragraphs[-_FOOT:]):
        if (match := _COPYRIGHT.search(line)) and len(line) < 300:
            name = re.split(r"\s+(?:all rights|ltd|limited|inc|llc)\b", match["name"], flags=re.I)[0].strip(" -")
            # A wire's copyright line travels with every reprint and says nothing about who printed it.
            if name and not re.fullmatch(rf"(?:The )?{WIRES}|Getty.*", name, re.I):
                return name
    return None


def _url(paragraphs: list[str]) -> str | None:
    for line in paragraphs[:_HEAD]:
        if match := re.fullmatch(r"(?:(?:url|link|source|original|permalink)\s*:\s*)?<?(https?://\S+?)>?", line, re.I):
            return match[1]
    return None


def _date(paragraphs: list[str]) -> datetime | None:
    """Return the date of a byline or a label; a date within a sentence is not the article's."""
    edges = paragraphs[:_HEAD] + paragraphs[_HEAD:][-_FOOT:]
    labeled = [line for line in edges if _LABELED_DATE.match(line)]
    for line in labeled + [line for line in edges if is_byline(line)]:
        found = find_date(line)
        if found and found.start <= 60:
            return found.value
    return None
