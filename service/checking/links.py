"""Links that open an article at the sentence (WICG text fragments, 2025-03-24)."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

WHOLE_WORDS = 8  # a longer sentence is named by its first and last words, which survive small edits between them
END_WORDS = 4


def link_to(url: str | None, sentence: str) -> str | None:
    """Return a link to the sentence in its page, or None where the article has no http(s) url."""
    if url is None or urlsplit(url).scheme not in ("http", "https"):
        return None
    words = sentence.split()
    if not re.search(r"\w", sentence):
        return url
    if len(words) <= WHOLE_WORDS:
        fragment = _encode(" ".join(words))
    else:
        fragment = f"{_encode(' '.join(words[:END_WORDS]))},{_encode(' '.join(words[-END_WORDS:]))}"
    return f"{url}{'' if '#' in url else '#'}:~:text={fragment}"


def _encode(text: str) -> str:
    # `quote` leaves the hyphen alone, which a text fragment reads as the mark of a prefix or suffix.
    return quote(text, safe="").replace("-", "%2D")
