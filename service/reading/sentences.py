"""Sentences with exact offsets, by `sentencex`, with a thin layer of repairs.

Each repair answers a mistake that a test shows: a boundary in front of a small letter, between a clock and its time
zone, or between an abbreviation and its number; no boundary after a sentence that ends in the month of May.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import sentencex

from service.domain import Span
from service.reading.furniture import is_credit
from service.reading.shape import BULLET

_LONGEST = 1000
_WINDOW = 8000
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_LOWER_NAME = re.compile(r"[a-z][A-Z]")  # iPhone, eBay
_LOWER = re.compile(r"[a-z][a-z\s,'’]")
_CLOCK = re.compile(r"\b[ap]\.m\.\s*$")
_ZONE = re.compile(r"(?:[ECMP][SD]?T|GMT|UTC|IST|BST|CET)\b")
_LONE_ABBREVIATION = re.compile(r"\W*[A-Za-z]{1,7}\.\s*$")
_MAY = re.compile(r"\b(?:in|of|since|until|by|last|next|early|late|mid)[ -]May\.[\"”’)]*\s+(?=[\"“‘(]?[A-Z])")
_CLOSERS = re.compile(r"\s*[\"”’»)\]]+\s*$")
# A dateline names the wire, which origins need in the text, but it is no part of what the sentence says.
_DATELINE = re.compile(
    r"[A-Z][A-Z.'’ /-]{2,40}(?:, [A-Z][\w. ]{1,30})?(?:, (?:[A-Z][a-z]{2,8}\.? \d{1,2}(?:, \d{4})?))?"
    r"\s*(?:\([A-Z][\w .&/-]{1,40}\)\s*[-–—]{1,2}|[–—]|--)\s+(?=\S)"
)
# The labels of explainers stand before a sentence and say nothing of the world.
_LABEL = re.compile(
    r"(?i:what(?: happened|['’]s next| to know| we know| they['’]re saying)|why it matters|details|background|context|"
    r"driving the news|the (?:big picture|bottom line|latest|backstory|details)|zoom (?:in|out)|by the numbers|"
    r"between the lines|state of play|catch up quick|go deeper|key points?|in brief|flashback|reality check|yes, but|"
    r"worth noting|price action):\s+(?=[\"“‘A-Z0-9])"
)
_CREDIT = re.compile(
    r"[(\[]?(?:with )?(?:additional )?(?:inputs?|reporting|files?|material) (?:from|by)\b.{0,60}$", re.I
)


def split(text: str) -> list[Span]:
    """Return the sentences of a text in order, in code points; none crosses a line break."""
    return [span for span in pieces(text) if _is_evidence(text[span.start : span.end])]


def pieces(text: str) -> list[Span]:
    """Return every piece of a text that is not blank, those too short to be evidence included."""
    return [span for line in _lines(text) for piece in _pieces(text, line) if (span := _trim(text, piece))]


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        yield Span(start, start + len(line))
        start += len(line) + 1


def _pieces(text: str, line: Span) -> Iterator[Span]:
    start = _after_marks(text, line)
    for end in _ends(text[start : line.end]):
        yield from _short_enough(text, Span(start, start + end))
        start += end


def _after_marks(text: str, line: Span) -> int:
    """Return where the first sentence of a line begins, past a list's mark, a dateline and a label."""
    start = line.start
    while start < line.end and text[start].isspace():
        start += 1
    for pattern in (BULLET, _DATELINE, _LABEL):
        if match := pattern.match(text, start, line.end):
            start = match.end()
    return start


def _ends(line: str) -> Iterator[int]:
    """Yield the length of each sentence of a line; together they are the line."""
    if not line:
        return
    # sentencex counts in UTF-8, which has no lone surrogates; the mark that stands in is as long.
    marked = _SURROGATES.sub("\ufffd", line)
    pieces = [piece for window in _windows(marked) for piece in _boundaries(window)]
    held = ""
    for piece, following in zip(pieces, [*pieces[1:], ""], strict=True):
        held += piece
        if following and _belongs(held, following):
            continue
        yield from _after_may(held)
        held = ""


def _windows(line: str) -> Iterator[str]:
    """Yield a line in parts that sentencex can bear: its time grows with the square of unclosed quotation marks."""
    start = 0
    while len(line) - start > _WINDOW:
        space = line.rfind(" ", start + _WINDOW // 2, start + _WINDOW)
        end = space + 1 if space > 0 else start + _WINDOW
        yield line[start:end]
        start = end
    yield line[start:]


def _boundaries(window: str) -> list[str]:
    pieces = [str(found["text"]) for found in sentencex.get_sentence_boundaries("en", window)]
    return pieces if "".join(pieces) == window else [window]


def _belongs(piece: str, following: str) -> bool:
    """Say whether a boundary is a mistake."""
    if _CLOSERS.fullmatch(following) or (_LONE_ABBREVIATION.fullmatch(piece) and following[0].isdigit()):
        return True
    if _LOWER.match(following) and not _LOWER_NAME.match(following):
        return True
    return bool(_CLOCK.search(piece) and _ZONE.match(following))


def _after_may(piece: str) -> Iterator[int]:
    start = 0
    for match in _MAY.finditer(piece):
        yield match.end() - start
        start = match.end()
    yield len(piece) - start


def _short_enough(text: str, span: Span) -> Iterator[Span]:
    """Break a run-on at the last semicolon, comma or space before the limit, in that order of liking."""
    start = span.start
    while span.end - start > _LONGEST:
        window = text[start : start + _LONGEST]
        cut = next((at for mark in ("; ", ", ", " ") if (at := window.rfind(mark, _LONGEST // 4)) > 0), -1)
        size = _LONGEST if cut < 0 else cut + 1
        yield Span(start, start + size)
        start += size
    yield Span(start, span.end)


def _trim(text: str, span: Span) -> Span | None:
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _is_evidence(sentence: str) -> bool:
    """Three words at the least: "Twelve people died." says something, "In brief" does not."""
    count = len(re.findall(r"\w+(?:[-'’.]\w+)*", sentence))
    has_letter = any(char.isalpha() for char in sentence)
    return has_letter and (count >= 3 or _is_unspaced(sentence)) and not _is_credit(sentence)


def _is_credit(sentence: str) -> bool:
    """Say whether a piece only names the source of the report: origins read it in the text, it is no evidence."""
    return _CREDIT.match(sentence) is not None or is_credit(sentence)


def _is_unspaced(sentence: str) -> bool:
    """Chinese and Japanese put no spaces between words."""
    return sum("\u3040" <= char <= "\u9fff" for char in sentence) >= 6
