"""Links that open an article at the sentence (WICG text fragments, 2025-03-24)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

WHOLE_WORDS = 8  # a longer sentence is named by its first and last words, which survive small edits between them
END_WORDS = 4


def link_to(url: str | None, sentence: str) -> str | None:
    """Return a link to the sentence in its page, or None where the article has no http(s) url."""
    if url is None or not _is_web_page(url):
        return None
    words = sentence.split()
    if not re.search(r"\w", sentence):
        return url
    if len(words) <= WHOLE_WORDS:
        fragment = _encode(" ".join(words))
    else:
        fragment = f"{_encode(' '.join(words[:END_WORDS]))},{_encode(' '.join(words[-END_WORDS:]))}"
    if ":~:" in url:  # a page may have one directive only, with any number of texts
        return f"{url}&text={fragment}"
    return f"{url}{'' if '#' in url else '#'}:~:text={fragment}"


def _is_web_page(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:  # a broken address, as in "http://[example"
        return False


def _encode(text: str) -> str:
    # `quote` leaves the hyphen alone, which a text fragment reads as the mark of a prefix or suffix.
    return quote(text, safe="").replace("-", "%2D")
