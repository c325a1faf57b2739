"""From the text of a saved page to the article's own sentences.

Lines are dropped for one of five reasons: their wording (`furniture`), their shape (`shape`), their address to the
reader (`appeals`), their repetition of another line, or their place after the article's end.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.reading.appeals import is_appeal, is_call, speaks_to_reader
from service.reading.characters import is_upper, key, normalize, words
from service.reading.furniture import is_credit, is_furniture, is_legal, strip_edges
from service.reading.lines import paragraphs
from service.reading.sentences import pieces
from service.reading.shape import ends, has_verb, is_heading

_END = re.compile(
    r"\W*(?:end of (?:the )?(?:article|story)|comments?(?: \(?\d+\)?)?|\d+ comments?|(?:leave|post|"
    r"add) a (?:comment|reply)|"
    r"(?:view|show|see|read) (?:all )?(?:\d+ )?comments?|about the authors?|©.*|\(c\) (?:19|20)\d\d.*|"
    r"copyright (?:©|\(c\)|\d{4}).*|"
    r".*\ball rights reserved|our standards\s*:.*|reporting by .*; ?(?:writing|editing) by .*)\W*",
    re.I,
)
_LIST = re.compile(
    r"\W*(?:most (?:read|popular|viewed|shared)|recommended(?: for you)?|top stories|trending(?: now)?|"
    r"latest (?:news|stories)|more on this (?:story|topic)|read next|"
    r"related (?:stories|articles|news|topics|content|internet links)|"
    r"(?:you may|you might) also like|more from .{1,30}|elsewhere on .{1,30}|editor['’]?s['’]? picks?)\W*",
    re.I,
)
_SITE = re.compile(r"\s+[|–—-]\s+[^|–—]{2,40}$")
_LABEL = re.compile(r"[^.!?:]{1,60}:")
_TAIL_SHARE = 0.25
_LONGEST_END = 400  # characters
_REPEATED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Cleaned:
    r"""The article's text, NFC with `\n` between paragraphs, and the lines and pieces of lines that were dropped."""

    text: str
    furniture: tuple[str, ...]


def clean(text: str, *, title: str | None = None) -> Cleaned:
    """Return the article without page furniture; a line that only repeats `title` is furniture too."""
    dropped: list[str] = []
    lines = []
    for raw in paragraphs(normalize(text)):
        line, lost = strip_edges(raw)
        if lost:
            dropped.append(lost)
        lines.append(line)
    lines = _drop(lines, _repeats(lines, title), dropped)
    lines = _drop(lines, _transcript(lines), dropped)
    lines = _drop(lines, _after_the_end(lines), dropped)
    lines = _drop(lines, _listed(lines), dropped)
    lines = _drop(lines, [not is_credit(line) and is_furniture(line) for line in lines], dropped)
    lines = _without_appeals(lines, dropped)
    lines = _drop(lines, _headings(lines), dropped)
    return Cleaned("\n".join(lines), tuple(dropped))


def _drop(lines: list[str], marks: list[bool], dropped: list[str]) -> list[str]:
    dropped.extend(line for line, mark in zip(lines, marks, strict=True) if mark)
    return [line for line, mark in zip(lines, marks, strict=True) if not mark]


def _repeats(lines: list[str], title: str | None) -> list[bool]:
    """Mark the headline and every line that an earlier line says already."""
    headline = key(title) if title else None
    seen: set[str] = set()
    marks = []
    for position, line in enumerate(lines):
        folded = key(line)
        bare = key(_SITE.sub("", line)) if headline else folded
        is_headline = headline in {folded, bare} and (position == 0 or not ends(line)) and len(lines) > 1
        marks.append(bool(folded) and (is_headline or folded in seen))
        seen.add(folded)
    return marks


def _transcript(lines: list[str]) -> list[bool]:
    """Mark lines in capitals when what they say stands in ordinary type elsewhere in the article."""
    upper = [is_upper(line) for line in lines]
    if not any(upper):
        return upper
    plain = {word for line, mark in zip(lines, upper, strict=True) if not mark for word in _content(line)}
    shouted = [word for line, mark in zip(lines, upper, strict=True) if mark for word in _content(line)]
    repeated = sum(word in plain for word in shouted)
    is_transcript = bool(shouted) and repeated >= _REPEATED_SHARE * len(shouted)
    return [mark and is_transcript for mark in upper]


def _content(line: str) -> list[str]:
    return [word for word in words(line.casefold()) if len(word) > 3]


def _after_the_end(lines: list[str]) -> list[bool]:
    """Mark what follows a closing line, unless it is too much of the article to be an afterthought."""
    prose = [len(line) if ends(line) and not is_furniture(line) else 0 for line in lines]
    for position, line in enumerate(lines):
        closes = len(line) < _LONGEST_END and _END.fullmatch(line)
        if closes and sum(prose[position:]) <= _TAIL_SHARE * sum(prose[:position]):
            return [index >= position for index in range(len(lines))]
    return [False] * len(lines)


def _listed(lines: list[str]) -> list[bool]:
    """Mark the headlines under "Most read" and its like, up to the next line that comes to a stop."""
    marks, is_list = [], False
    for line in lines:
        is_list = bool(_LIST.fullmatch(line)) or (is_list and not ends(line))
        marks.append(is_list and not is_credit(line))
    return marks


def _without_appeals(lines: list[str], dropped: list[str]) -> list[str]:
    kept = []
    for line in lines:
        sentences = [line[span.start : span.end] for span in pieces(line)]
        rest = line
        called = any(is_call(sentence) for sentence in sentences)
        for sentence in sentences:
            # Beside a call to act, a sentence that says "you", and a slogan, are part of the same advertisement.
            if is_appeal(sentence) or is_legal(sentence) or (called and _goes_with_call(sentence)):
                dropped.append(sentence)
                rest = rest.replace(sentence, "", 1)
        if any(char.isalpha() for char in rest):
            kept.append(" ".join(rest.split()))
    return kept


def _goes_with_call(sentence: str) -> bool:
    return speaks_to_reader(sentence) or (len(words(sentence)) <= 4 and not has_verb(sentence))


def _headings(lines: list[str]) -> list[bool]:
    """Mark headings and labels; where no line comes to a stop, none can be told from a sentence."""
    if not any(ends(line) for line in lines):
        return [False] * len(lines)
    return [_is_heading(line) for line in lines]


def _is_heading(line: str) -> bool:
    if ends(line) or is_credit(line):
        return False
    if _LABEL.fullmatch(line):
        return len(words(line)) <= 4
    return is_heading(line)
