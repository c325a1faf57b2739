"""A draft as its author keeps it: marks of Markdown and line ends made blank in place, so that offsets still hold."""

from __future__ import annotations

import bisect
import re
from dataclasses import dataclass

from service.reading.shape import bullet, ends

_WRAPPED = 50  # characters: a shorter line that breaks off is a heading, not a wrapped one
_WHOLE = (
    re.compile(r"\A---\n.*?^(?:---|\.\.\.)$", re.DOTALL | re.MULTILINE),  # front matter
    re.compile(r"^ {0,3}(```+|~~~+).*?^ {0,3}\1.*?$", re.DOTALL | re.MULTILINE),
    re.compile(r"<!--.*?-->", re.DOTALL),
    re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])?"),
    re.compile(r"^ {0,3}\[[^\]\n]+\]:.*$", re.MULTILINE),
    re.compile(r"^ {0,3}(?:#{1,6}(?= )|>+|[-*+](?= )|\d{1,3}[.)](?= )|[=-]{3,}$)", re.MULTILINE),
    re.compile(r"</?[a-zA-Z][^<>\n]*>"),
    re.compile(r"\*+|~~|`+|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)"),
)
_LINK = re.compile(r"\[([^\]\n]+)\](\([^)\n]*\)|\[[^\]\n]*\])")
_HEADING = re.compile(r"^ {0,3}#{1,6} ")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a text as editors count it, from 1; a column is a Unicode code point."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Places:
    """Finds the line and column of offsets into one text."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def of(self, offset: int) -> Place:
        """Return the place of an offset in Unicode code points."""
        line = bisect.bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)


def flattened(text: str, *, is_markdown: bool) -> str:
    """Return a text of the same length with its wrapped lines joined, and without Markdown's marks."""
    lines = text.split("\n")
    joins = {number for number in range(len(lines) - 1) if _goes_on(lines[number], lines[number + 1], is_markdown)}
    if is_markdown:
        text = _without_marks(text)
    parts = text.split("\n")
    return "".join(
        part if number == len(parts) - 1 else part + (" " if number in joins else "\n")
        for number, part in enumerate(parts)
    )


def _goes_on(line: str, following: str, is_markdown: bool) -> bool:
    if not line.strip() or not following.strip() or bullet(following.strip()):
        return False
    if is_markdown:
        return not _HEADING.match(line) and not _HEADING.match(following) and following.lstrip()[:1] not in "-*+>|=`~#"
    return len(line) >= _WRAPPED and not ends(line)


def _without_marks(text: str) -> str:
    for pattern in _WHOLE[:5]:
        text = pattern.sub(_blank, text)
    text = _LINK.sub(lambda found: f" {found[1]} " + " " * len(found[2]), text)
    for pattern in _WHOLE[5:]:
        text = pattern.sub(_blank, text)
    return text


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])
